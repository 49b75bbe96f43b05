//! Finance (金融): four banks behind one gateway, asynchronous. A batch is submitted, a ticket polled, a result file fetched whose last
//! line proves that it is whole. Bank NXB says only whether its balances exceed a limit.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found};
use crate::calendar::Window;
use crate::chance::mix_text;
use crate::copies::Asked;
use crate::faults::Operation;
use crate::truth::{Account, AccountKind, Person};

/// Most people a batch.
const LARGEST_BATCH: usize = 100;
/// Tickets kept; the oldest are dropped.
const MOST_TICKETS: usize = 100_000;
/// The bank that answers only over or under a limit, and the limit.
const THRESHOLD_BANK: &str = "NXB";
const THRESHOLD_FEN: i64 = 5_000_000;

#[derive(Clone, Debug, Deserialize)]
struct Item {
    seq: u64,
    #[serde(rename = "idNo", default)]
    number: String,
    #[serde(default)]
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    batch_no: String,
    as_of: jiff::civil::Date,
    items: Vec<Item>,
}

/// A batch taken in.
#[derive(Clone, Debug)]
struct Ticket {
    batch: String,
    body: [u8; 32],
    items: Arc<[Item]>,
    /// When it is done; never when nothing.
    done_at: Option<Instant>,
    failed: bool,
}

/// Batches taken in, by ticket, and tickets by batch number.
#[derive(Debug, Default)]
pub(super) struct Tickets(Mutex<Register>);

#[derive(Debug, Default)]
struct Register {
    by_ticket: BTreeMap<String, Ticket>,
    by_batch: BTreeMap<String, String>,
    order: std::collections::VecDeque<String>,
}

impl Register {
    fn keep(&mut self, name: &str, ticket: Ticket) {
        if self.order.len() >= MOST_TICKETS
            && let Some(oldest) = self.order.pop_front()
            && let Some(dropped) = self.by_ticket.remove(&oldest)
        {
            self.by_batch.remove(&dropped.batch);
        }
        self.order.push_back(name.to_owned());
        self.by_batch.insert(ticket.batch.clone(), name.to_owned());
        self.by_ticket.insert(name.to_owned(), ticket);
    }
}

/// In this order: accounts at banks that answer in full, then one for all accounts at the threshold bank.
fn full_accounts(person: &Person) -> impl Iterator<Item = &Account> {
    person.accounts.iter().filter(|account| account.bank != THRESHOLD_BANK)
}

fn at_threshold_bank(person: &Person) -> bool {
    person.accounts.iter().any(|account| account.bank == THRESHOLD_BANK)
}

pub(super) fn count(_: &Window, person: &Person) -> usize {
    full_accounts(person).count() + usize::from(at_threshold_bank(person))
}

pub(super) fn operation(path: &str) -> Option<Operation> {
    match path {
        "/batch/submit" => Some(Operation::Submit),
        "/batch/status" => Some(Operation::Status),
        "/batch/result" => Some(Operation::Result),
        _ => None,
    }
}

