//! The closed set of things a record can say. A definition maps a department's row to one of these; the rules match on them.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Area, Fen, IdNumber, Mu, PersonName, Private, Share, YearMonth};

/// Defines a closed enum whose JSON form is snake_case.
macro_rules! closed {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),* }
    )*};
}

closed! {
    /// Sex (GB/T 2261.1).
    Sex {
        /// 男
        Male,
        /// 女
        Female,
    }
    /// Kind of household registration.
    Registered {
        /// 城镇
        Urban,
        /// 农村
        Rural,
    }
    /// State of a person in the household register.
    RegistrationStatus {
        /// Registered here.
        Current,
        /// Moved out.
        MovedOut,
        /// Dead.
        Deceased,
        /// Cancelled for another reason.
        Cancelled,
    }
    /// Stage of schooling.
    Stage {
        /// 学前
        Kindergarten,
        /// 小学
        Primary,
        /// 初中
        JuniorMiddle,
        /// 高中
        SeniorMiddle,
        /// 中职
        SecondaryVocational,
        /// 大专
        College,
        /// 本科
        Bachelor,
        /// 研究生
        Postgraduate,
    }
    /// Who runs a school.
    SchoolKind {
        /// 公办
        Public,
        /// 民办
        Private,
    }
    /// Whether somebody attends.
    EnrolmentState {
        /// 在读
        Attending,
        /// 毕业
        Graduated,
        /// 休学
        Suspended,
        /// 退学
        Left,
    }
    /// Branch of social insurance.
    InsuranceScheme {
        /// 城镇职工基本养老保险
        EmployeePension,
        /// 城乡居民基本养老保险
        ResidentPension,
        /// 基本医疗保险
        Medical,
        /// 失业保险
        Unemployment,
    }
    /// Kind of medical insurance.
    InsuredKind {
        /// 职工基本医疗保险
        Employee,
        /// 城乡居民基本医疗保险
        Resident,
    }
    /// What somebody is in a firm.
    BusinessRole {
        /// 个体工商户
        SoleTrader,
        /// 法定代表人
        LegalRepresentative,
        /// 股东
        Shareholder,
    }
    /// State of a firm.
    BusinessState {
        /// 存续
        Active,
        /// 吊销
        Revoked,
        /// 注销
        Cancelled,
    }
    /// Items of income in tax returns.
    TaxItem {
        /// 工资薪金
        Wage,
        /// 劳务报酬
        Labour,
        /// 经营所得
        Business,
        /// 利息股息
        InterestDividend,
        /// 财产租赁
        Rent,
        /// 财产转让
        PropertySale,
        /// 偶然所得
        Chance,
    }
    /// Marital state as registered.
    MaritalState {
        /// 已婚
        Married,
        /// 离婚
        Divorced,
        /// 丧偶
        Widowed,
    }
    /// Use of an immovable.
    RealEstateUse {
        /// 住宅
        Dwelling,
        /// 商业
        Commercial,
        /// 工业
        Industrial,
        /// 车库、储藏
        Storage,
        /// 其他
        Other,
    }
    /// How an immovable was obtained.
    Obtained {
        /// 买卖
        Purchase,
        /// 继承
        Inheritance,
        /// 赠与
        Gift,
        /// 安置
        Resettlement,
    }
    /// Kind of vehicle.
    VehicleKind {
        /// 小、微型客车
        Car,
        /// 客车
        Bus,
        /// 货车
        Lorry,
        /// 两轮摩托
        TwoWheeler,
        /// 三轮车
        ThreeWheeler,
        /// 拖拉机
        Tractor,
        /// 农用运输车
        FarmVehicle,
        /// 残疾人专用机动轮椅车
        MobilityVehicle,
    }
    /// Use of a vehicle.
    VehicleUse {
        /// 非营运
        Private,
        /// 营运客运
        CommercialPassenger,
        /// 货运
        Goods,
    }
    /// State of a vehicle in the register.
    VehicleState {
        /// 正常
        Normal,
        /// 注销
        Cancelled,
        /// 强制报废
        Scrapped,
        /// 转出
        TransferredOut,
        /// 已过户
        Sold,
    }
    /// State of a housing-fund account.
    FundState {
        /// 正常
        Active,
        /// 封存
        Sealed,
        /// 销户
        Closed,
    }
    /// Kind of account.
    AccountKind {
        /// 存款
        Deposit,
        /// 理财
        Wealth,
        /// 基金
        Fund,
        /// 支付账户
        Wallet,
        /// 贷款: the balance is owed
        Loan,
    }
    /// State of an account.
    AccountState {
        /// 正常
        Open,
        /// 久悬、休眠
        Dormant,
        /// 销户
        Closed,
    }
    /// Kind of insurance policy.
    PolicyKind {
        /// 寿险
        Life,
        /// 年金
        Annuity,
        /// 重疾
        CriticalIllness,
        /// 医疗
        Medical,
        /// 意外
        Accident,
        /// 车险
        Vehicle,
    }
    /// State of an insurance policy.
    PolicyState {
        /// 有效
        InForce,
        /// 失效
        Lapsed,
        /// 终止
        Terminated,
    }
    /// Disability category (GB/T 26341).
    DisabilityCategory {
        /// 视力
        Sight,
        /// 听力
        Hearing,
        /// 言语
        Speech,
        /// 肢体
        Limb,
        /// 智力
        Intellectual,
        /// 精神
        Mental,
        /// 多重
        Multiple,
    }
    /// Programme of social assistance or welfare.
    Programme {
        /// 低保
        Dibao,
        /// 特困
        Tekun,
        /// 临时救助 (a lump sum)
        TemporaryRelief,
        /// 孤儿、事实无人抚养儿童
        Orphan,
        /// 困难残疾人生活补贴
        DisabilityLiving,
        /// 重度残疾人护理补贴
        DisabilityNursing,
        /// 高龄津贴
        OldAge,
    }
    /// Kind of special care (优抚).
    SpecialCareKind {
        /// 残疾军人
        DisabledSoldier,
        /// 烈属
        MartyrDependant,
        /// 在乡复员军人
        RetiredSoldier,
        /// 参战
        BattleVeteran,
    }
    /// Where somebody is held, or that they are supervised at home.
    CustodyKind {
        /// 服刑
        Prison,
        /// 强制隔离戒毒
        Rehabilitation,
        /// 社区矫正: lives at home
        Community,
    }
}

