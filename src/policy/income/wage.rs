//! Wages (工资性收入): pay and labour service. The same money reported by several departments is counted once.

use super::reconcile::{self, Candidate};
use super::{PartMonths, WageEnds, WageMonths, class_rule, taxed_period};
use crate::household::{Detail, Fen, IncomeClass, InsuranceScheme, Private, TaxItem, YearMonth};
use crate::policy::assessment::Treatment;
use crate::policy::case::{Case, Item, Person};
use crate::policy::drafts::{Counted, IncomeDraft, Named};
use crate::policy::grounds::{GroundOf, Text};
use crate::policy::pack::WageSource;
use crate::policy::silence::{Classes, Silence};
use crate::policy::window::{ALL_MONTHS, MONTHS, Months};

pub(super) fn lines<'a>(case: &Case<'a>, silence: &Silence<'_>, position: usize, drafts: &mut Vec<IncomeDraft<'a>>) {
    let person = &case.people[position];
    let unsettled = silence.unsettled(position, Classes::WAGE);
    let mut push = |chosen: reconcile::Chosen<'_, 'a>| {
        let confirmed = chosen.rank == 0 || !unsettled;
        let mut draft = line(case, person, &chosen);
        if !confirmed {
            draft.least = draft.least.min(Fen::ZERO);
        }
        drafts.push(draft);
    };
    let order = &case.rules.wage_sources.value;
    let mut candidates = person.items.iter().filter_map(|item| candidate(case, person, item));
    match (candidates.next(), candidates.next()) {
        (None, _) => {}
        (Some(only), None) => reconcile::alone(order, only).into_iter().for_each(push),
        (Some(one), Some(two)) => {
            let all = [one, two].into_iter().chain(candidates).collect();
            reconcile::once(order, all).into_iter().for_each(&mut push);
        }
    }
    labour(case, person, drafts);
}

/// What a member was paid by month, as far as lines tell, if anything, into `known`: what is not kept by month is spread over the year.
pub(super) fn by_month(
    case: &Case<'_>,
    silence: &Silence<'_>,
    position: usize,
    own: &[IncomeDraft<'_>],
    known: &mut Option<WageMonths>,
) {
    let unsettled = silence.unsettled(position, Classes::WAGE);
    let all_pay = case.rules.employment_cost_all_pay.value;
    for draft in own.iter().filter(|draft| draft.line.class == IncomeClass::Wage) {
        if !all_pay && (draft.line.source.is_none() || draft.line.item.zh == LABOUR) {
            continue;
        }
        let months = if draft.line.source.is_none() { ALL_MONTHS } else { draft.months };
        // A record that has not come may tell in which months declared pay was earned.
        let least = if draft.line.source.is_none() && unsettled { Fen::ZERO } else { draft.least };
        let most_months = if draft.line.counted_at_most.is_some() { ALL_MONTHS } else { months };
        let least = least.at_least_zero();
        let open = (least, draft.most, most_months) != (draft.line.counted, draft.line.counted, months);
        let WageMonths { now, ends } = known.get_or_insert_with(WageMonths::default);
        if open && ends.is_none() {
            *ends = Some(Box::new(WageEnds { least: *now, most: *now }));
        }
        if let Some(ends) = ends {
            spread(&mut ends.least, months, if open { least } else { draft.line.counted });
            let (months, most) = if open { (most_months, draft.most) } else { (months, draft.line.counted) };
            spread(&mut ends.most, months, most);
        }
        spread(now, months, draft.line.counted);
    }
}

const LABOUR: &str = "劳务报酬";

/// Adds an amount, divided among months to the fen: what does not divide goes to the later ones.
fn spread(wages: &mut [Fen; MONTHS], months: Months, amount: Fen) {
    let number = months.count().max(1);
    let (each, mut carried) = (amount.0 / number, 0);
    let rest = amount.0 - each * number;
    for position in months.positions() {
        // the first n months together hold n parts of the amount, cut to the fen
        carried += rest;
        let one = if carried.abs() < number { 0 } else { rest.signum() };
        carried -= one * number;
        wages[position] += Fen(each + one);
    }
}

/// A record that says what somebody was paid.
fn candidate<'c, 'a>(case: &Case<'a>, person: &Person<'a>, item: &'c Item<'a>) -> Option<Candidate<'c, 'a>> {
    let window = &case.window;
    let made = |source, employer, months, monthly, gross, computation| {
        let short = PartMonths::default();
        Some(Candidate { item, source, employer, months, certain: months, monthly, short, gross, computation })
    };
    match item.detail() {
        Detail::TaxedIncome { item: TaxItem::Wage, payer, .. } => {
            let period = taxed_period(case, item.detail())?;
            let gross = (period.gross - period.cost).at_least_zero();
            let computation = period.in_words(case, item.detail());
            made(WageSource::Tax, payer.as_ref(), period.months, None, gross, Some(computation))
        }
        Detail::Contribution { scheme, employer, from, to, base_monthly: Some(base), .. }
            if *scheme != InsuranceScheme::ResidentPension =>
        {
            let months = window.overlap(Some(*from), Some(*to));
            made(WageSource::SocialSecurity, employer.as_ref(), months, Some(*base), super::times(*base, months), None)
        }
        Detail::Job { employer, from, to, wage_monthly: Some(wage) } => {
            let months = window.overlap_days(*from, *to);
            let short = PartMonths::of(case, *from, *to, *wage);
            let gross = (super::times(*wage, months) - short.short_of(months)).at_least_zero();
            let candidate = made(WageSource::Employment, employer.as_ref(), months, Some(*wage), gross, None);
            candidate.map(|candidate| Candidate { short, ..candidate })
        }
        Detail::HousingFund { employer, base_monthly: Some(base), paid_to, .. } => {
            // The fund itself vouches for the last month paid; for those before, whoever else knows the job. A record under
            // review may know it from an earlier month on.
            let run = |from, to| {
                paid_to.map_or_else(Months::default, |last| {
                    window.overlap(from, to).within(window.overlap(None, Some(last)))
                })
            };
            let last = run(*paid_to, *paid_to);
            let employer = employer.as_ref();
            let since = employed_since(person.counting(), employer);
            let certain = since.map_or(last, |from| last.with(run(Some(from), None)));
            let months = certain.with(run(since.and(employed_since(person.items.iter(), employer)), None));
            let gross = super::times(*base, months);
            let candidate = made(WageSource::HousingFund, employer, months, Some(*base), gross, None);
            candidate.map(|candidate| Candidate { certain, ..candidate })
        }
        _ => None,
    }
}

/// The first month in which any other department's record knows of this employer. The fund tells only the last month paid: an
/// account opened with the job must not be read as a year of wages.
fn employed_since<'i, 'a: 'i>(
    items: impl Iterator<Item = &'i Item<'a>>,
    employer: Option<&Private>,
) -> Option<YearMonth> {
    let same = |other| reconcile::may_be_one(employer, other);
    let since = items.filter_map(|item| match item.detail() {
        Detail::Contribution { scheme, employer, from, .. } if *scheme != InsuranceScheme::ResidentPension => {
            same(employer.as_ref()).then_some(*from)
        }
        Detail::Job { employer, from, .. } => same(employer.as_ref()).then(|| YearMonth::of(*from)),
        Detail::TaxedIncome { item: TaxItem::Wage, payer, from, .. } => {
            same(payer.as_ref()).then(|| YearMonth::of(*from))
        }
        _ => None,
    });
    since.min()
}