pub(super) fn problem(problem: Problem) -> Reply {
    let code = match problem {
        Problem::Busy => "B1",
        Problem::Unauthorised => "A1",
        Problem::Unreadable | Problem::TooLarge => "P1",
        Problem::NotFound => "N1",
        _ => "E1",
    };
    Reply::json_problem(problem, &json!({ "code": code, "msg": problem.words() }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !desk.signed(request) {
        return problem(Problem::Unauthorised);
    }
    match (request.method.clone(), request.path.as_str()) {
        (Method::POST, "/batch/submit") => submit(desk, request),
        (Method::GET, "/batch/status") => status(desk, request),
        (Method::GET, "/batch/result") => result(desk, request),
        _ => problem(Problem::NotFound),
    }
}

fn submit(desk: &Desk<'_>, request: &Request) -> Reply {
    let Some(batch) = request.json::<Batch>() else { return problem(Problem::Unreadable) };
    let window = desk.window();
    if batch.items.is_empty()
        || batch.items.len() > LARGEST_BATCH
        || batch.batch_no.is_empty()
        || batch.as_of < window.start
    {
        return problem(Problem::Unreadable);
    }
    let numbers: Vec<&str> = batch.items.iter().map(|item| item.number.as_str()).collect();
    let body: [u8; 32] = Sha256::digest(&request.body).into();
    let trouble = desk.gate.ticket_trouble(desk.key, &numbers);
    let mut register = desk.state.tickets.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = register.by_batch.get(&batch.batch_no) {
        let same = register.by_ticket.get(name).is_some_and(|ticket| ticket.body == body);
        return if same { accepted(name, &numbers) } else { duplicate(&numbers) };
    }
    let name = format!("T{:016X}", mix_text(desk.copies.population().seed(), &batch.batch_no));
    let done_at = (!trouble.never).then(|| desk.instant + desk.ticket_delay + Duration::from_millis(trouble.extra_ms));
    let reply = accepted(&name, &numbers);
    register.keep(
        &name,
        Ticket { batch: batch.batch_no, body, items: batch.items.into(), done_at, failed: trouble.failed },
    );
    reply
}

fn accepted(ticket: &str, numbers: &[&str]) -> Reply {
    Reply::json(&json!({ "code": "0", "ticket": ticket }), Outcome::Accepted).about(numbers.iter().copied())
}

fn duplicate(numbers: &[&str]) -> Reply {
    Reply::json(&json!({ "code": "D1", "msg": "批次号重复" }), Outcome::Error).about(numbers.iter().copied())
}

fn ticket_of(desk: &Desk<'_>, request: &Request) -> Option<Ticket> {
    let name = request.parameter("ticket")?;
    let register = desk.state.tickets.0.lock().unwrap_or_else(PoisonError::into_inner);
    register.by_ticket.get(&name).cloned()
}

fn status(desk: &Desk<'_>, request: &Request) -> Reply {
    let Some(ticket) = ticket_of(desk, request) else { return problem(Problem::NotFound) };
    let done = ticket.done_at.is_some_and(|at| at <= desk.instant);
    let (state, outcome) = match (done, ticket.failed) {
        (false, _) => ("PROCESSING", Outcome::Processing),
        (true, true) => ("FAILED", Outcome::Error),
        (true, false) => ("DONE", Outcome::Accepted),
    };
    Reply::json(&json!({ "code": "0", "state": state }), outcome)
}

fn result(desk: &Desk<'_>, request: &Request) -> Reply {
    let Some(ticket) = ticket_of(desk, request) else { return problem(Problem::NotFound) };
    if ticket.failed || ticket.done_at.is_none_or(|at| at > desk.instant) {
        return Reply::json(&json!({ "code": "W1", "msg": "尚未完成" }), Outcome::Processing);
    }
    let mut lines: Vec<Value> = Vec::new();
    for item in ticket.items.iter() {
        item_lines(desk, item, &mut lines);
    }
    let found = lines.iter().any(|line| line.get("jlbh").is_some());
    let mut file = String::new();
    for line in &lines {
        file.push_str(&line.to_string());
        file.push('\n');
    }
    let sha256 = hex::encode(Sha256::digest(file.as_bytes()));
    file.push_str(&json!({ "trailer": true, "rows": lines.len(), "sha256": sha256 }).to_string());
    file.push('\n');
    Reply::new("application/x-ndjson; charset=UTF-8", file, if found { Outcome::Found } else { Outcome::NoRecord })
}

fn item_lines(desk: &Desk<'_>, item: &Item, lines: &mut Vec<Value>) {
    let missing = desk.gate.missing_banks(desk.key, &item.number);
    let rows = desk.find(&Asked::new(&item.number, &item.name));
    let before = lines.len();
    for row in &rows {
        let line = line(desk, item.seq, row);
        if !missing.iter().any(|bank| line.get("bank").and_then(Value::as_str) == Some(bank)) {
            lines.push(line);
        }
    }
    if lines.len() == before {
        lines.push(json!({ "seq": item.seq, "none": true }));
    }
    lines.extend(
        missing.into_iter().map(|bank| json!({ "seq": item.seq, "bank": bank, "missing": true, "reason": "timeout" })),
    );
}

fn line(desk: &Desk<'_>, seq: u64, row: &Found<'_>) -> Value {
    let end = desk.window().end;
    let as_of = end.yesterday().unwrap_or(end).to_string();
    let named = JsonRow::new(&row.head.record_number)
        .value("seq", seq)
        .text("name", &row.head.name)
        .text("idNo", &row.head.number)
        .text("asOf", &as_of);
    let Some(account) = full_accounts(row.person).nth(row.head.ordinal) else {
        let held = row.person.accounts.iter().filter(|account| account.bank == THRESHOLD_BANK);
        let total: i64 =
            held.filter(|account| account.kind != AccountKind::Loan).map(|account| account.balance_fen).sum();
        return named
            .value("bank", THRESHOLD_BANK)
            .value("limit", THRESHOLD_FEN)
            .value("exceeds", total > THRESHOLD_FEN)
            .done();
    };
    named
        .value("bank", account.bank.as_ref())
        .text("mobile", &row.person.phone)
        .value("kind", account.kind.word())
        .value("balance", account.balance_fen)
        .value("interest12m", account.interest_12m_fen)
        .value("outflow12m", account.outflow_12m_fen)
        .value("state", account.state.word())
        .done()
}
