//! What a trial found, as a page shows it: never a cell of fewer than ten households.
//!
//! The table as a file is in the page already, as the address of a link: it is of the same trial, and nobody's evidence is opened for it again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;

use super::super::{basis_tag, value};
use super::form::Plan;
use crate::console::parts::{Cell, Column, Summary, Table};
use crate::console::words::simulate::{self as words, SimulateWords};
use crate::household::{Fen, Lang};
use crate::policy::simulate::{Count, Headline, MayBecome, Shown};
use crate::report::difference::{ParameterChange, Setting};
use crate::report::movement::{self, chart, told};
use crate::report::render::amounts::{signed, yuan};

/// A trial's result.
pub(super) struct Found {
    pub(super) summary: Summary,
    pub(super) changed: Table,
    /// Drawing and tables; none where there is nothing that may be shown.
    pub(super) drawn: Option<Drawn>,
    /// What stands there instead.
    pub(super) nothing: &'static str,
}

/// The movement as a drawing, with its numbers, and as tables.
pub(super) struct Drawn {
    pub(super) svg: String,
    pub(super) cells: Table,
    pub(super) matrix: Table,
    pub(super) costs: Table,
    /// Whether what is paid in all is all of it.
    pub(super) complete: bool,
    /// The drawing's numbers as a file: what it holds, and what it is called.
    pub(super) csv: (String, String),
}

impl Found {
    /// `today` is in the file's name.
    pub(super) fn of(plan: &Plan, county: &str, shown: &Shown, today: Date, lang: Lang) -> Self {
        let own = SimulateWords::of(lang);
        let any = shown.cells.iter().any(|cell| cell.count.is_some());
        Self {
            summary: summary(plan, county, shown, own, lang),
            changed: changed(&plan.changes, own, lang),
            drawn: any.then(|| Drawn {
                svg: chart::svg(shown, "moves-", lang),
                cells: cells(shown, own, lang),
                matrix: matrix(shown, own, lang),
                costs: costs(shown, own, lang),
                complete: is_complete(shown),
                csv: (
                    format!("data:text/csv;charset=utf-8;base64,{}", STANDARD.encode(movement::csv(shown))),
                    format!("simulate-{}-{today}.csv", plan.region.as_str()),
                ),
            }),
            nothing: if shown.cells.is_empty() { own.none } else { own.too_few },
        }
    }
}

fn is_complete(shown: &Shown) -> bool {
    shown.complete() == [true; 2]
}

fn summary(plan: &Plan, county: &str, shown: &Shown, own: &'static SimulateWords, lang: Lang) -> Summary {
    let made_up = plan.made_up.is_some();
    let mut lines = vec![
        (own.county, Cell::Text(format!("{county} {}", plan.region.as_str()))),
        (own.as_of, Cell::Whole(words::rules_of(plan.as_of, lang))),
    ];
    let tried_on = words::tried_on(made_up, lang);
    if shown.total() == Count::default() {
        lines.push((own.households_in, Cell::Text(tried_on.to_owned())));
    } else {
        lines.push((own.households_in, Cell::Text(words::at(tried_on, &told::counted(shown, lang), lang))));
        lines.push((own.moved, Cell::Text(told::moved(shown, lang))));
        lines.push((own.cost, Cell::Text(told::cost(shown, lang))));
    }
    let sides = [own.before, own.after].into_iter().zip(shown.may_become());
    let said = |(side, counts): (&str, MayBecome)| {
        let parts: Vec<_> = counts.into_iter().map(|(headline, count)| (name(headline, lang), count)).collect();
        (!parts.is_empty()).then(|| words::may_become(side, &parts, lang))
    };
    let said: Vec<_> = sides.filter_map(said).collect();
    if !said.is_empty() {
        lines.push((own.may_become, Cell::List(said)));
    }
    if !made_up {
        lines.push((own.kin, Cell::Text(own.kin_about.to_owned())));
        lines.push((own.round, Cell::Text(own.round_about.to_owned())));
    }
    if shown.not_covered != Some(0) {
        lines.push((own.not_tried, Cell::Text(words::not_covered(shown.not_covered, lang))));
    }
    if shown.left_out() > 0 {
        lines.push((own.left_out, Cell::Text(words::left_out(shown.left_out(), lang))));
    }
    Summary { lines }
}