fn named(source: WageSource) -> Named {
    let (zh, en) = match source {
        WageSource::Tax => ("工资薪金（个税申报）", "Wages (tax return)"),
        WageSource::SocialSecurity => ("工资（社保缴费基数）", "Wages (contribution base of social insurance)"),
        WageSource::Employment => ("工资（就业登记）", "Wages (employment register)"),
        WageSource::HousingFund => ("工资（公积金缴存基数）", "Wages (base of the housing fund)"),
    };
    Named { class: IncomeClass::Wage, zh, en }
}

fn line<'a>(case: &Case<'a>, person: &Person<'a>, chosen: &reconcile::Chosen<'_, 'a>) -> IncomeDraft<'a> {
    let candidate = &chosen.candidate;
    let counted = chosen.counted();
    let at_most = chosen.counted_at_most();
    let is_open = !chosen.open_months.is_empty();
    let treatment = match (chosen.counted_months.is_empty(), candidate.months.is_empty()) {
        (_, true) => Treatment::Stale,
        (true, false) if is_open => Treatment::Open,
        (true, false) => Treatment::Duplicate,
        (false, false) => Treatment::Counted,
    };
    let duplicate = counted < candidate.gross || treatment == Treatment::Duplicate;
    let ground = match (treatment, duplicate) {
        (_, true) if is_open && candidate.source == WageSource::HousingFund => case.rules.wage_sources.ground(
            "公积金只记载末次缴存月份：该月计入，此前月份是否有工资待核定。",
            "The fund tells only the last month paid: that month counts; whether the months before were paid is open.",
        ),
        (_, true) if is_open => case.rules.wage_sources.ground(
            "雇主与已计入的工资不同：是另一份工作还是同一工资待核定，核定前只放宽上限。",
            "Another employer than of the wage counted: whether it is a second job is open; only the upper end allows for it.",
        ),
        (Treatment::Stale, _) => {
            case.rules.window_months.ground("不在核算期的十二个月内，不计入。", "Outside the twelve months that count.")
        }
        (_, true) => case.rules.wage_sources.ground(
            "同一工资已由顺序在前的部门记载，重复月份不计。",
            "A department that comes first reports the same wage; those months count once.",
        ),
        (_, false) => class_rule(case, IncomeClass::Wage)
            .ground("工资、奖金、津贴计入工资性收入。", "Pay, bonuses and allowances are wage income."),
    };
    let months = if chosen.counted_months.is_empty() { candidate.months } else { chosen.counted_months };
    let computation = candidate.computation.clone().unwrap_or_else(|| in_months(case, candidate, months));
    let money = Counted {
        gross: candidate.gross,
        reduced_by: if treatment == Treatment::Counted { candidate.gross - counted } else { Fen::ZERO },
        counted,
        counted_at_most: is_open.then_some(at_most),
        treatment,
    };
    IncomeDraft::of_item(person, candidate.item, &named(candidate.source), money, computation, ground).over(months)
}

/// How a wage by month adds up.
fn in_months(case: &Case<'_>, candidate: &reconcile::Candidate<'_, '_>, months: Months) -> Text {
    let by_month = super::by_month(case, months, candidate.monthly.unwrap_or(candidate.gross));
    match candidate.short.short_of(months) {
        Fen::ZERO => by_month,
        short => case.text(|| format!("{} − 不足整月 {short}", by_month.as_str())),
    }
}

/// Labour service (劳务报酬) stands beside a wage: it is never the same money.
fn labour<'a>(case: &Case<'a>, person: &Person<'a>, drafts: &mut Vec<IncomeDraft<'a>>) {
    for item in &person.items {
        let Detail::TaxedIncome { item: TaxItem::Labour, .. } = item.detail() else { continue };
        let named = Named { class: IncomeClass::Wage, zh: LABOUR, en: "Labour service" };
        drafts.extend(super::business::taxed(case, person, item, &named));
    }
}
