//! A verification request: who asks, about which household, why, and with whose consent. The JSON form is INTERFACE's.
//!
//! These types are the checked form; `verification::intake` reads the outside's bytes and lists every fault.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Address, Fen, IdNumber, PersonName, Phone, Sex, SourceKey};

/// How a request names a person: `m1`, `o1`. Chosen by the caller, carries nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct MemberRef(pub String);

impl MemberRef {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl std::fmt::Display for MemberRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// Defines a closed enum with its JSON names (`tt`, not `literal`: the schema derive cannot read a captured literal).
macro_rules! named {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:tt),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name used in JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The inverse of `as_str`.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    )*};
}

named! {
    /// Why a household is verified. Decides which sources are asked.
    Purpose {
        /// 最低生活保障申请
        DibaoApplication = "dibao_application",
        /// 特困人员救助供养申请
        TekunApplication = "tekun_application",
        /// 最低生活保障边缘家庭申请
        MarginalApplication = "marginal_application",
        /// 刚性支出困难家庭申请
        RigidExpenditureApplication = "rigid_expenditure_application",
        /// 临时救助
        TemporaryRelief = "temporary_relief",
        /// 定期复核
        PeriodicReview = "periodic_review",
        /// 报告变化
        ReportedChange = "reported_change",
        /// 动态监测
        Monitoring = "monitoring",
        /// 孤儿、事实无人抚养儿童排查
        ChildScreening = "child_screening",
        /// 残疾人未享受救助排查
        DisabilityScreening = "disability_screening",
        /// 高额医疗费用排查
        MedicalScreening = "medical_screening",
    }
    /// Where the household is registered.
    RegisteredAs {
        /// 城镇
        Urban = "urban",
        /// 农村
        Rural = "rural",
        /// 持居住证
        ResidencePermit = "residence_permit",
        /// 临时遇困的外来人员
        Visitor = "visitor",
    }
    /// Kind of identity document.
    IdKind {
        /// 居民身份证
        Resident = "resident",
        /// 港澳台居民居住证
        HmtPermit = "hmt_permit",
        /// 外国人永久居留身份证
        ForeignPermanent = "foreign_permanent",
        /// 出生医学证明
        BirthCertificate = "birth_certificate",
        /// 无
        None = "none",
    }
    /// On what a check rests.
    LegalBasisKind {
        /// 授权
        Authorisation = "authorisation",
        /// 法定职责
        StatutoryDuty = "statutory_duty",
        /// 紧急
        Emergency = "emergency",
    }
    /// Why somebody of the family is no member of the household (Measures art. 7), as the township found it. Prison and compulsory
    /// rehabilitation are read from records.
    Absence {
        /// 在宗教场所生活满三年
        Clergy = "clergy",
        /// 宣告失踪
        DeclaredMissing = "declared_missing",
    }
    /// The four classes of income (Measures art. 13).
    IncomeClass {
        /// 工资性收入
        Wage = "wage",
        /// 经营净收入
        Business = "business",
        /// 财产净收入
        Property = "property",
        /// 转移净收入
        Transfer = "transfer",
    }
    /// Classes of property (Measures art. 14).
    PropertyClass {
        /// 金融资产: deposits, wallets, wealth products, funds, securities, cash value of insurance
        Financial = "financial",
        /// 机动车
        Vehicle = "vehicle",
        /// 不动产
        RealEstate = "real_estate",
        /// 市场主体
        Company = "company",
        /// 其他
        Other = "other",
    }
}

impl Purpose {
    /// Whether it screens a roster (数据比对): nobody applied, so that it rests on a statutory duty, asks the few departments that serve it
    /// by name, and gives leads to help only: no income, no property, no outcome.
    #[must_use]
    pub fn is_screening(self) -> bool {
        matches!(self, Self::ChildScreening | Self::DisabilityScreening | Self::MedicalScreening)
    }
}

/// A GB/T 2260 code of six digits, `620422`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Region(pub String);

impl Region {
    /// Whether the text has the shape of a code.
    #[must_use]
    pub fn is_code(text: &str) -> bool {
        text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The regions it lies in, widest first: nation (`000000`), province, city, itself.
    #[must_use]
    pub fn chain(&self) -> Vec<String> {
        let mut chain =
            vec!["000000".to_owned(), format!("{}0000", &self.0[..2]), format!("{}00", &self.0[..4]), self.0.clone()];
        chain.dedup();
        chain
    }
}

/// Relation to the applicant's household, GB/T 4761-2008, two digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Relation(pub String);

/// A whole, checked request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Programme.
    pub purpose: Purpose,
    /// County.
    pub region: Region,
    /// The day the question is about.
    pub as_of: Date,
    /// The caller's own number for it.
    pub reference: Option<String>,
    /// Who commissioned the check (委托).
    pub commissioned_by: Option<Commission>,
    /// On what the check rests.
    pub legal_basis: LegalBasis,
    /// Which member applies.
    pub applicant: MemberRef,
    /// 近亲属备案: the applicant is a relative of staff.
    #[serde(default)]
    pub kin_of_official: bool,
    /// The household as declared.
    pub household: Household,
    /// Public key to seal the report for, as a JWK; the client's registered key when missing.
    pub recipient_key: Option<serde_json::Value>,
}

