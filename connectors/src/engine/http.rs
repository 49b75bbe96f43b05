//! Asking and being answered at once: one person over pages, or several people in one call.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;
use tokio::time::sleep;

use super::{Errand, finish, read_page};
use crate::definition::Paging;
use crate::exchange::{Fault, Received};
use crate::mapping::path::Place;
use crate::mapping::{ItemResult, Page};
use crate::records::{Answer, Coverage, Failure, Gap};
use crate::source::{Query, Reply};
use crate::template::Values;

/// More pages than this about one person are not believed.
const MOST_PAGES: u32 = 500;
/// Between rounds for the people of a batch whom the department was too busy to answer about.
const BATCH_PAUSE: std::time::Duration = std::time::Duration::from_millis(200);

/// Where the next page is.
enum Next {
    End,
    Cursor(String),
    Number,
}

/// What the pages read so far say about one person.
#[derive(Default)]
pub(crate) struct Collected {
    whole: ItemResult,
    as_of: Option<Date>,
    total: Option<u64>,
}

impl Collected {
    /// Adds a page.
    pub(crate) fn add(&mut self, page: Page) {
        self.as_of = self.as_of.or(page.as_of);
        self.total = self.total.or(page.total);
        page.items.into_values().for_each(|item| self.whole.merge(item));
    }

    /// The answer after the last page.
    pub(crate) fn end(mut self, coverage: Coverage) -> Result<(Answer, Option<String>), Fault> {
        match self.total {
            Some(total) if self.whole.rows < total => self.whole.gap = self.whole.gap.or(Some(Gap::PageMissing)),
            Some(total) if self.whole.rows > total => {
                let more = "body: more rows than the department says there are";
                return Err(Fault::lasting(Failure::Malformed, more));
            }
            _ => {}
        }
        Ok(finish(self.whole, self.as_of, coverage))
    }
}

/// One person, page by page. A page that cannot be had leaves what came before as a partial answer.
pub(super) async fn one(errand: &mut Errand<'_>, paging: &Paging, query: &Query) -> Reply {
    let mut collected = Collected::default();
    let mut cursor = String::new();
    let mut seen = BTreeSet::new();
    for number in 1..=MOST_PAGES {
        let (page, tree) = match fetch(errand, query, number, &cursor).await {
            Ok(fetched) => fetched,
            Err(fault) if number == 1 => return errand.failed(&fault),
            Err(fault) => return broken_off(errand, collected, &fault),
        };
        collected.add(page);
        match tree.map_or(Ok(Next::End), |tree| next(paging, &tree, number)) {
            Ok(Next::End) => {
                return match collected.end(errand.definition.descriptor.coverage) {
                    Ok((answer, note)) => errand.reply(answer, note),
                    Err(fault) => errand.failed(&fault),
                };
            }
            Ok(Next::Number) => {}
            Ok(Next::Cursor(following)) if seen.insert(following.clone()) => cursor = following,
            Ok(Next::Cursor(_)) => {
                let round = "paging: the cursor leads back to a page already read";
                return broken_off(errand, collected, &Fault::lasting(Failure::Malformed, round));
            }
            Err(fault) => return broken_off(errand, collected, &fault),
        }
    }
    let endless = Fault::lasting(Failure::Malformed, format!("paging: more than {MOST_PAGES} pages"));
    broken_off(errand, collected, &endless)
}

fn broken_off(errand: &Errand<'_>, collected: Collected, fault: &Fault) -> Reply {
    let answer = Answer::Partial { records: collected.whole.records, why: Gap::PageMissing };
    errand.reply(answer, Some(fault.note.clone()))
}

async fn fetch(
    errand: &mut Errand<'_>,
    query: &Query,
    number: u32,
    cursor: &str,
) -> Result<(Page, Option<Value>), Fault> {
    let definition = errand.definition;
    let line = errand.line;
    let uuid = errand.uuid.clone();
    let people = std::slice::from_ref(query);
    let prepare = || {
        let values = Values { page: number, cursor, ..super::base_values(line, &uuid, Some(query), "") };
        definition.request.render(&values, people, &definition.auth)
    };
    errand.visit.call(prepare, |received: Received| read_page(&definition.answer, &received)).await
}

fn next(paging: &Paging, tree: &Value, number: u32) -> Result<Next, Fault> {
    let root = Place { root: tree, node: tree, location: "$" };
    match paging {
        Paging::Single => Ok(Next::End),
        Paging::Cursor { next } => match next.scalar(root) {
            Ok(cursor) => Ok(cursor.map_or(Next::End, Next::Cursor)),
            Err(unreadable) => Err(Fault::malformed(&unreadable)),
        },
        Paging::Pages { pages } => match pages.scalar(root).map(|text| text.map(|text| text.parse::<u32>())) {
            Ok(Some(Ok(pages))) if number < pages => Ok(Next::Number),
            Ok(Some(Ok(_))) => Ok(Next::End),
            _ => Err(Fault::lasting(Failure::Malformed, format!("{}: is not a number of pages", pages.text()))),
        },
    }
}

/// Several people in one call; those the department was too busy for are asked about again, the others are not.
pub(super) async fn many(errand: &mut Errand<'_>, queries: &[Query]) -> Vec<Reply> {
    let mut replies: Vec<Option<Reply>> = vec![None; queries.len()];
    let mut open: Vec<usize> = (0..queries.len()).collect();
    let rounds = errand.visit.retries() + 1;
    for round in 1..=rounds {
        let people: Vec<Query> = open.iter().map(|index| queries[*index].clone()).collect();
        let page = match batch(errand, &people).await {
            Ok(page) => page,
            Err(fault) => {
                for index in open {
                    replies[index].get_or_insert_with(|| errand.failed(&fault));
                }
                break;
            }
        };
        let mut busy = Vec::new();
        let mut items = page.items;
        for (number, index) in open.into_iter().enumerate() {
            let item = items.remove(&(number + 1)).unwrap_or_else(|| missing(errand));
            if matches!(item.failed, Some((Failure::Busy, _))) {
                busy.push(index);
            }
            let (answer, note) = finish(item, page.as_of, errand.definition.descriptor.coverage);
            replies[index] = Some(errand.reply(answer, note));
        }
        open = busy;
        if open.is_empty() || round == rounds || errand.visit.remaining() <= BATCH_PAUSE {
            break;
        }
        sleep(BATCH_PAUSE).await;
    }
    replies.into_iter().flatten().collect()
}

async fn batch(errand: &mut Errand<'_>, people: &[Query]) -> Result<Page, Fault> {
    let definition = errand.definition;
    let line = errand.line;
    let uuid = errand.uuid.clone();
    let prepare = || {
        let values = super::base_values(line, &uuid, people.first(), "");
        definition.request.render(&values, people, &definition.auth)
    };
    let judge = |received: Received| {
        let (page, _) = read_page(&definition.answer, &received)?;
        match page.items.keys().next_back() {
            Some(last) if *last > people.len() => {
                Err(Fault::passing(Failure::Malformed, "body: answers about somebody who was not asked about"))
            }
            _ => Ok(page),
        }
    };
    errand.visit.call(prepare, judge).await
}

/// Somebody asked about who is not in the answer.
pub(super) fn missing(errand: &Errand<'_>) -> ItemResult {
    let why = errand.definition.answer.items.as_ref().map_or(Failure::Malformed, |items| items.missing);
    ItemResult { failed: Some((why, "body: says nothing about this person".into())), ..ItemResult::default() }
}
