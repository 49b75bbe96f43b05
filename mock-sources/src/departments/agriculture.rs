//! Agriculture (农业农村): people asked about as CSV in GB18030, up to a hundred at once, answered at once in CSV.

use http::Method;

use super::wire::{Outcome, Problem, Reply, Request, gb18030, read_strictly};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::money::yuan;
use crate::truth::{FarmSubsidy, Land, Machine, Person};

const CONTENT_TYPE: &str = "text/csv; charset=GB18030";
const ASKED_HEADER: [&str; 3] = ["序号", "姓名", "证件号码"];
const HEADER: [&str; 12] =
    ["序号", "流水号", "姓名", "证件号码", "类别", "名称", "年度", "面积", "马力", "金额", "补贴", "日期"];
const LARGEST_BATCH: usize = 100;

/// What the department holds of a person, in this order.
enum Fact<'a> {
    Land(&'a Land),
    Subsidy(&'a FarmSubsidy),
    Machine(&'a Machine),
}

fn facts(person: &Person) -> impl Iterator<Item = Fact<'_>> {
    let lands = person.lands.iter().map(Fact::Land);
    lands.chain(person.farm_subsidies.iter().map(Fact::Subsidy)).chain(person.machines.iter().map(Fact::Machine))
}

pub(super) fn count(_: &Window, person: &Person) -> usize {
    facts(person).count()
}

pub(super) fn problem(problem: Problem) -> Reply {
    let line = match problem {
        Problem::Busy => "错误,忙,".to_owned(),
        Problem::Unauthorised => format!("错误,认证,{}", problem.words()),
        Problem::Unreadable | Problem::TooLarge => format!("错误,格式,{}", problem.words()),
        _ => format!("错误,系统,{}", problem.words()),
    };
    Reply::new(CONTENT_TYPE, gb18030(&format!("{line}\r\n")), problem.outcome()).with_status(problem.status())
}

/// The people asked about; nothing for a file that is not as described.
fn read(bytes: &[u8]) -> Option<Vec<(String, Asked)>> {
    let text = read_strictly(encoding_rs::GB18030, bytes)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    if reader.headers().ok()?.iter().ne(ASKED_HEADER) {
        return None;
    }
    let person = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.ok()?;
        Some((record.get(0)?.to_owned(), Asked::new(record.get(2)?, record.get(1)?)))
    };
    let people: Vec<_> = reader.records().map(person).collect::<Option<_>>()?;
    (1..=LARGEST_BATCH).contains(&people.len()).then_some(people)
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::bearer(desk.key, request) {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/hnbt/batch") {
        return problem(Problem::NotFound);
    }
    let Some(people) = read(&request.body) else { return problem(Problem::Unreadable) };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut write = |fields: &[String; 12]| writer.write_record(fields).expect("rows of twelve fields go into memory");
    write(&HEADER.map(str::to_owned));
    let mut any = false;
    for (sequence, asked) in &people {
        let rows = desk.find(asked);
        any |= !rows.is_empty();
        if rows.is_empty() {
            let mut none = [const { String::new() }; 12];
            (none[0], none[2], none[3], none[4]) =
                (sequence.clone(), asked.name.clone(), asked.number.clone(), "无".into());
            write(&none);
        }
        for row in &rows {
            write(&written(sequence, row));
        }
    }
    let text = String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default();
    let outcome = if any { Outcome::Found } else { Outcome::NoRecord };
    Reply::new(CONTENT_TYPE, gb18030(&text), outcome).about(people.iter().map(|(_, asked)| asked.number.as_str()))
}

fn written(sequence: &str, row: &Found<'_>) -> [String; 12] {
    let day = |day: jiff::civil::Date| format!("{}年{}月{}日", day.year(), day.month(), day.day());
    let fact = facts(row.person).nth(row.head.ordinal).expect("an ordinal below the count");
    let head = [sequence.to_owned(), row.head.record_number.clone(), row.head.name.clone(), row.head.number.clone()];
    let rest = match fact {
        Fact::Land(land) => {
            let area = yuan(land.mu_hundredths);
            [
                "承包地".into(),
                land.held.to_string(),
                String::new(),
                area,
                String::new(),
                String::new(),
                String::new(),
                day(land.since),
            ]
        }
        Fact::Subsidy(subsidy) => {
            let (year, area) = (subsidy.year.to_string(), yuan(subsidy.mu_hundredths));
            [
                "补贴".into(),
                subsidy.item.to_string(),
                year,
                area,
                String::new(),
                yuan(subsidy.amount_fen),
                String::new(),
                day(subsidy.paid),
            ]
        }
        Fact::Machine(machine) => {
            let power = machine.horsepower.map(|power| power.to_string()).unwrap_or_default();
            let (price, subsidy) = (yuan(machine.price_fen), yuan(machine.subsidy_fen));
            [
                "农机".into(),
                machine.kind.to_string(),
                String::new(),
                String::new(),
                power,
                price,
                subsidy,
                day(machine.bought),
            ]
        }
    };
    let mut cells = head.into_iter().chain(rest);
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}
