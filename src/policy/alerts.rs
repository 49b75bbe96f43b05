//! What changed lately in a household on the rolls (国办发〔2023〕39号 on monitoring): it may need more help, or the programme may no
//! longer fit. A hint for whoever looks next, never a finding against the family.

use std::borrow::Cow;

use jiff::ToSpan;
use jiff::civil::Date;

use super::assessment::{Alert, Points};
use super::case::{About, Case, Item, Person};
use super::grounds::{GroundOf, Reason};
use super::pack::Pack;
use super::people::People;
use crate::household::{
    Cell, CellOutcome, Detail, EnrolmentState, Evidence, Fen, InfoClass, MaritalState, MemberRef, SourceKey,
    VehicleState,
};

/// A change, before it is spelled out.
pub(super) struct Noticed<'a> {
    code: &'static str,
    points: Points,
    member: &'a MemberRef,
    source: Option<&'a SourceKey>,
    record: Option<&'a str>,
    on: Option<Date>,
    ground: Reason<'a>,
}

impl Noticed<'_> {
    pub fn spell_out(self) -> Alert {
        Alert {
            code: Cow::Borrowed(self.code),
            points: self.points,
            member: self.member.clone(),
            source: self.source.cloned(),
            record: self.record.map(str::to_owned),
            on: self.on,
            ground: self.ground.spell_out(),
        }
    }
}

/// What the records of a household on the rolls date within the months that monitoring looks back.
pub(super) fn lately<'a>(case: &Case<'a>) -> Vec<Noticed<'a>> {
    let mut noticed = Vec::new();
    if !case.is_on_the_rolls() {
        return noticed;
    }
    for person in case.people {
        for item in person.counting() {
            noticed.extend(change(case, person, item));
        }
        noticed.extend(medical_cost(case, person));
    }
    noticed
}

/// Since when something is new.
fn since(case: &Case<'_>) -> Date {
    case.as_of.checked_sub(case.rules.alert_months.value.months()).unwrap_or(case.as_of)
}

fn change<'a>(case: &Case<'a>, person: &Person<'a>, item: &Item<'a>) -> Option<Noticed<'a>> {
    use Points::{MayNeedHelp, MayNoLongerFit};
    let (code, points, on, zh, en) = match item.detail() {
        Detail::Job { to: Some(day), .. } => ("job_lost", MayNeedHelp, *day, "近期失业。", "A job was lost lately."),
        Detail::UnemploymentRegistration { from, to: None } => {
            ("job_lost", MayNeedHelp, *from, "近期登记失业。", "Registered as unemployed lately.")
        }
        Detail::Death { on: Some(day) } if is_recipient(case, person) => (
            "death",
            MayNoLongerFit,
            *day,
            "领取救助金的成员近期去世。",
            "A member who receives assistance died lately.",
        ),
        Detail::Death { on: Some(day) } => {
            ("death", MayNeedHelp, *day, "家庭成员近期去世。", "A member of the family died lately.")
        }
        Detail::Enrolment { from: Some(day), state: EnrolmentState::Attending, .. } => (
            "school",
            MayNeedHelp,
            *day,
            "成员近期入学，支出可能增加。",
            "A member began school lately: spending may rise.",
        ),
        Detail::Vehicle { first_registered_on: Some(day), state: VehicleState::Normal, .. } => {
            ("vehicle", MayNoLongerFit, *day, "近期新登记车辆。", "A vehicle was registered lately.")
        }
        Detail::RealEstate { registered_on: Some(day), current: true, .. } => {
            ("house", MayNoLongerFit, *day, "近期新登记不动产。", "An immovable was registered lately.")
        }
        Detail::Business { established_on: Some(day), .. } if item.is_active_business() => {
            ("company", MayNoLongerFit, *day, "近期新办市场主体。", "A firm was founded lately.")
        }
        Detail::Marriage { state: MaritalState::Married, registered_on, .. } => (
            "marriage",
            MayNoLongerFit,
            *registered_on,
            "近期登记结婚，家庭成员可能变化。",
            "Married lately: the household may have changed.",
        ),
        _ => return None,
    };
    let recent = since(case) < on && on <= case.as_of;
    recent.then(|| of_item(person, item, code, points, Some(on), case.rules.alert_months.ground(zh, en)))
}

