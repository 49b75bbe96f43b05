//! What an officer has to weigh: differences, records under review, screening, amounts, findings.

use unicode_width::UnicodeWidthStr;

use super::super::super::entries::OutcomeEntry;
use super::super::super::text;
use super::super::amounts::{per_cent, weight};
use super::super::computation::computation;
use super::super::grounds::cite;
use super::super::onward::amount_in_words;
use super::Page;
use super::canvas::{Paint, left, right};
use crate::policy::assessment::Certainty;

impl Page<'_> {
    pub(super) fn declared(&mut self) {
        let (read, lang) = (self.read, self.lang());
        let differ = read.body.declared.iter().any(|line| !line.agrees());
        let note = if differ {
            self.t("；≠ 为申报与核对不一致，待说明", "; ≠ differs, the family is to be heard")
        } else {
            ""
        };
        let heading = match lang {
            text::Lang::Zh => format!("申报与核对（元{note}）"),
            text::Lang::En => format!("Declared and found (yuan{note})"),
        };
        self.canvas.heading(&heading);
        let name = read.body.household.members.iter().map(|p| p.name.expose().width()).max().unwrap_or(0).clamp(6, 16);
        let [class, amount] = if self.narrow() { [14, 12] } else { [22, 14] };
        let remark = self.rest(2, &[name, class, amount, amount]);
        let columns = [left(name), left(class), right(amount), right(amount), left(remark)];
        let titles = [
            self.t("成员", "Member"),
            self.t("类别", "Class"),
            self.t("申报", "Declared"),
            self.t("核对", "Found"),
            self.t("比较", "Compared"),
        ];
        self.canvas.titles(2, &columns, &titles);
        let mut before = None;
        for line in &read.body.declared {
            let who = if before == Some(&line.member) { "" } else { read.person(&line.member) };
            let (declared, found) = read.declared_and_found(line);
            let paint = if line.agrees() { Paint::Plain } else { Paint::Warn };
            self.canvas.row(
                2,
                &columns,
                &[
                    (who, Paint::Strong),
                    (&text::declared_class(&line.class, lang), Paint::Plain),
                    (&declared, Paint::Plain),
                    (&found, Paint::Plain),
                    (text::comparison_sign(line.comparison, lang), paint),
                ],
            );
            before = Some(&line.member);
        }
        self.none_if(read.body.declared.is_empty());
    }

    pub(super) fn held(&mut self) {
        let (body, lang) = (self.read.body, self.lang());
        if body.copy_for == super::super::super::body::CopyFor::Applicant {
            return;
        }
        self.canvas.heading(self.t("待人工核实（未计入，也未排除）", "Held for review (neither counted nor dropped)"));
        for held in &body.held_for_review {
            let words = match lang {
                text::Lang::Zh => format!(
                    "{} · {} · 属于本人的可能性 {}（权重 {}）",
                    self.record(&held.member, &held.source, &held.record),
                    held.what.zh,
                    per_cent(held.probability_ppm),
                    weight(held.weight_centibits)
                ),
                text::Lang::En => format!(
                    "{} · {} · {} likely to be theirs (weight {})",
                    self.record(&held.member, &held.source, &held.record),
                    held.what.en,
                    per_cent(held.probability_ppm),
                    weight(held.weight_centibits)
                ),
            };
            self.canvas.paragraph("  ? ", &words, Paint::Warn);
            for reason in &held.reasons {
                let size = if reason.weight_centibits == 0 { String::new() } else { weight(reason.weight_centibits) };
                let columns = [right(7), left(self.rest(6, &[7]))];
                let words = lang.pick(&reason.zh, &reason.en);
                self.canvas.row(6, &columns, &[(&size, Paint::Faint), (words, Paint::Plain)]);
            }
        }
        self.none_if(body.held_for_review.is_empty());
        for aside in &body.set_aside {
            let words = match lang {
                text::Lang::Zh => {
                    format!(
                        "另有 {} 条属于他人，未采用：{} · {}",
                        aside.count,
                        self.read.source(&aside.source),
                        aside.words.zh
                    )
                }
                text::Lang::En => {
                    format!(
                        "{} of other people, not used: {} · {}",
                        aside.count,
                        self.read.source(&aside.source),
                        aside.words.en
                    )
                }
            };
            self.canvas.paragraph("  – ", &words, Paint::Faint);
        }
    }

    pub(super) fn screening(&mut self) {
        let (read, lang) = (self.read, self.lang());
        self.canvas.heading(self.t("筛查（只核对、不认定）", "Screening (verifies, does not decide)"));
        for (index, outcome) in read.outcomes().enumerate() {
            if outcome.is_not_applied_for() {
                let words =
                    format!("{}{}", lang.pick(&outcome.name_zh, &outcome.name_en), read.not_applied_for(outcome));
                self.canvas.paragraph("  – ", &words, Paint::Faint);
                continue;
            }
            let mut words = format!("{} — {}", lang.pick(&outcome.name_zh, &outcome.name_en), read.certainty(outcome));
            if let Some(decides) = &outcome.decides {
                words.push_str(&read.bracketed(&format!(
                    "{}{}",
                    self.t("取决于：", "decided by: "),
                    read.fact(decides)
                )));
            }
            if let Some(term) = &outcome.term {
                words.push_str(&read.bracketed(&read.term(term)));
            }
            let lead = format!("  {} ", text::certainty_sign(outcome.state, lang));
            self.canvas.paragraph(&lead, &words, paint(outcome.state));
            if index == 0 && read.body.decided_early {
                self.canvas.paragraph("      ✓ ", read.decided_early(), Paint::Strong);
            }
            self.conditions(outcome, index == 0);
        }
        self.none_if(read.body.screening.is_empty());
    }

    /// What decides, one condition a line; of outcomes that were not applied for, what is met is cited by number alone.
    fn conditions(&mut self, outcome: &OutcomeEntry, in_full: bool) {
        let (read, lang) = (self.read, self.lang());
        if outcome.outcome == "none" {
            return;
        }
        let told = |state: Certainty| match outcome.state {
            Certainty::NotMet => state == Certainty::NotMet,
            _ => in_full || state != Certainty::Met,
        };
        for condition in outcome.conditions.iter().filter(|condition| told(condition.state())) {
            let Some(ground) = read.body.ground(condition.ground()) else { continue };
            let lead = format!("      {} ", text::certainty_sign(condition.state(), lang));
            let words = format!("{} {}", read.rule(condition.ground(), ground), cite(condition.ground()));
            self.canvas.paragraph(&lead, &words, Paint::Plain);
        }
        let met: Vec<String> = (outcome.conditions.iter())
            .filter(|condition| condition.state() == Certainty::Met && !told(Certainty::Met))
            .map(|condition| cite(condition.ground()))
            .collect();
        if !met.is_empty() && outcome.state != Certainty::NotMet {
            let lead = format!("      {} ", text::certainty_sign(Certainty::Met, lang));
            self.canvas.paragraph(&lead, &met.join(" "), Paint::Faint);
        }
    }

    pub(super) fn amounts(&mut self) {
        let (read, lang) = (self.read, self.lang());
        if !read.body.amounts.is_empty() {
            self.canvas.heading(self.t("测算金额（如经认定）", "Amounts (if so decided)"));
        }
        for line in &read.body.amounts {
            let name = read.amount_name(&line.outcome);
            let columns = [left(20), right(24), left(self.rest(2, &[20, 24]))];
            let amount = amount_in_words(line, lang);
            let how = format!("{} {}", computation(&line.computation, lang), cite(line.ground));
            self.canvas.row(2, &columns, &[(name, Paint::Strong), (&*amount, Paint::Strong), (&*how, Paint::Faint)]);
        }
    }

    /// Other programmes, what changed lately, and when the household is looked at again.
    pub(super) fn onward(&mut self) {
        let read = self.read;
        let roster = read.body.request.purpose.is_screening();
        self.canvas.heading(match roster {
            true => self.t("线索", "Leads"),
            false => self.t("转介与复核", "Referrals and review"),
        });
        for referral in &read.body.referrals {
            let words = read.referral(referral);
            self.canvas.paragraph("  → ", &words, if referral.open { Paint::Faint } else { Paint::Plain });
        }
        for alert in &read.body.alerts {
            self.canvas.paragraph("  ! ", &read.alert(alert), Paint::Warn);
        }
        if roster {
            self.none_if(read.body.referrals.is_empty());
        } else {
            self.canvas.paragraph("  ↻ ", &read.review(), Paint::Plain);
        }
    }

    pub(super) fn findings(&mut self) {
        let (read, lang) = (self.read, self.lang());
        self.canvas.heading(self.t("提示与待定事项", "Findings and open facts"));
        for finding in &read.body.findings {
            let mut words = String::new();
            if let Some(member) = &finding.member {
                words = format!("{}{}", read.person(member), self.t("：", ": "));
            }
            words.push_str(lang.pick(&finding.zh, &finding.en));
            if finding.officer_only {
                words.push_str(&read.bracketed(self.t("仅供经办人员", "officer only")));
            }
            self.canvas.paragraph("  ! ", &words, Paint::Warn);
        }
        for fact in &read.body.open_facts {
            self.canvas.paragraph("  ? ", &read.fact(&fact.fact), Paint::Warn);
        }
        self.none_if(read.body.findings.is_empty() && read.body.open_facts.is_empty());
    }
}

fn paint(state: Certainty) -> Paint {
    match state {
        Certainty::Met => Paint::Good,
        Certainty::NotMet => Paint::Plain,
        Certainty::Open => Paint::Warn,
    }
}
