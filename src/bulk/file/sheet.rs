//! From the rows of a table to households: rows of one household follow each other, its first row is the applicant.

use std::collections::HashSet;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use foldhash::fast::FixedState;
use serde_json::{Map, Value, json};

use super::row::{Broken, Headings, Row};
use super::values::{self, Damage};
use super::{Defaults, Entry, FileFault, Places, RowFault};

/// Rows of one household that are kept: a request takes fewer people, and says so.
const MOST_ROWS: usize = 64;

/// The households of a table.
pub(super) struct Households<'a, I> {
    rows: I,
    headings: Headings,
    defaults: &'a Defaults,
    /// The first row of the next household.
    next: Option<Row>,
    /// Hashes of the numbers of households that are done.
    seen: HashSet<u64>,
    number: u64,
    ended: bool,
    /// The last row of the household before it may be of this one.
    torn: bool,
}

impl<'a, I: Iterator<Item = Result<Row, FileFault>>> Households<'a, I> {
    pub(super) fn read(mut rows: I, defaults: &'a Defaults) -> Result<Self, FileFault> {
        let empty = || {
            let remedy = ["首行写表头，每行一人", "write the headings first, then a row a person"];
            FileFault::new(1, "empty", ["文件没有内容", "the file is empty"], remedy)
        };
        let first = rows.find(|row| !row.as_ref().is_ok_and(Row::is_blank)).ok_or_else(empty)??;
        if first.broken == Some(Broken::Encoding) {
            let what = ["文件既不是 UTF-8 也不是 GB18030 编码", "the file is neither UTF-8 nor GB18030"];
            let remedy = ["另存为 CSV UTF-8 格式", "save it again as CSV UTF-8"];
            return Err(FileFault::new(first.line, "encoding", what, remedy));
        }
        let headings = Headings::read(&first)?;
        Ok(Self { rows, headings, defaults, next: None, seen: HashSet::new(), number: 0, ended: false, torn: false })
    }

    /// The rows of the next household, with how many more there were than are kept.
    fn gather(&mut self) -> Result<Option<(Vec<Row>, usize)>, FileFault> {
        let (mut household, mut left_out): (Vec<Row>, usize) = (Vec::from_iter(self.next.take()), 0);
        for row in self.rows.by_ref() {
            let row = row?;
            if row.is_blank() {
                continue;
            }
            let number = self.headings.text(&row, "household");
            // a row whose number cannot be read may be of the household before it or of the one behind it
            let same = |first: &Row| {
                self.headings.is_anybodys(&row)
                    || (number.is_some() && self.headings.text(first, "household") == number)
            };
            match household.first() {
                Some(first) if !same(first) => {
                    self.next = Some(row);
                    break;
                }
                Some(_) if household.len() == MOST_ROWS => left_out += 1,
                _ => household.push(row),
            }
        }
        Ok((!household.is_empty()).then_some((household, left_out)))
    }

