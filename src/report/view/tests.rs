//! Levels show what they are for, and nothing else.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::policy::assessment::Certainty;
use crate::report::change::properties::{body as body_after, happened};
use crate::report::fixture::{attestation, case};
use crate::report::render::{html, terminal};
use crate::report::text::Lang;

fn key() -> SigningKey {
    SigningKey { id: "sign-2027".into(), jwk_thumbprint: "kF1-yYW4vJ9Bk0JmkkqHnRr4Ws3k0l1o6p0mP8eTqQE".into() }
}

fn view_of(body: Body, level: Disclosure) -> ViewReport {
    let report = Report { attestation: attestation(&body), body };
    ViewReport::of(&report, level, key()).expect("a level below the whole")
}

/// Every amount, area, record and document number, and way of reckoning in a body.
#[derive(Default)]
struct Secrets {
    amounts: BTreeSet<String>,
    details: BTreeSet<String>,
}

impl Secrets {
    fn of(body: &Body) -> Self {
        let mut secrets = Self::default();
        secrets.walk("", &serde_json::to_value(body.spelled_out()).unwrap());
        let texts = body.grounds.iter().flat_map(|ground| [ground.zh.clone(), ground.en.clone()]);
        for word in
            texts.flat_map(|text| text.split([' ', '（', '）', '，', '。']).map(str::to_owned).collect::<Vec<_>>())
        {
            secrets.enter_amount(&word);
        }
        secrets
    }

    fn walk(&mut self, field: &str, value: &Value) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(field, value)| self.walk(field, value)),
            Value::Array(items) => items.iter().for_each(|item| self.walk(field, item)),
            Value::String(text) => match field {
                "record" | "records" | "id_number_masked" | "fact" if text.len() > 3 => {
                    // an open fact names a record behind the department
                    let detail = if field == "fact" { text.splitn(3, '/').nth(2) } else { Some(text.as_str()) };
                    self.details.extend(detail.map(str::to_owned));
                }
                // of one record the whole reckoning is its span of months
                "computation" if text.contains('×') => drop(self.details.insert(text.clone())),
                _ => self.enter_amount(text),
            },
            _ => {}
        }
    }

    fn enter_amount(&mut self, text: &str) {
        let is_amount =
            text.contains('.') && text.parse::<f64>().is_ok() && !text.trim_matches(['0', '.', '-']).is_empty();
        if is_amount {
            self.amounts.insert(text.to_owned());
        }
    }
}

fn everywhere(view: &ViewReport) -> Vec<String> {
    let json = String::from_utf8(view.body.bytes()).unwrap();
    let style = |lang| terminal::Style { colour: false, lang, width: 100 };
    let mut all = vec![json];
    for lang in [Lang::Zh, Lang::En] {
        all.push(terminal::render_view(view, style(lang)));
        // style sheets hold lengths
        let page = html::render_view(view, lang);
        let (_, page) = page.split_once("</style>").unwrap();
        all.push(page.replace("hedui 0.1.0", ""));
    }
    all.iter_mut().for_each(|text| *text = text.replace("hedui 0.1.0", ""));
    all
}

