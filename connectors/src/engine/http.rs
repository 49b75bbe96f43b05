//! Asking and being answered at once: one person over pages, or several people in one call.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;

use super::judge::too_many_rows;
use super::{Errand, finish, read_page};
use crate::codec::Unreadable;
use crate::definition::{Definition, Paging, Transport};
use crate::exchange::{Fault, Received};
use crate::mapping::path::Place;
use crate::mapping::{ItemResult, Page};
use crate::records::{Answer, Failure, Gap};
use crate::source::{Query, Reply};
use crate::template::Values;

/// More pages than this about one person are not believed.
const MOST_PAGES: u32 = 500;

/// What follows a page.
pub(crate) enum Next {
    /// Nothing: this is the answer.
    End(Result<(Answer, Option<String>), Fault>),
    /// Another page.
    Page,
}

/// The pages of one person's answer read so far. Samples go through the same steps as live answers.
pub(crate) struct Reading<'d> {
    definition: &'d Definition,
    whole: ItemResult,
    as_of: Option<Date>,
    total: Option<u64>,
    max_rows: usize,
    seen: BTreeSet<String>,
    pub(crate) cursor: String,
    pub(crate) number: u32,
}

impl<'d> Reading<'d> {
    pub(crate) fn new(definition: &'d Definition, max_rows: usize) -> Self {
        Self {
            definition,
            whole: ItemResult::default(),
            as_of: None,
            total: None,
            max_rows,
            seen: BTreeSet::new(),
            cursor: String::new(),
            number: 1,
        }
    }

    /// One page of bytes. A page that says to be another than the one asked for is no page of this answer.
    pub(crate) fn read(&self, received: &Received) -> Result<(Page, Option<Value>), Fault> {
        let (page, tree) = read_page(&self.definition.answer, received, self.max_rows)?;
        if let (Transport::Http { paging: Paging::Pages { page: Some(echo), .. } }, Some(tree)) =
            (&self.definition.transport, &tree)
        {
            let root = Place { root: tree, node: tree, location: "$" };
            let stated = echo.scalar(root).map_err(|error| Fault::malformed(&error))?;
            if stated.and_then(|text| text.parse::<u32>().ok()) != Some(self.number) {
                let other = Unreadable::new(echo.text(), "is not the number of the page asked for");
                return Err(Fault::malformed(&other));
            }
        }
        Ok((page, tree))
    }

    /// Adds a page, and says what follows.
    pub(crate) fn add(&mut self, page: Page, tree: Option<&Value>) -> Next {
        let Some(tree) = tree else {
            if self.number > 1 {
                let denied = Fault::lasting(Failure::Malformed, "paging: a later page says that nothing is held");
                return Next::End(self.broken_off(denied));
            }
            return Next::End(self.end(page));
        };
        let following = match &self.definition.transport {
            Transport::Http { paging } => following(paging, tree, self.number),
            Transport::Ticket(_) | Transport::File(_) => Ok(Following::End),
        };
        let following = match following {
            Ok(Following::End) => return Next::End(self.end(page)),
            Ok(following) => following,
            Err(fault) => {
                self.gather(page);
                return Next::End(self.broken_off(fault));
            }
        };
        self.gather(page);
        if usize::try_from(self.whole.rows).unwrap_or(usize::MAX) > self.max_rows {
            return Next::End(Err(too_many_rows(self.max_rows)));
        }
        match following {
            Following::Cursor(cursor) if self.seen.insert(cursor.clone()) => self.cursor = cursor,
            Following::Cursor(_) => {
                let round = "paging: the cursor leads back to a page already read";
                return Next::End(self.broken_off(Fault::lasting(Failure::Malformed, round)));
            }
            Following::Number | Following::End => {}
        }
        if self.number >= MOST_PAGES {
            let endless = Fault::lasting(Failure::Malformed, format!("paging: more than {MOST_PAGES} pages"));
            return Next::End(self.broken_off(endless));
        }
        self.number += 1;
        Next::Page
    }

    fn gather(&mut self, page: Page) {
        self.as_of = self.as_of.or(page.as_of);
        // rows that moved between pages while they were read may have been missed
        let moved = self.total.is_some() && page.total != self.total;
        self.total = self.total.or(page.total);
        let mut again = 0;
        for item in page.items.into_values() {
            again += self.whole.merge(item);
        }
        if moved || again > 0 {
            self.whole.gap = self.whole.gap.or(Some(Gap::PageMissing));
        }
    }

    /// The answer with the last page.
    fn end(&mut self, page: Page) -> Result<(Answer, Option<String>), Fault> {
        self.gather(page);
        let mut whole = std::mem::take(&mut self.whole);
        match self.total {
            Some(total) if whole.rows < total => whole.gap = whole.gap.or(Some(Gap::PageMissing)),
            Some(total) if whole.rows > total => {
                let more = "body: more rows than the department says there are";
                return Err(Fault::lasting(Failure::Malformed, more));
            }
            _ => {}
        }
        if usize::try_from(whole.rows).unwrap_or(usize::MAX) > self.max_rows {
            return Err(too_many_rows(self.max_rows));
        }
        Ok(finish(whole, self.as_of, self.definition.descriptor.coverage))
    }

