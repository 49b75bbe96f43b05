//! The words of a report in Chinese and English: codes in, terms out. No sentence about a particular household is made here.

use super::body::{CopyFor, Status, Words};
use super::cells::WhyNot;
pub use crate::household::Lang;
use crate::household::{
    AnswerKind, Coverage, Detail, Failure, Gap, IdKind, IncomeClass, LegalBasisKind, MaritalState, PropertyClass,
    Purpose, Registered, RegisteredAs, RegistrationStatus, Relation, Skip,
};
use crate::policy::assessment::{Basis, Certainty, Comparison, Treatment};

impl Words {
    /// In a language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        if self.en.is_empty() { &self.zh } else { lang.pick(&self.zh, &self.en) }
    }
}

/// Terms that depend on one code: `fn name(code, lang) -> &'static str`.
macro_rules! terms {
    ($($(#[$doc:meta])* $name:ident($kind:ty) { $($pattern:pat => $zh:literal, $en:literal;)* })*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(code: $kind, lang: Lang) -> &'static str {
            match code { $($pattern => lang.pick($zh, $en),)* }
        }
    )*};
}

terms! {
    /// How declared and found compare.
    comparison(Comparison) {
        Comparison::Differs => "申报与核对不一致，待说明", "declared and found differ; the family is to be heard";
        Comparison::Undeclared => "申报与核对不一致（未申报），待说明", "found, not declared; the family is to be heard";
        Comparison::Agrees => "一致", "agree";
        Comparison::AgreesSoFar => "已反馈部门中未见不一致", "no difference as far as departments have answered";
        Comparison::NoRecord => "部门无记录，按申报列入", "no department holds it; as declared";
        Comparison::Undetermined => "是否一致尚未确定", "whether they agree is not known yet";
    }
    /// The same as a sign, told apart without colour.
    comparison_sign(Comparison) {
        Comparison::Differs => "≠ 不一致", "≠ differs";
        Comparison::Undeclared => "≠ 未申报", "≠ not declared";
        Comparison::Agrees => "＝ 一致", "= agree";
        Comparison::AgreesSoFar => "≈ 暂无不一致", "≈ agree so far";
        Comparison::NoRecord => "○ 无记录，按申报", "○ no record, as declared";
        Comparison::Undetermined => "？ 未定", "? not known yet";
    }
    /// Purpose (核对事项).
    purpose(Purpose) {
        Purpose::DibaoApplication => "最低生活保障申请", "Minimum living allowance (dibao) application";
        Purpose::TekunApplication => "特困人员救助供养申请", "Extreme-poverty support (tekun) application";
        Purpose::MarginalApplication => "最低生活保障边缘家庭申请", "Dibao-marginal household application";
        Purpose::RigidExpenditureApplication => "刚性支出困难家庭申请", "Rigid-expenditure hardship application";
        Purpose::TemporaryRelief => "临时救助", "Temporary relief";
        Purpose::PeriodicReview => "定期复核", "Periodic review";
        Purpose::ReportedChange => "家庭情况变化报告", "Reported change";
        Purpose::Monitoring => "低收入人口动态监测", "Monitoring of low-income people";
        Purpose::ChildScreening => "孤儿、事实无人抚养儿童排查", "Screening for orphans and unattended children";
        Purpose::DisabilityScreening => "残疾人未享受救助排查", "Screening for disabled people without a programme";
        Purpose::MedicalScreening => "高额医疗费用排查", "Screening for high medical spending";
    }
    /// How a source answered.
    answer(AnswerKind) {
        AnswerKind::Found => "有记录", "found";
        AnswerKind::NoRecord => "无记录", "no record";
        AnswerKind::Partial => "部分反馈", "partial";
        AnswerKind::Pending => "待反馈", "pending";
        AnswerKind::Skipped => "未查询", "not asked";
        AnswerKind::Unavailable => "未能查询", "unavailable";
    }
    /// A sign for the same; always printed beside the word.
    answer_sign(AnswerKind) {
        AnswerKind::Found => "●", "●";
        AnswerKind::NoRecord => "○", "○";
        AnswerKind::Partial => "◐", "◐";
        AnswerKind::Pending => "…", "…";
        AnswerKind::Skipped => "–", "–";
        AnswerKind::Unavailable => "✕", "✕";
    }
    /// What is missing from an answer.
    gap(Gap) {
        Gap::PageMissing => "有一页未能取得", "a page is missing";
        Gap::InstitutionMissing => "有机构未反馈", "an institution did not answer";
        Gap::RowUnreadable => "有一条无法读取", "a row could not be read";
    }
    /// Why a source was not asked.
    skip(Skip) {
        Skip::NotNeededForPurpose => "本事项不需要", "not needed for the purpose";
        Skip::NotAuthorised => "未获授权", "not authorised";
        Skip::Withdrawn => "授权已撤回", "authorisation withdrawn";
        Skip::NoIdentifier => "无可查证件", "no identifier";
        Skip::Disabled => "已停用", "switched off";
        Skip::Cancelled => "查询已取消", "cancelled";
    }
    /// Why no usable answer came.
    failure(Failure) {
        Failure::Connection => "连接失败", "no connection";
        Failure::Timeout => "超时", "timed out";
        Failure::Busy => "对方繁忙或维护", "busy or in maintenance";
        Failure::RateLimited => "被对方限流", "rate limited";
        Failure::Unauthorised => "接口凭据被拒", "credentials refused";
        Failure::SourceError => "对方系统报错", "error at the source";
        Failure::Malformed => "反馈无法解析", "unreadable answer";
        Failure::TooLarge => "反馈内容过大", "answer too large";
        Failure::BreakerOpen => "连续失败暂停查询", "paused after failures";
        Failure::DeadlinePassed => "逾期未反馈", "deadline passed";
        Failure::NotConfigured => "接口未配置", "not configured";
    }
    /// Area a source's data cover.
    coverage(Coverage) {
        Coverage::County => "本县", "county";
        Coverage::City => "本市", "city";
        Coverage::Province => "本省", "province";
        Coverage::National => "全国", "national";
    }
    /// Kind of registration of a household.
    registered_as(RegisteredAs) {
        RegisteredAs::Urban => "城镇", "urban";
        RegisteredAs::Rural => "农村", "rural";
        RegisteredAs::ResidencePermit => "持居住证", "residence permit";
        RegisteredAs::Visitor => "临时遇困外来人员", "visitor in distress";
    }
    /// Kind of registration on record.
    registered(Registered) {
        Registered::Urban => "城镇户籍", "urban";
        Registered::Rural => "农村户籍", "rural";
    }
    /// State of a registration.
    registration(RegistrationStatus) {
        RegistrationStatus::Current => "在册", "current";
        RegistrationStatus::MovedOut => "已迁出", "moved out";
        RegistrationStatus::Deceased => "已死亡注销", "deceased";
        RegistrationStatus::Cancelled => "已注销", "cancelled";
    }
    /// Marital state on record.
    marital(MaritalState) {
        MaritalState::Married => "已婚", "married";
        MaritalState::Divorced => "离异", "divorced";
        MaritalState::Widowed => "丧偶", "widowed";
    }
    /// Kind of document.
    id_kind(IdKind) {
        IdKind::Resident => "居民身份证", "resident identity card";
        IdKind::HmtPermit => "港澳台居民居住证", "residence permit for HK, Macao and Taiwan residents";
        IdKind::ForeignPermanent => "外国人永久居留身份证", "foreign permanent resident card";
        IdKind::BirthCertificate => "出生医学证明", "birth certificate";
        IdKind::None => "无证件", "no document";
    }
    /// On what a check rests.
    legal_basis(LegalBasisKind) {
        LegalBasisKind::Authorisation => "家庭成员授权", "authorisation by the members";
        LegalBasisKind::StatutoryDuty => "法定职责", "statutory duty";
        LegalBasisKind::Emergency => "紧急救助", "emergency";
    }
    /// Class of income.
    income_class(IncomeClass) {
        IncomeClass::Wage => "工资性收入", "Wages";
        IncomeClass::Business => "经营净收入", "Net business income";
        IncomeClass::Property => "财产净收入", "Net property income";
        IncomeClass::Transfer => "转移净收入", "Net transfers";
    }
    /// Class of property.
    property_class(PropertyClass) {
        PropertyClass::Financial => "金融资产", "Financial";
        PropertyClass::Vehicle => "机动车", "Vehicle";
        PropertyClass::RealEstate => "不动产", "Real estate";
        PropertyClass::Company => "市场主体", "Firm";
        PropertyClass::Other => "其他", "Other";
    }
    /// What happened to an item.
    treatment(Treatment) {
        Treatment::Counted => "计入", "counted";
        Treatment::PartlyExempt => "部分豁免", "partly exempt";
        Treatment::Exempt => "豁免", "exempt";
        Treatment::HeldForReview => "待人工核实", "under review";
        Treatment::Duplicate => "重复记录", "duplicate";
        Treatment::Stale => "已失效", "stale";
        Treatment::DeclaredUnverified => "申报未核实", "as declared";
        Treatment::Open => "待定", "open";
    }
    /// Certainty of an outcome or a condition.
    certainty(Certainty) {
        Certainty::Met => "条件具备", "met";
        Certainty::NotMet => "条件不具备", "not met";
        Certainty::Open => "待定", "open";
    }
    /// A sign for the same.
    certainty_sign(Certainty) {
        Certainty::Met => "✓", "✓";
        Certainty::NotMet => "✕", "✕";
        Certainty::Open => "?", "?";
    }
    /// On what a parameter rests.
    basis(Basis) {
        Basis::Published => "公开文件", "published";
        Basis::Assumed => "假定", "assumed";
    }
    /// Draft or issued.
    status(Status) {
        Status::Draft => "草稿", "draft";
        Status::Issued => "已签发", "issued";
    }
    /// Provisional or final.
    finality(bool) {
        true => "最终", "final";
        false => "临时", "provisional";
    }
    /// Whose copy.
    copy_for(CopyFor) {
        CopyFor::Officer => "经办件", "officer's copy";
        CopyFor::Applicant => "申请人件", "applicant's copy";
    }
}