fn of_item<'a>(
    person: &Person<'a>,
    item: &Item<'a>,
    code: &'static str,
    points: Points,
    on: Option<Date>,
    ground: Reason<'a>,
) -> Noticed<'a> {
    let (source, record) = (Some(item.source), Some(item.number));
    Noticed { code, points, member: person.reference(), source, record, on, ground }
}

/// Whether somebody receives assistance of their own on the as-of date.
fn is_recipient(case: &Case<'_>, person: &Person<'_>) -> bool {
    super::amounts::running_dibao(case, person).next().is_some()
}

/// Self-paid bills of the months looked back on, together.
fn medical_cost<'a>(case: &Case<'a>, person: &Person<'a>) -> Option<Noticed<'a>> {
    let rule = &case.rules.alert_medical;
    let bills = || {
        person.counting().filter(|item| !item.echo).filter_map(|item| match item.detail() {
            Detail::MedicalCost { settled_on, self_paid, .. }
                if since(case) < *settled_on && *settled_on <= case.as_of =>
            {
                Some((*settled_on, *self_paid, item))
            }
            _ => None,
        })
    };
    let total: Fen = bills().map(|(_, paid, _)| paid).sum();
    let (last, _, item) = bills().max_by_key(|(day, paid, item)| (*day, *paid, item.number))?;
    let ground = rule.ground_made(case, || {
        (
            format!("近期自付医疗费合计 {total}，达到监测数额 {}。", rule.value),
            format!("Self-paid medical cost of {total} lately: from {} on it is looked at.", rule.value),
        )
    });
    let large = total >= rule.value && person.is_member();
    large.then(|| of_item(person, item, "medical_cost", Points::MayNeedHelp, Some(last), ground))
}

/// What differs between two looks at one household: what no record dates (a new certificate, deposits that grew), and what is new
/// among what they do. Only what a department has said both times is set side by side: after silence nothing is new.
#[must_use]
pub fn between(before: &Evidence, after: &Evidence, pack: &Pack) -> Vec<Alert> {
    let (known_then, known_now) = (People::of(before), People::of(after));
    let earlier = &known_then.people;
    let later = Case::new(&About::of(after), pack, true, &known_now.people);
    let mut alerts = Vec::new();
    for person in later.people {
        let known = earlier.iter().find(|other| other.reference() == person.reference());
        let was_there = |item: &Item<'_>| {
            known.is_some_and(|known| {
                known.counting().any(|other| other.source == item.source && other.number == item.number)
            })
        };
        let spoke = |source: &SourceKey| speaks(before, person.reference(), |cell| cell.source == *source);
        for item in person.counting().filter(|item| !was_there(item) && spoke(item.source)) {
            alerts.extend(change(&later, person, item));
            if matches!(item.detail(), Detail::DisabilityCertificate { valid: true, .. }) {
                let ground = later.rules.alert_months.ground("新持有残疾人证。", "A disability certificate is new.");
                alerts.push(of_item(person, item, "disability", Points::MayNeedHelp, None, ground));
            }
        }
        let of_money = |cell: &Cell| cell.speaks_for.contains(&InfoClass::Financial);
        if speaks(before, person.reference(), of_money) && speaks(after, person.reference(), of_money) {
            let both =
                |source: &SourceKey| spoke(source) && speaks(after, person.reference(), |cell| cell.source == *source);
            alerts.extend(deposits(&later, person, known, both));
        }
    }
    alerts.into_iter().map(Noticed::spell_out).collect()
}

/// Whether such departments were asked about somebody, and each has answered.
fn speaks(evidence: &Evidence, who: &MemberRef, such: impl Fn(&Cell) -> bool) -> bool {
    let was_asked = |cell: &&Cell| !matches!(cell.outcome, CellOutcome::Skipped { .. });
    let mut asked = evidence.cells.iter().filter(|cell| cell.member == *who && such(cell)).filter(was_asked).peekable();
    asked.peek().is_some() && asked.all(|cell| cell.outcome.speaks())
}

