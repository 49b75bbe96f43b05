//! Reads members, obligors and what they declared.

use serde_json::Value;

use super::shape::{Object, read_text};
use super::{IntakeContext, consent};
use crate::household::{
    Absence, Commission, Declared, DeclaredIncome, DeclaredProperty, Faults, IdKind, IdNumber, IncomeClass, Member,
    MemberRef, Obligor, PersonName, PropertyClass, Relation, Sex, Support,
};
use crate::identity::{DocumentFault, IdFault, ResidentNumber, check_document};

/// Most digits in a ref, however they are separated: telephone and identity numbers have more.
const MOST_DIGITS: usize = 6;
/// People in a household, or supported by one person.
const MOST_PEOPLE: u32 = 30;
/// Activities of self-care: eating, dressing, getting in and out of bed, using the toilet, moving indoors, washing.
const MOST_LOST: u32 = 6;

/// GB/T 4761-2008 codes in use: two digits, 00-99, first digit 0-9; the groups DOMAIN names.
fn is_relation(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit()) && code != "00"
}

pub(super) fn read_commission(root: &mut Object, faults: &mut Faults) -> Option<Commission> {
    let mut object = root.object("commissioned_by", faults)?;
    let organisation = object.required_text("organisation", 128, faults);
    let pointer = object.at("investigators");
    let investigators = object.required_array("investigators", faults);
    if investigators.len() != 2 {
        faults.add(
            &pointer,
            "count",
            "须由两名调查人员共同办理",
            "a check has two investigators",
            ["填写两人姓名", "name both"],
        );
    }
    let names = investigators.into_iter().filter_map(|(pointer, value)| read_text(&pointer, value, 64, faults));
    let investigators = names.map(PersonName::new).collect();
    object.finish(faults);
    Some(Commission { organisation, investigators })
}

pub(super) fn read_member(
    pointer: &str,
    value: Value,
    context: &IntakeContext<'_>,
    faults: &mut Faults,
) -> Option<Member> {
    let mut object = Object::new(pointer, value, faults)?;
    let member = read_fields(&mut object, context, faults);
    object.finish(faults);
    Some(member)
}

pub(super) fn read_obligor(
    pointer: &str,
    value: Value,
    context: &IntakeContext<'_>,
    faults: &mut Faults,
) -> Option<Obligor> {
    let mut object = Object::new(pointer, value, faults)?;
    let obliged_to = MemberRef(object.required_text("obliged_to", 32, faults));
    let basis = object.required_text("basis", 256, faults);
    let person = read_fields(&mut object, context, faults);
    let support = Support {
        agreed_monthly_yuan: object.money("agreed_monthly_yuan", faults),
        household_size: read_people(&mut object, "household_size", faults),
        supports: read_people(&mut object, "supports", faults),
    };
    object.finish(faults);
    Some(Obligor { person, obliged_to, basis, support })
}

/// A number of people that the one it is about belongs to.
fn read_people(object: &mut Object, key: &'static str, faults: &mut Faults) -> Option<u32> {
    let number = object.integer(key, faults)?;
    if !(1..=MOST_PEOPLE).contains(&number) {
        let remedy = ["连本人在内，1 至 30", "1 to 30, counting the person"];
        faults.add(&object.at(key), "number_of_people", "人数不正确", "is no number of people", remedy);
        return None;
    }
    Some(number)
}

/// Of the six activities, how many are lost.
fn read_self_care(object: &mut Object, faults: &mut Faults) -> Option<u8> {
    let lost = object.integer("self_care_lost", faults)?;
    if lost > MOST_LOST {
        let remedy =
            ["填写六项自理能力中丧失的项数，0 至 6", "how many of the six activities of self-care are lost, 0 to 6"];
        faults.add(&object.at("self_care_lost"), "self_care", "自理能力项数不正确", "is over 6", remedy);
        return None;
    }
    u8::try_from(lost).ok()
}