/// Why a cell does not speak.
#[must_use]
pub fn why_not(why: WhyNot, lang: Lang) -> &'static str {
    match why {
        WhyNot::Gap(why) => gap(why, lang),
        WhyNot::Skip(why) => skip(why, lang),
        WhyNot::Failure(why) => failure(why, lang),
    }
}

/// Relation to the applicant's household (GB/T 4761-2008); the code itself where this table has no word.
#[must_use]
pub fn relation(code: &Relation, lang: Lang) -> String {
    let (zh, en) = match code.0.as_str() {
        "01" => ("本人", "self"),
        "02" => ("户主", "head of household"),
        "10" => ("配偶", "spouse"),
        "11" => ("夫", "husband"),
        "12" => ("妻", "wife"),
        "20" => ("子", "son"),
        "27" => ("养子或继子", "adopted or step son"),
        "28" => ("女婿", "son-in-law"),
        "21" => ("独生子", "only son"),
        "22" => ("长子", "eldest son"),
        "23" => ("次子", "second son"),
        "24" | "25" | "26" | "29" => ("儿子", "son"),
        "30" => ("女", "daughter"),
        "37" => ("养女或继女", "adopted or step daughter"),
        "38" => ("儿媳", "daughter-in-law"),
        "31" => ("独生女", "only daughter"),
        "32" => ("长女", "eldest daughter"),
        "33" => ("次女", "second daughter"),
        "34" | "35" | "36" | "39" => ("女儿", "daughter"),
        "40" => ("孙子女或外孙子女", "grandchild"),
        "41" => ("孙子", "grandson"),
        "42" => ("孙女", "granddaughter"),
        "43" => ("外孙子", "daughter's son"),
        "44" => ("外孙女", "daughter's daughter"),
        "45" => ("孙媳妇或外孙媳妇", "grandson's wife"),
        "46" => ("孙女婿或外孙女婿", "granddaughter's husband"),
        "47" => ("曾孙子或曾外孙子", "great-grandson"),
        "48" => ("曾孙女或曾外孙女", "great-granddaughter"),
        "49" => ("其他孙子女或外孙子女", "other grandchild"),
        "50" => ("父母", "parent"),
        "51" => ("父亲", "father"),
        "52" => ("母亲", "mother"),
        "53" => ("公公", "father-in-law"),
        "54" => ("婆婆", "mother-in-law"),
        "55" => ("岳父", "father-in-law"),
        "56" => ("岳母", "mother-in-law"),
        "57" => ("继父或养父", "step or adoptive father"),
        "58" => ("继母或养母", "step or adoptive mother"),
        "59" => ("其他父母关系", "other parent"),
        "60" => ("祖父母或外祖父母", "grandparent"),
        "61" => ("祖父", "father's father"),
        "62" => ("祖母", "father's mother"),
        "63" => ("外祖父", "mother's father"),
        "64" => ("外祖母", "mother's mother"),
        "65" => ("配偶的祖父母或外祖父母", "spouse's grandparent"),
        "66" => ("曾祖父", "great-grandfather"),
        "67" => ("曾祖母", "great-grandmother"),
        "68" => ("配偶的曾祖父母或外曾祖父母", "spouse's great-grandparent"),
        "69" => ("其他祖父母或外祖父母关系", "other grandparent"),
        "70" => ("兄弟姐妹", "sibling"),
        "71" => ("兄", "elder brother"),
        "72" => ("嫂", "elder brother's wife"),
        "73" => ("弟", "younger brother"),
        "74" => ("弟媳", "younger brother's wife"),
        "75" => ("姐姐", "elder sister"),
        "76" => ("姐夫", "elder sister's husband"),
        "77" => ("妹妹", "younger sister"),
        "78" => ("妹夫", "younger sister's husband"),
        "79" => ("其他兄弟姐妹", "other sibling"),
        "99" => ("非亲属", "not kin"),
        kin if kin.len() == 2 && (kin.starts_with('8') || kin.starts_with('9')) => ("其他亲属", "other kin"),
        other => return other.to_owned(),
    };
    lang.pick(zh, en).to_owned()
}

