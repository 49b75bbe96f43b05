//! What a record of a department says: what each of its fields is called, and the words of its closed lists.

use crate::console::written::day;
use crate::household::{Detail, Fen, Lang};
use crate::report::render::amounts::yuan_unit;

/// How a field's value is written.
#[derive(Clone, Copy)]
enum How {
    /// As the department wrote it.
    Text,
    /// A word of a closed list.
    Word,
    Money,
    /// A day, or a month.
    When,
    Yes,
    Area,
    Land,
}

use How::{Area, Land, Money, Text, When, Word, Yes};

/// Every field of every kind of record, in the order to be read.
const FIELDS: &[(&str, &str, &str, How)] = &[
    ("plate", "号牌号码", "Plate", Text),
    ("vehicle", "车辆类型", "Vehicle", Word),
    ("unit", "不动产单元", "Unit", Text),
    ("use", "用途", "Use", Word),
    ("area", "建筑面积", "Floor area", Area),
    ("institution", "机构", "Institution", Text),
    ("insurer", "保险公司", "Insurer", Text),
    ("account", "账户", "Account", Word),
    ("policy", "险种", "Policy", Word),
    ("firm", "市场主体名称", "Firm", Text),
    ("role", "身份", "Role in it", Word),
    ("employer", "用人单位", "Employer", Text),
    ("payer", "扣缴单位", "Payer", Text),
    ("school", "学校", "School", Text),
    ("stage", "学段", "Stage", Word),
    ("school_kind", "办学性质", "School is", Word),
    ("scheme", "险种", "Scheme", Word),
    ("insured", "参保类型", "Insured as", Word),
    ("programme", "救助项目", "Programme", Word),
    ("care", "优抚类别", "Special care", Word),
    ("custody", "类别", "Kind", Word),
    ("category", "残疾类别", "Category", Word),
    ("grade", "残疾等级", "Grade", Text),
    ("item", "项目", "Item", Word),
    ("machine", "农机", "Machine", Text),
    ("horsepower", "马力", "Horsepower", Text),
    ("held", "承包方式", "Held by", Text),
    ("mu", "面积", "Area", Land),
    ("book", "户号", "Household book", Text),
    ("relation", "与户主关系", "Relation to the head", Text),
    ("registered", "户籍性质", "Registered as", Word),
    ("status", "登记状态", "Register says", Word),
    ("state", "状态", "State", Word),
    ("spouse_name", "配偶姓名", "Spouse", Text),
    ("spouse_id_number", "配偶证件号码", "Spouse’s number", Text),
    ("amount", "金额", "Amount", Money),
    ("balance", "余额", "Balance", Money),
    ("market_value", "证券市值", "Securities at market value", Money),
    ("cash", "可用资金", "Cash", Money),
    ("cash_value", "现金价值", "Cash value", Money),
    ("price", "价格", "Price", Money),
    ("subsidy", "补贴", "Subsidy", Money),
    ("gross", "收入额", "Gross", Money),
    ("cost", "费用", "Cost", Money),
    ("tax", "已缴税额", "Tax", Money),
    ("social_insurance", "社会保险费", "Social insurance", Money),
    ("wage_monthly", "月工资", "Monthly wage", Money),
    ("monthly", "月发放额", "Paid monthly", Money),
    ("basic_monthly", "其中基础养老金", "Of which basic pension", Money),
    ("base_monthly", "月缴费基数", "Monthly base", Money),
    ("personal_monthly", "个人月缴费", "Own monthly part", Money),
    ("deposit_monthly", "月缴存额", "Monthly deposit", Money),
    ("rent_yearly", "年租金", "Yearly rent", Money),
    ("premium_yearly", "年保费", "Yearly premium", Money),
    ("fee_yearly", "年学费", "Yearly fee", Money),
    ("public_fee_yearly", "公办同类学费", "Fee of a public school", Money),
    ("aid_yearly", "年资助", "Yearly aid", Money),
    ("interest_12m", "近十二个月利息", "Interest, 12 months", Money),
    ("outflow_12m", "近十二个月支出", "Outflow, 12 months", Money),
    ("claims_12m", "近十二个月理赔", "Claims, 12 months", Money),
    ("total", "总费用", "Total cost", Money),
    ("reimbursed", "报销", "Reimbursed", Money),
    ("aid", "医疗救助", "Medical aid", Money),
    ("self_paid", "个人自付", "Self-paid", Money),
    ("capital_registered", "注册资本", "Registered capital", Money),
    ("capital_paid", "实缴资本", "Paid-in capital", Money),
    ("limit", "限额", "Limit", Money),
    ("exceeds", "超过限额", "Over the limit", Yes),
    ("share", "份额", "Share", Text),
    ("employees", "从业人数", "Employees", Text),
    ("mortgaged", "已抵押", "Mortgaged", Yes),
    ("obtained", "取得方式", "Obtained by", Word),
    ("current", "现势登记", "Registered now", Yes),
    ("valid", "证件有效", "Valid", Yes),
    ("serious_illness", "重大疾病", "Serious illness", Yes),
    ("listed", "列入病种目录", "Listed illness", Yes),
    ("catalogue_illness", "目录病种", "Illness of the catalogue", Yes),
    ("first_registered_on", "初次登记日期", "First registered", When),
    ("registered_on", "登记日期", "Registered on", When),
    ("established_on", "成立日期", "Established", When),
    ("bought_on", "购置日期", "Bought on", When),
    ("paid_on", "发放日期", "Paid on", When),
    ("settled_on", "结算日期", "Settled on", When),
    ("died_on", "死亡日期", "Died on", When),
    ("moved_on", "迁出日期", "Moved on", When),
    ("due_on", "预产期", "Due on", When),
    ("on", "日期", "On", When),
    ("from", "起始", "From", When),
    ("to", "截止", "To", When),
    ("paid_to", "缴至", "Paid to", When),
    ("valid_until", "有效期至", "Valid until", When),
];

