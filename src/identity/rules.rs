//! The rules of verification: what the levels of a comparison mean when somebody's benefit depends on it.
//!
//! Weights alone would count a namesake born on the same day; the rules never count in doubt. Each rule is named, has one verdict,
//! and says itself in words. A `match` needs a rule and the weight; whether a holder is dead or a thing sold is not asked here.

use super::birth_date::BirthDateLevel;
use super::compare::Levels;
use super::document::IdLevel;
use super::name::levels::NameLevel;
use super::phone::PhoneLevel;
use super::sex::SexLevel;
use crate::household::{MatchReason, Verdict};

/// What the rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The level of every field.
    pub levels: Levels,
    /// Whether the name seems so rare that hardly another bearer is expected in the county: a reason to look.
    pub name_is_rare: bool,
    /// Whether counted shares prove it: a reason to count.
    pub rarity_is_proven: bool,
}

/// Defines the rules with their verdicts and texts.
macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident = $key:literal, $verdict:ident, $zh:literal, $en:literal;)*) => {
        /// A rule that decides whether a record belongs to the person asked about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $($(#[$doc])* $rule),* }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$rule),*];

            /// Its name in reasons.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$rule => $key),* }
            }

            /// Its verdict.
            #[must_use]
            pub fn verdict(self) -> Verdict {
                match self { $(Self::$rule => Verdict::$verdict),* }
            }

            /// It in words.
            #[must_use]
            pub fn reason(self) -> MatchReason {
                let (zh, en) = match self { $(Self::$rule => ($zh, $en)),* };
                MatchReason {
                    field: "rule".to_owned(),
                    level: self.key().to_owned(),
                    weight_centibits: 0,
                    zh: zh.to_owned(),
                    en: en.to_owned(),
                }
            }
        }
    };
}