/// What a record says. Money is per the unit the field's name states.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Detail {
    /// 户籍: one registrant of a household book.
    Registration {
        /// Number of the book.
        book: Private,
        /// Relation to the head (GB/T 4761).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        relation: Option<String>,
        /// Urban or rural.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        registered: Option<Registered>,
        /// State.
        status: RegistrationStatus,
        /// Day of death.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        died_on: Option<Date>,
        /// Day of moving out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        moved_on: Option<Date>,
    },
    /// 学籍: attendance of a school.
    Enrolment {
        /// School.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        school: Option<Private>,
        /// Stage.
        stage: Stage,
        /// Public or private.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        school_kind: Option<SchoolKind>,
        /// Fee a school year at this school.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fee_yearly: Option<Fen>,
        /// Fee a school year at a public school of the stage.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        public_fee_yearly: Option<Fen>,
        /// Education aid a year (not income).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        aid_yearly: Option<Fen>,
        /// Since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        from: Option<Date>,
        /// Planned end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        to: Option<Date>,
        /// State.
        state: EnrolmentState,
    },
    /// 社保缴费: months of contribution.
    Contribution {
        /// Branch.
        scheme: InsuranceScheme,
        /// Employer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        employer: Option<Private>,
        /// First month.
        from: YearMonth,
        /// Last month, inclusive.
        to: YearMonth,
        /// Contribution base a month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base_monthly: Option<Fen>,
        /// Own contribution a month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        personal_monthly: Option<Fen>,
    },
    /// 养老金: a pension being paid.
    Pension {
        /// Employees' or residents'.
        scheme: InsuranceScheme,
        /// First month.
        from: YearMonth,
        /// Last month, inclusive; still paid when missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<YearMonth>,
        /// Paid a month, basic part included.
        monthly: Fen,
        /// Basic part (基础养老金) a month, of residents' pensions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        basic_monthly: Option<Fen>,
    },
    /// 失业保险金.
    UnemploymentBenefit {
        /// First month.
        from: YearMonth,
        /// Last month, inclusive; still paid when missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<YearMonth>,
        /// Paid a month.
        monthly: Fen,
    },
    /// 住院. Never a diagnosis.
    Hospitalisation {
        /// Admission.
        #[schema(value_type = String, format = Date)]
        from: Date,
        /// Discharge.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        to: Option<Date>,
        /// Whether for a listed serious illness: a qualifying yes or no.
        serious_illness: bool,
    },
    /// 重特大疾病 on the list: a qualifying yes or no.
    SeriousIllness {
        /// Since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        from: Option<Date>,
        /// On the list.
        listed: bool,
    },
    /// 孕产.
    Pregnancy {
        /// Expected or actual day of birth.
        #[schema(value_type = String, format = Date)]
        due_on: Date,
    },
    /// A death certificate or cremation record.
    Death {
        /// The day, where known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        on: Option<Date>,
    },
    /// 就业登记: a job.
    Job {
        /// Employer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        employer: Option<Private>,
        /// Since.
        #[schema(value_type = String, format = Date)]
        from: Date,
        /// Until; still there when missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        to: Option<Date>,
        /// Wage a month as stated in the register.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wage_monthly: Option<Fen>,
    },
    /// 失业登记.
    UnemploymentRegistration {
        /// Since.
        #[schema(value_type = String, format = Date)]
        from: Date,
        /// Cancelled on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        to: Option<Date>,
    },
    /// 就业补贴, a lump sum.
    EmploymentSubsidy {
        /// Name of the subsidy.
        item: String,
        /// Amount.
        amount: Fen,
        /// Day of payment.
        #[schema(value_type = String, format = Date)]
        paid_on: Date,
    },
    /// 市场主体.
    Business {
        /// Role.
        role: BusinessRole,
        /// Firm.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        firm: Option<Private>,
        /// Registered capital.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capital_registered: Option<Fen>,
        /// Paid-in capital.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capital_paid: Option<Fen>,
        /// State.
        state: BusinessState,
        /// Established.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        established_on: Option<Date>,
        /// Share of the capital held.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        share: Option<Share>,
        /// Number of employees, where known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        employees: Option<u32>,
    },
    /// 个人所得税申报: an item of income in a period.
    TaxedIncome {
        /// Item.
        item: TaxItem,
        /// First day of the period.
        #[schema(value_type = String, format = Date)]
        from: Date,
        /// Last day of the period.
        #[schema(value_type = String, format = Date)]
        to: Date,
        /// Gross in the period.
        gross: Fen,
        /// Costs in the period.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<Fen>,
        /// Tax paid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tax: Option<Fen>,
        /// Social insurance withheld.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        social_insurance: Option<Fen>,
        /// Day of payment, where it is back pay for months before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        paid_on: Option<Date>,
        /// Who paid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payer: Option<Private>,
    },
    /// 婚姻登记.
    Marriage {
        /// State.
        state: MaritalState,
        /// Spouse's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        spouse_name: Option<PersonName>,
        /// Spouse's ID number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        spouse_id_number: Option<IdNumber>,
        /// Day of registration.
        #[schema(value_type = String, format = Date)]
        registered_on: Date,
    },
    /// 不动产.
    RealEstate {
        /// Unit number or address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Private>,
        /// Use.
        #[serde(rename = "use")]
        used_as: RealEstateUse,
        /// Floor area of the whole unit.
        area: Area,
        /// Share owned.
        #[serde(default)]
        share: Share,
        /// Mortgaged; missing when not stated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mortgaged: Option<bool>,
        /// How obtained.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        obtained: Option<Obtained>,
        /// Day of registration.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        registered_on: Option<Date>,
        /// Whether still owned.
        current: bool,
    },
    /// 机动车.
    Vehicle {
        /// Plate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plate: Option<Private>,
        /// Kind.
        vehicle: VehicleKind,
        /// Use.
        #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
        used_as: Option<VehicleUse>,
        /// First registration.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        first_registered_on: Option<Date>,
        /// State.
        state: VehicleState,
        /// Invoice price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price: Option<Fen>,
    },
    /// 住房公积金.
    HousingFund {
        /// Employer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        employer: Option<Private>,
        /// Base a month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base_monthly: Option<Fen>,
        /// Deposit a month, both sides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deposit_monthly: Option<Fen>,
        /// Balance.
        balance: Fen,
        /// State.
        state: FundState,
        /// Paid up to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        paid_to: Option<YearMonth>,
    },
    /// 账户 at a bank or payment institution.
    Account {
        /// Code of the institution.
        institution: String,
        /// Kind.
        account: AccountKind,
        /// Balance; owed when a loan.
        balance: Fen,
        /// Interest of twelve months.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interest_12m: Option<Fen>,
        /// Large outflows of twelve months.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outflow_12m: Option<Fen>,
        /// State.
        state: AccountState,
    },
    /// A bank that answers only whether the balance is over a limit (是否超限).
    Threshold {
        /// Code of the institution.
        institution: String,
        /// The limit it compared with.
        limit: Fen,
        /// Whether over it.
        exceeds: bool,
    },
    /// 商业保险.
    InsurancePolicy {
        /// Insurer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        insurer: Option<String>,
        /// Kind.
        policy: PolicyKind,
        /// Premium a year.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        premium_yearly: Option<Fen>,
        /// Cash value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cash_value: Option<Fen>,
        /// Claims paid in twelve months.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claims_12m: Option<Fen>,
        /// State.
        state: PolicyState,
        /// In force since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        from: Option<Date>,
    },
    /// 证券账户.
    Securities {
        /// Account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<Private>,
        /// Market value.
        market_value: Fen,
        /// Cash.
        cash: Fen,
    },
    /// 残疾人证.
    DisabilityCertificate {
        /// Category.
        category: DisabilityCategory,
        /// Grade 1 (gravest) to 4.
        grade: u8,
        /// Valid until.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        valid_until: Option<Date>,
        /// Not cancelled.
        valid: bool,
    },
    /// 医保结算.
    MedicalCost {
        /// Day of settlement.
        #[schema(value_type = String, format = Date)]
        settled_on: Date,
        /// Total.
        total: Fen,
        /// Paid by the insurance funds.
        reimbursed: Fen,
        /// Medical aid.
        aid: Fen,
        /// Paid by the person.
        self_paid: Fen,
        /// Illness of the serious-illness catalogue: a qualifying yes or no; missing when not stated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        catalogue_illness: Option<bool>,
        /// How the person is insured.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        insured: Option<InsuredKind>,
    },
    /// 社会救助 and welfare being paid.
    Assistance {
        /// Programme.
        programme: Programme,
        /// Amount a month; of temporary relief, once.
        amount: Fen,
        /// First month (the month of payment when once).
        from: YearMonth,
        /// Last month, inclusive; still paid when missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<YearMonth>,
    },
    /// 优待抚恤.
    SpecialCare {
        /// Kind.
        care: SpecialCareKind,
        /// Amount a month.
        monthly: Fen,
        /// First month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<YearMonth>,
        /// Last month, inclusive; still paid when missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<YearMonth>,
    },
    /// 服刑、强制隔离戒毒、社区矫正. Never why.
    Custody {
        /// Where.
        custody: CustodyKind,
        /// Since.
        #[schema(value_type = String, format = Date)]
        from: Date,
        /// Until.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        to: Option<Date>,
    },
    /// 惠农补贴, a lump sum.
    FarmSubsidy {
        /// Name of the subsidy.
        item: String,
        /// Amount.
        amount: Fen,
        /// Day of payment.
        #[schema(value_type = String, format = Date)]
        paid_on: Date,
    },
    /// 承包地: no property, for the land is the collective's, and no income by itself.
    ContractedLand {
        /// How it is held.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held: Option<String>,
        /// Area.
        mu: Mu,
        /// Since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        from: Option<Date>,
    },
    /// 土地流转: land let to somebody else.
    LandLease {
        /// Rent a year.
        rent_yearly: Fen,
        /// Since.
        #[schema(value_type = String, format = Date)]
        from: Date,
        /// Until.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        to: Option<Date>,
    },
    /// 农业机械.
    FarmMachinery {
        /// Kind, as the department calls it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        machine: Option<String>,
        /// Horsepower; towed machines have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        horsepower: Option<u32>,
        /// Price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price: Option<Fen>,
        /// Purchase subsidy within the price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subsidy: Option<Fen>,
        /// Bought on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        bought_on: Option<Date>,
    },
}

impl fmt::Debug for Detail {
    /// The kind alone: amounts and dates of a person belong into no log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = serde_json::to_value(self).ok().and_then(|value| Some(value.get("kind")?.as_str()?.to_owned()));
        write!(f, "Detail({}, redacted)", kind.as_deref().unwrap_or("unknown"))
    }
}