fn changed(changes: &[ParameterChange], own: &'static SimulateWords, lang: Lang) -> Table {
    let row = |change: &ParameterChange| {
        let set = |setting: &Option<Setting>| match setting {
            Some(now) => value(&now.value, &change.unit, lang),
            None => own.nothing.to_owned(),
        };
        let basis = match &change.before {
            Some(now) => {
                Cell::Stated(basis_tag(now.basis, lang), now.law.clone().or(now.note.clone()).unwrap_or_default())
            }
            None => Cell::Text("–".to_owned()),
        };
        vec![
            Cell::Named(lang.pick(&change.zh, &change.en).to_owned(), change.key.clone()),
            Cell::Text(set(&change.before)),
            Cell::Text(set(&change.after)),
            basis,
        ]
    };
    Table {
        caption: own.changed,
        columns: vec![
            Column::text(own.rule),
            Column::text(own.value),
            Column::text(own.tried),
            Column::text(own.basis),
        ],
        rows: changes.iter().map(row).collect(),
        nothing: own.unchanged,
        wide: false,
    }
}

fn name(headline: Headline, lang: Lang) -> &'static str {
    let (_, zh, en) = headline.names();
    lang.pick(zh, en)
}

/// Before and after, the difference a month.
fn paid(count: Count) -> [String; 3] {
    let Count { monthly_before, monthly_after, .. } = count;
    [yuan(monthly_before), yuan(monthly_after), signed(monthly_after - monthly_before)]
}

/// The drawing's numbers.
fn cells(shown: &Shown, own: &'static SimulateWords, lang: Lang) -> Table {
    let row = |cell: &crate::policy::simulate::Cell| {
        let figures = match cell.count {
            Some(count) => {
                let [before, after, more] = paid(count);
                [count.households.to_string(), count.people.to_string(), before, after, more]
            }
            None => {
                let few = shown.seen(|other| (other.before, other.after) == (cell.before, cell.after)).to_string();
                [few, "–".into(), "–".into(), "–".into(), "–".into()]
            }
        };
        let names = [cell.before, cell.after].map(|headline| Cell::Text(name(headline, lang).to_owned()));
        names.into_iter().chain(figures.map(Cell::Whole)).collect()
    };
    let figures = [own.number, own.people, own.monthly_before, own.monthly_after, own.monthly].map(Column::figures);
    Table {
        caption: own.chart_table,
        columns: [own.before, own.after].map(Column::text).into_iter().chain(figures).collect(),
        rows: shown.cells.iter().map(row).collect(),
        nothing: own.none,
        wide: true,
    }
}

/// Before down, after across.
fn matrix(shown: &Shown, own: &'static SimulateWords, lang: Lang) -> Table {
    let headlines = shown.headlines();
    let sum = |wanted: &dyn Fn(&crate::policy::simulate::Cell) -> bool| Cell::Whole(shown.seen(wanted).to_string());
    let row = |before: &Headline| {
        let here = headlines
            .iter()
            .map(|after| Cell::Whole(shown.seen(|cell| cell.before == *before && cell.after == *after).to_string()));
        let first = Cell::Whole(name(*before, lang).to_owned());
        std::iter::once(first).chain(here).chain([sum(&|cell| cell.before == *before)]).collect::<Vec<_>>()
    };
    let sums = headlines.iter().map(|after| sum(&|cell| cell.after == *after));
    let last = std::iter::once(Cell::Whole(own.sum.to_owned())).chain(sums).chain([sum(&|_| true)]).collect();
    let columns = headlines.iter().map(|headline| Column::figures(name(*headline, lang)));
    Table {
        caption: own.matrix,
        columns: std::iter::once(Column::text(own.corner)).chain(columns).chain([Column::figures(own.sum)]).collect(),
        rows: headlines.iter().map(row).chain([last]).collect(),
        nothing: own.none,
        wide: true,
    }
}

/// What is paid, by the outcome it is paid for.
fn costs(shown: &Shown, own: &'static SimulateWords, lang: Lang) -> Table {
    let row = |label: &str, before: Fen, after: Fen| {
        let change = after - before;
        let amounts = [yuan(before), yuan(after), signed(change), signed(change.mul_ratio(12, 1))];
        std::iter::once(Cell::Whole(label.to_owned())).chain(amounts.map(Cell::Whole)).collect::<Vec<_>>()
    };
    let of = |headline: &Headline| {
        let before = shown.sum(|cell| cell.before == *headline).monthly_before;
        let after = shown.sum(|cell| cell.after == *headline).monthly_after;
        (before != Fen::ZERO || after != Fen::ZERO).then(|| row(name(*headline, lang), before, after))
    };
    let total = shown.total();
    let sum = if is_complete(shown) { own.sum } else { own.least };
    let last = row(sum, total.monthly_before, total.monthly_after);
    let figures = [own.monthly_before, own.monthly_after, own.monthly, own.yearly].map(Column::figures);
    Table {
        caption: own.costs,
        columns: std::iter::once(Column::text(own.of)).chain(figures).collect(),
        rows: shown.headlines().iter().filter_map(of).chain([last]).collect(),
        nothing: own.none,
        wide: true,
    }
}