    /// What is left when a page cannot be had: nothing without the first, a partial answer without a later one.
    pub(crate) fn broken_off(&mut self, fault: Fault) -> Result<(Answer, Option<String>), Fault> {
        if self.number == 1 && self.whole == ItemResult::default() {
            return Err(fault);
        }
        let records = std::mem::take(&mut self.whole).records;
        Ok((Answer::Partial { records, why: Gap::PageMissing }, Some(fault.note)))
    }
}

/// One person, page by page.
pub(super) async fn one(errand: &mut Errand<'_>, query: &Query) -> Reply {
    let mut reading = Reading::new(errand.definition, errand.visit.max_rows());
    let ended = loop {
        match fetch(errand, query, &reading).await {
            Ok((page, tree)) => {
                if let Next::End(ended) = reading.add(page, tree.as_ref()) {
                    break ended;
                }
            }
            Err(fault) => break reading.broken_off(fault),
        }
    };
    match ended {
        Ok((answer, note)) => errand.reply(answer, note),
        Err(fault) => errand.failed(&fault),
    }
}

async fn fetch(errand: &mut Errand<'_>, query: &Query, reading: &Reading<'_>) -> Result<(Page, Option<Value>), Fault> {
    let definition = errand.definition;
    let line = errand.line;
    let uuid = errand.uuid.clone();
    let people = std::slice::from_ref(query);
    let prepare = || {
        let base = super::base_values(line, &uuid, Some(query), "");
        let values = Values { page: reading.number, cursor: &reading.cursor, ..base };
        definition.request.render(&values, people, &definition.auth)
    };
    let watch = errand.watch;
    let judge = |received: Received| {
        let (page, tree) = reading.read(&received)?;
        watch.saw(tree.as_ref());
        Ok((page, tree))
    };
    errand.visit.call(prepare, judge).await
}

enum Following {
    End,
    Cursor(String),
    Number,
}

fn following(paging: &Paging, tree: &Value, number: u32) -> Result<Following, Fault> {
    let root = Place { root: tree, node: tree, location: "$" };
    match paging {
        Paging::Single => Ok(Following::End),
        Paging::Cursor { next } => match next.scalar(root) {
            Ok(cursor) => Ok(cursor.map_or(Following::End, Following::Cursor)),
            Err(unreadable) => Err(Fault::malformed(&unreadable)),
        },
        Paging::Pages { pages, .. } => match pages.scalar(root).map(|text| text.map(|text| text.parse::<u32>())) {
            Ok(Some(Ok(pages))) if number < pages => Ok(Following::Number),
            Ok(Some(Ok(_))) => Ok(Following::End),
            _ => Err(Fault::lasting(Failure::Malformed, format!("{}: is not a number of pages", pages.text()))),
        },
    }
}

/// Several people in one call; those the department was too busy for are asked about again, the others are not. A fault is one of all.
pub(super) async fn many(errand: &mut Errand<'_>, queries: &[Query]) -> Result<Vec<Reply>, Fault> {
    let mut replies: Vec<Option<Reply>> = vec![None; queries.len()];
    let mut open: Vec<usize> = (0..queries.len()).collect();
    loop {
        let people: Vec<Query> = open.iter().map(|index| queries[*index].clone()).collect();
        let page = match batch(errand, &people).await {
            Ok(page) => page,
            Err(fault) if open.len() == queries.len() && replies.iter().all(Option::is_none) => return Err(fault),
            // those it was too busy for in an earlier round stay without an answer
            Err(_) => break,
        };
        let mut busy = Vec::new();
        let mut items = page.items;
        for (number, index) in open.into_iter().enumerate() {
            let item = items.remove(&(number + 1)).unwrap_or_else(|| missing(errand.definition));
            if matches!(item.failed, Some((Failure::Busy, _))) {
                busy.push(index);
            }
            let (answer, note) = finish(item, page.as_of, errand.definition.descriptor.coverage);
            replies[index] = Some(errand.reply(answer, note));
        }
        open = busy;
        // rounds and attempts spend the same retries
        if open.is_empty() || !errand.visit.pause(None).await {
            break;
        }
    }
    Ok(replies.into_iter().flatten().collect())
}

async fn batch(errand: &mut Errand<'_>, people: &[Query]) -> Result<Page, Fault> {
    let definition = errand.definition;
    let line = errand.line;
    let uuid = errand.uuid.clone();
    let prepare = || {
        let values = super::base_values(line, &uuid, people.first(), "");
        definition.request.render(&values, people, &definition.auth)
    };
    let (max_rows, watch) = (errand.visit.max_rows(), errand.watch);
    let judge = |received: Received| {
        let (page, tree) = read_page(&definition.answer, &received, max_rows)?;
        watch.saw(tree.as_ref());
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
pub(super) fn missing(definition: &Definition) -> ItemResult {
    let why = definition.answer.items.as_ref().map_or(Failure::Malformed, |items| items.missing);
    ItemResult::failed(why, "body: says nothing about this person")
}