    fn entry(&mut self, rows: &[Row], left_out: usize) -> Entry {
        self.number += 1;
        let mut faults = Vec::new();
        let first = &rows[0];
        let torn = rows.last().is_some_and(|row| self.headings.is_anybodys(row));
        if std::mem::replace(&mut self.torn, torn) {
            let what =
                ["上一行无法读取，可能是本户的一行", "the row before it cannot be read, and may be of this household"];
            let remedy = ["改正上一行后重新提交", "put that row right and send both again"];
            faults.push(RowFault::new(first.line, self.headings.heading("household"), "household_torn", what, remedy));
        }
        self.check_number(first, &mut faults);
        if left_out > 0 {
            let what = ["一户的行数过多", "the household has too many rows"];
            let remedy = ["按共同生活的家庭拆分", "split it into the households that live together"];
            faults.push(RowFault::new(first.line, self.headings.heading("household"), "count", what, remedy));
        }
        let mut incomes = Vec::new();
        let mut members = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            self.check_row(row, &mut faults);
            members.push(Member { headings: &self.headings, row, place, rows }.document(&mut incomes, &mut faults));
        }
        let document = self.document(first, members);
        let lines = rows.iter().map(|row| row.line).collect();
        let places = Places::Rows { lines, headings: Arc::clone(&self.headings.written), incomes };
        Entry { number: self.number, line: first.line, document: document.to_string().into_bytes(), faults, places }
    }

    fn check_number(&mut self, first: &Row, faults: &mut Vec<RowFault>) {
        let heading = self.headings.heading("household");
        let Some(number) = self.headings.text(first, "household") else {
            let remedy = ["同一户各行填写相同的户编号", "write the same number on every row of a household"];
            faults.push(RowFault::new(first.line, heading, "required", ["缺少户编号", "is required"], remedy));
            return;
        };
        if !self.seen.insert(FixedState::default().hash_one(number)) {
            let what = ["该户编号在前面的行中已经出现", "rows further up have the same number"];
            let remedy = [
                "同一户的各行须相连；不同的户用不同的编号",
                "rows of a household follow each other; different households have different numbers",
            ];
            faults.push(RowFault::new(first.line, heading, "household_apart", what, remedy));
        }
    }

    fn check_row(&self, row: &Row, faults: &mut Vec<RowFault>) {
        faults.extend(row.broken.map(|broken| broken.fault(row.line)));
        if row.cells.iter().skip(self.headings.columns.len()).any(|cell| !cell.is_empty()) {
            let what = ["该行的列数多于表头", "the line has more values than the heading line"];
            let remedy = ["检查逗号和引号", "check commas and quotation marks"];
            faults.push(RowFault::new(row.line, "", "columns", what, remedy));
        }
    }

    fn document(&self, first: &Row, members: Vec<Value>) -> Value {
        let (headings, defaults) = (&self.headings, self.defaults);
        let word = |key| headings.text(first, key).map(|text| values::word(key, text));
        let as_of = headings.get(first, "as_of").map_or_else(|| defaults.as_of.to_string(), values::day);
        let purpose = word("purpose").or_else(|| defaults.purpose.clone());
        let mut basis = Map::new();
        let (kind, duty) = match (word("legal_basis"), defaults.duty(purpose.as_deref())) {
            (Some(kind), _) => (kind, None),
            (None, Some(document)) => ("statutory_duty".to_owned(), Some(document.to_owned())),
            (None, None) => ("authorisation".to_owned(), None),
        };
        basis.insert("kind".into(), kind.into());
        if let Some(number) = headings.text(first, "legal_document").or(duty) {
            basis.insert("document_number".into(), number.into());
        }
        let mut document = json!({
            "as_of": as_of,
            "reference": headings.text(first, "household"),
            "legal_basis": basis,
            "applicant": "m1",
            "household": { "members": members, "address": address(headings, first) },
        });
        let region = headings.text(first, "region").or_else(|| defaults.region.clone());
        for (key, value) in [("region", region), ("purpose", purpose)] {
            if let Some(value) = value {
                document[key] = value.into();
            }
        }
        if let Some(kind) = word("registered_as").or_else(|| defaults.registered_as.clone()) {
            document["household"]["registered_as"] = kind.into();
        }
        document
    }
}

/// The address, with township and village where it leaves them out.
fn address(headings: &Headings, row: &Row) -> Option<String> {
    let mut whole = headings.text(row, "address").unwrap_or_default();
    for key in ["village", "township"] {
        if let Some(part) = headings.text(row, key).filter(|part| !whole.contains(part.as_str())) {
            whole.insert_str(0, &part);
        }
    }
    (!whole.is_empty()).then_some(whole)
}

impl<I: Iterator<Item = Result<Row, FileFault>>> Iterator for Households<'_, I> {
    type Item = Result<Entry, FileFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.gather() {
            Ok(Some((rows, left_out))) => Some(Ok(self.entry(&rows, left_out))),
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(fault) => {
                self.ended = true;
                Some(Err(fault))
            }
        }
    }
}

/// One row about to become a member.
struct Member<'a> {
    headings: &'a Headings,
    row: &'a Row,
    place: usize,
    rows: &'a [Row],
}

