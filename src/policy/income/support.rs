//! Support from people outside the household with a legal duty (赡养、抚养、扶养): as agreed or decided by a court, else by formula.
//!
//! An obligor is asked about only with their own consent. Of one of whom nobody stated anything, nothing is known: their support has
//! no upper end, and what they pay is never read as nothing.

use crate::household::evidence::ObligorFacts;
use crate::household::{Attributed, Evidence, Fen, IncomeClass, Verdict};
use crate::policy::assess::Lines;
use crate::policy::assessment::{Certainty, SUPPORT_ZH, Treatment};
use crate::policy::case::{About, Case, Item, Person};
use crate::policy::drafts::{IncomeDraft, IncomeRow, Name, Records};
use crate::policy::grounds::{GroundOf, Text};
use crate::policy::pack::Pack;
use crate::policy::people::position;
use crate::policy::plausible::is_plausible;
use crate::policy::silence::{Classes, Silence, Spoken};
use crate::policy::size::{Size, Unlike};

/// What an obligor owes a member over the year.
pub(in crate::policy) struct Support<'a> {
    obligor: &'a ObligorFacts,
    /// Position of whom they support.
    of: usize,
    owed: Owed,
}

/// How far it is known.
#[derive(Clone, Copy)]
enum Owed {
    Agreed { monthly: Fen },
    Formula { income: Fen, least: Fen, most: Option<Fen> },
}

impl<'a> Support<'a> {
    /// Whose obligor has not been asked about, or has not told: the upper end is open.
    pub fn is_unbounded(&self) -> bool {
        matches!(self.owed, Owed::Formula { most: None, .. })
    }

    /// Whether it could still turn out otherwise.
    pub fn is_open(&self) -> bool {
        matches!(self.owed, Owed::Formula { least, most, .. } if most != Some(least))
    }

    /// Whether they can support somebody, as far as is known: what they agreed to pay, or have above the line.
    pub fn is_able(&self) -> Certainty {
        match self.owed {
            Owed::Agreed { monthly } if monthly.0 > 0 => Certainty::Met,
            Owed::Formula { least, .. } if least.0 > 0 => Certainty::Met,
            Owed::Formula { most: Some(most), .. } if most.0 == 0 => Certainty::NotMet,
            // that nothing was agreed does not say that nothing could be paid
            Owed::Agreed { .. } | Owed::Formula { .. } => Certainty::Open,
        }
    }

    /// Whose support it is: position of the member.
    pub fn of(&self) -> usize {
        self.of
    }

    /// The obligor, as the request names them.
    pub fn reference(&self) -> &'a str {
        self.obligor.person.reference.as_str()
    }
}

/// The support of every obligor of the evidence.
pub(in crate::policy) fn of_obligors<'a>(evidence: &'a Evidence, pack: &'a Pack, case: &Case<'a>) -> Vec<Support<'a>> {
    let found = evidence.obligors.iter().filter_map(|obligor| {
        let of = position(&evidence.members, &obligor.obliged_to, 0)?;
        let owed = match obligor.support.agreed_monthly_yuan {
            Some(monthly) => Owed::Agreed { monthly },
            None => by_formula(evidence, pack, case, obligor),
        };
        Some(Support { obligor, of, owed })
    });
    found.collect()
}

/// `(income − line × people of their household) × share ÷ people supported`, over the year.
fn by_formula(evidence: &Evidence, pack: &Pack, case: &Case<'_>, obligor: &ObligorFacts) -> Owed {
    let income = income(evidence, pack, obligor);
    let rules = case.rules;
    let owed = |income: Fen, household: u32| {
        let line = rules.support_multiple.value.of(case.standard_yearly().mul_ratio(i64::from(household), 1));
        let above = (income - line).at_least_zero();
        let supports = i64::from(obligor.support.supports.unwrap_or(1).max(1));
        rules.support_share.value.of(above).mul_ratio(1, supports)
    };
    // How many live on the obligor's income decides what is left: while nobody said, at least the obligor does.
    let most = income.most.map(|most| owed(most, obligor.support.household_size.unwrap_or(1)));
    // Whoever may have died, or be in prison, owes nothing for certain.
    let household = obligor.support.household_size.filter(|_| income.is_whole);
    let least = household.map_or(Fen::ZERO, |household| owed(income.least, household));
    Owed::Formula { income: income.least, least, most }
}

