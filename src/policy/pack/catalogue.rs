//! Every parameter there is: its key, kind, unit and meaning. A key that is not here is a mistake in a pack.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Date;

use super::resolved::ResolvedPack;
use super::typed::{Monthly, Param, Shape};
use super::value::{
    AmountMethod, Arrears, Codes, Floor, Handling, Kind, PartMonths, Ratio, RiseReading, StandardKind, Step, Tiers,
    WageSource,
};
use crate::household::{Area, DisabilityCategory, Fen, RegisteredAs, VehicleKind};

/// What a key means and what its value must look like.
#[derive(Clone, Copy, Debug)]
pub struct KeySpec {
    /// Key, as in the pack: `standard.dibao.urban`.
    pub key: &'static str,
    /// Kind of value.
    pub kind: Kind,
    /// Unit that an entry must state.
    pub unit: &'static str,
    /// Whether every county needs a value at every date.
    pub required: bool,
    /// Whether it is read for every month of the income window, so that a value is needed a year before the first as-of date.
    pub monthly: bool,
    /// Meaning, in Chinese.
    pub zh: &'static str,
    /// Meaning, in English.
    pub en: &'static str,
}

/// The catalogue's entry of a key.
#[must_use]
pub fn spec(key: &str) -> Option<&'static KeySpec> {
    index_of(key).map(|place| &CATALOGUE[place])
}

/// The place of a key in the catalogue.
#[must_use]
pub fn index_of(key: &str) -> Option<usize> {
    static PLACES: LazyLock<HashMap<&'static str, usize>> =
        LazyLock::new(|| CATALOGUE.iter().enumerate().map(|(place, spec)| (spec.key, place)).collect());
    PLACES.get(key).copied()
}

/// Keys that are spelled much like a wrong one.
pub fn nearest(key: &str) -> Option<&'static str> {
    let scored = CATALOGUE.iter().map(|spec| (strsim::damerau_levenshtein(spec.key, key), spec.key));
    scored.min().filter(|(distance, _)| *distance <= 4.max(key.len() / 4)).map(|(_, near)| near)
}

/// Keys that a wrong one may stand for, best first: those that hold a part of it, else those spelled much like it; at most five.
#[must_use]
pub fn nearest_keys(wrong: &str) -> Vec<&'static str> {
    let wrong = wrong.trim_matches('.');
    let keys = CATALOGUE.iter().map(|spec| spec.key);
    let last = wrong.rsplit('.').next().unwrap_or(wrong);
    let mut scored: Vec<_> = keys
        .map(|key| {
            let own = key.rsplit('.').next().unwrap_or(key);
            let whole = strsim::damerau_levenshtein(key, wrong);
            let end = strsim::damerau_levenshtein(own, last) + usize::from(own.len() != key.len());
            let within = if wrong.len() >= 4 && key.contains(wrong) { 1 } else { usize::MAX };
            (whole.min(end).min(within), key)
        })
        .filter(|(distance, _)| *distance <= 4.max(wrong.len() / 4))
        .collect();
    scored.sort_unstable();
    scored.into_iter().take(5).map(|(_, key)| key).collect()
}

