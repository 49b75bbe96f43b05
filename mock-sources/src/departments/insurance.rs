//! Insurance (保险): a CSV file in GB18030 is put into an inbox, an answer appears in an outbox later. Searches by name.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::Method;
use sha2::{Digest, Sha256};

use super::wire::{Outcome, Problem, Reply, Request, gb18030, read_strictly};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::faults::Operation;
use crate::money::yuan;
use crate::truth::Person;

const CSV: &str = "text/csv; charset=GB18030";
const PLAIN: &str = "text/plain; charset=GB18030";
const REQUEST_HEADER: [&str; 3] = ["序号", "姓名", "证件号码"];
const ANSWER_HEADER: [&str; 11] = [
    "序号",
    "流水号",
    "姓名",
    "证件号码",
    "保险公司",
    "险种",
    "年缴保费",
    "现金价值",
    "近12月理赔",
    "保单状态",
    "生效日期",
];
/// Most people a file.
const LARGEST_FILE: usize = 500;
/// Files kept; the oldest are dropped.
const MOST_FILES: usize = 20_000;

/// A file put in.
#[derive(Clone, Debug)]
struct File {
    bytes: bytes::Bytes,
    /// Who is asked about, or why the file is bad.
    content: Arc<Result<Vec<(String, Asked)>, String>>,
    /// When the answer is there; never when nothing.
    done_at: Option<Instant>,
}

/// Files put in.
#[derive(Debug, Default)]
pub(super) struct Files(Mutex<Shelf>);

/// Files by name, and their names from the oldest on.
#[derive(Debug, Default)]
struct Shelf {
    by_name: HashMap<String, File>,
    order: VecDeque<String>,
}

impl Shelf {
    fn keep(&mut self, name: &str, file: File) {
        if self.order.len() >= MOST_FILES
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_name.remove(&oldest);
        }
        self.order.push_back(name.to_owned());
        self.by_name.insert(name.to_owned(), file);
    }
}

/// One fact a policy.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    person.policies.len()
}

/// Looking whether the file is there, and fetching it, are one call: what it brings tells them apart.
pub(super) fn operation(path: &str, outcome: Outcome) -> Option<Operation> {
    match (path.starts_with("/inbox/"), path.starts_with("/outbox/")) {
        (true, _) => Some(Operation::Submit),
        (_, true) if matches!(outcome, Outcome::Processing | Outcome::NotFound) => Some(Operation::Status),
        (_, true) => Some(Operation::Result),
        _ => None,
    }
}

/// The wire has no word for busy; the inbox answers 503.
pub(super) fn problem(problem: Problem) -> Reply {
    let status = match problem {
        Problem::Busy => 503,
        Problem::Error => 500,
        other => other.status(),
    };
    Reply::new(PLAIN, gb18030(problem.words()), problem.outcome()).with_status(status)
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::api_key(desk.key, request, "x-api-key") {
        return problem(Problem::Unauthorised);
    }
    let inbox = request.path.strip_prefix("/inbox/").and_then(|name| name.strip_suffix(".csv"));
    let outbox = request.path.strip_prefix("/outbox/");
    match (request.method.clone(), inbox, outbox) {
        (Method::PUT, Some(name), _) if is_name(name) => put(desk, request, name),
        (Method::GET, _, Some(file)) => get(desk, file),
        (Method::PUT, Some(_), _) => problem(Problem::Unreadable),
        _ => problem(Problem::NotFound),
    }
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The people of a file, or one line saying what is wrong with it.
fn read(bytes: &[u8]) -> Result<Vec<(String, Asked)>, String> {
    let text = read_strictly(encoding_rs::GB18030, bytes).ok_or("文件不是GB18030编码")?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| "无法读取表头")?;
    if header.iter().ne(REQUEST_HEADER) {
        return Err("表头错误".into());
    }
    let mut people = Vec::new();
    for (line, record) in reader.records().enumerate() {
        let record = record.map_err(|_| format!("第{}行无法读取", line + 2))?;
        let fields: Vec<&str> = record.iter().collect();
        let [sequence, name, number] = fields[..] else { return Err(format!("第{}行列数错误", line + 2)) };
        people.push((sequence.to_owned(), Asked::new(number, name)));
    }
    if people.is_empty() || people.len() > LARGEST_FILE {
        return Err(format!("人数应为1至{LARGEST_FILE}"));
    }
    Ok(people)
}