/// An obligor's own income over the year.
struct Known {
    least: Fen,
    most: Option<Fen>,
    /// Whether the registers of persons have told all of the obligor.
    is_whole: bool,
}

fn income(evidence: &Evidence, pack: &Pack, obligor: &ObligorFacts) -> Known {
    let reference = &obligor.person.reference;
    let records = || evidence.records.iter().filter(|row| row.member == *reference && row.verdict != Verdict::No);
    let readable = |row: &&Attributed| is_plausible(&row.record.detail);
    let items = records()
        .filter(readable)
        .map(|row| Item::new(&row.source, &row.record.number, &row.record.detail, row.verdict == Verdict::Review))
        .collect();
    let about = About {
        purpose: evidence.purpose,
        registered_as: evidence.registered_as,
        as_of: evidence.as_of,
        applicant: None,
    };
    let people = [Person::new(&obligor.person, items, evidence.as_of)];
    let case = Case::new(&about, pack, false, &people);
    let mut spoken = Spoken { uncovered: Classes::ALL, ..Spoken::default() };
    for cell in evidence.cells.iter().filter(|cell| cell.member == *reference) {
        let classes = Classes::of(&cell.speaks_for);
        spoken.uncovered = spoken.uncovered.without(classes);
        let unreadable = || records().any(|row| row.source == cell.source && !readable(&row));
        if !cell.outcome.speaks() || unreadable() {
            spoken.silent = spoken.silent.with(classes);
        }
    }
    let silence = Silence::of_classes(&people, std::iter::once(spoken));
    let lines = Lines::of(&case, &silence, &[]);
    // who else lives with an obligor is for the obligor to say: only their own income is reckoned
    let nobody = Unlike::default();
    let size = Size::of_one(&nobody);
    let income = lines.sums(&case, &silence, &size).income();
    let is_whole = !silence.unsettled(0, Classes::HOUSEHOLD);
    Known { least: income.at_least, most: income.at_most, is_whole }
}

/// The lines of one member.
pub(super) fn lines<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    place: usize,
    support: &[Support<'a>],
    drafts: &mut Vec<IncomeDraft<'a>>,
) {
    for support in support.iter().filter(|support| support.of == place) {
        drafts.push(line(case, person, support));
    }
}

fn line<'a>(case: &Case<'a>, person: &Person<'a>, support: &Support<'a>) -> IncomeDraft<'a> {
    let rule = &case.rules.support_share;
    let (counted, most, computation, ground) = match support.owed {
        Owed::Agreed { monthly } => {
            let year = monthly.mul_ratio(12, 1);
            let ground = case.rules.count_transfer.ground(
                "按协议或裁判文书给付的赡养（抚养、扶养）费计入转移净收入。",
                "Support by agreement or a court's decision is a net transfer.",
            );
            (year, Some(year), case.text(|| format!("12 个月 × {monthly}")), ground)
        }
        Owed::Formula { income, least, most } => {
            let ground = rule.ground(
                "没有协议的，按义务人收入超出收入线部分的比例推算赡养（抚养、扶养）费；义务人情况不明的待定，不视为没有给付。",
                "Without an agreement: a share of what the obligor has above the line. What is not known stays open, never nothing.",
            );
            (least, most, formula_in_words(case, support, income), ground)
        }
    };
    let open = most != Some(counted);
    let mut draft = IncomeDraft::plain(IncomeRow {
        member: person.reference(),
        class: IncomeClass::Transfer,
        item: Name { zh: SUPPORT_ZH, en: "Support from an obligor" },
        source: None,
        records: Records::None,
        computation,
        gross: most.unwrap_or(counted).max(counted),
        reduced_by: Fen::ZERO,
        counted,
        counted_at_most: most.filter(|_| open),
        treatment: if open { Treatment::Open } else { Treatment::DeclaredUnverified },
        ground,
    });
    draft.most = most.unwrap_or(counted);
    draft
}

fn formula_in_words(case: &Case<'_>, support: &Support<'_>, income: Fen) -> Text {
    let stated = &support.obligor.support;
    case.text(|| {
        let rules = case.rules;
        let size = stated.household_size.map_or_else(|| "人口不明".to_owned(), |size| format!("{size} 人"));
        format!(
            "（义务人年收入 {income} − 年标准 {} × {} × {size}）× {} ÷ 被赡养 {} 人",
            case.standard_yearly(),
            rules.support_multiple.value,
            rules.support_share.value,
            stated.supports.unwrap_or(1),
        )
    })
}