fn read_fields(object: &mut Object, context: &IntakeContext<'_>, faults: &mut Faults) -> Member {
    let reference = read_reference(object, faults);
    let relation = object.required_text("relation", 2, faults);
    if !relation.is_empty() && !is_relation(&relation) {
        let remedy = [
            "填写 GB/T 4761 两位代码：01 本人、10 配偶、20 子、30 女、51 父、52 母……",
            "two digits of GB/T 4761: 01 self, 10 spouse, 20 son, 30 daughter, 51 father, 52 mother, …",
        ];
        faults.add(&object.at("relation"), "relation", "家庭关系代码不正确", "is not a GB/T 4761 code", remedy);
    }
    let name = PersonName::new(object.required_text("name", 64, faults));
    let former_names = object.array("former_names", faults);
    let former_names = former_names
        .into_iter()
        .filter_map(|(at, value)| read_text(&at, value, 64, faults))
        .map(PersonName::new)
        .collect();
    let (id_kind, id_number, birth_date, sex) = read_identity(object, context, faults);
    let phone = object.text("phone", 32, faults).map(Into::into);
    let authorisation = consent::read(object, context, faults);
    let can_work = object.boolean("can_work", faults);
    let self_care_lost = read_self_care(object, faults);
    let absence = object.optional_named("absence", Absence::parse, Absence::ALL.iter().map(|a| a.as_str()), faults);
    let declared = read_declared(object, faults);
    Member {
        reference,
        relation: Relation(relation),
        name,
        former_names,
        id_kind,
        id_number,
        birth_date,
        sex,
        phone,
        authorisation,
        can_work,
        self_care_lost,
        absence,
        declared,
    }
}

fn read_reference(object: &mut Object, faults: &mut Faults) -> MemberRef {
    let reference = object.required_text("ref", 32, faults);
    check_reference(&reference, &object.at("ref"), faults);
    MemberRef(reference)
}

/// A ref stands in the audit log: letters, digits, - and _, and too few digits for a number of a person.
pub(in crate::verification) fn check_reference(reference: &str, pointer: &str, faults: &mut Faults) {
    if !reference.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        let detail = "may hold letters, digits, - and _ only";
        faults.add(
            pointer,
            "ref",
            "成员编号只能使用字母、数字、- 和 _",
            detail,
            ["例如 m1；不得使用姓名或证件号码", "e.g. m1; never a name or a number of the person"],
        );
    } else if reference.bytes().filter(u8::is_ascii_digit).count() > MOST_DIGITS {
        faults.add(
            pointer,
            "ref_is_a_number",
            "成员编号不得使用证件号码、电话等个人号码",
            "holds as many digits as a number of a person",
            [
                "例如 m1：编号会写入审计日志，其中不得有个人信息",
                "e.g. m1: refs stand in the audit log, where no personal data may be",
            ],
        );
    }
}

type Identity = (IdKind, Option<IdNumber>, Option<jiff::civil::Date>, Option<Sex>);

fn read_identity(object: &mut Object, context: &IntakeContext<'_>, faults: &mut Faults) -> Identity {
    let number = object.text("id_number", 32, faults);
    let stated_birth = object.date("birth_date", faults);
    let stated_sex = object.text("sex", 8, faults).and_then(|text| match text.as_str() {
        "male" => Some(Sex::Male),
        "female" => Some(Sex::Female),
        _ => {
            faults.add(
                &object.at("sex"),
                "sex",
                "性别取值不正确",
                "is neither male nor female",
                ["填写 male 或 female（GB/T 2261.1）", "write male or female (GB/T 2261.1)"],
            );
            None
        }
    });
    let kind = match object.take("id_kind") {
        None => IdKind::Resident,
        Some(value) => match value.as_str().and_then(IdKind::parse) {
            Some(kind) => kind,
            None => {
                let names: Vec<_> = IdKind::ALL.iter().map(|kind| kind.as_str()).collect();
                let detail = format!("is none of: {}", names.join(", "));
                faults.add(
                    &object.at("id_kind"),
                    "unknown_id_kind",
                    "证件类型不在规定范围内",
                    &detail,
                    ["使用所列取值之一", "use one of the listed values"],
                );
                return (IdKind::Resident, None, stated_birth, stated_sex);
            }
        },
    };
    if stated_birth.is_some_and(|birth| birth > context.today) {
        faults.add(
            &object.at("birth_date"),
            "future",
            "出生日期在将来",
            "lies in the future",
            ["核对年份", "check the year"],
        );
    }
    let Some(number) = number else {
        require_document(object, kind, stated_birth, faults);
        return (kind, None, stated_birth, stated_sex);
    };
    let number = match check_document(kind, &number, context.today) {
        Ok(number) => number,
        Err(fault) => {
            let at = object.at("id_number");
            faults.add(&at, fault.code(), &fault.zh(), &fault.to_string(), document_remedy(fault));
            return (kind, None, stated_birth, stated_sex);
        }
    };
    // Citizens' numbers and residence permits carry birth date and sex.
    match ResidentNumber::parse(number.expose()) {
        Ok(inside) if matches!(kind, IdKind::Resident | IdKind::HmtPermit) => {
            contradictions(object, &inside, stated_birth, stated_sex, faults);
            (kind, Some(number), Some(inside.birth_date()), Some(inside.sex()))
        }
        _ => {
            require_birth_date(object, stated_birth, faults);
            (kind, Some(number), stated_birth, stated_sex)
        }
    }
}