macro_rules! parameters {
    ($($field:ident: $shape:ty = $key:literal, $unit:literal, $zh:literal, $en:literal;)*) => {
        /// Every parameter.
        pub static CATALOGUE: &[KeySpec] = &[$(KeySpec {
            key: $key,
            kind: <$shape as Shape>::KIND,
            unit: $unit,
            required: <$shape as Shape>::REQUIRED,
            monthly: <$shape as Shape>::MONTHLY,
            zh: $zh,
            en: $en,
        }),*];

        /// The parameters in force, typed.
        #[derive(Clone, Debug)]
        pub struct Rules {
            $(#[doc = concat!($en, " (", $zh, "), `", $key, "`.")] pub $field: $shape),*
        }

        impl Rules {
            /// Reads every parameter; on failure the keys that have no value where one is needed.
            pub(super) fn read(pack: &ResolvedPack, as_of: Date) -> Result<Self, Vec<String>> {
                let mut missing = Vec::new();
                let mut index = 0;
                $(
                    let $field = <$shape as Shape>::read(pack, index, $key, as_of);
                    if $field.is_none() { missing.push($key.to_owned()); }
                    index += 1;
                )*
                debug_assert_eq!(index, CATALOGUE.len(), "every parameter has its place");
                if let ($(Some($field),)*) = ($($field,)*) { Ok(Self { $($field),* }) } else { Err(missing) }
            }
        }
    };
}

parameters! {
    // standards
    standard_urban: Param<Fen> = "standard.dibao.urban", "yuan_per_head_month", "城市低保标准", "urban minimum living standard";
    standard_rural: Param<Fen> = "standard.dibao.rural", "yuan_per_head_month", "农村低保标准", "rural minimum living standard";
    guide_urban: Option<Param<Fen>> = "standard.guide.urban", "yuan_per_head_month", "省级城市低保指导标准", "provincial urban guide standard";
    residence_permit: Param<StandardKind> = "standard.applies.residence_permit", "choice", "持居住证家庭适用的标准", "standard applied to holders of a residence permit";
    visitor: Param<StandardKind> = "standard.applies.visitor", "choice", "外来临时遇困人员适用的标准", "standard applied to visitors in hardship";
    minimum_wage: Monthly<Fen> = "minimum_wage.monthly", "yuan_per_month", "月最低工资标准", "monthly minimum wage";
    // income
    window_months: Param<i64> = "income.window.months", "months", "收入核算期", "months over which income is added up";
    reduction_order: Param<Codes<Step>> = "income.order", "codes", "扣减顺序", "order of reductions";
    count_wage: Param<bool> = "income.wage.counted", "boolean", "工资性收入计入", "wages are income";
    count_business: Param<bool> = "income.business.counted", "boolean", "经营净收入计入", "net business income is income";
    count_property: Param<bool> = "income.property.counted", "boolean", "财产净收入计入", "net property income is income";
    count_transfer: Param<bool> = "income.transfer.counted", "boolean", "转移净收入计入", "net transfers are income";
    count_declared: Param<bool> = "income.declared.counted", "boolean", "无部门掌握的收入按申报计入", "income no department knows counts as declared";
    wage_sources: Param<Codes<WageSource>> = "income.wage.sources", "codes", "同一工资多部门记载时的取数顺序", "order in which departments are believed about one wage";
    duplicates: Param<bool> = "income.duplicate.once", "boolean", "同一记录重复返回只计一次", "a record returned twice counts once";
    floor_wage: Param<Floor> = "income.floor.wage", "choice", "工资性收入下限", "floor of wages";
    floor_business: Param<Floor> = "income.floor.business", "choice", "经营净收入下限", "floor of net business income";
    floor_property: Param<Floor> = "income.floor.property", "choice", "财产净收入下限", "floor of net property income";
    floor_transfer: Param<Floor> = "income.floor.transfer", "choice", "转移净收入下限", "floor of net transfers";
    transfers_paid_most: Param<Ratio> = "income.transfers_paid.most_share", "ratio", "信息未齐时税费和社保缴费可能占收入的最大比例", "largest share of income that taxes and contributions may take while a source is silent";
    insurance_claims: Param<Handling> = "income.insurance_claims.against_illness", "choice", "商业保险理赔先抵扣医疗自付费用", "claims of commercial insurance first offset medical cost";
    support_share: Param<Ratio> = "income.support.share", "ratio", "赡养（抚养、扶养）费占义务人超出部分的比例", "support: share of what an obligor has above the line";
    support_multiple: Param<Ratio> = "income.support.line_multiple", "ratio", "义务人家庭人均收入线（标准倍数）", "support: line a head of the obligor's household, in standards";
    part_months: Param<PartMonths> = "income.part_months", "choice", "不足整月的工作和租赁", "months in which a job or a lease begins or ends";
    arrears: Param<Arrears> = "income.arrears", "choice", "补发收入的归属月份", "months that back pay belongs to";
    lump_sum_months: Param<i64> = "income.lump_sum.months", "months", "一次性收入的分摊月数", "months that a lump sum is spread over";
    farm_subsidy: Param<Handling> = "income.farm_subsidy", "choice", "惠农补贴", "farm subsidies";
    chance: Param<Handling> = "income.chance", "choice", "偶然所得", "chance income";
    // what is not income, per programme
    not_income_basic_pension: Monthly<Handling> = "not_income.dibao.basic_pension", "choice", "城乡居民基本养老保险基础养老金", "basic part of the residents' pension";
    not_income_special_care: Param<Handling> = "not_income.dibao.special_care", "choice", "优待抚恤金", "special-care and preferential pensions";
    not_income_education_aid: Param<Handling> = "not_income.dibao.education_aid", "choice", "奖学金、助学金", "scholarships and education aid";
    not_income_assistance: Param<Handling> = "not_income.dibao.social_assistance", "choice", "政府给予的社会救助款物", "government social assistance";
    not_income_welfare: Param<Handling> = "not_income.dibao.welfare_benefits", "choice", "孤儿基本生活费、残疾人两项补贴", "orphans' and disability benefits";
    not_income_old_age: Param<Handling> = "not_income.dibao.old_age_allowance", "choice", "高龄津贴", "old-age allowance";
    not_income_employment: Param<Handling> = "not_income.dibao.employment_subsidy", "choice", "就业补贴", "employment subsidies";
    not_income_family_planning: Param<Handling> = "not_income.dibao.family_planning", "choice", "计划生育奖励与扶助", "family-planning awards and aid";
    not_income_bravery: Param<Handling> = "not_income.dibao.bravery", "choice", "见义勇为奖励", "awards for bravery";
    tekun_basic_pension: Monthly<Handling> = "not_income.tekun.basic_pension", "choice", "特困认定：基础养老金", "tekun: basic part of the residents' pension";
    tekun_social_insurance: Param<Handling> = "not_income.tekun.social_insurance", "choice", "特困认定：基本医疗保险等社会保险", "tekun: basic medical and other social insurance";
    tekun_special_care: Param<Handling> = "not_income.tekun.special_care", "choice", "特困认定：优待抚恤金", "tekun: special-care pensions";
    tekun_old_age: Param<Handling> = "not_income.tekun.old_age_allowance", "choice", "特困认定：高龄津贴", "tekun: old-age allowance";
    // deductions
    illness_tiers: Param<Tiers> = "deduction.illness.tiers", "tiers", "因病刚性支出分档扣减", "illness: tiers of self-paid medical cost";
    schooling_secondary: Param<Ratio> = "deduction.schooling.upper_secondary", "ratio", "高中及以下就学支出扣减比例", "schooling up to upper secondary";
    schooling_above: Param<Ratio> = "deduction.schooling.above", "ratio", "高等教育就学支出扣减比例", "schooling above upper secondary";
    schooling_ceiling: Param<Fen> = "deduction.schooling.ceiling", "yuan_per_year", "每名学生就学扣减上限", "ceiling of schooling a student";
    schooling_less_aid: Param<bool> = "deduction.schooling.less_aid", "boolean", "就学支出先减助学金", "education aid is taken off the cost of schooling";
    nursing_grade_1: Param<Ratio> = "deduction.disability_nursing.grade_1", "ratio", "一级残疾护理扣减（占年标准）", "disability nursing, grade 1, of the yearly standard";
    nursing_grade_2: Param<Ratio> = "deduction.disability_nursing.grade_2", "ratio", "二级残疾护理扣减（占年标准）", "disability nursing, grade 2, of the yearly standard";
    nursing_old_full: Param<Ratio> = "deduction.old_age_nursing.full", "ratio", "失能老年人护理扣减（占年标准）", "nursing of old people who cannot care for themselves, of the yearly standard";
    nursing_old_partial: Param<Ratio> = "deduction.old_age_nursing.partial", "ratio", "半失能老年人护理扣减（占年标准）", "nursing of old people who partly can, of the yearly standard";
    self_care_none_from: Param<i64> = "care.none_from", "count", "丧失几项自理能力为完全不能自理", "activities of self-care lost from which somebody is wholly dependent";
    nutrition: Param<Ratio> = "deduction.nutrition.share", "ratio", "必要营养扣减（占年标准）", "nutrition, of the yearly standard";
    nutrition_child_under: Param<i64> = "deduction.nutrition.child_under", "years", "营养扣减：儿童年龄（不满）", "nutrition: children below this age";
    nutrition_old_from: Param<i64> = "deduction.nutrition.old_from", "years", "营养扣减：老年人年龄（满）", "nutrition: old people from this age";
    nutrition_nursing_months: Param<i64> = "deduction.nutrition.nursing_months", "months", "哺乳期月数", "months of nursing after a birth";
    employment_cost: Param<Ratio> = "deduction.employment_cost.share", "ratio", "必要就业成本（占最低工资）", "employment cost, of the minimum wage";
    employment_cost_disabled: Param<Ratio> = "deduction.employment_cost.share_disabled", "ratio", "残疾人必要就业成本（占最低工资）", "employment cost of a disabled person, of the minimum wage";
    employment_cost_all_pay: Param<bool> = "deduction.employment_cost.all_pay", "boolean", "劳务报酬、申报的务工收入也扣必要就业成本", "employment cost also of labour service and declared wages";
    // property
    only_dwelling: Param<Handling> = "property.exempt.only_dwelling", "choice", "唯一住房", "the only dwelling";
    inherited_part: Param<Handling> = "property.exempt.inherited_part_share", "choice", "继承的部分份额", "an inherited part share";
    mobility_vehicle: Param<Handling> = "property.exempt.mobility_vehicle", "choice", "残疾人专用代步车", "a disabled member's mobility vehicle";
    farm_machinery: Param<Handling> = "property.exempt.farm_machinery", "choice", "农业机械", "farm machinery";
    low_powered: Param<Handling> = "property.exempt.low_powered_vehicle", "choice", "两轮、三轮摩托等小排量车辆", "low-powered two- and three-wheelers";
    tools_of_trade: Param<Handling> = "property.exempt.tools_of_trade", "choice", "谋生必需的营运车辆", "vehicles that are tools of the trade";
    car_kinds: Param<Codes<VehicleKind>> = "property.vehicle.cars", "codes", "计为机动车的车型", "kinds of vehicle that count as cars";
    loans: Param<Handling> = "property.financial.loans", "choice", "贷款余额", "balances of loans";
    housing_fund: Param<Handling> = "property.financial.housing_fund", "choice", "住房公积金余额", "balance of the housing fund";
    stale: Param<bool> = "property.stale.dropped", "boolean", "已失效记录不计", "records no longer in force do not count";
    company_capital: Param<Fen> = "property.company.capital_paid_up_to", "yuan", "不计为企业财产的实缴资本上限", "paid-in capital up to which a firm does not count";
    sole_trader: Param<Handling> = "property.exempt.sole_trader", "choice", "无雇工的个体工商户", "a sole trader without employees";
    second_dwelling_area: Param<Area> = "property.second_dwelling.area_per_head_below", "square_metres", "允许第二套住房的人均面积（低于）", "area a head below which a second dwelling is allowed";
    dibao_financial: Param<Ratio> = "property.dibao.financial_multiple", "ratio", "低保：人均金融资产上限（年标准倍数）", "dibao: financial property a head, in yearly standards";
    dibao_dwellings: Param<i64> = "property.dibao.dwellings", "count", "低保：住房套数上限", "dibao: dwellings";
    dibao_cars: Param<i64> = "property.dibao.cars", "count", "低保：机动车上限", "dibao: cars";
    dibao_companies: Param<i64> = "property.dibao.companies", "count", "低保：企业上限", "dibao: firms";
    marginal_financial: Param<Ratio> = "property.marginal.financial_multiple", "ratio", "低保边缘：人均金融资产上限（年标准倍数）", "marginal: financial property a head, in yearly standards";
    marginal_dwellings: Param<i64> = "property.marginal.dwellings", "count", "低保边缘：住房套数上限", "marginal: dwellings";
    marginal_cars: Param<i64> = "property.marginal.cars", "count", "低保边缘：机动车上限", "marginal: cars";
    marginal_companies: Param<i64> = "property.marginal.companies", "count", "低保边缘：企业上限", "marginal: firms";
    tekun_financial: Param<Ratio> = "property.tekun.financial_multiple", "ratio", "特困：人均金融资产上限（年标准倍数）", "tekun: financial property a head, in yearly standards";
    tekun_dwellings: Param<i64> = "property.tekun.dwellings", "count", "特困：住房套数上限", "tekun: dwellings";
    tekun_cars: Param<i64> = "property.tekun.cars", "count", "特困：机动车上限", "tekun: cars";
    tekun_companies: Param<i64> = "property.tekun.companies", "count", "特困：企业上限", "tekun: firms";
    rigid_financial: Param<Ratio> = "property.rigid.financial_multiple", "ratio", "刚性支出困难：人均金融资产上限（年标准倍数）", "rigid expenditure: financial property a head, in yearly standards";
    rigid_dwellings: Param<i64> = "property.rigid.dwellings", "count", "刚性支出困难：住房套数上限", "rigid expenditure: dwellings";
    rigid_cars: Param<i64> = "property.rigid.cars", "count", "刚性支出困难：机动车上限", "rigid expenditure: cars";
    rigid_companies: Param<i64> = "property.rigid.companies", "count", "刚性支出困难：企业上限", "rigid expenditure: firms";
    // household
    member_custody: Param<Handling> = "household.in_custody", "choice", "服刑、强制隔离戒毒人员（不计为共同生活成员）", "people in prison or compulsory rehabilitation, as members";
    member_absent: Param<Handling> = "household.absent", "choice", "宗教教职人员离家三年以上、宣告失踪人员（不计为共同生活成员）", "clergy away for three years and people declared missing, as members";
    extra_registrant: Param<Handling> = "household.extra_registrant", "choice", "同户未申报人员", "registrants of the household book who were not declared";
    undeclared_spouse: Param<Handling> = "household.undeclared_spouse", "choice", "未申报配偶", "a registered spouse who was not declared";
    // screening
    adverse_guard: Param<bool> = "screening.adverse_needs_all", "boolean", "信息未齐不得作出不利结论", "nothing adverse is certain while facts are missing";
    marginal_multiple: Param<Ratio> = "screening.marginal.multiple", "ratio", "低保边缘收入线（标准倍数）", "marginal income line, in standards";
    single_grade: Param<i64> = "screening.single.grade_up_to", "count", "单人户：残疾等级", "single person: disability grade";
    single_mental_grade: Param<i64> = "screening.single.mental_grade_up_to", "count", "单人户：智力、精神残疾等级", "single person: grade of intellectual or mental disability";
    single_self_paid: Param<bool> = "screening.single.self_paid_over_income", "boolean", "单人户：年自付医疗费超过上年家庭收入", "single person: self-paid medical cost over last year's household income";
    rigid_ratio: Option<Param<Ratio>> = "screening.rigid.spending_ratio", "ratio", "刚性支出占收入比例（超过）", "rigid expenditure: spending over income, more than";
    disposable_urban: Option<Param<Fen>> = "screening.rigid.disposable_income.urban", "yuan_per_head_year", "上年度城镇居民人均可支配收入", "last year's local disposable income a head, urban";
    disposable_rural: Option<Param<Fen>> = "screening.rigid.disposable_income.rural", "yuan_per_head_year", "上年度农村居民人均可支配收入", "last year's local disposable income a head, rural";
    rigid_valid_months: Param<i64> = "screening.rigid.valid_months", "months", "刚性支出困难认定有效期", "months that a finding of rigid expenditure holds";
    tekun_old_from: Param<i64> = "screening.tekun.old_from", "years", "特困：老年人年龄（满）", "tekun: old from this age";
    tekun_child_under: Param<i64> = "screening.tekun.child_under", "years", "特困：未成年人年龄（不满）", "tekun: child below this age";
    tekun_mental_grade: Param<i64> = "screening.tekun.mental_grade_up_to", "count", "特困：智力、精神残疾等级", "tekun: grade of intellectual or mental disability";
    tekun_limb_grade: Param<i64> = "screening.tekun.limb_grade_up_to", "count", "特困：肢体残疾等级", "tekun: grade of limb disability";
    tekun_sight_grade: Param<i64> = "screening.tekun.sight_grade_up_to", "count", "特困：视力残疾等级", "tekun: grade of sight disability";
    mental_categories: Param<Codes<DisabilityCategory>> = "screening.mental_categories", "codes", "按智力、精神残疾对待的类别", "categories treated as intellectual or mental disability";
    gradual_exit_months: Param<i64> = "screening.gradual_exit.months", "months", "渐退期", "months of gradual exit";
    // amounts
    amount_method: Param<AmountMethod> = "amount.dibao.method", "choice", "低保金计算方式", "how the dibao amount is found";
    amount_tiers: Option<Param<Tiers>> = "amount.dibao.tiers", "tiers", "低保金分档", "tiers of the dibao amount, by monthly income a head";
    rise: Param<Ratio> = "amount.disabled_rise.share", "ratio", "残疾人低保金上浮比例", "rise for a disabled member";
    rise_reading: Param<RiseReading> = "amount.disabled_rise.reading", "choice", "上浮的读法", "how the rise is read";
    rise_registered: Param<Codes<RegisteredAs>> = "amount.disabled_rise.registered_as", "codes", "适用上浮的户籍类别", "kinds of registration the rise applies to";
    amount_single: Param<Ratio> = "amount.single.share", "ratio", "单人户低保金（占标准）", "amount of a single person, of the standard";
    amount_review_change: Param<Ratio> = "amount.review.obvious_change", "ratio", "定期复核：视为明显变化的差额比例", "periodic review: difference from the amount paid that is an obvious change";
    amount_tekun_basic: Param<Ratio> = "amount.tekun.basic_multiple", "ratio", "特困基本生活标准（低保标准倍数）", "tekun basic standard, in dibao standards";
    amount_tekun_care_able: Param<Ratio> = "amount.tekun.care.able", "ratio", "特困照料护理标准：全自理（占最低工资）", "tekun care: fully able, of the minimum wage";
    amount_tekun_care_partial: Param<Ratio> = "amount.tekun.care.partial", "ratio", "特困照料护理标准：半自理（占最低工资）", "tekun care: partly able, of the minimum wage";
    amount_tekun_care_none: Param<Ratio> = "amount.tekun.care.none", "ratio", "特困照料护理标准：全护理（占最低工资）", "tekun care: not able, of the minimum wage";
    relief_months: Param<i64> = "amount.temporary_relief.months_up_to", "months", "临时救助最长月数", "temporary relief: months at most";
    medical_aid_share: Param<Ratio> = "amount.medical_aid.share", "ratio", "医疗救助比例", "medical aid: share of the covered self-paid part";
    medical_aid_cap: Option<Param<Fen>> = "amount.medical_aid.cap", "yuan_per_year", "医疗救助年度封顶线", "medical aid: yearly cap";
    // referrals: the office in charge
    referral_medical_premium: Option<Param<String>> = "referral.medical_premium", "office", "转介：资助参加基本医疗保险", "referral: medical-insurance premium aid";
    referral_education_aid: Option<Param<String>> = "referral.education_aid", "office", "转介：学生资助", "referral: education aid";
    referral_housing: Option<Param<String>> = "referral.housing", "office", "转介：公租房或住房租赁补贴", "referral: public housing or rent subsidy";
    referral_employment: Option<Param<String>> = "referral.employment", "office", "转介：就业服务与补贴", "referral: employment services and subsidies";
    referral_pension_premium: Option<Param<String>> = "referral.pension_premium", "office", "转介：代缴城乡居民基本养老保险费", "referral: residents' pension premium paid on behalf";
    referral_disaster_relief: Option<Param<String>> = "referral.disaster_relief", "office", "转介：受灾人员救助", "referral: disaster relief";
    referral_small_business_tax: Option<Param<String>> = "referral.small_business_tax", "office", "转介：小微企业、个体工商户税费减免", "referral: tax relief for small business";
    referral_two_cancers: Option<Param<String>> = "referral.two_cancers.office", "office", "转介：低收入妇女“两癌”检查与救助", "referral: cervical and breast cancer check for women on low income";
    referral_care_service: Option<Param<String>> = "referral.care_service", "office", "转介：重度残疾人托养照护服务", "referral: care service for the gravely disabled";
    referral_unattended_children: Option<Param<String>> = "referral.unattended_children", "office", "转介：孤儿、事实无人抚养儿童保障", "referral: orphans and de-facto-unattended children";
    referral_disabled_unassisted: Option<Param<String>> = "referral.disabled_unassisted", "office", "转介：残疾人救助与补贴", "referral: assistance and allowances for disabled people";
    referral_medical_spending: Option<Param<String>> = "referral.medical_spending", "office", "转介：高额医疗费用救助", "referral: help with high medical spending";
    referral_workers_hardship: Option<Param<String>> = "referral.workers_hardship", "office", "转介：困难职工帮扶", "referral: aid for workers in hardship";
    two_cancers_from: Param<i64> = "referral.two_cancers.age_from", "years", "“两癌”检查：年龄（满）", "cancer check: women from this age";
    two_cancers_to: Param<i64> = "referral.two_cancers.age_to", "years", "“两癌”检查：年龄（至）", "cancer check: women up to this age";
    working_from: Param<i64> = "person.working_age_from", "years", "劳动年龄（满）", "working age, from";
    working_under: Param<i64> = "person.working_age_under", "years", "劳动年龄（不满）", "working age, below";
    // re-verification and alerts
    review_stable: Param<i64> = "review.stable_months", "months", "情况稳定家庭的复核周期", "months between reviews where circumstances are stable";
    review_unstable: Param<i64> = "review.unstable_months", "months", "收入不稳定且有劳动能力家庭的复核周期", "months between reviews where income is unstable and a member can work";
    alert_months: Param<i64> = "alert.months", "months", "监测回看的月数", "months that monitoring looks back";
    alert_medical: Param<Fen> = "alert.medical_cost_from", "yuan", "监测：大额自付医疗费", "monitoring: self-paid medical cost that counts as large";
    alert_deposit: Param<Fen> = "alert.deposit_from", "yuan", "监测：新增存款", "monitoring: growth of deposits that counts as new";
    // screening of rosters
    lead_medical: Option<Param<Fen>> = "lead.medical_cost_from", "yuan_per_year", "排查：高额自付医疗费（近十二个月）", "screening: self-paid medical cost of twelve months that counts as high";
    // one report against the one before; read as missing by packs that were kept before they were here
    review_change_yuan: Option<Param<Fen>> = "review.obvious_change_yuan", "yuan_per_head_month", "两次核对之间：人均每月相差不超过此数不视为明显变化", "between two reports: a difference a head and month up to this is no obvious change";
    notice_hearing_days: Option<Param<i64>> = "notice.hearing_days", "days", "作出不利处理前听取家庭说明的期限（自然日）", "days in which the family is heard before anything adverse is passed on (calendar days)";
    // declared against found
    declared_tolerance: Param<Ratio> = "declared.tolerance", "ratio", "申报与核对视为一致的差异比例", "difference between declared and found that still agrees";
}
