//! What follows from a report, in words: amounts, terms, other programmes, changes, the next review.

use super::amounts::{yuan, yuan_unit};
use super::grounds::cite;
use super::names::Reading;
use crate::household::{Fen, day};
use crate::policy::assessment::{Per, Points, ReviewClass, Term};
use crate::policy::pack::spec;
use crate::report::body::Body;
use crate::report::entries::{AlertEntry, AmountEntry, ReferralEntry};
use crate::report::text::Lang;
use crate::report::view::{Conclusion, ReferralView};

/// `623.00 元/月`, `至多 1,200.00 元/年`.
#[must_use]
pub fn amount_in_words(line: &AmountEntry, lang: Lang) -> String {
    paid_in_words(line.amount, line.at_most, line.per, lang)
}

/// An amount, its upper end where there is room, and how often it is paid.
#[must_use]
pub fn paid_in_words(amount: Fen, at_most: Option<Fen>, per: Per, lang: Lang) -> String {
    let money = match at_most {
        Some(most) if amount.0 == 0 => format!("{}{}", lang.pick("至多 ", "at most "), yuan_unit(most, lang)),
        Some(most) => format!("{} {} {}", yuan(amount), lang.pick("至", "to"), yuan_unit(most, lang)),
        None => yuan_unit(amount, lang),
    };
    let per = match per {
        Per::Month => lang.pick("/月", " a month"),
        Per::Year => lang.pick("/年", " a year"),
        Per::Once => lang.pick("，一次性", ", once"),
    };
    format!("{money}{per}")
}

/// A referral, cell by cell, for a list of many households.
#[derive(Clone, PartialEq, Eq)]
pub struct ReferralCells {
    /// The programme's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether something open is to be settled first.
    pub open: bool,
    /// Names of those it is for; empty where it is for the household.
    pub people: Vec<String>,
    /// The office in charge.
    pub office: String,
    /// Why, in words.
    pub why: String,
    /// On what law; that the parameter is assumed where no text backs it.
    pub law: String,
}

/// A programme's name in both languages, from the catalogue of parameters; its code where that has none.
pub(in crate::report) fn referral_title(code: &str) -> (&str, &str) {
    let spec = spec(&format!("referral.{code}")).or_else(|| spec(&format!("referral.{code}.office")));
    spec.map_or((code, code), |spec| {
        let (zh, en) = (spec.zh.strip_prefix("转介："), spec.en.strip_prefix("referral: "));
        (zh.unwrap_or(spec.zh), en.unwrap_or(spec.en))
    })
}

/// A report's referrals in words.
#[must_use]
pub fn referral_cells(body: &Body, lang: Lang) -> Vec<ReferralCells> {
    let full = body.spelled_out();
    let read = Reading { body: &full, hash: "", lang };
    let cells = |line: &ReferralEntry| ReferralCells {
        code: line.code.clone(),
        name: read.referral_name(&line.code).to_owned(),
        open: line.open,
        people: line.members.iter().map(|who| read.person(who).to_owned()).collect(),
        office: line.office.clone(),
        why: read.ground_in_words(line.ground).to_owned(),
        law: full.ground(line.ground).map_or_else(String::new, |ground| read.law(ground)),
    };
    full.referrals.iter().map(cells).collect()
}

/// A view's referrals in words: without why.
#[must_use]
pub fn referral_cells_of_view(conclusion: &Conclusion, lang: Lang) -> Vec<ReferralCells> {
    let cells = |line: &ReferralView| ReferralCells {
        code: line.code.clone(),
        name: line.name.get(lang).to_owned(),
        open: line.open,
        people: line.members.iter().map(|who| conclusion.person(who).to_owned()).collect(),
        office: line.office.clone(),
        why: String::new(),
        law: String::new(),
    };
    conclusion.referrals.iter().map(cells).collect()
}

impl<'a> Reading<'a> {
    /// What an amount is of.
    pub fn amount_name(self, name: &'a str) -> &'a str {
        match name {
            "tekun_basic" => self.t("特困基本生活", "Tekun, basic living"),
            "tekun_care" => self.t("特困照料护理", "Tekun, care"),
            "temporary_relief" => self.t("临时救助（一般困难）", "Temporary relief"),
            "medical_aid" => self.t("医疗救助", "Medical aid"),
            other => self.outcome(other),
        }
    }

    /// How long an outcome holds.
    pub fn term(self, term: &Term) -> String {
        match self.lang {
            Lang::Zh => format!("至 {}，尚余 {} 个月", day(term.until, self.lang), term.months_left),
            Lang::En => format!("until {}, {} months left", day(term.until, self.lang), term.months_left),
        }
    }

    /// That what departments have yet to answer cannot change the outcome.
    pub fn decided_early(self) -> &'a str {
        self.t(
            "结论已定：尚未反馈的部门不会改变本项筛查结果，后续反馈另出新版本。",
            "Decided early: no answer still to come can change this outcome; later answers make a new version.",
        )
    }

    /// A programme, the office in charge, for whom, and why.
    pub fn referral(self, line: &'a ReferralEntry) -> String {
        let people: Vec<&str> = line.members.iter().map(|who| self.person(who)).collect();
        let people = if people.is_empty() { String::new() } else { self.bracketed(&self.list(&people)) };
        let open = if line.open {
            self.bracketed(match self.body.request.purpose.is_screening() {
                true => self.t("待核实", "to be found out"),
                false => self.t("视筛查结果", "as the screening turns out"),
            })
        } else {
            String::new()
        };
        let why = self.ground_in_words(line.ground);
        format!(
            "{} · {}{people}{open}{}{why} {}",
            self.referral_name(&line.code),
            line.office,
            self.t("：", ": "),
            cite(line.ground)
        )
    }

    /// A programme's name, from the catalogue of parameters.
    pub fn referral_name(self, code: &'a str) -> &'a str {
        let (zh, en) = referral_title(code);
        self.lang.pick(zh, en)
    }

    /// Whom a change is about, since when, and what it may mean.
    pub fn alert(self, line: &'a AlertEntry) -> String {
        let points = match line.points {
            Points::MayNeedHelp => self.t("可能需要帮助", "may need help"),
            Points::MayNoLongerFit => self.t("可能不再符合", "may no longer fit"),
        };
        let on = line.on.map_or_else(String::new, |on| format!(" {}", day(on, self.lang)));
        let (who, why) = (self.person(&line.member), self.ground_in_words(line.ground));
        format!("{who}{on}{}{why}{} {}", self.t("：", ": "), self.bracketed(points), cite(line.ground))
    }

    /// When the household is looked at again.
    pub fn review(self) -> String {
        let review = &self.body.review;
        let class = match review.class {
            ReviewClass::Yearly => self.t("每年复核", "Reviewed once a year"),
            ReviewClass::HalfYearly => self.t("每半年复核", "Reviewed every half year"),
            ReviewClass::Now => self.t("立即复核", "Reviewed at once"),
        };
        let (due, why) = (day(review.due, self.lang), self.ground_in_words(review.ground));
        format!(
            "{class}{}{due}{}{why} {}",
            self.t("，下次不迟于 ", ", next by "),
            self.t("：", ": "),
            cite(review.ground)
        )
    }

    fn ground_in_words(self, number: u32) -> &'a str {
        self.body.ground(number).map_or("", |ground| self.t(&ground.zh, &ground.en))
    }
}
