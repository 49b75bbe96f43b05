//! Whole rows worded once for both renderings: the facts at the top, the names of the totals, where a report comes from.

use super::super::attestation::Attestation;
use super::super::entries::{OutcomeEntry, PropertyEntry};
use super::super::household::RegisteredPlace;
use super::super::text::{self, Lang};
use super::super::totals::{CountRange, TotalRange};
use super::amounts::{declared_and_found, yuan};
use super::grounds::cite;
use super::names::Reading;
use crate::household::{AnswerKind, Fen, MemberRef, day};
use crate::policy::assessment::{DeclaredLine, Treatment};

/// Departments whose registers say how somebody is registered, and with whom married.
const REGISTERS: [&str; 2] = ["household_registration", "civil_marriage"];

impl<'a> Reading<'a> {
    /// What was asked, by whom, on what basis. Facts that are not given are left out.
    pub fn facts(self) -> Vec<(&'a str, String)> {
        let (request, lang) = (&self.body.request, self.lang);
        let region = match &request.region_name {
            Some(name) => format!("{} {}", name.get(lang), request.region.as_str()),
            None => request.region.as_str().to_owned(),
        };
        let basis = match &request.legal_basis.document_number {
            Some(number) => format!("{} {number}", text::legal_basis(request.legal_basis.kind, lang)),
            None => text::legal_basis(request.legal_basis.kind, lang).to_owned(),
        };
        let period =
            format!("{} {} {}", day(request.period.from, lang), self.t("至", "to"), day(request.period.to, lang));
        let mut applicant = self.person(&request.applicant).to_owned();
        if request.kin_of_official {
            applicant.push_str(&self.bracketed(self.t("近亲属备案", "relative of staff")));
        }
        let commission = request.commissioned_by.as_ref().map_or_else(String::new, |commission| {
            let investigators: Vec<&str> = commission.investigators.iter().map(|name| name.expose()).collect();
            format!("{}{}", commission.organisation, self.bracketed(&self.list(&investigators)))
        });
        // nobody applied who was on a roster, and no income is looked at
        let (first, over) = match request.purpose.is_screening() {
            true => (self.t("名册所列", "On the roster"), self.t("期间", "Period")),
            false => (self.t("申请人", "Applicant"), self.t("收入期间", "Period")),
        };
        let mut facts = vec![
            (self.t("核对事项", "Purpose"), text::purpose(request.purpose, lang).to_owned()),
            (first, applicant),
            (self.t("地区", "Region"), region),
            (self.t("基准日", "As of"), day(request.as_of, lang)),
            (over, period),
            (self.t("核对依据", "Basis"), basis),
            (self.t("委托单位", "Commission"), commission),
            (self.t("委托编号", "Reference"), request.reference.clone().unwrap_or_default()),
        ];
        facts.retain(|(_, value)| !value.is_empty());
        facts
    }

    /// The amounts among the totals, with their names.
    pub fn amount_totals(self) -> [(&'a str, &'a TotalRange); 8] {
        let totals = &self.body.totals;
        [
            (self.t("家庭收入", "Household income"), &totals.income),
            (self.t("扣减", "Deductions"), &totals.deductions),
            (self.t("扣减后收入", "Net income"), &totals.net_income),
            (self.t("人均年收入", "Per head, year"), &totals.per_head_yearly),
            (self.t("人均月收入", "Per head, month"), &totals.per_head_monthly),
            (self.t("金融资产", "Financial property"), &totals.financial),
            (self.t("人均金融资产", "Financial, per head"), &totals.financial_per_head),
            (self.t("刚性支出", "Rigid spending"), &totals.rigid_spending),
        ]
    }

    /// The counts among the totals, with their names.
    pub fn count_totals(self) -> [(&'a str, &'a CountRange); 3] {
        let totals = &self.body.totals;
        [
            (self.t("住房（套）", "Dwellings"), &totals.dwellings),
            (self.t("小汽车（辆）", "Cars"), &totals.cars),
            (self.t("市场主体（户）", "Firms"), &totals.companies),
        ]
    }

    /// A line of declared against found: amounts, or numbers of things.
    pub fn declared_and_found(self, line: &DeclaredLine) -> (String, String) {
        let things = |number: String| match self.lang {
            Lang::Zh => format!("{number} 项"),
            Lang::En => number,
        };
        declared_and_found(line, self.lang, &things)
    }

    /// Why an outcome that nobody applied for is not gone into.
    pub fn not_applied_for(self, outcome: &OutcomeEntry) -> String {
        let number = outcome.conditions.first().map_or_else(String::new, |condition| cite(condition.ground()));
        let words = self.t(" — 未申请，须由本人单独提出 ", " — not applied for; only on the person's own application ");
        format!("{words}{number}")
    }