/// Words of closed lists. One word may mean different things under different fields: those stand first, with theirs.
const WORDS: &[(&str, &str, &str, &str)] = &[
    ("use", "private", "非营运", "not for hire"),
    ("school_kind", "private", "民办", "private"),
    ("insured", "employee", "职工基本医疗保险", "employees’ medical insurance"),
    ("insured", "resident", "城乡居民基本医疗保险", "residents’ medical insurance"),
    ("scheme", "medical", "基本医疗保险", "basic medical insurance"),
    ("policy", "medical", "医疗险", "medical"),
    ("policy", "vehicle", "车险", "motor"),
    ("item", "business", "经营所得", "business income"),
    ("use", "other", "其他", "other"),
    ("", "male", "男", "male"),
    ("", "female", "女", "female"),
    ("", "urban", "城镇", "urban"),
    ("", "rural", "农村", "rural"),
    ("", "current", "在册", "registered here"),
    ("", "moved_out", "已迁出", "moved out"),
    ("", "deceased", "已死亡", "dead"),
    ("", "cancelled", "已注销", "cancelled"),
    ("", "kindergarten", "学前", "kindergarten"),
    ("", "primary", "小学", "primary school"),
    ("", "junior_middle", "初中", "junior middle school"),
    ("", "senior_middle", "高中", "senior middle school"),
    ("", "secondary_vocational", "中职", "secondary vocational school"),
    ("", "college", "大专", "college"),
    ("", "bachelor", "本科", "bachelor"),
    ("", "postgraduate", "研究生", "postgraduate"),
    ("", "public", "公办", "public"),
    ("", "attending", "在读", "attending"),
    ("", "graduated", "毕业", "graduated"),
    ("", "suspended", "休学", "suspended"),
    ("", "left", "退学", "left"),
    ("", "employee_pension", "城镇职工基本养老保险", "employees’ basic pension"),
    ("", "resident_pension", "城乡居民基本养老保险", "residents’ basic pension"),
    ("", "unemployment", "失业保险", "unemployment insurance"),
    ("", "sole_trader", "个体工商户经营者", "sole trader"),
    ("", "legal_representative", "法定代表人", "legal representative"),
    ("", "shareholder", "股东", "shareholder"),
    ("", "active", "正常", "active"),
    ("", "revoked", "吊销", "revoked"),
    ("", "wage", "工资薪金", "wage"),
    ("", "labour", "劳务报酬", "pay for services"),
    ("", "interest_dividend", "利息股息红利", "interest and dividends"),
    ("", "rent", "财产租赁", "rent"),
    ("", "property_sale", "财产转让", "sale of property"),
    ("", "chance", "偶然所得", "chance income"),
    ("", "married", "已婚", "married"),
    ("", "divorced", "离婚", "divorced"),
    ("", "widowed", "丧偶", "widowed"),
    ("", "dwelling", "住宅", "dwelling"),
    ("", "commercial", "商业", "commercial"),
    ("", "industrial", "工业", "industrial"),
    ("", "storage", "车库、储藏", "garage or storage"),
    ("", "purchase", "买卖", "purchase"),
    ("", "inheritance", "继承", "inheritance"),
    ("", "gift", "赠与", "gift"),
    ("", "resettlement", "安置", "resettlement"),
    ("", "car", "小、微型客车", "car"),
    ("", "bus", "客车", "bus"),
    ("", "lorry", "货车", "lorry"),
    ("", "two_wheeler", "两轮摩托车", "two-wheeler"),
    ("", "three_wheeler", "三轮车", "three-wheeler"),
    ("", "tractor", "拖拉机", "tractor"),
    ("", "farm_vehicle", "农用运输车", "farm vehicle"),
    ("", "mobility_vehicle", "残疾人机动轮椅车", "mobility vehicle"),
    ("", "commercial_passenger", "营运客运", "passengers for hire"),
    ("", "goods", "货运", "goods"),
    ("", "normal", "正常", "normal"),
    ("", "scrapped", "强制报废", "scrapped"),
    ("", "transferred_out", "已转出", "transferred out"),
    ("", "sold", "已过户", "sold"),
    ("", "sealed", "封存", "sealed"),
    ("", "closed", "已销户", "closed"),
    ("", "deposit", "存款", "deposit"),
    ("", "wealth", "理财", "wealth product"),
    ("", "fund", "基金", "fund"),
    ("", "wallet", "支付账户", "payment wallet"),
    ("", "loan", "贷款（余额为欠款）", "loan: the balance is owed"),
    ("", "open", "正常", "open"),
    ("", "dormant", "久悬、休眠", "dormant"),
    ("", "life", "寿险", "life"),
    ("", "annuity", "年金险", "annuity"),
    ("", "critical_illness", "重疾险", "critical illness"),
    ("", "accident", "意外险", "accident"),
    ("", "in_force", "有效", "in force"),
    ("", "lapsed", "失效", "lapsed"),
    ("", "terminated", "终止", "terminated"),
    ("", "sight", "视力", "sight"),
    ("", "hearing", "听力", "hearing"),
    ("", "speech", "言语", "speech"),
    ("", "limb", "肢体", "limb"),
    ("", "intellectual", "智力", "intellectual"),
    ("", "mental", "精神", "mental"),
    ("", "multiple", "多重", "multiple"),
    ("", "dibao", "最低生活保障", "subsistence allowance (dibao)"),
    ("", "tekun", "特困供养", "support of the extremely poor (tekun)"),
    ("", "temporary_relief", "临时救助", "temporary relief"),
    ("", "orphan", "孤儿、事实无人抚养儿童", "orphan or child without carers"),
    ("", "disability_living", "困难残疾人生活补贴", "living allowance for the disabled"),
    ("", "disability_nursing", "重度残疾人护理补贴", "nursing allowance for the severely disabled"),
    ("", "old_age", "高龄津贴", "old-age allowance"),
    ("", "disabled_soldier", "残疾军人", "disabled soldier"),
    ("", "martyr_dependant", "烈属", "martyr’s dependant"),
    ("", "retired_soldier", "在乡复员军人", "retired soldier"),
    ("", "battle_veteran", "参战退役人员", "battle veteran"),
    ("", "prison", "服刑", "prison"),
    ("", "rehabilitation", "强制隔离戒毒", "compulsory rehabilitation"),
    ("", "community", "社区矫正", "community correction"),
];