impl Member<'_> {
    fn document(&self, incomes: &mut Vec<Vec<&'static str>>, faults: &mut Vec<RowFault>) -> Value {
        let mut member = Map::new();
        let mut put = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                member.insert(key.to_owned(), value.into());
            }
        };
        put("ref", Some(format!("m{}", self.place + 1)));
        let own = (self.place == 0).then(|| "01".to_owned());
        put("relation", self.word("relation").or(own));
        put("name", self.text("name"));
        put("id_kind", self.word("id_kind"));
        put("id_number", self.id_number(faults));
        put("birth_date", self.headings.get(self.row, "birth_date").map(values::day));
        put("sex", self.word("sex"));
        put("phone", self.text("phone"));
        if let Some(authorisation) = self.authorisation(faults) {
            member.insert("authorisation".into(), authorisation);
        }
        if let Some(can_work) = self.can_work(faults) {
            member.insert("can_work".into(), can_work.into());
        }
        if let Some(lost) = self.text("self_care_lost") {
            let number = lost.parse::<u64>().map_or_else(|_| Value::String(lost), Value::from);
            member.insert("self_care_lost".into(), number);
        }
        member.insert("declared".into(), self.declared(incomes));
        Value::Object(member)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.headings.text(self.row, key)
    }

    fn word(&self, key: &str) -> Option<String> {
        self.text(key).map(|text| values::word(key, text))
    }

    fn fault(&self, key: &str, code: &str, what: [&str; 2], remedy: [&str; 2]) -> RowFault {
        RowFault::new(self.row.line, self.headings.heading(key), code, what, remedy)
    }

    fn id_number(&self, faults: &mut Vec<RowFault>) -> Option<String> {
        let cell = self.headings.get(self.row, "id_number")?;
        let what = match values::damage(cell) {
            None => return Some(cell.text()),
            Some(Damage::Exponent) => ["证件号码已变为科学计数法", "the number has become one with an exponent"],
            Some(Damage::Zeros) => ["证件号码末位已变为零", "the last digits of the number have become zeros"],
        };
        let remedy = [
            "末几位已丢失，无法恢复：将该列设为“文本”格式，从原件重新录入",
            "its last digits are lost for good: format the column as text and enter the number again from the document",
        ];
        faults.push(self.fault("id_number", "spreadsheet_damage", what, remedy));
        Some(cell.text())
    }

    fn can_work(&self, faults: &mut Vec<RowFault>) -> Option<bool> {
        let cell = self.headings.get(self.row, "can_work")?;
        let read = values::yes(cell);
        if read.is_none() {
            let what = ["劳动能力填写不正确", "is neither yes nor no"];
            faults.push(self.fault("can_work", "yes_or_no", what, ["填写“有”或“无”", "write yes or no"]));
        }
        read
    }

    fn authorisation(&self, faults: &mut Vec<RowFault>) -> Option<Value> {
        let number = self.text("authorisation_number");
        let signed_on = self.headings.get(self.row, "authorisation_signed_on").map(values::day);
        if number.is_none() && signed_on.is_none() {
            return None;
        }
        let valid_until = self.headings.get(self.row, "authorisation_valid_until").map(values::day);
        Some(json!({
            "number": number,
            "signed_on": signed_on,
            "signed_by": self.signed_by(faults),
            "purposes": ["social_assistance"],
            "sources": "all",
            "valid_until": valid_until,
        }))
    }

    /// Who signed: as stated, else the person, of a minor the applicant.
    fn signed_by(&self, faults: &mut Vec<RowFault>) -> Value {
        if let Some(stated) = self.text("authorisation_signed_by") {
            if stated == "本人" || stated == "self" {
                return "self".into();
            }
            let row = stated.strip_prefix('m').unwrap_or(&stated).parse::<usize>().ok();
            return match row.filter(|row| (1..=self.rows.len()).contains(row)) {
                Some(row) => json!({ "guardian": format!("m{row}") }),
                None => {
                    let what = ["签署人不是本户的行序", "is no row of this household"];
                    let remedy = [
                        "填写本人，或签署人在本户中的行序，如 1",
                        "write self, or the row of whoever signed, such as 1",
                    ];
                    faults.push(self.fault("authorisation_signed_by", "signed_by", what, remedy));
                    "self".into()
                }
            };
        }
        if self.place > 0 && self.is_minor() { json!({ "guardian": "m1" }) } else { "self".into() }
    }

    /// Whether the person was a minor when the authorisation was signed, as far as the row tells.
    fn is_minor(&self) -> bool {
        let signed = self.headings.get(self.row, "authorisation_signed_on").map(values::day);
        let Some(signed) = signed.and_then(|day| day.parse::<jiff::civil::Date>().ok()) else { return false };
        let stated = self.headings.get(self.row, "birth_date").map(values::day).and_then(|day| day.parse().ok());
        let by_number = || {
            let number = self.text("id_number")?;
            crate::identity::ResidentNumber::parse(&number).ok().map(|number| number.birth_date())
        };
        let adult =
            |birth: jiff::civil::Date| birth.checked_add(jiff::Span::new().years(18)).is_ok_and(|day| day <= signed);
        by_number().or(stated).is_some_and(|birth| !adult(birth))
    }

    fn declared(&self, incomes: &mut Vec<Vec<&'static str>>) -> Value {
        let mut keys = Vec::new();
        let mut income = Vec::new();
        for (key, class) in [
            ("declared_wage", "wage"),
            ("declared_business", "business"),
            ("declared_property", "property"),
            ("declared_transfer", "transfer"),
        ] {
            if let Some(cell) = self.headings.get(self.row, key) {
                keys.push(key);
                income.push(json!({ "class": class, "annual_yuan": values::yuan(cell) }));
            }
        }
        incomes.push(keys);
        json!({ "income": income, "property": [] })
    }
}