fn contradictions(
    object: &Object,
    resident: &ResidentNumber,
    stated_birth: Option<jiff::civil::Date>,
    stated_sex: Option<Sex>,
    faults: &mut Faults,
) {
    let remedy = ["更正其中一项，以户口簿为准", "correct one of the two; the household book decides"];
    if stated_birth.is_some_and(|birth| birth != resident.birth_date()) {
        faults.add(
            &object.at("birth_date"),
            "contradicts_id",
            "出生日期与公民身份号码不一致",
            "contradicts the ID number",
            remedy,
        );
    }
    if stated_sex.is_some_and(|sex| sex != resident.sex()) {
        faults.add(
            &object.at("sex"),
            "contradicts_id",
            "性别与公民身份号码不一致",
            "contradicts the ID number",
            remedy,
        );
    }
}

/// What must be there when no number is given.
fn require_document(object: &Object, kind: IdKind, birth: Option<jiff::civil::Date>, faults: &mut Faults) {
    let at = object.at("id_number");
    if kind == IdKind::Resident {
        let remedy = [
            "填写 18 位号码，或选择其他 id_kind（birth_certificate、none 等）",
            "give the 18-character number, or another id_kind (birth_certificate, none, …)",
        ];
        faults.add(&at, "required", "缺少公民身份号码", "is required for id_kind resident", remedy);
        return;
    }
    if kind != IdKind::None {
        let remedy = ["填写证件号码，或将 id_kind 填为 none", "give the document's number, or id_kind none"];
        faults.add(&at, "required", "缺少证件号码", "is required for this id_kind", remedy);
    }
    require_birth_date(object, birth, faults);
}

fn require_birth_date(object: &Object, birth: Option<jiff::civil::Date>, faults: &mut Faults) {
    let at = object.at("birth_date");
    if birth.is_none() && !faults.0.iter().any(|fault| fault.pointer == at) {
        let detail = "is required when there is no resident identity number";
        faults.add(&at, "required", "缺少出生日期", detail, ["格式为 yyyy-MM-dd", "write yyyy-MM-dd"]);
    }
}

/// What to do about a document's number, in Chinese and English.
#[must_use]
pub fn document_remedy(fault: DocumentFault) -> [&'static str; 2] {
    [document_remedy_zh(fault), fault.remedy()]
}

/// The remedy of `identity`, in Chinese.
pub(in crate::verification) fn document_remedy_zh(fault: DocumentFault) -> &'static str {
    match fault {
        DocumentFault::Resident(IdFault::Empty) => "按证件填写号码，或选择所持证件的类型",
        DocumentFault::Resident(IdFault::Length { .. }) => "与证件核对：缺一位或多一位",
        DocumentFault::Resident(IdFault::Characters) => "只填数字；字母 O、l 常被误作 0、1",
        DocumentFault::Resident(IdFault::NotYetBorn) => "与证件核对出生日期，并核对请求的基准日",
        DocumentFault::Resident(_) => "与证件逐位核对",
        DocumentFault::Shape(_) => "核对号码与证件是否一致，证件类型是否与所持证件相符",
        DocumentFault::NotExpected => "删去号码，或选择其所属的证件类型",
    }
}

fn read_declared(object: &mut Object, faults: &mut Faults) -> Declared {
    let Some(mut declared) = object.object("declared", faults) else { return Declared::default() };
    let income = declared.array("income", faults);
    let income = income.into_iter().filter_map(|(at, value)| {
        let mut item = Object::new(&at, value, faults)?;
        let class = item.named("class", IncomeClass::parse, IncomeClass::ALL.iter().map(|c| c.as_str()), faults);
        let amount = item.money("annual_yuan", faults);
        if amount.is_none() && !faults.0.iter().any(|fault| fault.pointer == item.at("annual_yuan")) {
            faults.add(&item.at("annual_yuan"), "required", "缺少金额", "is required", ["请补填", "add it"]);
        }
        let informal = item.boolean("informal", faults).unwrap_or(false);
        item.finish(faults);
        Some(DeclaredIncome { class: class?, annual_yuan: amount?, informal })
    });
    let income = income.collect();
    let property = declared.array("property", faults);
    let property = property.into_iter().filter_map(|(at, value)| {
        let mut item = Object::new(&at, value, faults)?;
        let class = item.named("class", PropertyClass::parse, PropertyClass::ALL.iter().map(|c| c.as_str()), faults);
        let value_yuan = item.money("value_yuan", faults);
        let count = item.integer("count", faults);
        item.finish(faults);
        Some(DeclaredProperty { class: class?, value_yuan, count })
    });
    let property = property.collect();
    declared.finish(faults);
    Declared { income, property }
}
