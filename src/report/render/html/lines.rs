//! Income, deductions, property and totals, as rows of tables.

use super::super::super::text;
use super::super::super::totals::{CountRange, TotalRange};
use super::super::amounts::{count, counted, interval, so_far, yuan};
use super::super::computation::computation;
use super::super::grounds::{cite, wants_its_law};
use super::super::names::Reading;
use crate::household::{Fen, SourceKey};
use crate::policy::assessment::{Basis, Treatment};

pub(super) struct Line<'a> {
    pub member: &'a str,
    pub item: &'a str,
    pub source: &'a str,
    pub gross: String,
    pub treatment: &'a str,
    pub class: &'static str,
    pub counted: String,
    pub computation: String,
    /// The records it rests on, by number where they are few.
    pub number: Option<String>,
    /// Every record: `tax/SW001`.
    pub records: Vec<String>,
    pub ground: Ground,
    /// Whether the law stands with the line itself.
    pub shows_law: bool,
}

pub(super) struct Ground {
    pub number: u32,
    pub rules: String,
    pub law: String,
    pub words: String,
    pub assumed: bool,
}

pub(super) struct Total<'a> {
    pub name: &'a str,
    pub part: bool,
    pub so_far: String,
    pub between: String,
    pub state: String,
    pub complete: bool,
}

pub(super) fn ground(read: Reading<'_>, number: u32) -> Ground {
    match read.body.ground(number) {
        Some(ground) => Ground {
            number,
            rules: ground.rules.join(" "),
            law: read.law(ground),
            words: read.rule(number, ground),
            assumed: ground.basis == Basis::Assumed,
        },
        None => Ground { number, rules: String::new(), law: String::new(), words: String::new(), assumed: false },
    }
}

/// Every rule that a line cites.
pub(super) fn grounds(read: Reading<'_>) -> Vec<(String, Ground)> {
    (read.grounds().into_iter())
        .map(|(numbers, _, _, _)| {
            let first = numbers.first().copied().unwrap_or_default();
            (numbers.into_iter().map(cite).collect(), ground(read, first))
        })
        .collect()
}

pub(super) fn treatment_class(treatment: Treatment) -> &'static str {
    match treatment {
        Treatment::Counted => "none",
        Treatment::Exempt | Treatment::PartlyExempt => "found",
        Treatment::HeldForReview | Treatment::Open | Treatment::DeclaredUnverified => "open",
        Treatment::Duplicate | Treatment::Stale => "faint",
    }
}

fn records(source: Option<&SourceKey>, numbers: &[String]) -> Vec<String> {
    source.map_or_else(Vec::new, |source| numbers.iter().map(|number| format!("{source}/{number}")).collect())
}

pub(super) fn income(read: Reading<'_>) -> Vec<Line<'_>> {
    (read.body.income.iter())
        .map(|line| {
            let mut words = computation(&line.computation, read.lang);
            if line.reduced_by != Fen::ZERO && line.gross != Fen::ZERO {
                words.push_str(&format!("{}{}", read.t("，扣除 ", ", less "), yuan(line.reduced_by)));
            }
            Line {
                member: read.person(&line.member),
                item: read.t(&line.item_zh, &line.item_en),
                source: read.origin(line.source.as_ref()),
                gross: yuan(line.gross),
                treatment: text::treatment(line.treatment, read.lang),
                class: treatment_class(line.treatment),
                counted: match line.counted_at_most {
                    Some(most) if most != line.counted => format!("{} – {}", yuan(line.counted), yuan(most)),
                    _ => yuan(line.counted),
                },
                computation: words,
                number: read.records(&line.records, &line.computation),
                records: records(line.source.as_ref(), &line.records),
                ground: ground(read, line.ground),
                shows_law: wants_its_law(line.treatment),
            }
        })
        .collect()
}

pub(super) fn deductions(read: Reading<'_>) -> Vec<Line<'_>> {
    (read.body.deductions.iter())
        .map(|line| Line {
            member: read.person(&line.member),
            item: read.t(&line.item_zh, &line.item_en),
            source: line.source.as_ref().map_or("–", |source| read.source(source)),
            gross: yuan(line.base),
            treatment: read.t("扣减", "deducted"),
            class: "found",
            counted: format!("-{}", yuan(line.amount)),
            computation: computation(&line.computation, read.lang),
            number: read.records(&line.records, &line.computation),
            records: records(line.source.as_ref(), &line.records),
            ground: ground(read, line.ground),
            shows_law: false,
        })
        .collect()
}

pub(super) fn property(read: Reading<'_>) -> Vec<Line<'_>> {
    (read.body.property.iter())
        .map(|line| Line {
            member: read.person(&line.member),
            item: read.t(&line.item_zh, &line.item_en),
            source: read.origin(line.source.as_ref()),
            gross: read.value_and_area(line),
            treatment: text::treatment(line.treatment, read.lang),
            class: treatment_class(line.treatment),
            counted: read.property_counted(line),
            computation: text::property_class(line.class, read.lang).to_owned(),
            number: read.records(line.record.as_slice(), ""),
            records: records(line.source.as_ref(), line.record.as_slice()),
            ground: ground(read, line.ground),
            shows_law: wants_its_law(line.treatment),
        })
        .collect()
}

pub(super) fn totals(read: Reading<'_>) -> Vec<Total<'_>> {
    let amount = |name, part, total| amount_row(read, name, part, total);
    let mut rows: Vec<Total<'_>> = (read.body.totals.income_by_class.iter())
        .map(|class| amount(text::income_class(class.class, read.lang), true, &class.total))
        .collect();
    rows.extend(read.amount_totals().into_iter().map(|(name, total)| amount(name, false, total)));
    rows.extend(read.count_totals().into_iter().map(|(name, total)| count_row(read, name, total)));
    rows
}

pub(super) fn amount_row<'a>(read: Reading<'a>, name: &'a str, part: bool, total: &'a TotalRange) -> Total<'a> {
    Total {
        name,
        part,
        so_far: so_far(total),
        between: interval(total, read.lang),
        state: read.completeness(total.complete, &total.silent),
        complete: total.complete,
    }
}

pub(super) fn count_row<'a>(read: Reading<'a>, name: &'a str, total: &'a CountRange) -> Total<'a> {
    Total {
        name,
        part: false,
        so_far: counted(total),
        between: count(total, read.lang),
        state: read.completeness(total.complete, &total.silent),
        complete: total.complete,
    }
}