fn check(body: &Body) {
    let secrets = Secrets::of(body);
    assert!(secrets.amounts.len() > 10 && secrets.details.len() > 5, "there is something to find");
    for text in everywhere(&view_of(body.clone(), Disclosure::Conclusion)) {
        for secret in secrets.amounts.iter().chain(&secrets.details) {
            assert!(!text.contains(secret.as_str()), "{secret} in {text}");
        }
        let mut figures = text.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|figure| figure.contains('.'));
        assert!(
            figures.all(
                |figure| figure.trim_matches('.').parse::<u32>().is_ok() || !figure.trim_matches('.').contains('.')
            ),
            "{text}"
        );
    }
    for text in everywhere(&view_of(body.clone(), Disclosure::Amounts)) {
        for secret in &secrets.details {
            assert!(!text.contains(secret.as_str()), "{secret} in {text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_amount_record_or_number_reaches_the_conclusion_and_no_record_the_amounts(
        all in prop::collection::vec(happened(), 0..6)
    ) {
        check(&body_after(&all));
    }
}

#[test]
fn the_conclusion_says_what_the_report_concludes() {
    let body = case().body();
    check(&body);
    let view = view_of(body.clone(), Disclosure::Conclusion).body;
    let told: Vec<_> = view.conclusion.screening.iter().map(|outcome| (&*outcome.outcome, outcome.state)).collect();
    let whole: Vec<_> = body.screening.iter().map(|outcome| (&*outcome.outcome, outcome.state)).collect();
    assert_eq!(told, whole);
    assert_eq!(view.conclusion.headline().map(|o| &o.outcome), body.headline().map(|o| &o.outcome));
    let open: Vec<_> = view.conclusion.open.iter().map(|open| open.matter).collect();
    assert!(open.contains(&Matter::Household) && open.contains(&Matter::Department) && open.contains(&Matter::Review));
    let text = String::from_utf8(view.bytes()).unwrap();
    for hidden in ["spouse", "李红", "\"o1\"", "19680412", "620422*", "劳务公司", "CL-88213", "623.00"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    for outcome in view.conclusion.screening.iter().filter(|outcome| outcome.state != Certainty::Met) {
        assert!(!outcome.why.is_empty() || outcome.outcome == "none", "{} says why", outcome.outcome);
    }
    assert!(!text.contains("规定的条件"), "every condition of the rules that ship has words of its own");
}

#[test]
fn sums_are_those_of_the_lines() {
    let body = case().body();
    let amounts = view_of(body.clone(), Disclosure::Amounts).body.amounts.unwrap();
    let sum = |all: &mut dyn Iterator<Item = i64>| all.sum::<i64>();
    assert_eq!(
        sum(&mut amounts.income.iter().map(|s| s.counted.0)),
        sum(&mut body.income.iter().map(|line| line.counted.0))
    );
    assert_eq!(
        sum(&mut amounts.income.iter().map(|s| s.counted_at_most.unwrap_or(s.counted).0)),
        sum(&mut body.income.iter().map(|line| line.counted_at_most.unwrap_or(line.counted).0))
    );
    assert_eq!(
        sum(&mut amounts.deductions.iter().map(|s| s.amount.0)),
        sum(&mut body.deductions.iter().map(|line| line.amount.0))
    );
    assert_eq!(
        sum(&mut amounts.property.iter().map(|s| i64::from(s.number))),
        i64::try_from(body.property.len()).unwrap()
    );
    assert_eq!(
        sum(&mut amounts.property.iter().map(|s| s.counted.0)),
        sum(&mut body.property.iter().map(|line| line.counted.0))
    );
    assert_eq!(amounts.totals, body.totals);
    assert!(amounts.income.len() < body.income.len(), "lines of a person and class are one");
}

#[test]
fn a_view_names_the_whole_report_and_is_read_back() {
    let body = case().body();
    for level in [Disclosure::Conclusion, Disclosure::Amounts] {
        let view = view_of(body.clone(), level);
        assert!(view.is_whole());
        assert_eq!(view.body.of.body_sha256, body.hash());
        assert_eq!(view.body.of.evidence_sha256, body.provenance.evidence_sha256);
        assert_eq!(view.body.of.pack, body.provenance.pack);
        let document = Document::read(&view.bytes()).unwrap();
        assert_eq!((document.level(), document.bytes()), (level, view.bytes()));
        let mut other = view.clone();
        other.body.conclusion.reviews_open += 1;
        assert_eq!(Document::read(&other.bytes()), Err(Misread::OtherBody));
        let mut claims = view.clone();
        claims.body.level = if level == Disclosure::Amounts { Disclosure::Conclusion } else { Disclosure::Amounts };
        claims.attestation.view_sha256 = claims.body.hash();
        assert_eq!(Document::read(&claims.bytes()), Err(Misread::OtherBody), "a level says what is there");
        let mut another = view;
        another.attestation.body_sha256 = "ab".repeat(32);
        assert_eq!(Document::read(&another.bytes()), Err(Misread::OtherBody));
    }
    assert_eq!(View::of(&body, Disclosure::Full), None);
    assert_eq!(Document::read(b"{}"), Err(Misread::NotAReport));
}

#[test]
fn every_level_is_drawn() {
    for (level, name) in [(Disclosure::Conclusion, "conclusion"), (Disclosure::Amounts, "amounts")] {
        let view = view_of(case().body(), level);
        for (lang, tag) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            let drawn = terminal::render_view(&view, terminal::Style { colour: false, lang, width: 100 });
            insta::assert_snapshot!(format!("{name}_{tag}"), drawn);
            let wide = |line: &&str| unicode_width::UnicodeWidthStr::width(*line) > 100;
            assert_eq!(drawn.lines().find(wide), None);
        }
    }
}

#[test]
fn the_schema_is_published_as_reviewed() {
    insta::assert_json_snapshot!(crate::report::schema::view());
}
