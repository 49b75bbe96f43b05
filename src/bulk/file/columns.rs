//! The columns of a table of households, a row a person. The first row of a household is its applicant, and says what is said of the
//! household as a whole; the rows of a household follow each other.

use crate::household::Lang;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in English, which a heading may be too.
    pub key: &'static str,
    /// Its heading.
    pub heading: &'static str,
    /// Other headings it is known under.
    pub also: &'static [&'static str],
    /// Whether the file must have it.
    pub needed: bool,
    /// Whether it is read from the first row of a household alone.
    pub of_household: bool,
    /// What stands in it.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
    /// Where it goes in the request document: below the document of the household, or below the member.
    pub pointer: &'static str,
}

impl Column {
    /// Whose it is, and whether a row must have it.
    #[must_use]
    pub fn kind(&self, lang: Lang) -> &'static str {
        match (self.needed, self.of_household) {
            (true, _) => lang.pick("必填", "needed"),
            (false, true) => lang.pick("户（首行）", "household (first row)"),
            (false, false) => lang.pick("每人", "person"),
        }
    }

    /// What stands in it.
    #[must_use]
    pub fn about(&self, lang: Lang) -> &'static str {
        lang.pick(self.zh, self.en)
    }
}

const fn of_household(
    key: &'static str,
    heading: &'static str,
    pointer: &'static str,
    zh: &'static str,
    en: &'static str,
) -> Column {
    Column { key, heading, also: &[], needed: false, of_household: true, zh, en, pointer }
}

const fn of_person(
    key: &'static str,
    heading: &'static str,
    pointer: &'static str,
    zh: &'static str,
    en: &'static str,
) -> Column {
    Column { key, heading, also: &[], needed: false, of_household: false, zh, en, pointer }
}

const fn needed(column: Column, also: &'static [&'static str]) -> Column {
    Column { needed: true, also, ..column }
}

/// Every column, in the order of the template.
pub const COLUMNS: &[Column] = &[
    needed(
        of_household(
            "household",
            "户编号",
            "/reference",
            "同一户各行相同，即报告的业务编号",
            "the same on every row of a household: the reference of its report",
        ),
        &["户号", "家庭编号", "低保证号", "救助证号"],
    ),
    needed(of_person("name", "姓名", "/name", "", ""), &["成员姓名"]),
    needed(
        of_person(
            "id_number",
            "证件号码",
            "/id_number",
            "居民身份证号码，须为文本格式",
            "resident identity number, formatted as text",
        ),
        &["身份证号", "身份证号码", "公民身份号码"],
    ),
    Column {
        also: &["家庭关系", "与户主关系", "关系"],
        ..of_person(
            "relation",
            "与申请人关系",
            "/relation",
            "GB/T 4761 两位代码，或：本人、配偶、子、女、父、母……；首行即申请人，可不填",
            "two digits of GB/T 4761, or a word such as 配偶; the first row is the applicant and may leave it out",
        )
    },
    of_household(
        "purpose",
        "业务类型",
        "/purpose",
        "例如：定期复核、低保申请；或英文代码",
        "a programme: periodic_review, dibao_application, …, or its Chinese name",
    ),
    of_household("region", "地区代码", "/region", "GB/T 2260 六位代码", "six digits of GB/T 2260"),
    of_household(
        "registered_as",
        "户籍类别",
        "/household/registered_as",
        "城镇、农村、持居住证、外来",
        "urban, rural, residence_permit, visitor",
    ),
    Column { also: &["镇", "街道"], ..of_household("township", "乡镇", "/household/address", "", "") },
    Column { also: &["行政村", "社区"], ..of_household("village", "村", "/household/address", "", "") },
    Column { also: &["地址", "家庭住址"], ..of_household("address", "住址", "/household/address", "", "") },
    Column { also: &["电话", "手机号码"], ..of_person("phone", "联系电话", "/phone", "", "") },
    of_person("authorisation_number", "授权书编号", "/authorisation/number", "", ""),
    of_person("authorisation_signed_on", "授权日期", "/authorisation/signed_on", "", ""),
    of_person(
        "authorisation_valid_until",
        "授权有效期",
        "/authorisation/valid_until",
        "空白：至救助终止",
        "empty: until the benefit ends",
    ),
    of_person(
        "authorisation_signed_by",
        "授权签署人",
        "/authorisation/signed_by",
        "空白：本人；未成年人由申请人签署。他人签署的，填其在本户中的行序（2 即第二行）",
        "empty: the person; of a minor the applicant. Somebody else: their row within the household (2 is its second row)",
    ),
    of_person("can_work", "劳动能力", "/can_work", "有、无", "yes or no"),
    of_person(
        "self_care_lost",
        "丧失自理项数",
        "/self_care_lost",
        "六项自理能力中丧失的项数，0 至 6",
        "of the six activities of self-care, how many are lost: 0 to 6",
    ),
    of_person("declared_wage", "申报工资年收入", "/declared/income", "元", "yuan a year"),
    of_person("declared_business", "申报经营年收入", "/declared/income", "元", "yuan a year"),
    of_person("declared_property", "申报财产年收入", "/declared/income", "元", "yuan a year"),
    of_person("declared_transfer", "申报转移年收入", "/declared/income", "元", "yuan a year"),
    of_person("id_kind", "证件类型", "/id_kind", "空白：居民身份证", "empty: resident identity card"),
    of_person(
        "birth_date",
        "出生日期",
        "/birth_date",
        "没有居民身份证号码的填写",
        "for whoever has no resident identity number",
    ),
    of_person(
        "sex",
        "性别",
        "/sex",
        "男、女；没有居民身份证号码的填写",
        "male or female, for whoever has no resident identity number",
    ),
    Column {
        also: &["基准日", "核对日期"],
        ..of_household("as_of", "核对基准日", "/as_of", "空白：以批次为准", "empty: the day of the batch")
    },
    of_household(
        "legal_basis",
        "法律依据",
        "/legal_basis/kind",
        "空白：授权；或法定职责、紧急",
        "empty: authorisation; or statutory_duty, emergency",
    ),
    of_household(
        "legal_document",
        "依据文号",
        "/legal_basis/document_number",
        "法定职责、紧急情形的依据文号",
        "number of the document of a duty or emergency",
    ),
];

/// The heading line of a table, for whoever begins one.
#[must_use]
pub fn template() -> String {
    let headings: Vec<&str> = COLUMNS.iter().map(|column| column.heading).collect();
    format!("\u{feff}{}\r\n", headings.join(","))
}

/// The column a heading names.
pub(super) fn named(heading: &str) -> Option<&'static Column> {
    let heading = heading.trim();
    COLUMNS.iter().find(|column| {
        column.heading == heading || column.key.eq_ignore_ascii_case(heading) || column.also.contains(&heading)
    })
}
