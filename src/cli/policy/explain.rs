//! `hedui policy explain`: what a rule means, which value is in force, since when and on which law.

use std::process::ExitCode;

use anyhow::bail;
use comfy_table::{Table, presets};

use crate::cli::arguments::{Language, PolicyExplain};
use crate::cli::{Usage, output, packs};
use crate::household::Region;
use crate::policy::assessment::Basis;
use crate::policy::pack::{HistoryEntry, nearest_keys};
use crate::policy::{Explanation, Pack, Packs};
use crate::telemetry::Clock;

/// Prints one rule, or a list of rules.
pub(super) fn run(arguments: &PolicyExplain) -> anyhow::Result<ExitCode> {
    let packs = packs::of(&arguments.folder)?;
    let region = region(&packs, arguments.region.as_deref())?;
    let pack = packs.resolve(&region, arguments.as_of.unwrap_or_else(|| Clock::system().today()))?;
    let words = Words(arguments.lang);
    let rule = arguments.rule.as_deref().map(|rule| rule.trim_matches('.'));
    if let Some(one) = rule.and_then(|rule| pack.explain(rule)) {
        output::say(&if arguments.json { serde_json::to_string_pretty(&one)? } else { words.rule(&one, &pack) });
        return Ok(ExitCode::SUCCESS);
    }
    let listed = pack.explain_below(rule.unwrap_or(""));
    if listed.is_empty() {
        bail!("{}", words.unknown(rule.unwrap_or("")));
    }
    output::say(&if arguments.json { serde_json::to_string_pretty(&listed)? } else { words.list(&listed, &pack) });
    Ok(ExitCode::SUCCESS)
}

/// The county named, or the only one there is.
fn region(packs: &Packs, named: Option<&str>) -> Result<Region, Usage> {
    let counties = packs.counties();
    let known = || counties.iter().map(|county| format!("{} {}", county.region, county.name_zh)).collect::<Vec<_>>();
    match (named, &counties[..]) {
        (None, [only]) => Ok(Region(only.region.clone())),
        (Some(code), _) if counties.iter().any(|county| county.region == code) => Ok(Region(code.to_owned())),
        (None, _) => Err(Usage(format!("there are several counties: name one with --region: {}", known().join(", ")))),
        (Some(code), _) => Err(Usage(format!("--region {code}: no pack is for it; there are: {}", known().join(", ")))),
    }
}

/// Rules in the reader's language.
struct Words(Language);

impl Words {
    fn t<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.0 {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    fn meaning<'a>(&self, rule: &'a Explanation) -> &'a str {
        match self.0 {
            Language::Zh => &rule.zh,
            Language::En => &rule.en,
        }
    }

    fn place(&self, pack: &Pack) -> String {
        let (zh, en) = pack.names();
        let name = match self.0 {
            Language::Zh => zh,
            Language::En => en,
        };
        format!("{name} {} · {}", pack.region(), pack.as_of())
    }

    fn unknown(&self, rule: &str) -> String {
        let near = nearest_keys(rule);
        match (self.0, near.is_empty()) {
            (Language::Zh, true) => format!("没有规则 {rule}；`hedui policy explain` 列出全部规则"),
            (Language::En, true) => format!("there is no rule {rule}; `hedui policy explain` lists every rule"),
            (Language::Zh, false) => format!("没有规则 {rule}；是否指：{}", near.join("、")),
            (Language::En, false) => format!("there is no rule {rule}; did you mean: {}", near.join(", ")),
        }
    }

    fn rule(&self, rule: &Explanation, pack: &Pack) -> String {
        let mut text = format!("{}\n  {}\n  {}\n", rule.key, self.meaning(rule), self.place(pack));
        let now = rule.in_force.as_ref().map_or_else(
            || self.t("当日没有取值", "no value on this day").to_owned(),
            |entry| self.value(&entry.value, &rule.unit),
        );
        text.push_str(&format!("\n  {} {now}\n", self.t("现行取值", "in force:")));
        if let Some(entry) = &rule.in_force {
            text.push_str(&format!("  {}\n", self.backing(entry)));
        }
        text.push_str(&format!("  {} {}\n", self.t("可填内容", "may be:"), self.t(&rule.expected_zh, &rule.expected)));
        text.push_str(&format!("\n  {}\n", self.t("沿革", "history")));
        for entry in &rule.history {
            let until = entry.to.map_or_else(|| self.t("今后", "open").to_owned(), |to| to.to_string());
            let value = self.value(&entry.value, &rule.unit);
            text.push_str(&format!("  {} – {until}   {value}\n      {}\n", entry.from, self.backing(entry)));
        }
        text.trim_end().to_owned()
    }

    /// Which pack set it, and on what it rests.
    fn backing(&self, entry: &HistoryEntry) -> String {
        let basis = match entry.basis {
            Basis::Published => self.t("有公布文本", "published"),
            Basis::Assumed => self.t("假定", "assumed"),
        };
        let law = entry.law.as_ref().map(ToString::to_string);
        let grounds: Vec<String> = law.into_iter().chain(entry.note.clone()).collect();
        format!("{} · {basis} · {}", entry.pack, grounds.join(self.t("；", "; ")))
    }

    fn list(&self, rules: &[Explanation], pack: &Pack) -> String {
        let mut text = self.place(pack);
        let group_of = |rule: &Explanation| rule.key.split('.').next().unwrap_or("").to_owned();
        for group in rules.chunk_by(|one, next| group_of(one) == group_of(next)) {
            let mut table = Table::new();
            table.load_style(presets::NOTHING);
            for rule in group {
                let now = rule.in_force.as_ref();
                let value = now.map_or_else(|| "–".to_owned(), |entry| self.value(&entry.value, &rule.unit));
                let assumed = now.is_some_and(|entry| entry.basis == Basis::Assumed);
                let basis = if assumed { self.t("假定", "assumed") } else { "" };
                table.add_row([&rule.key, self.meaning(rule), &value, basis]);
            }
            let table = table.to_string();
            let lines: Vec<_> = table.lines().map(str::trim_end).collect();
            text.push_str(&format!("\n\n{}\n{}", group_of(&group[0]), lines.join("\n")));
        }
        text
    }

    fn value(&self, value: &str, unit: &str) -> String {
        let unit = match unit {
            "yuan_per_head_month" => self.t("元/人·月", "yuan a head and month"),
            "yuan_per_head_year" => self.t("元/人·年", "yuan a head and year"),
            "yuan_per_month" => self.t("元/月", "yuan a month"),
            "yuan_per_year" => self.t("元/年", "yuan a year"),
            "yuan_per_hour" => self.t("元/小时", "yuan an hour"),
            "yuan" => self.t("元", "yuan"),
            "months" => self.t("个月", "months"),
            "years" => self.t("周岁", "years"),
            "days" => self.t("天", "days"),
            "square_metres" => self.t("平方米", "square metres"),
            _ => "",
        };
        format!("{value} {unit}").trim_end().to_owned()
    }
}
