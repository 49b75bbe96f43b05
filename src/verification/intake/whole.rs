//! What only the whole request can show: references, repeated people, and whether every authorisation suffices.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::IntakeContext;
use crate::household::{Authority, Faults, LegalBasisKind, Member, Purpose, Request};

/// Age of full legal capacity (民法典 art. 17-18): below it a legal representative signs.
const ADULT_AGE: i32 = 18;

pub(super) fn check(request: &Request, context: &IntakeContext<'_>, faults: &mut Faults) {
    check_as_of(request, context, faults);
    if request.purpose.is_screening() {
        check_screening(request, context, faults);
    }
    if request.purpose == Purpose::Monitoring && request.legal_basis.kind != LegalBasisKind::Authorisation {
        let remedy = [
            "法律依据填写授权（authorisation），并附授权书",
            "give authorisation as the legal basis, with everybody's",
        ];
        let what = "monitoring rests on consent";
        faults.add("/legal_basis/kind", "monitoring_without_consent", "动态监测须依据授权", what, remedy);
    }
    let members = &request.household.members;
    if !request.applicant.as_str().is_empty() && !members.iter().any(|member| member.reference == request.applicant) {
        faults.add(
            "/applicant",
            "unknown_member",
            "申请人不在家庭成员中",
            "names no member",
            ["填写某位成员的 ref", "use the ref of a member"],
        );
    }
    check_repeats(request, faults);
    for (pointer, person, obligor) in people(request) {
        if obligor.is_none() || person.authorisation.is_some() {
            check_consent(&pointer, person, request, context, faults);
        }
        if let Some(obliged_to) = obligor
            && !members.iter().any(|member| member.reference == *obliged_to)
        {
            let pointer = format!("{pointer}/obliged_to");
            faults.add(
                &pointer,
                "unknown_member",
                "赡养对象不在家庭成员中",
                "names no member",
                ["填写某位成员的 ref", "use the ref of a member"],
            );
        }
    }
}

fn people(request: &Request) -> Vec<(String, &Member, Option<&crate::household::MemberRef>)> {
    let household = &request.household;
    let members = household.members.iter().enumerate().map(|(i, m)| (format!("/household/members/{i}"), m, None));
    let obligors = household.obligors.iter().enumerate();
    let obligors = obligors.map(|(i, o)| (format!("/household/obligors/{i}"), &o.person, Some(&o.obliged_to)));
    members.chain(obligors).collect()
}

fn check_as_of(request: &Request, context: &IntakeContext<'_>, faults: &mut Faults) {
    if request.as_of > context.today {
        let remedy = ["使用当日或更早的日期", "use today or an earlier day"];
        faults.add("/as_of", "future", "核对基准日在将来", "lies in the future", remedy);
    } else if request.as_of < context.today.saturating_sub(3.years()) {
        let remedy =
            ["各部门只反馈近年数据，请使用较近的日期", "departments answer for the last years only; use a recent day"];
        faults.add("/as_of", "too_old", "核对基准日过早", "lies more than three years back", remedy);
    } else if (context.knows_region)(&request.region) && !(context.covers_day)(&request.region, request.as_of) {
        let remedy =
            ["使用更晚的日期，或配置涵盖该日的政策参数包", "use a later day, or install a pack that covers this one"];
        faults.add("/as_of", "no_pack_then", "该日尚无政策参数", "no pack covers the region on this day", remedy);
    }
}

/// Nobody applied: a screening rests on a duty, concerns nobody outside the household, and needs the county's rules for what it finds.
fn check_screening(request: &Request, context: &IntakeContext<'_>, faults: &mut Faults) {
    if request.legal_basis.kind != LegalBasisKind::StatutoryDuty {
        let remedy = [
            "法律依据填写法定职责（statutory_duty），并注明文号",
            "give statutory_duty as the legal basis, with the number of its document",
        ];
        let what = "a screening rests on a statutory duty";
        faults.add("/legal_basis/kind", "screening_without_duty", "名册排查须依据法定职责", what, remedy);
    }
    if !request.household.obligors.is_empty() {
        let remedy = ["删除义务人", "leave them out"];
        faults.add(
            "/household/obligors",
            "not_in_screening",
            "名册排查不涉及义务人",
            "have no place in a screening",
            remedy,
        );
    }
    if let Some(missing) = (context.lacks)(&request.region, request.as_of, request.purpose) {
        let remedy = [
            format!("在该地区的政策参数包中填写 {missing}"),
            format!("set {missing} in the region's pack: who is in charge of what is found"),
        ];
        let what = "the region's pack does not say who is in charge of what this screening finds";
        let remedy = [remedy[0].as_str(), remedy[1].as_str()];
        faults.add("/purpose", "screening_without_rule", "该地区的政策参数包缺少本项排查的参数", what, remedy);
    }
}

