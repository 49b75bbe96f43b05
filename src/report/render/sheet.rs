//! A view of a report as titled sections of lines and tables: worded once, for the terminal and for the page. The tables of amounts are in `sums`.

mod sums;

use super::super::body::Words;
use super::super::text::{self, Lang};
use super::super::view::{Conclusion, OpenMatter, OutcomeView, View, ViewReport, WhyLine};
use crate::config::Disclosure;
use crate::household::{MemberRef, day};
use crate::policy::assessment::{Certainty, ReviewClass};

/// How a line is meant; always said in words or by a sign beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Warn,
    Soft,
}

impl Tone {
    /// Name of its class on the page.
    pub fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Soft => "soft",
        }
    }

    fn of(state: Certainty) -> Self {
        match state {
            Certainty::Met => Self::Good,
            Certainty::NotMet => Self::Plain,
            Certainty::Open => Self::Warn,
        }
    }
}

/// A line: how deep it stands, a sign, words.
pub(super) struct Line {
    pub depth: usize,
    pub sign: &'static str,
    pub words: String,
    pub tone: Tone,
}

/// A table: titles, with whether a column holds amounts; rows.
pub(super) struct Table {
    pub titles: Vec<(&'static str, bool)>,
    pub rows: Vec<Vec<String>>,
}

pub(super) struct Section {
    pub title: &'static str,
    pub note: &'static str,
    pub lines: Vec<Line>,
    pub table: Option<Table>,
}

/// What is drawn.
pub(super) struct Sheet<'a> {
    pub title: &'static str,
    pub number: &'a str,
    pub about: String,
    pub is_draft: bool,
    pub facts: Vec<(&'static str, String)>,
    pub sentence: String,
    pub sections: Vec<Section>,
    pub provenance: Vec<(&'static str, String)>,
    pub notices: Vec<String>,
    pub centre: &'a str,
}

pub(super) fn sheet(report: &ViewReport, lang: Lang) -> Sheet<'_> {
    let view = &report.body;
    let words = Wording { conclusion: &view.conclusion, lang };
    let mut sections = vec![words.members()];
    if !view.conclusion.screening.is_empty() {
        sections.push(words.screening());
    }
    sections.push(words.open());
    if let Some(amounts) = &view.amounts {
        sections.extend(words.amounts(amounts));
    }
    sections.push(words.onward());
    let request = &view.conclusion.request;
    let notices = view.conclusion.notices.words_on(request.purpose, request.legal_basis);
    Sheet {
        title: match view.level {
            Disclosure::Conclusion => words.t("家庭经济状况核对结论", "Household means verification: conclusion"),
            _ => words.t("家庭经济状况核对结论与金额", "Household means verification: conclusion and amounts"),
        },
        number: &view.of.number,
        about: words.about(view),
        is_draft: view.of.issued.is_none(),
        facts: words.facts(),
        sentence: words.sentence(),
        sections,
        provenance: words.provenance(report),
        notices: notices.iter().map(|notice| notice.get(lang).to_owned()).collect(),
        centre: &view.conclusion.centre,
    }
}

#[derive(Clone, Copy)]
struct Wording<'a> {
    conclusion: &'a Conclusion,
    lang: Lang,
}

impl<'a> Wording<'a> {
    fn t(self, zh: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(zh, en)
    }

    fn bracketed(self, text: &str) -> String {
        match self.lang {
            Lang::Zh => format!("（{text}）"),
            Lang::En => format!(" ({text})"),
        }
    }