/// Who commissioned a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Commission {
    /// Township or county office.
    pub organisation: String,
    /// Two investigators.
    #[schema(value_type = Vec<String>)]
    pub investigators: Vec<PersonName>,
}

/// On what a check rests, with the document's number where it is not the authorisations themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalBasis {
    /// Kind.
    pub kind: LegalBasisKind,
    /// Number of the document (required unless `authorisation`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
}

/// Whether a case is emergency relief (救急难), which goes before everything else and never waits for a check (先行救助).
#[must_use]
pub fn is_emergency_relief(purpose: Purpose, basis: LegalBasisKind) -> bool {
    purpose == Purpose::TemporaryRelief && basis == LegalBasisKind::Emergency
}

/// A household as declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Household {
    /// Kind of registration.
    pub registered_as: RegisteredAs,
    /// Address.
    pub address: Option<Address>,
    /// 1 to 30 members.
    pub members: Vec<Member>,
    /// People outside the household with a legal duty of support.
    pub obligors: Vec<Obligor>,
}

/// A member of the household.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Name within the request.
    #[serde(rename = "ref")]
    pub reference: MemberRef,
    /// Relation.
    pub relation: Relation,
    /// Name.
    pub name: PersonName,
    /// Former names.
    pub former_names: Vec<PersonName>,
    /// Kind of document.
    pub id_kind: IdKind,
    /// Document number; of a resident identity card always the valid 18-character form.
    pub id_number: Option<IdNumber>,
    /// Birth date, from the ID number or as stated.
    pub birth_date: Option<Date>,
    /// Sex, from the ID number or as stated.
    pub sex: Option<Sex>,
    /// Telephone.
    pub phone: Option<Phone>,
    /// Consent to be verified. Missing only where the legal basis is not `authorisation`.
    pub authorisation: Option<Authorisation>,
    /// As assessed by the township.
    pub can_work: Option<bool>,
    /// Of the six activities of self-care (自理能力六项), how many are lost, as the household visit found it: 0 to 6.
    pub self_care_lost: Option<u8>,
    /// Why this person does not count as a member.
    pub absence: Option<Absence>,
    /// What the family declared.
    pub declared: Declared,
}

/// Somebody outside the household with a legal duty of support.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligor {
    /// As a member.
    pub person: Member,
    /// Whom they must support.
    pub obliged_to: MemberRef,
    /// Law or agreement.
    pub basis: String,
    /// What they do for those they must support.
    #[serde(default)]
    pub support: Support,
}

/// What an obligor pays, or what the formula needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// A month, by agreement or a court's decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_monthly_yuan: Option<Fen>,
    /// People in the obligor's own household.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 30)]
    pub household_size: Option<u32>,
    /// People the obligor must support outside it, this one among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 30)]
    pub supports: Option<u32>,
}

/// A signed authorisation (授权书).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorisation {
    /// Its number.
    pub number: String,
    /// Day of signing.
    pub signed_on: Date,
    /// Who signed.
    pub signed_by: Authority,
    /// `social_assistance` (covers every purpose) or exact purposes.
    pub purposes: Vec<String>,
    /// Which sources may be asked.
    pub sources: SourceScope,
    /// Last day of validity; none = until the benefit ends.
    pub valid_until: Option<Date>,
    /// SHA-256 of the scanned document, hex.
    pub document_sha256: Option<String>,
}

impl Authorisation {
    /// Whether it allows asking `source` for `purpose` on `day`.
    #[must_use]
    pub fn covers(&self, purpose: Purpose, source: &SourceKey, day: Date) -> bool {
        self.covers_purpose(purpose) && self.in_force(day) && self.sources.includes(source)
    }

    /// Whether the purpose is within its scope.
    #[must_use]
    pub fn covers_purpose(&self, purpose: Purpose) -> bool {
        self.purposes.iter().any(|p| p == "social_assistance" || p == purpose.as_str())
    }

    /// Whether it is signed and not expired on `day`.
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        self.signed_on <= day && self.valid_until.is_none_or(|until| day <= until)
    }
}

/// Who signed an authorisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// The person.
    #[serde(rename = "self")]
    Own,
    /// A member of the household, for a child or an incapable person.
    Guardian(MemberRef),
    /// Somebody else, on a stated basis.
    Agent {
        /// Name.
        name: PersonName,
        /// ID number.
        id_number: IdNumber,
        /// Power of attorney, court decision, …
        basis: String,
    },
}

/// Which sources an authorisation covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceScope {
    /// All of them.
    All,
    /// These.
    Only(Vec<SourceKey>),
}

impl SourceScope {
    /// Whether `source` is among them.
    #[must_use]
    pub fn includes(&self, source: &SourceKey) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.contains(source),
        }
    }
}

/// What the family declared about a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Income.
    pub income: Vec<DeclaredIncome>,
    /// Property.
    pub property: Vec<DeclaredProperty>,
}

/// Declared income of one class over the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredIncome {
    /// Class.
    pub class: IncomeClass,
    /// A year.
    pub annual_yuan: Fen,
    /// Whether no department covers it (informal wages, farming): then it counts as declared, marked unverified.
    #[serde(default)]
    pub informal: bool,
}

/// Declared property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredProperty {
    /// Class.
    pub class: PropertyClass,
    /// Value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_yuan: Option<Fen>,
    /// How many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}