fn put(desk: &Desk<'_>, request: &Request, name: &str) -> Reply {
    let content = read(&request.body);
    let numbers: Vec<&str> = content.iter().flatten().map(|(_, asked)| asked.number.as_str()).collect();
    let trouble = desk.gate.ticket_trouble(desk.key, &numbers);
    let mut files = desk.state.files.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(earlier) = files.by_name.get(name) {
        let status = if earlier.bytes == request.body { 201 } else { 409 };
        let outcome = if status == 201 { Outcome::Accepted } else { Outcome::Error };
        return Reply::new(PLAIN, Vec::new(), outcome).with_status(status).about(numbers);
    }
    let done_at = (!trouble.never).then(|| desk.instant + desk.ticket_delay + Duration::from_millis(trouble.extra_ms));
    let reply = Reply::new(PLAIN, Vec::new(), Outcome::Accepted).with_status(201).about(numbers);
    let content = Arc::new(if trouble.failed { Err("处理失败".into()) } else { content });
    files.keep(name, File { bytes: request.body.clone(), content, done_at });
    reply
}

fn get(desk: &Desk<'_>, file: &str) -> Reply {
    let (name, wants_error) = match (file.strip_suffix(".csv"), file.strip_suffix(".err")) {
        (Some(name), _) => (name, false),
        (_, Some(name)) => (name, true),
        _ => return problem(Problem::NotFound),
    };
    // Found, and the lock given back, before an answer is made.
    let kept = desk.state.files.0.lock().unwrap_or_else(PoisonError::into_inner).by_name.get(name).cloned();
    let ready = kept.filter(|file| file.done_at.is_some_and(|at| at <= desk.instant));
    match ready.as_ref().map(|file| &*file.content) {
        Some(Ok(people)) if !wants_error => answer_file(desk, people),
        Some(Err(line)) if wants_error => Reply::new(PLAIN, gb18030(&format!("{line}\n")), Outcome::Error),
        None => Reply { outcome: Outcome::Processing, ..problem(Problem::NotFound) },
        _ => problem(Problem::NotFound),
    }
}

fn answer_file(desk: &Desk<'_>, people: &[(String, Asked)]) -> Reply {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut write =
        |fields: &[String]| writer.write_record(fields).expect("rows of the header's length go into memory");
    write(&ANSWER_HEADER.map(str::to_owned));
    let mut any = false;
    for (sequence, asked) in people {
        let rows = desk.find(asked);
        any |= !rows.is_empty();
        if rows.is_empty() {
            let mut none = vec![String::new(); ANSWER_HEADER.len()];
            (none[0], none[2], none[3], none[5]) =
                (sequence.clone(), asked.name.clone(), asked.number.clone(), "无".into());
            write(&none);
        }
        for row in &rows {
            write(&policy(sequence, row));
        }
    }
    let text = String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default();
    let mut file = gb18030(&text);
    // the header is no row, and no field of these files holds a line's end
    let last = format!("合计,{},{},,,,,,,,\r\n", text.lines().count() - 1, hex::encode(Sha256::digest(&file)));
    file.extend(gb18030(&last));
    Reply::new(CSV, file, if any { Outcome::Found } else { Outcome::NoRecord })
}

fn policy(sequence: &str, row: &Found<'_>) -> [String; 11] {
    let policy = &row.person.policies[row.head.ordinal];
    let day = policy.effective;
    [
        sequence.to_owned(),
        row.head.record_number.clone(),
        row.head.name.clone(),
        row.head.number.clone(),
        policy.company.to_string(),
        policy.kind.to_string(),
        yuan(policy.annual_premium_fen),
        yuan(policy.cash_value_fen),
        yuan(policy.claims_12m_fen),
        policy.state.word().to_owned(),
        format!("{}/{}/{}", day.year(), day.month(), day.day()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_files_are_dropped() {
        let mut shelf = Shelf::default();
        let file = File { bytes: bytes::Bytes::new(), content: Arc::new(Err(String::new())), done_at: None };
        for number in 0..MOST_FILES + 3 {
            shelf.keep(&number.to_string(), file.clone());
        }
        assert_eq!((shelf.by_name.len(), shelf.order.len()), (MOST_FILES, MOST_FILES));
        assert!(!shelf.by_name.contains_key("2") && shelf.by_name.contains_key("3"));
    }
}