rules! {
    /// Number and name agree.
    SameIdSameName = "same_id_same_name", Match, "证件号码与姓名均一致", "ID number and name agree";
    /// The number agrees, the name is written, heard or read a little differently.
    SameIdNearName = "same_id_near_name", Match, "证件号码一致，姓名差异属书写、读音或字形问题",
        "the ID number agrees; the name differs only in writing, sound or shape";
    /// The number agrees, no name was given, nothing speaks against it.
    SameIdNoName = "same_id_no_name", Match, "证件号码一致，来源未提供姓名，其他信息无矛盾",
        "the ID number agrees; the source gave no name and nothing contradicts";
    /// The number agrees, but the name is not quite the same and birth date or sex speak against it.
    SameIdContradicted = "same_id_contradicted", Review, "证件号码一致，但出生日期或性别不符，需人工核实",
        "the ID number agrees, but birth date or sex contradicts: a person must look";
    /// The number agrees, one character of the name is another: brothers share the rest.
    SameIdOneCharacter = "same_id_one_character", Review, "证件号码一致，但姓名有一字不同，可能是亲属使用该号码，需人工核实",
        "the ID number agrees, but one character of the name differs: perhaps a relative used it; a person must look";
    /// The number agrees, the name does not: one number held by two people, or a relative's.
    SameIdUnlikeName = "same_id_unlike_name", Review, "证件号码一致但姓名不同，可能一号两人，需人工核实",
        "the ID number agrees, but the name is another: perhaps one number held by two people; a person must look";
    /// A mistyped number next to the known one, and the same name.
    MistypedIdSameName = "mistyped_id_same_name", Match, "证件号码属录入错误（号码本身无效且仅一处不同或缺失），姓名一致",
        "the ID number is a typing mistake (not valid itself, one slip or one omission away) and the name agrees";
    /// As above, but birth date or sex speak against it.
    MistypedIdContradicted = "mistyped_id_contradicted", Review, "证件号码疑似录入错误，但出生日期或性别不符，需人工核实",
        "the ID number looks mistyped, but birth date or sex contradicts: a person must look";
    /// A mistyped number next to the known one; the name is not quite the same, or not given.
    MistypedIdNearName = "mistyped_id_near_name", Review, "证件号码疑似录入错误，姓名相近或缺失，需人工核实",
        "the ID number looks mistyped and the name is only near or not given: a person must look";
    /// A mistyped number next to the known one with another name.
    MistypedIdUnlikeName = "mistyped_id_unlike_name", Review, "证件号码与本人仅一处不同且无效，但姓名不同，需人工核实",
        "the ID number is not valid and one slip away, but the name is another: a person must look";
    /// Another valid number, one slip away, and the same or a near name.
    OtherNumberNear = "other_number_near", Review, "证件号码为另一有效号码，与本人仅一处不同，姓名一致或相近，需人工核实",
        "the ID number is another valid one, a single slip away, with the same or a near name: a person must look";
    /// Another valid number, a rare name and the same birth date: one person with two numbers.
    TwoNumbersOnePerson = "two_numbers_one_person", Review, "证件号码不同，但罕见姓名与出生日期均一致，可能一人两号，需人工核实",
        "the ID number is another one, but a rare name and the birth date agree: perhaps one person with two numbers; a person must look";
    /// Another valid number, the same name.
    Namesake = "namesake", No, "证件号码为另一有效号码：同名不同人", "the ID number is another valid one: a namesake";
    /// Another valid number, another name.
    OtherIdOtherName = "other_id_other_name", No, "证件号码与姓名均不同：不是同一人", "ID number and name are others: another person";
    /// No number; name, birth date and one thing more agree.
    NameBirthDateAndMore = "name_birth_date_and_more", Match, "无证件号码，但姓名、出生日期及电话、住址或含顺序码的部分号码一致",
        "no ID number, but name, birth date and telephone, address or a part of the number with its sequence agree";
    /// No number; a name proven to be rare and the birth date agree.
    RareNameAndBirthDate = "rare_name_and_birth_date", Match, "无证件号码，但罕见姓名与出生日期一致",
        "no ID number, but a rare name and the birth date agree";
    /// No number; name and birth date agree, nothing more.
    NameAndBirthDate = "name_and_birth_date", Review, "无证件号码，仅姓名与出生日期一致，需人工核实",
        "no ID number; name and birth date agree and nothing more: a person must look";
    /// An invalid number unlike the known one stands against fields that would do without it.
    InvalidIdElseAgrees = "invalid_id_else_agrees", Review, "证件号码无效且与本人不符，但其他信息一致，需人工核实",
        "the ID number is not valid and unlike the known one, but the rest agrees: a person must look";
    /// No number; fields agree, but sex or birth date speak against them.
    AgreementContradicted = "agreement_contradicted", Review, "无证件号码，部分信息一致、部分矛盾，需人工核实",
        "no ID number; some fields agree and some contradict: a person must look";
    /// No number; only the name agrees. Never counted on a name alone.
    NameAlone = "name_alone", Review, "无证件号码，仅姓名一致，不能仅凭姓名认定，需人工核实",
        "no ID number and only the name agrees: never counted on a name alone; a person must look";
    /// No number; the name agrees and birth date or sex do not.
    NameAloneContradicted = "name_alone_contradicted", No, "无证件号码，姓名一致但出生日期或性别不符：同名不同人",
        "no ID number; the name agrees, but birth date or sex does not: a namesake";
    /// No number; a near name supported by something else.
    NearNameSupported = "near_name_supported", Review, "无证件号码，姓名相近且另有信息一致，需人工核实",
        "no ID number; the name is near and something else agrees: a person must look";
    /// No number; a near name, nothing else.
    NearNameAlone = "near_name_alone", Review, "无证件号码，仅姓名相近，需人工核实",
        "no ID number and only a near name: a person must look";
    /// No number and another name, but birth date and telephone agree: perhaps a changed name.
    UnlikeNameSupported = "unlike_name_supported", Review, "无证件号码，姓名不同但出生日期与电话一致，可能更名，需人工核实",
        "no ID number and another name, but birth date and telephone agree: perhaps a changed name; a person must look";
    /// No number and another name.
    UnlikeName = "unlike_name", No, "无证件号码，姓名不同：不是同一人", "no ID number and another name: another person";
    /// Neither number nor name.
    NothingToCompare = "nothing_to_compare", Review, "来源未提供证件号码和姓名，无法比对，需人工核实",
        "the source gave neither ID number nor name: a person must look";
    /// Neither number nor name, and another member was asked about.
    AskedAboutAnother = "asked_about_another", No, "来源未提供证件号码和姓名，记录归入被查询成员待核实",
        "the source gave neither ID number nor name; the record is held with the member asked about";
    /// A rule says match, the weights do not.
    WeightTooLow = "weight_too_low", Review, "规则认为一致，但综合权重低于认定阈值，需人工核实",
        "the rule says match, but the weights together stay below the threshold: a person must look";
    /// A near name whose weight is below what is worth a look.
    TooFaint = "too_faint", No, "相似程度过低，视为不同人", "the likeness is too faint: another person";
    /// The record is another member's.
    FitsOtherMember = "fits_other_member", No, "该记录属于本户另一成员", "the record is another member's of this household";
    /// The record has this member's number and another member's name.
    OtherMembersName = "other_members_name", Review, "证件号码为本人，姓名为本户另一成员，可能使用了亲属的号码，需人工核实",
        "this member's ID number with another member's name: perhaps a relative's number was used; a person must look";
    /// The record has this member's number, and the name of somebody else in the household book, near which the member's is.
    RegistrantsName = "registrants_name", Review, "证件号码为本人，姓名为户口簿上另一人员、与本人仅相近，可能使用了亲属的号码，需人工核实",
        "this member's ID number with the name of another registrant of the household book, near the member's: perhaps a relative's number was used; a person must look";
    /// Two members fit.
    FitsSeveralMembers = "fits_several_members", Review, "该记录与本户多名成员相符，需人工核实",
        "the record fits several members of this household: a person must look";
    /// A registrant of the household book who is no member of the request.
    OtherPerson = "other_person", No, "户口簿上的其他人员，不在本次核对成员之内", "another registrant of the household book, not a member of this request";
}