/// A word of a closed list; what is none stays as it is.
pub(in crate::console) fn word<'a>(field: &str, code: &'a str, lang: Lang) -> &'a str {
    let known = WORDS.iter().find(|(of, known, ..)| *known == code && (of.is_empty() || *of == field));
    known.map_or(code, |(_, _, zh, en)| lang.pick(zh, en))
}

/// What a record says, a line a field.
pub(in crate::console) fn says(detail: &Detail, lang: Lang) -> Vec<(&'static str, String)> {
    let fields = serde_json::to_value(detail).unwrap_or_default();
    let line = |(key, zh, en, how): &(&str, &'static str, &'static str, How)| {
        let value = fields.get(*key).filter(|value| !value.is_null())?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some((lang.pick(zh, en), written(key, &text, *how, lang)))
    };
    FIELDS.iter().filter_map(line).collect()
}

fn written(key: &str, text: &str, how: How, lang: Lang) -> String {
    match how {
        Text => text.to_owned(),
        Word => word(key, text, lang).to_owned(),
        Money => text.parse::<Fen>().map_or_else(|_| text.to_owned(), |amount| yuan_unit(amount, lang)),
        When => text.parse().map_or_else(|_| text.to_owned(), |date| day(date, lang)),
        Yes if text == "true" => lang.pick("是", "yes").to_owned(),
        Yes => lang.pick("否", "no").to_owned(),
        Area => format!("{text} {}", lang.pick("平方米", "m²")),
        Land => format!("{text} {}", lang.pick("亩", "mu")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use utoipa::PartialSchema as _;

    use super::*;

    /// Names of properties anywhere in a schema.
    fn properties(schema: &Value, found: &mut BTreeSet<String>) {
        match schema {
            Value::Object(fields) => {
                if let Some(Value::Object(named)) = fields.get("properties") {
                    found.extend(named.keys().cloned());
                }
                fields.values().for_each(|value| properties(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| properties(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_field_of_a_record_has_a_name() {
        let schema = serde_json::to_value(Detail::schema()).unwrap();
        let mut found = BTreeSet::new();
        properties(&schema, &mut found);
        found.remove("kind");
        assert!(found.len() > 80, "{found:?}");
        let named: BTreeSet<String> = FIELDS.iter().map(|(key, ..)| (*key).to_owned()).collect();
        assert_eq!(named.len(), FIELDS.len(), "a field stands twice");
        assert_eq!(named, found);
    }

    #[test]
    fn every_word_of_a_closed_list_is_told_in_both_languages() {
        use crate::household::{
            AccountKind, AccountState, BusinessRole, BusinessState, CustodyKind, DisabilityCategory, EnrolmentState,
            FundState, InsuranceScheme, MaritalState, Obtained, PolicyKind, PolicyState, Programme, RealEstateUse,
            Registered, RegistrationStatus, SchoolKind, SpecialCareKind, Stage, TaxItem, VehicleKind, VehicleState,
            VehicleUse,
        };
        macro_rules! told {
            ($($kind:ident $field:literal)*) => {$(
                let schema = serde_json::to_value($kind::schema()).unwrap();
                let codes = schema["enum"].as_array().expect(stringify!($kind));
                for code in codes.iter().filter_map(Value::as_str) {
                    let (zh, en) = (word($field, code, Lang::Zh), word($field, code, Lang::En));
                    assert!(!zh.is_ascii() && !en.is_empty() && !en.contains('_'), "{code}: {zh} {en}");
                }
            )*};
        }
        told! {
            AccountKind "account" AccountState "state" BusinessRole "role" BusinessState "state" CustodyKind "custody"
            DisabilityCategory "category" EnrolmentState "state" FundState "state" InsuranceScheme "scheme"
            MaritalState "state" Obtained "obtained" PolicyKind "policy" PolicyState "state" Programme "programme"
            RealEstateUse "use" Registered "registered" RegistrationStatus "status" SchoolKind "school_kind"
            SpecialCareKind "care" Stage "stage" TaxItem "item" VehicleKind "vehicle" VehicleState "state"
            VehicleUse "use"
        }
        assert_eq!((word("use", "private", Lang::Zh), word("school_kind", "private", Lang::Zh)), ("非营运", "民办"));
    }
}
