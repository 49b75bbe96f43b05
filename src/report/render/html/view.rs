//! What the page's template writes: every amount, date and name already in words.

use askama::Template;

use super::super::super::attestation::Attestation;
use super::super::super::body::CopyFor;
use super::super::super::receipt::{code_of, small_qr_svg};
use super::super::super::text;
use super::super::chart::{Chart, chart};
use super::super::names::Reading;
use super::super::parameters::Assumed;
use super::answers::{ABREAST, ANSWERS, Answers, answers, class_of, unspoken};
use super::lines::{Ground, Line, Total, deductions, grounds, income, property, totals};
use super::verdict::{Amount, Declared, Finding, Held, Outcome, amounts, declared, findings, held};
use super::{Around, Bar};
use crate::household::{MemberRef, day, moment};

/// The page. Fields in the order they are printed.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page<'a> {
    zh: bool,
    tag: &'static str,
    style: String,
    bar: Option<&'a Bar>,
    number: &'a str,
    version: u32,
    finality: &'static str,
    is_final: bool,
    /// Of the screening of a roster nothing is reckoned.
    reckoned: bool,
    status: &'static str,
    is_draft: bool,
    officer: bool,
    copy_for: &'static str,
    supersedes: Option<String>,
    facts: Vec<(&'a str, String)>,
    summary: &'a str,
    headline: Option<Outcome<'a>>,
    also: Option<Outcome<'a>>,
    against: String,
    for_review: Option<String>,
    spoken: usize,
    not_asked: String,
    asked: usize,
    per_head_state: String,
    per_head_complete: bool,
    chart: Chart,
    registered_as: &'static str,
    members: Vec<Person<'a>>,
    registered_places: Vec<String>,
    obligors: Vec<(&'a str, &'a str, &'a str)>,
    answers: Vec<Answers<'a>>,
    obligor_answers: Vec<Answers<'a>>,
    legend: Vec<(&'static str, &'static str, &'static str)>,
    unspoken: Vec<(&'static str, &'static str, String)>,
    usual_days: String,
    income: Vec<Line<'a>>,
    deductions: Vec<Line<'a>>,
    property: Vec<Line<'a>>,
    heads: u32,
    totals: Vec<Total<'a>>,
    declared: Vec<Declared<'a>>,
    held: Vec<Held<'a>>,
    set_aside: Vec<(u32, &'a str, &'a str)>,
    screening: Vec<Outcome<'a>>,
    amounts: Vec<Amount<'a>>,
    referrals: Vec<String>,
    alerts: Vec<String>,
    review: String,
    findings: Vec<Finding<'a>>,
    open_facts: Vec<String>,
    grounds: Vec<(String, Ground)>,
    assumed: Vec<Assumed<'a>>,
    provenance: Vec<(&'a str, String)>,
    /// The QR code of the receipt, where the report is in the log.
    receipt: Option<String>,
    /// By which reading this copy was made.
    reading: Option<String>,
    notices: Vec<String>,
    centre: &'a str,
    issued: Option<(&'a str, String)>,
}

impl Page<'_> {
    fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.zh { zh } else { en }
    }
}

struct Person<'a> {
    name: &'a str,
    relation: String,
    age: String,
    document: &'a str,
    on_record: String,
}

pub(super) fn page<'a>(
    read: Reading<'a>,
    attestation: Option<&Attestation>,
    around: &Around<'a>,
    style: String,
) -> Page<'a> {
    let (body, lang) = (read.body, read.lang);
    let (spoken, asked) = read.answered();
    let roster = body.request.purpose.is_screening();
    let per_head = &body.totals.per_head_monthly;
    let members: Vec<&MemberRef> = body.household.members.iter().map(|person| &person.reference).collect();
    let obligors: Vec<&MemberRef> = body.household.obligors.iter().map(|o| &o.person.reference).collect();
    Page {
        zh: lang == text::Lang::Zh,
        tag: lang.tag(),
        style,
        bar: around.bar,
        number: &body.number,
        version: body.version,
        finality: text::finality(body.is_final, lang),
        is_final: body.is_final,
        reckoned: !roster,
        status: text::status(body.status, lang),
        is_draft: body.issued.is_none(),
        officer: body.copy_for == CopyFor::Officer,
        copy_for: text::copy_for(body.copy_for, lang),
        supersedes: read.supersedes(),
        facts: facts(read, attestation),
        summary: body.summary.words.get(lang),
        headline: body.headline().map(|outcome| super::verdict::outcome(read, outcome, true)),
        also: body.also().map(|outcome| super::verdict::outcome(read, outcome, false)),
        against: read.against_standard(),
        for_review: read.held(),
        spoken,
        not_asked: read.not_asked().unwrap_or_default(),
        asked,
        per_head_state: read.completeness(per_head.complete, &per_head.silent),
        per_head_complete: per_head.complete,
        chart: chart(read),
        registered_as: text::registered_as(body.household.registered_as, lang),
        members: people(read),
        registered_places: read.registered_places(),
        obligors: (body.household.obligors.iter())
            .map(|o| (o.person.name.expose(), read.person(&o.obliged_to), &*o.basis))
            .collect(),
        answers: members.chunks(ABREAST).map(|people| answers(read, people, roster)).collect(),
        obligor_answers: (obligors.chunks(ABREAST))
            .map(|people| answers(read, people, true))
            .filter(|table| !table.rows.is_empty())
            .collect(),
        legend: ANSWERS.map(|kind| (class_of(kind), text::answer_sign(kind, lang), text::answer(kind, lang))).to_vec(),
        unspoken: unspoken(read),
        usual_days: usual_days(read),
        income: income(read),
        deductions: deductions(read),
        property: property(read),
        heads: body.totals.members,
        totals: totals(read),
        declared: declared(read),
        held: held(read),
        set_aside: (body.set_aside.iter())
            .map(|aside| (aside.count, read.source(&aside.source), aside.words.get(lang)))
            .collect(),
        screening: (read.outcomes().enumerate())
            .map(|(index, outcome)| super::verdict::outcome(read, outcome, index == 0))
            .collect(),
        grounds: grounds(read),
        amounts: amounts(read),
        referrals: body.referrals.iter().map(|line| read.referral(line)).collect(),
        alerts: body.alerts.iter().map(|line| read.alert(line)).collect(),
        review: read.review(),
        findings: findings(read),
        open_facts: body.open_facts.iter().map(|fact| read.fact(&fact.fact)).collect(),
        assumed: read.assumed(),
        provenance: read.provenance(attestation),
        receipt: attestation.and_then(code_of).and_then(|code| small_qr_svg(&code, receipt_label(lang))),
        reading: around.reading.map(|reading| made_by(reading, lang)),
        notices: body.notices.words(&body.request).iter().map(|notice| notice.get(lang).to_owned()).collect(),
        centre: &body.centre,
        issued: body.issued.as_ref().map(|issue| (&*issue.by, day(issue.on, lang))),
    }
}