impl Rule {
    /// The rule that decides on the facts of one comparison.
    #[must_use]
    pub fn deciding(facts: &Facts) -> Self {
        let levels = &facts.levels;
        match levels.id_number {
            IdLevel::Exact | IdLevel::Equivalent => same_id(levels),
            id if id.is_mistyped() => mistyped_id(levels),
            IdLevel::OtherNear if levels.name.is_near() => Self::OtherNumberNear,
            IdLevel::OtherNear | IdLevel::OtherSameBirthDate | IdLevel::Different => other_id(facts),
            _ => no_id(facts),
        }
    }
}

/// Birth date or sex stated otherwise, beyond a slip.
fn is_contradicted(levels: &Levels) -> bool {
    levels.birth_date == BirthDateLevel::Different || levels.sex == SexLevel::Different
}

fn same_id(levels: &Levels) -> Rule {
    match levels.name {
        name if name.is_same() || name == NameLevel::Former => Rule::SameIdSameName,
        NameLevel::Different | NameLevel::SameSurname => Rule::SameIdUnlikeName,
        NameLevel::OneCharacter | NameLevel::CharacterMissing => Rule::SameIdOneCharacter,
        _ if is_contradicted(levels) => Rule::SameIdContradicted,
        NameLevel::Missing => Rule::SameIdNoName,
        _ => Rule::SameIdNearName,
    }
}

fn mistyped_id(levels: &Levels) -> Rule {
    match levels.name {
        name if !name.is_near() && name != NameLevel::Missing => Rule::MistypedIdUnlikeName,
        _ if is_contradicted(levels) => Rule::MistypedIdContradicted,
        name if name.is_same() => Rule::MistypedIdSameName,
        _ => Rule::MistypedIdNearName,
    }
}

fn other_id(facts: &Facts) -> Rule {
    let levels = &facts.levels;
    let name_agrees = levels.name.is_same() || levels.name == NameLevel::Former;
    if name_agrees && facts.name_is_rare && levels.birth_date == BirthDateLevel::Exact {
        Rule::TwoNumbersOnePerson
    } else if levels.name.is_near() {
        Rule::Namesake
    } else {
        Rule::OtherIdOtherName
    }
}

/// Neither a valid number nor one near the known: the name makes a candidate, the other fields decide.
fn no_id(facts: &Facts) -> Rule {
    let levels = &facts.levels;
    let same_phone = matches!(levels.phone, PhoneLevel::Exact | PhoneLevel::Masked);
    let same_place = levels.address.is_close();
    // a part of the number says more than the birth date only with its sequence: `Partial` is none
    let more = same_phone || same_place || matches!(levels.id_number, IdLevel::Masked | IdLevel::SameFaulty);
    let same_day = levels.birth_date == BirthDateLevel::Exact;
    let contradicted = is_contradicted(levels);
    match levels.name {
        NameLevel::Missing => Rule::NothingToCompare,
        name if name.is_same() => match (same_day, contradicted) {
            (true, true) => Rule::AgreementContradicted,
            (true, false) => name_and_day(facts, more),
            (false, true) if more => Rule::AgreementContradicted,
            (false, true) => Rule::NameAloneContradicted,
            (false, false) => Rule::NameAlone,
        },
        name if name.is_near() => match (same_day || more, contradicted) {
            (true, _) => Rule::NearNameSupported,
            (false, true) => Rule::UnlikeName,
            (false, false) => Rule::NearNameAlone,
        },
        NameLevel::OneCharacter | NameLevel::CharacterMissing if same_day && !contradicted => Rule::NearNameSupported,
        _ if same_day && same_phone && !contradicted => Rule::UnlikeNameSupported,
        _ => Rule::UnlikeName,
    }
}

/// The name and the day of birth agree, and nothing contradicts. Namesakes may share both: only more evidence, or a proof that there are
/// hardly any, counts.
fn name_and_day(facts: &Facts, more: bool) -> Rule {
    match (facts.levels.id_number, more, facts.rarity_is_proven) {
        (IdLevel::Faulty, true, _) | (IdLevel::Faulty, _, true) => Rule::InvalidIdElseAgrees,
        (_, true, _) => Rule::NameBirthDateAndMore,
        (_, false, true) => Rule::RareNameAndBirthDate,
        (_, false, false) => Rule::NameAndBirthDate,
    }
}

#[cfg(test)]
mod tests;