/// What a line of declared against found is about: `income.wage`, `property.vehicle`.
#[must_use]
pub fn declared_class(class: &str, lang: Lang) -> String {
    let known = match class.split_once('.') {
        Some(("income", name)) => IncomeClass::parse(name).map(|class| income_class(class, lang)),
        Some(("property", name)) => PropertyClass::parse(name).map(|class| property_class(class, lang)),
        _ => None,
    };
    known.unwrap_or(class).to_owned()
}

/// What kind of record, without anything it says.
#[must_use]
pub fn detail(detail: &Detail) -> Words {
    let (zh, en) = match detail {
        Detail::Registration { .. } => ("户籍登记", "household registration"),
        Detail::Enrolment { .. } => ("学籍", "school enrolment"),
        Detail::Contribution { .. } => ("社会保险缴费", "social-insurance contributions"),
        Detail::Pension { .. } => ("养老金", "pension"),
        Detail::UnemploymentBenefit { .. } => ("失业保险金", "unemployment benefit"),
        // medical facts are named alike: what they are about must not show from the kind
        Detail::Hospitalisation { .. } | Detail::SeriousIllness { .. } | Detail::Pregnancy { .. } => {
            ("健康信息", "health record")
        }
        Detail::Death { .. } => ("死亡登记", "death record"),
        Detail::Job { .. } => ("就业登记", "employment"),
        Detail::UnemploymentRegistration { .. } => ("失业登记", "unemployment registration"),
        Detail::EmploymentSubsidy { .. } => ("就业补贴", "employment subsidy"),
        Detail::Business { .. } => ("市场主体登记", "business registration"),
        Detail::TaxedIncome { .. } => ("个人所得申报", "taxed income"),
        Detail::Marriage { .. } => ("婚姻登记", "marriage record"),
        Detail::RealEstate { .. } => ("不动产", "real estate"),
        Detail::Vehicle { .. } => ("机动车", "vehicle"),
        Detail::HousingFund { .. } => ("住房公积金", "housing fund"),
        Detail::Account { .. } => ("金融账户", "financial account"),
        Detail::Threshold { .. } => ("银行超限反馈", "bank's answer over a limit"),
        Detail::InsurancePolicy { .. } => ("商业保险", "insurance policy"),
        Detail::Securities { .. } => ("证券账户", "securities account"),
        Detail::DisabilityCertificate { .. } => ("残疾人证", "disability certificate"),
        Detail::MedicalCost { .. } => ("医疗费用结算", "medical costs"),
        Detail::Assistance { .. } => ("社会救助待遇", "social assistance"),
        Detail::SpecialCare { .. } => ("优待抚恤", "special care"),
        // what of the three it is must not show from the kind
        Detail::Custody { .. } => ("司法行政信息", "justice record"),
        Detail::FarmSubsidy { .. } => ("涉农补贴", "farm subsidy"),
        Detail::ContractedLand { .. } => ("承包地", "contracted land"),
        Detail::LandLease { .. } => ("土地流转", "land lease"),
        Detail::FarmMachinery { .. } => ("农机登记", "farm machinery"),
    };
    Words::new(zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_relation_in_use_has_a_word() {
        let tens = [2, 3, 4, 5, 6, 7, 8, 9];
        let codes = tens.into_iter().flat_map(|ten| (0..=9).map(move |one| format!("{ten}{one}")));
        for code in codes.chain(["01", "02", "10", "11", "12"].map(str::to_owned)) {
            for lang in [Lang::Zh, Lang::En] {
                let word = relation(&Relation(code.clone()), lang);
                assert_ne!(word, code);
                assert!(!word.is_empty());
            }
        }
        assert_eq!(relation(&Relation("04".into()), Lang::Zh), "04", "a code the standard leaves free");
        assert_eq!(relation(&Relation("41".into()), Lang::Zh), "孙子");
    }
}