/// What a report is about, and when it was made.
fn facts<'a>(read: Reading<'a>, attestation: Option<&Attestation>) -> Vec<(&'a str, String)> {
    let mut facts = read.facts();
    if let Some(attestation) = attestation {
        facts.push((read.t("出具时间", "Made"), moment(attestation.created_at, read.lang)));
    }
    facts
}

fn receipt_label(lang: text::Lang) -> &'static str {
    lang.pick("审计回执二维码", "QR code of the audit receipt")
}

/// Each opening may be a print, so that is what is counted.
fn made_by(reading: super::Reading, lang: text::Lang) -> String {
    let super::Reading { nth, entry } = reading;
    match lang {
        text::Lang::Zh => {
            format!("本件为本案报告第 {nth} 次调阅打印件（每次调阅按一次打印计），调阅记录见审计日志第 {entry} 条")
        }
        text::Lang::En => format!(
            "print no. {nth} of this case’s reports (each opening counts as one); the opening is entry {entry} of the audit log"
        ),
    }
}

fn usual_days(read: Reading<'_>) -> String {
    let (Some(asked), Some(answered)) = (read.body.asked_on, read.body.answered_on) else { return String::new() };
    format!(
        "{} {}{}{} {}",
        read.t("查询", "asked"),
        day(asked, read.lang),
        read.t("，", ", "),
        read.t("反馈", "answered"),
        day(answered, read.lang)
    )
}

fn people(read: Reading<'_>) -> Vec<Person<'_>> {
    (read.body.household.members.iter())
        .map(|person| Person {
            name: person.name.expose(),
            relation: text::relation(&person.relation, read.lang),
            age: person.age.map_or_else(String::new, |age| age.to_string()),
            document: person.id_number_masked.as_deref().unwrap_or(text::id_kind(person.id_kind, read.lang)),
            on_record: read.on_record(&person.reference),
        })
        .collect()
}
