//! What references stand for in a body: people, sources, open facts.

use super::super::body::Body;
use super::super::cells::{SourceLine, WhyNot};
use super::super::entries::{OutcomeEntry, PropertyEntry};
use super::super::text::{self, Lang};
use super::super::totals::Silent;
use super::amounts::{interval, interval_unit, yuan};
use crate::household::{AnswerKind, Fen, MemberRef, Skip, SourceKey};
use crate::policy::assessment::Certainty;
use crate::policy::pack::spec;

/// A body in a language.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    /// Its English spelled out.
    pub body: &'a Body,
    /// Hash of the body as it stands in the report.
    pub hash: &'a str,
    pub lang: Lang,
}

impl<'a> Reading<'a> {
    /// Chooses between two texts.
    pub fn t(self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(zh, en)
    }

    /// A member's or obligor's name; the reference itself where the body lists no such person.
    pub fn person(self, who: &'a MemberRef) -> &'a str {
        let household = &self.body.household;
        let obligors = household.obligors.iter().map(|obligor| &obligor.person);
        (household.members.iter().chain(obligors))
            .find(|person| person.reference == *who)
            .map_or(who.as_str(), |person| person.name.expose())
    }

    pub fn is_member(self, who: &MemberRef) -> bool {
        self.body.household.members.iter().any(|person| person.reference == *who)
    }

    /// A source's title; its key where the body lists no such source.
    pub fn source(self, key: &'a SourceKey) -> &'a str {
        self.source_named(key.as_str())
    }

    fn source_named(self, key: &'a str) -> &'a str {
        let line = self.body.sources.iter().find(|line| line.source.as_str() == key);
        line.map_or(key, |line| line.title.get(self.lang))
    }

    /// Where a line comes from: a source, or the family's declaration.
    pub fn origin(self, source: Option<&'a SourceKey>) -> &'a str {
        source.map_or(self.t("家庭申报", "declared"), |key| self.source(key))
    }

    /// A list of names in the language's manner.
    pub fn list(self, names: &[&str]) -> String {
        names.join(self.t("、", ", "))
    }

    /// Note in the language's brackets.
    pub fn bracketed(self, text: &str) -> String {
        match self.lang {
            Lang::Zh => format!("（{text}）"),
            Lang::En => format!(" ({text})"),
        }
    }

    /// Why a source has not spoken about somebody, where it was not asked.
    fn skipped(self, source: &str, who: &MemberRef) -> Option<Skip> {
        let line = self.body.sources.iter().find(|line| line.source.as_str() == source)?;
        match line.cell(who)?.why_not {
            Some(WhyNot::Skip(why)) => Some(why),
            _ => None,
        }
    }

    /// Sources with the people where it is not everybody: `金融（李明、王芳）`; none where there are none.
    fn about(self, sources: &[(&'a str, Vec<&'a MemberRef>)]) -> Option<String> {
        let everybody = self.body.household.members.len();
        let named = |(source, people): &(&'a str, Vec<&'a MemberRef>)| {
            let title = self.source_named(source);
            if people.len() == everybody {
                return title.to_owned();
            }
            let people: Vec<&str> = people.iter().map(|who| self.person(who)).collect();
            format!("{title}{}", self.bracketed(&self.list(&people)))
        };
        let named: Vec<String> = sources.iter().map(named).collect();
        (!named.is_empty()).then(|| self.list(&named.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    /// What a total waits for, what was not asked, and who withdrew: a department that was not asked is not to blame.
    fn lacks(self, silent: &'a Silent) -> Vec<String> {
        let (mut waits, mut not_asked, mut withdrew) = (Vec::new(), Vec::new(), Vec::new());
        for (source, people) in silent {
            let (mut silent, mut skipped) = (Vec::new(), Vec::new());
            for who in people {
                match self.skipped(source, who) {
                    None => silent.push(who),
                    Some(Skip::Withdrawn) if withdrew.contains(&self.person(who)) => {}
                    Some(Skip::Withdrawn) => withdrew.push(self.person(who)),
                    Some(_) => skipped.push(who),
                }
            }
            for (list, people) in [(&mut waits, silent), (&mut not_asked, skipped)] {
                if !people.is_empty() {
                    list.push((source.as_str(), people));
                }
            }
        }
        let waits = self.about(&waits).map(|sources| format!("{}{sources}", self.t("尚缺 ", "awaits ")));
        let not_asked = self.about(&not_asked).map(|sources| format!("{}{sources}", self.t("未查询 ", "not asked: ")));
        let withdrew = (!withdrew.is_empty()).then(|| match self.lang {
            Lang::Zh => format!("{}的授权已撤回，未再查询", self.list(&withdrew)),
            Lang::En => format!("authorisation withdrawn, nobody is asked any more: {}", self.list(&withdrew)),
        });
        waits.into_iter().chain(not_asked).chain(withdrew).collect()
    }

    /// Whether a total is complete, and what it lacks.
    pub fn completeness(self, complete: bool, silent: &'a Silent) -> String {
        if complete {
            return self.t("完整", "complete").to_owned();
        }
        let lacks = self.lacks(silent);
        match lacks.is_empty() {
            true => self.t("不完整", "incomplete").to_owned(),
            false => {
                format!("{}{}", self.t("不完整：", "incomplete: "), lacks.join(self.t("；", "; ")))
            }
        }
    }

    /// What an open outcome depends on, in words, naming the person, department or parameter.
    pub fn fact(self, fact: &'a str) -> String {
        let words = (self.body.open_facts.iter()).find(|open| open.fact == fact).map(|open| self.t(&open.zh, &open.en));
        let (kind, about) = fact.split_once(':').unwrap_or((fact, ""));
        match (kind, words) {
            ("own_application", _) => self.t("本人单独提出申请", "an application of the person's own").to_owned(),
            ("obligors", _) => self.t("义务人有无履行能力", "whether the obligors are able").to_owned(),
            ("parameter", _) => {
                let title = spec(about).map_or(about, |spec| self.lang.pick(spec.zh, spec.en));
                format!("{}{title}", self.t("县级设定：", "to be set by the county: "))
            }
            ("source" | "not_asked", words) => {
                let words = words.unwrap_or(self.t("尚未反馈或反馈不全", "has not answered, or not in full"));
                format!("{}{}{words}", self.source_named(about), self.t("：", ": "))
            }
            (
                "undeclared_spouse"
                | "unknown_member"
                | "withdrawn"
                | "declared_vehicle"
                | "declared_real_estate"
                | "declared_company",
                Some(words),
            ) => format!("{}{}{words}", self.named(about), self.t("：", ": ")),
            (_, Some(words)) => match about.split_once('/') {
                Some((who, record)) => {
                    let source = self.source_named(record.split('/').next().unwrap_or(record));
                    format!("{} · {source}{}{words}", self.named(who), self.t("：", ": "))
                }
                None => words.to_owned(),
            },
            (_, None) => fact.to_owned(),
        }
    }

    /// A person by the reference's text.
    fn named(self, who: &'a str) -> &'a str {
        let household = &self.body.household;
        let obligors = household.obligors.iter().map(|obligor| &obligor.person);
        (household.members.iter().chain(obligors))
            .find(|person| person.reference.as_str() == who)
            .map_or(who, |person| person.name.expose())
    }

    /// Income a head against the standard, in words.
    pub fn against_standard(self) -> String {
        let totals = &self.body.totals;
        let (income, standard) = (&totals.per_head_monthly, totals.standard_monthly);
        let how = if income.at_most.is_some_and(|most| most < standard) {
            self.t("低于", "below")
        } else if income.at_least >= standard {
            self.t("不低于", "not below")
        } else {
            let (is_known, income, standard) = (income.is_known(), interval_unit(income, self.lang), yuan(standard));
            return match self.lang {
                Lang::Zh if !is_known => format!("人均月收入{income}，尚不能与保障标准 {standard} 元相比较"),
                Lang::Zh => format!("人均月收入 {income}，尚不能与保障标准 {standard} 元相比较"),
                Lang::En => {
                    format!(
                        "a head and month: {income}; this cannot yet be compared with the standard of {standard} yuan"
                    )
                }
            };
        };
        match self.lang {
            Lang::Zh => format!("人均月收入 {}，{how}保障标准 {} 元", interval_unit(income, self.lang), yuan(standard)),
            Lang::En => {
                let income = interval(income, self.lang);
                format!("{income} yuan a head and month, {how} the standard of {} yuan", yuan(standard))
            }
        }
    }

    /// How many records await a person; none in the applicant's copy.
    pub fn held(self) -> Option<String> {
        let number = self.body.held_for_review.len();
        (number > 0).then(|| match self.lang {
            Lang::Zh => format!("{number} 条，未计入，也未排除"),
            Lang::En => format!("{number} of uncertain ownership, neither counted nor dropped"),
        })
    }

    /// Lines to compare income with, beside the standard itself.
    pub fn other_lines(self) -> impl Iterator<Item = (&'a str, Fen)> {
        let standard = self.body.totals.standard_monthly;
        let lines = self.body.reference_lines.iter().filter(move |line| line.monthly != standard);
        lines.map(move |line| (line.name.get(self.lang), line.monthly))
    }

    /// The outcomes to print; that none applies is worth a line only when it is so.
    pub fn outcomes(self) -> impl Iterator<Item = &'a OutcomeEntry> {
        self.body.screening.iter().filter(|outcome| outcome.outcome != "none" || outcome.state == Certainty::Met)
    }

    /// How certain an outcome is, in words.
    pub fn certainty(self, outcome: &OutcomeEntry) -> &'static str {
        match (outcome.outcome.as_str(), self.lang) {
            ("none", Lang::Zh) => "成立",
            ("none", Lang::En) => "holds",
            _ => text::certainty(outcome.state, self.lang),
        }
    }

    /// Value and area of a thing owned.
    pub fn value_and_area(self, line: &PropertyEntry) -> String {
        match (line.value, line.area) {
            (Some(value), Some(area)) => format!("{}{}{area} m²", yuan(value), self.t("；", "; ")),
            (Some(value), None) => yuan(value),
            (None, Some(area)) => format!("{area} m²"),
            (None, None) => "–".to_owned(),
        }
    }

    /// How far a source's "no record" goes.
    pub fn reach(self, line: &SourceLine) -> &'static str {
        let reach = line.cells.iter().find_map(|cell| cell.reach.as_ref());
        reach.map_or("", |reach| text::coverage(reach.coverage, self.lang))
    }

    /// How many of the member cells asked about have spoken: `(spoken, asked)`.
    pub fn answered(self) -> (usize, usize) {
        let (mut spoken, mut asked) = (0, 0);
        for cell in self.body.sources.iter().flat_map(|line| &line.cells) {
            let people = cell.members.iter().filter(|who| self.is_member(who)).count();
            asked += if cell.answer == AnswerKind::Skipped { 0 } else { people };
            spoken += if cell.answer.speaks() { people } else { 0 };
        }
        (spoken, asked)
    }

    /// How many cells of members were not asked, in words; nothing where all were.
    pub fn not_asked(self) -> Option<String> {
        let cells = self.body.sources.iter().flat_map(|line| &line.cells);
        let skipped = cells.filter(|cell| cell.answer == AnswerKind::Skipped);
        let people: usize = skipped.map(|cell| cell.members.iter().filter(|who| self.is_member(who)).count()).sum();
        (people > 0).then(|| match self.lang {
            Lang::Zh => format!("，另有 {people} 项次未查询"),
            Lang::En => format!(", {people} not asked"),
        })
    }

    /// Cells that do not speak, alike ones together.
    pub fn unspoken(self) -> Vec<Unspoken<'a>> {
        let mut groups: Vec<Unspoken<'a>> = Vec::new();
        for one in self.unspoken_by_source() {
            let alike = |g: &&mut Unspoken<'a>| (g.answer, g.why, &g.people) == (one.answer, one.why, &one.people);
            match groups.iter_mut().find(alike) {
                Some(group) => group.sources.extend(&one.sources),
                None => groups.push(one),
            }
        }
        groups
    }

    fn unspoken_by_source(self) -> Vec<Unspoken<'a>> {
        let mut groups: Vec<Unspoken<'a>> = Vec::new();
        for line in &self.body.sources {
            for cell in line.cells.iter().filter(|cell| !cell.answer.speaks()) {
                let title = line.title.get(self.lang);
                let known = (groups.iter_mut())
                    .find(|g| g.sources == [title] && g.answer == cell.answer && g.why == cell.why_not);
                let people = cell.members.iter().map(|who| self.person(who));
                match known {
                    Some(group) => group.people.extend(people),
                    None => groups.push(Unspoken {
                        sources: vec![title],
                        answer: cell.answer,
                        why: cell.why_not,
                        people: people.collect(),
                    }),
                }
            }
        }
        groups.retain(|group| group.why != Some(WhyNot::Skip(Skip::NotNeededForPurpose)));
        groups
    }
}

/// Cells that stay silent for one reason, about the same people.
pub(super) struct Unspoken<'a> {
    pub sources: Vec<&'a str>,
    pub answer: AnswerKind,
    pub why: Option<WhyNot>,
    pub people: Vec<&'a str>,
}