fn check_repeats(request: &Request, faults: &mut Faults) {
    let mut references = HashMap::new();
    let mut numbers = HashMap::new();
    let mut unnumbered = HashMap::new();
    for (pointer, person, _) in people(request) {
        if !person.reference.as_str().is_empty()
            && let Some(first) = references.insert(person.reference.clone(), pointer.clone())
        {
            let detail = format!("is the ref of {first} too");
            faults.add(
                &format!("{pointer}/ref"),
                "repeated_ref",
                "成员编号重复",
                &detail,
                ["为每人使用不同的编号", "give each person a ref of their own"],
            );
        }
        let repeated = match &person.id_number {
            Some(number) => numbers.insert(number.clone(), pointer.clone()),
            None => unnumbered.insert((person.name.clone(), person.birth_date), pointer.clone()),
        };
        if let Some(first) = repeated.filter(|_| person.id_number.is_some() || person.birth_date.is_some()) {
            let detail = format!("is the same person as {first}");
            faults.add(
                &pointer,
                "repeated_member",
                "同一人重复出现",
                &detail,
                ["每人只列一次", "list each person once"],
            );
        }
    }
}

fn check_consent(pointer: &str, person: &Member, request: &Request, context: &IntakeContext<'_>, faults: &mut Faults) {
    let pointer = format!("{pointer}/authorisation");
    let Some(authorisation) = &person.authorisation else {
        let already_faulty = faults.0.iter().any(|fault| fault.pointer.starts_with(&pointer));
        if request.legal_basis.kind == LegalBasisKind::Authorisation && !already_faulty {
            let remedy = [
                "附上本人或法定代理人签署的授权书",
                "attach the signed authorisation of the person or their legal representative",
            ];
            faults.add(
                &pointer,
                "no_authorisation",
                "缺少授权书：无委托、不核对",
                "no authorisation, no query",
                remedy,
            );
        }
        return;
    };
    let mut fault = |key: &str, code: &str, zh: &str, en: &str, remedy: [&str; 2]| {
        faults.add(&format!("{pointer}{key}"), code, zh, en, remedy);
    };
    if authorisation.signed_on > context.today {
        fault(
            "/signed_on",
            "future",
            "授权书签署日期在将来",
            "lies in the future",
            ["核对授权书上的日期", "check the date on the document"],
        );
    }
    if authorisation.valid_until.is_some_and(|until| until < context.today) {
        fault(
            "/valid_until",
            "expired",
            "授权书已过期",
            "the authorisation has expired",
            ["重新签署", "have it signed again"],
        );
    }
    if authorisation.valid_until.is_some_and(|until| until < authorisation.signed_on) {
        fault(
            "/valid_until",
            "before_signing",
            "授权书有效期早于签署日期",
            "ends before it was signed",
            ["核对两个日期", "check both dates"],
        );
    }
    if !authorisation.covers_purpose(request.purpose) {
        let remedy = ["重新签署涵盖本次用途的授权书", "a new authorisation whose purposes cover this one"];
        fault("/purposes", "purpose_not_covered", "授权书未涵盖本次核对用途", "does not cover this purpose", remedy);
    }
    if let Some((code, zh, en)) = wrong_signatory(person, authorisation, request, context.today) {
        let remedy = match code {
            "adult_guardian" => [
                "由本人签署；无民事行为能力的，填写代理人（agent）及其依据（监护判决、授权委托书）",
                "the person signs; for somebody without capacity name the agent with the basis (ruling on guardianship, power of attorney)",
            ],
            _ => ["由有权签署的人签署", "have the right person sign"],
        };
        fault("/signed_by", code, zh, en, remedy);
    }
}

fn wrong_signatory(
    person: &Member,
    authorisation: &crate::household::Authorisation,
    request: &Request,
    today: Date,
) -> Option<(&'static str, &'static str, &'static str)> {
    match &authorisation.signed_by {
        Authority::Own if !is_adult(person, authorisation.signed_on.max(person.birth_date?)) => Some((
            "minor_signed",
            "未成年人须由监护人签署",
            "a minor's authorisation is signed by a legal representative",
        )),
        Authority::Guardian(guardian) if *guardian == person.reference => {
            Some(("own_guardian", "监护人不能是本人", "nobody is their own guardian"))
        }
        // 民法典 art. 18, 23: an adult acts alone; a relative's word does not take that away.
        Authority::Guardian(_) if is_adult(person, authorisation.signed_on.max(person.birth_date?)) => Some((
            "adult_guardian",
            "成年人的授权书须由本人或有依据的代理人签署",
            "an adult's authorisation is signed by the person, or by an agent with a basis",
        )),
        Authority::Guardian(guardian) => {
            match people(request).into_iter().find(|(_, other, _)| other.reference == *guardian) {
                None => Some(("unknown_member", "监护人不在申请名单中", "names nobody in this request")),
                Some((_, other, _)) if !is_adult(other, today) => {
                    Some(("guardian_minor", "监护人须为成年人", "a guardian is an adult"))
                }
                Some(_) => None,
            }
        }
        _ => None,
    }
}

fn is_adult(person: &Member, on: Date) -> bool {
    person.birth_date.is_none_or(|birth| birth.saturating_add(ADULT_AGE.years()) <= on)
}
