//! The vocabulary of the service: the household as requested, the evidence about it, and the canonical records
//! (re-exported from `hedui_connectors::records`). No I/O, no clock, no rule: every room speaks these words.

mod canonical;
pub mod evidence;
pub mod faults;
mod lang;
pub mod request;

pub use canonical::canonical_json;
pub use evidence::{Attributed, Cell, CellOutcome, Evidence, InfoClass, MatchReason, ReviewDecision, Verdict};
pub use faults::{Fault, Faults};
pub use hedui_connectors::records::{
    AccountKind, AccountState, Address, Answer, AnswerKind, Area, BusinessRole, BusinessState, Coverage, CustodyKind,
    Detail, DisabilityCategory, EnrolmentState, Failure, Fen, FundState, Gap, IdNumber, InsuranceScheme, MaritalState,
    Mu, Obtained, PersonName, Phone, PolicyKind, PolicyState, Private, Programme, Reach, RealEstateUse, Record,
    Registered, RegistrationStatus, SchoolKind, Sex, Share, Skip, SourceKey, SpecialCareKind, Stage, Subject, TaxItem,
    Ticket, VehicleKind, VehicleState, VehicleUse, YearMonth,
};
pub use hedui_connectors::source::Lane;
pub use hedui_connectors::toml_bounds;
pub use lang::{Lang, day, instant, moment, month};
pub use request::{
    Absence, Authorisation, Authority, Commission, Declared, DeclaredIncome, DeclaredProperty, Household, IdKind,
    IncomeClass, LegalBasis, LegalBasisKind, Member, MemberRef, Obligor, PropertyClass, Purpose, Region, RegisteredAs,
    Relation, Request, SourceScope, Support, is_emergency_relief,
};