/// How deposits grew at departments that spoke both times.
fn deposits<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    known: Option<&Person<'_>>,
    both: impl Fn(&SourceKey) -> bool,
) -> Option<Noticed<'a>> {
    let rule = &case.rules.alert_deposit;
    let balance = |person: &Person<'_>| -> Fen {
        let told = person.counting().filter(|item| !item.echo && both(item.source));
        let accounts = told.filter_map(|item| match item.detail() {
            Detail::Account { account, balance, .. } if *account != crate::household::AccountKind::Loan => {
                Some(balance.at_least_zero())
            }
            _ => None,
        });
        accounts.sum()
    };
    let grown = balance(person) - balance(known?);
    let ground = rule.ground_made(case, || {
        (
            format!("与上次核对相比存款增加 {grown}，达到监测数额 {}。", rule.value),
            format!("Deposits grew by {grown} since the last check: from {} on it is looked at.", rule.value),
        )
    });
    (grown >= rule.value).then(|| Noticed {
        code: "deposit",
        points: Points::MayNoLongerFit,
        member: person.reference(),
        source: None,
        record: None,
        on: None,
        ground,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::{AccountKind, AccountState, DisabilityCategory, RegisteredAs, VehicleKind, Verdict};
    use crate::policy::properties::generated::{Given, PACK, attributed, evidence, member};

    fn look(records: &[Given]) -> Evidence {
        let who = MemberRef("m0".to_owned());
        let records = records.iter().enumerate();
        let records = records.map(|(number, given)| attributed(&who, number, given.clone(), Verdict::Match)).collect();
        evidence(vec![member(0, 1980, None)], records, RegisteredAs::Urban)
    }

    fn deposit(yuan: i64) -> Given {
        let (account, state) = (AccountKind::Deposit, AccountState::Open);
        let detail = Detail::Account {
            institution: "甲银行".to_owned(),
            account,
            balance: Fen::from_yuan(yuan),
            interest_12m: None,
            outflow_12m: None,
            state,
        };
        ("finance", detail)
    }

    fn certificate() -> Given {
        let category = DisabilityCategory::Limb;
        ("disability", Detail::DisabilityCertificate { category, grade: 2, valid_until: None, valid: true })
    }

    fn codes(before: &[Given], after: &[Given]) -> Vec<(String, Points)> {
        let alerts = between(&look(before), &look(after), &PACK);
        alerts.into_iter().map(|alert| (alert.code.into_owned(), alert.points)).collect()
    }

    #[test]
    fn deposits_that_grew_are_noticed_from_the_parameter_on() {
        let grown = |by: i64| codes(&[deposit(1_000)], &[deposit(1_000 + by)]);
        assert_eq!(grown(20_000), [("deposit".to_owned(), Points::MayNoLongerFit)]);
        assert_eq!(grown(19_999), []);
        assert_eq!(codes(&[deposit(50_000)], &[deposit(1_000)]), [], "what was spent is nobody's business here");
    }

    #[test]
    fn after_silence_nothing_is_new() {
        let silent = |department: &str| {
            let mut before = look(&[deposit(1_000)]);
            for cell in before.cells.iter_mut().filter(|cell| cell.source.as_str() == department) {
                cell.outcome = crate::household::CellOutcome::Pending;
            }
            let after = look(&[deposit(50_000), certificate()]);
            let alerts = between(&before, &after, &PACK);
            alerts.into_iter().map(|alert| alert.code.into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(silent("tax"), ["disability", "deposit"]);
        assert_eq!(silent("disability"), ["deposit"]);
        assert_eq!(silent("finance"), ["disability"]);
        assert_eq!(silent("securities"), ["disability"], "what moved from one to the other is no growth");
        // a bank that was not asked before
        let mut before = look(&[]);
        for cell in before.cells.iter_mut().filter(|cell| cell.source.as_str() == "finance") {
            cell.outcome = CellOutcome::Skipped { why: crate::household::Skip::Disabled };
        }
        assert_eq!(between(&before, &look(&[deposit(50_000)]), &PACK), [], "its whole balance is no growth");
    }

    #[test]
    fn what_is_new_is_noticed_once_and_what_was_there_is_not() {
        let car = (
            "vehicles",
            Detail::Vehicle {
                plate: None,
                vehicle: VehicleKind::Car,
                used_as: None,
                first_registered_on: Some(PACK.as_of()),
                state: VehicleState::Normal,
                price: None,
            },
        );
        let both = [certificate(), car];
        let noticed = codes(&[], &both);
        let expected = [("disability", Points::MayNeedHelp), ("vehicle", Points::MayNoLongerFit)];
        assert_eq!(noticed, expected.map(|(code, points)| (code.to_owned(), points)));
        assert_eq!(codes(&both, &both), []);
    }
}
