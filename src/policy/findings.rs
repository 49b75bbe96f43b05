//! What an officer should look at: never an accusation, and what is about third people stays out of the applicant's copy.

use super::assessment::{DeclaredLine, Finding};
use super::case::Standing;
use super::totals::Sums;
use crate::household::{CustodyKind, Detail, MemberRef, SourceKey};

/// All findings, by person, then kind.
pub(super) fn findings(sums: &Sums<'_, '_>, declared: &[DeclaredLine]) -> Vec<Finding> {
    let mut findings = household(sums);
    for person in sums.case.people {
        if let Some(finding) = standing(sums, person.reference(), person.standing) {
            findings.push(finding);
        }
        for item in person.counting() {
            findings.extend(about_record(person.reference(), item.source, item.detail()));
        }
    }
    for line in declared.iter().filter(|line| !line.agrees()) {
        let zh = format!("{}：申报与核对不一致，待说明", class_zh(&line.class));
        let en = format!("{}: declared and found differ; the family is to be heard", line.class);
        findings.push(made(Finding::DISCREPANCY, Some(&line.member), None, false, &zh, &en));
    }
    findings
}

fn made(
    code: &str,
    member: Option<&MemberRef>,
    source: Option<&SourceKey>,
    officer_only: bool,
    zh: &str,
    en: &str,
) -> Finding {
    Finding {
        code: code.to_owned(),
        member: member.cloned(),
        source: source.cloned(),
        officer_only,
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

fn household(sums: &Sums<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (member, source) in &sums.size.unlike.spouses {
        let (zh, en) = (
            "婚姻登记显示有配偶，未申报为家庭成员。仅供工作人员了解：不查询、不添加，注意可能存在的家庭暴力情形。",
            "Marriage registration shows a spouse who was not declared. For the officer only: not queried, not added; mind violence.",
        );
        findings.push(made("undeclared_spouse", Some(member), Some(source), true, zh, en));
    }
    for member in &sums.size.unlike.unknown {
        let (zh, en) = (
            "已答复的部门均无可确认属于此人的记录，请核实姓名和证件号码；核实之前，“无记录”不说明此人没有收入和财产。",
            "No department that answered has a record that is certainly this person's: check the name and the document number. Until then \"no record\" does not say that this person has neither income nor property.",
        );
        findings.push(made("unknown_member", Some(member), None, false, zh, en));
    }
    if let Some((member, source)) = sums.size.contradicted {
        let (zh, en) = (
            "户籍登记的城乡类别与申请不一致，适用哪一标准须由工作人员核定。",
            "The register's kind of registration, urban or rural, is not the request's; which standard applies is for the officer.",
        );
        findings.push(made("registered_otherwise", Some(member), Some(source), false, zh, en));
    }
    if let Some((source, _)) = sums.size.unlike.registrants.first() {
        let number = sums.size.unlike.registrants.len();
        let zh = format!("户口簿上另有 {number} 名未申报人员，是否共同生活须核实。");
        let en = format!("The household book holds {number} more people; whether they live together is to be checked.");
        findings.push(made("extra_registrant", None, Some(source), true, &zh, &en));
    }
    findings
}

fn standing(sums: &Sums<'_, '_>, member: &MemberRef, standing: Standing) -> Option<Finding> {
    let (code, zh, en) = match standing {
        Standing::Member => return None,
        Standing::Dead => (
            "death_recorded",
            "登记显示此人已去世，不计入家庭人口。",
            "The records say this person has died; not counted.",
        ),
        Standing::InCustody => (
            "in_custody",
            "此人在服刑或强制隔离戒毒，不计入家庭人口。",
            "In prison or compulsory rehabilitation; not counted.",
        ),
        Standing::Away => (
            "absent",
            "长期在宗教场所或宣告失踪，不计入家庭人口。",
            "Clergy long away, or declared missing; not counted.",
        ),
    };
    let person = sums.case.people.iter().find(|person| person.reference() == member)?;
    let source = person.counting().find(|item| match standing {
        Standing::Dead => matches!(item.detail(), Detail::Death { .. } | Detail::Registration { died_on: Some(_), .. }),
        Standing::InCustody => {
            matches!(item.detail(), Detail::Custody { custody: CustodyKind::Prison | CustodyKind::Rehabilitation, .. })
        }
        Standing::Away | Standing::Member => false,
    });
    Some(made(code, Some(member), source.map(|item| item.source), standing == Standing::InCustody, zh, en))
}

fn about_record(member: &MemberRef, source: &SourceKey, detail: &Detail) -> Option<Finding> {
    use crate::household::{RealEstateUse, RegistrationStatus};
    let (code, zh, en) = match detail {
        Detail::Threshold { exceeds: true, .. } => (
            "threshold_exceeded",
            "一家银行答复余额超过其比对限额。",
            "A bank says the balance is over the limit it compared with.",
        ),
        Detail::Registration { status: RegistrationStatus::MovedOut, .. } => {
            ("moved_out", "户籍显示此人已迁出。", "The register says this person has moved out.")
        }
        Detail::RealEstate {
            used_as: RealEstateUse::Commercial | RealEstateUse::Industrial, current: true, ..
        } => ("other_real_estate", "名下有非住宅不动产。", "Owns an immovable that is not a dwelling."),
        _ => return None,
    };
    Some(made(code, Some(member), Some(source), false, zh, en))
}

fn class_zh(class: &str) -> &'static str {
    match class {
        "income.wage" => "工资性收入",
        "income.business" => "经营净收入",
        "income.property" => "财产净收入",
        "income.transfer" => "转移净收入",
        "property.financial" => "金融资产",
        "property.vehicle" => "机动车",
        "property.real_estate" => "不动产",
        "property.company" => "市场主体",
        _ => "其他",
    }
}