    /// An outcome's name, from its code.
    pub fn outcome(self, code: &'a str) -> &'a str {
        let outcome = self.body.screening.iter().find(|outcome| outcome.outcome == code);
        outcome.map_or(code, |outcome| self.t(&outcome.name_zh, &outcome.name_en))
    }

    /// Which version a report replaces, and why.
    pub fn supersedes(self) -> Option<String> {
        let replaced = self.body.supersedes.as_ref()?;
        Some(match self.lang {
            Lang::Zh => format!("本版替代第 {} 版：{}", replaced.version, replaced.reason.zh),
            Lang::En => format!("Replaces version {}: {}", replaced.version, replaced.reason.en),
        })
    }

    /// From what a report can be recomputed and where it is logged, hashes cut to what the eye compares.
    pub fn provenance(self, attestation: Option<&Attestation>) -> Vec<(&'a str, String)> {
        let from = &self.body.provenance;
        let counted: u32 = from.records.values().map(|records| records.count).sum();
        let records = match self.lang {
            Lang::Zh => format!("{} · 采用 {counted} 条记录", short(&from.evidence_sha256)),
            Lang::En => format!("{} · {counted} records used", short(&from.evidence_sha256)),
        };
        let mut rows = vec![
            (self.t("规则包", "Rule pack"), format!("{} · {}", short(&from.pack.sha256), from.pack.names.join(" → "))),
            (self.t("身份模型", "Identity model"), short(&from.identity_model_sha256).to_owned()),
            (self.t("证据", "Evidence"), records),
            (self.t("报告正文", "Body"), short(self.hash).to_owned()),
            (self.t("程序", "Engine"), from.engine.clone()),
        ];
        let Some(attestation) = attestation else {
            rows.push((self.t("审计日志", "Audit log"), self.t("未附存证", "not attested").to_owned()));
            return rows;
        };
        let (index, leaf) = (attestation.leaf_index, short(&attestation.leaf_hash));
        let steps = attestation.inclusion_proof.len();
        let logged = match self.lang {
            Lang::Zh => format!("第 {index} 条 · {leaf} · 存在性证明 {steps} 步"),
            Lang::En => format!("leaf {index} · {leaf} · inclusion proof of {steps} hashes"),
        };
        let key = &attestation.signing_key;
        rows.push((self.t("审计日志", "Audit log"), logged));
        rows.push((self.t("签名密钥", "Signing key"), format!("{} · {}", key.id, short(&key.jwk_thumbprint))));
        rows
    }
}

/// The first twelve characters of a hash: enough to compare by eye.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

impl Reading<'_> {
    /// What the departments hold about a member's place in the household, in a few words.
    pub fn on_record(self, who: &MemberRef) -> String {
        let Some(found) = self.body.household.found.iter().find(|found| found.member == *who) else {
            return String::new();
        };
        let mut words: Vec<&str> = Vec::new();
        words.extend(found.registered.map(|registered| text::registered(registered, self.lang)));
        words.extend(found.registration.map(|state| text::registration(state, self.lang)));
        words.extend(found.marital.map(|state| text::marital(state, self.lang)));
        if found.death_recorded {
            words.push(self.t("有死亡登记", "death on record"));
        }
        if found.undeclared_spouse {
            words.push(self.t("登记配偶未申报", "undeclared spouse on record"));
        }
        if found.extra_registrants {
            words.push(self.t("户内另有登记人员", "others in the book"));
        }
        if words.is_empty() { self.nothing_on_record(who).to_owned() } else { self.list(&words) }
    }

    /// Where members are registered, a line for each household book.
    pub fn registered_places(self) -> Vec<String> {
        let line = |stands: &RegisteredPlace| {
            let names: Vec<&str> = match stands.members.is_empty() {
                true => vec![self.t("全家", "every member")],
                false => stands.members.iter().map(|member| self.person(member)).collect(),
            };
            let book = format!("{} {}", self.t("户口簿", "book"), stands.book);
            let place = stands.place.as_deref().unwrap_or(self.t("住址未登记", "place not stated"));
            let (head, names) = (self.t("户籍地：", "Registered: "), self.list(&names));
            format!("{head}{names}{}{place}{}", self.t("，", ", "), self.bracketed(&book))
        };
        self.body.household.registered.iter().map(line).collect()
    }

    /// What a line of property counts. What counts nothing as it stands, and may count, is no nought.
    pub fn property_counted(self, line: &PropertyEntry) -> String {
        match (line.counts, line.counted, line.treatment) {
            (true, Fen::ZERO, _) => self.t("计数 1", "counts as 1").to_owned(),
            (_, Fen::ZERO, Treatment::HeldForReview | Treatment::Open) => self.t("尚未计入", "not yet").to_owned(),
            (_, amount, _) => yuan(amount),
        }
    }

    /// Only a register that answered knows of nothing.
    fn nothing_on_record(self, who: &MemberRef) -> &'static str {
        let registers = self.body.sources.iter().filter(|line| REGISTERS.contains(&line.source.as_str()));
        let answers: Vec<AnswerKind> = registers.filter_map(|line| line.cell(who)).map(|cell| cell.answer).collect();
        if answers.iter().any(|answer| answer.speaks()) {
            self.lang.pick("未见登记", "nothing on record")
        } else if answers.iter().all(|answer| *answer == AnswerKind::Skipped) {
            self.lang.pick("未查询", "not asked")
        } else {
            self.lang.pick("未反馈", "not answered")
        }
    }
}