    fn colon(self) -> &'static str {
        self.t("：", ": ")
    }

    fn about(self, view: &View) -> String {
        let (finality, status) = (text::finality(view.of.is_final, self.lang), text::status(view.of.status, self.lang));
        let issued = view.of.issued.as_ref().map(|issue| format!("{} {}", issue.by, day(issue.on, self.lang)));
        let issued = issued.map_or_else(String::new, |issued| self.bracketed(&issued));
        match self.lang {
            Lang::Zh => format!("第 {} 版 · {finality} · {status}{issued}", view.of.version),
            Lang::En => format!("version {} · {finality} · {status}{issued}", view.of.version),
        }
    }

    fn facts(self) -> Vec<(&'static str, String)> {
        let request = &self.conclusion.request;
        let region = request.region_name.as_ref().map_or("", |name| name.get(self.lang));
        let mut facts = vec![
            (self.t("核对事项", "Purpose"), text::purpose(request.purpose, self.lang).to_owned()),
            (self.t("申请人", "Applicant"), self.conclusion.person(&request.applicant).to_owned()),
            (self.t("地区", "Region"), format!("{region} {}", request.region.as_str())),
            (self.t("基准日", "As of"), day(request.as_of, self.lang)),
            (self.t("核对依据", "Basis"), text::legal_basis(request.legal_basis, self.lang).to_owned()),
            (self.t("委托编号", "Reference"), request.reference.clone().unwrap_or_default()),
        ];
        facts.retain(|(_, value)| !value.is_empty());
        facts
    }

    /// What was checked, and how the outcome asked about stands.
    fn sentence(self) -> String {
        let Conclusion { checked, unanswered, clear, .. } = self.conclusion;
        let outcome = self.conclusion.headline().map_or_else(String::new, |outcome| {
            let (name, state) = (outcome.name.get(self.lang), text::certainty(outcome.state, self.lang));
            match self.lang {
                Lang::Zh => format!("{name}：{state}。"),
                Lang::En => format!(" {name}: {state}."),
            }
        });
        let checked = match self.lang {
            Lang::Zh if *checked == 0 => "未查询任何项目。".to_owned(),
            Lang::En if *checked == 0 => "Nothing was checked.".to_owned(),
            Lang::Zh => {
                let open = if *unanswered > 0 {
                    format!("，{unanswered} 项尚未完整反馈")
                } else {
                    "，均已反馈".to_owned()
                };
                let clear = if *clear { "，未发现超标信息" } else { "" };
                format!("核对了 {checked} 项{open}{clear}。")
            }
            Lang::En => {
                let open = match unanswered {
                    0 => "; all have been answered".to_owned(),
                    _ => format!("; {unanswered} have not been answered in full"),
                };
                let clear = if *clear { "; nothing over a limit was found" } else { "" };
                format!("{checked} items were checked{open}{clear}.")
            }
        };
        checked + &outcome
    }

    fn members(self) -> Section {
        let rows = self.conclusion.members.iter();
        Section {
            title: self.t("家庭成员", "Household"),
            note: "",
            lines: Vec::new(),
            table: Some(Table {
                titles: vec![(self.t("姓名", "Name"), false), (self.t("关系", "Relation"), false)],
                rows: rows
                    .map(|member| vec![member.name.expose().to_owned(), text::relation(&member.relation, self.lang)])
                    .collect(),
            }),
        }
    }

    fn screening(self) -> Section {
        let mut lines = Vec::new();
        let shown = |outcome: &&OutcomeView| outcome.outcome != "none" || outcome.state == Certainty::Met;
        for (index, outcome) in self.conclusion.screening.iter().filter(shown).enumerate() {
            let mut words = outcome.name.get(self.lang).to_owned();
            if outcome.outcome != "none" {
                words.push_str(" — ");
                words.push_str(text::certainty(outcome.state, self.lang));
            }
            if let Some(decides) = &outcome.decides {
                let by = format!("{}{}", self.t("取决于：", "decided by: "), self.matter(decides));
                words.push_str(&self.bracketed(&by));
            }
            if let Some(term) = &outcome.term {
                let until = format!("{}{}", self.t("至 ", "until "), day(term.until, self.lang));
                words.push_str(&self.bracketed(&until));
            }
            let sign = text::certainty_sign(outcome.state, self.lang);
            lines.push(Line { depth: 0, sign, words, tone: Tone::of(outcome.state) });
            if index == 0 && self.conclusion.decided_early {
                let words = self.t(
                    "结论已定：尚未反馈的部门不会改变本项。",
                    "Decided early: no answer still to come can change it.",
                );
                lines.push(Line { depth: 1, sign: "✓", words: words.to_owned(), tone: Tone::Good });
            }
            let told = |why: &&WhyLine| index == 0 || why.state != Certainty::Met;
            lines.extend(outcome.why.iter().filter(told).map(|why| self.why(why)));
        }
        let title = self.t("筛查", "Screening");
        Section { title, note: self.t("只核对、不认定", "verifies, does not decide"), lines, table: None }
    }

    fn why(self, why: &WhyLine) -> Line {
        let mut words = why.words.get(self.lang).to_owned();
        match &why.law {
            Some(law) => {
                words.push(' ');
                words.push_str(law);
                if why.assumed {
                    words.push_str(&self.bracketed(self.t("数值假定", "figures assumed")));
                }
            }
            None => words.push_str(&self.bracketed(self.t("假定，尚无公布文本", "assumed, no published text"))),
        }
        Line { depth: 1, sign: text::certainty_sign(why.state, self.lang), words, tone: Tone::Soft }
    }

    fn matter(self, open: &OpenMatter) -> String {
        let (zh, en) = open.matter.words();
        let member = open.member.as_ref().map(|who| self.conclusion.person(who));
        let about = member.or_else(|| open.title.as_ref().map(|title: &Words| title.get(self.lang)));
        let words = self.lang.pick(zh, en);
        about.map_or_else(|| words.to_owned(), |about| format!("{about}{}{words}", self.colon()))
    }

    fn open(self) -> Section {
        let line = |words: String| Line { depth: 0, sign: "?", words, tone: Tone::Warn };
        let mut lines: Vec<Line> = self.conclusion.open.iter().map(|open| line(self.matter(open))).collect();
        let held = self.conclusion.reviews_open;
        if held > 0 {
            lines.push(line(match self.lang {
                Lang::Zh => format!("待人工核实 {held} 条，未计入，也未排除"),
                Lang::En => format!("records of uncertain ownership: {held}; neither counted nor dropped"),
            }));
        }
        Section { title: self.t("待定事项", "What is open"), note: "", lines: self.or_none(lines), table: None }
    }

    fn or_none(self, mut lines: Vec<Line>) -> Vec<Line> {
        if lines.is_empty() {
            lines.push(Line { depth: 0, sign: "–", words: self.t("无", "none").to_owned(), tone: Tone::Soft });
        }
        lines
    }

    fn onward(self) -> Section {
        let mut lines: Vec<Line> = (self.conclusion.referrals.iter())
            .map(|referral| {
                let people: Vec<&str> = referral.members.iter().map(|who| self.conclusion.person(who)).collect();
                let mut words = format!("{} · {}", referral.name.get(self.lang), referral.office);
                if !people.is_empty() {
                    words.push_str(&self.bracketed(&people.join(self.t("、", ", "))));
                }
                if referral.open {
                    words.push_str(&self.bracketed(self.t("待定", "open")));
                }
                Line { depth: 0, sign: "→", words, tone: Tone::Plain }
            })
            .collect();
        if let Some(review) = self.conclusion.review {
            let class = match review.class {
                ReviewClass::Yearly => self.t("每年复核", "Reviewed once a year"),
                ReviewClass::HalfYearly => self.t("每半年复核", "Reviewed every half year"),
                ReviewClass::Now => self.t("立即复核", "Reviewed at once"),
            };
            let words = format!("{class}{}{}", self.t("，下次不迟于 ", ", next by "), day(review.due, self.lang));
            lines.push(Line { depth: 0, sign: "↻", words, tone: Tone::Plain });
        }
        let title = self.t("转介与复核", "Referrals and review");
        Section { title, note: "", lines: self.or_none(lines), table: None }
    }

    fn name(self, who: &MemberRef) -> String {
        self.conclusion.person(who).to_owned()
    }

    fn provenance(self, report: &ViewReport) -> Vec<(&'static str, String)> {
        let (view, attestation) = (&report.body, &report.attestation);
        let short = |hash: &str| hash.chars().take(12).collect::<String>();
        let level = match view.level {
            Disclosure::Conclusion => self.t("结论", "conclusion"),
            Disclosure::Amounts => self.t("金额", "amounts"),
            Disclosure::Full => self.t("全部", "full"),
        };
        vec![
            (self.t("披露层级", "Level"), level.to_owned()),
            (self.t("规则包", "Pack"), format!("{} · {}", short(&view.of.pack.sha256), view.of.pack.names.join(" → "))),
            (self.t("证据", "Evidence"), short(&view.of.evidence_sha256)),
            (self.t("报告正文", "Whole report"), short(&view.of.body_sha256)),
            (self.t("本件", "This document"), short(&attestation.view_sha256)),
            (self.t("程序", "Program"), attestation.engine.clone()),
            (
                self.t("审计日志", "Audit log"),
                match self.lang {
                    Lang::Zh => format!("第 {} 条 · {}", attestation.leaf_index, short(&attestation.leaf_hash)),
                    Lang::En => format!("entry {} · {}", attestation.leaf_index, short(&attestation.leaf_hash)),
                },
            ),
            (
                self.t("签名密钥", "Signing key"),
                format!("{} · {}", attestation.signing_key.id, short(&attestation.signing_key.jwk_thumbprint)),
            ),
        ]
    }
}
