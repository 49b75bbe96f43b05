//! A batch as CSV: one line a member, the applicant first, a household's lines one after the other. Everything is read off the request
//! document, so that both forms of a batch say the same; a table has no place for who signed, so children's guardians are not in it.

use std::io::Write;

use encoding_rs::GB18030;
use serde_json::Value;

use super::BatchHousehold;

/// Language of the headings, and of the words below them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headings {
    /// `户编号`, `定期复核`, `农村`, `有`.
    Chinese,
    /// `household`, `periodic_review`, `rural`, `true`.
    English,
}

/// The columns, in order.
pub(crate) const COLUMNS: [(&str, &str); 19] = [
    ("户编号", "household"),
    ("姓名", "name"),
    ("证件号码", "id_number"),
    ("与申请人关系", "relation"),
    ("业务类型", "purpose"),
    ("地区代码", "region"),
    ("户籍类别", "registered_as"),
    ("乡镇", "township"),
    ("村", "village"),
    ("住址", "address"),
    ("联系电话", "phone"),
    ("授权书编号", "authorisation_number"),
    ("授权日期", "authorisation_signed_on"),
    ("授权有效期", "authorisation_valid_until"),
    ("劳动能力", "can_work"),
    ("申报工资年收入", "declared_wage"),
    ("申报经营年收入", "declared_business"),
    ("申报财产年收入", "declared_property"),
    ("申报转移年收入", "declared_transfer"),
];

/// Words of a request and what stands for them under Chinese headings.
const WORDS: [(&str, &str); 5] =
    [("periodic_review", "定期复核"), ("urban", "城镇"), ("rural", "农村"), ("true", "有"), ("false", "无")];

/// Writes the line of headings.
pub(crate) fn write_headings(out: &mut impl Write, headings: Headings, gb18030: bool) -> std::io::Result<()> {
    let chinese = headings == Headings::Chinese;
    let cells = COLUMNS.map(|(zh, en)| (if chinese { zh } else { en }).to_owned());
    write_line(out, &cells, gb18030)
}

/// Writes one household; gives back how many lines.
pub(crate) fn write(
    out: &mut impl Write,
    one: &BatchHousehold,
    headings: Headings,
    gb18030: bool,
) -> std::io::Result<u64> {
    let members = one.request.pointer("/household/members").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for member in members {
        write_line(out, &line(one, member, headings), gb18030)?;
    }
    Ok(members.len() as u64)
}

fn line(one: &BatchHousehold, member: &Value, headings: Headings) -> [String; 19] {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let word = |value: &Value| {
        let said = text(value);
        let chinese = WORDS.iter().find(|(en, _)| *en == said && headings == Headings::Chinese);
        chinese.map_or_else(|| said.clone(), |(_, zh)| (*zh).to_owned())
    };
    let (request, household) = (&one.request, &one.request["household"]);
    let authorisation = &member["authorisation"];
    let class = |class: &str| declared(member, class);
    [
        text(&request["reference"]),
        text(&member["name"]),
        text(&member["id_number"]),
        text(&member["relation"]),
        word(&request["purpose"]),
        text(&request["region"]),
        word(&household["registered_as"]),
        one.household.town.clone().into_owned(),
        village(&one.household.address, &one.household.town).to_owned(),
        text(&household["address"]),
        text(&member["phone"]),
        text(&authorisation["number"]),
        text(&authorisation["signed_on"]),
        text(&authorisation["valid_until"]),
        word(&member["can_work"]),
        class("wage"),
        class("business"),
        class("property"),
        class("transfer"),
    ]
}

/// What a member declares of a class, informal or not, in yuan; empty where nothing is declared.
fn declared(member: &Value, class: &str) -> String {
    let lines = member.pointer("/declared/income").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut stated = lines.iter().filter(|line| line["class"] == class).filter_map(|line| fen(&line["annual_yuan"]));
    let Some(first) = stated.next() else { return String::new() };
    crate::money::yuan(stated.fold(first, i64::saturating_add))
}

/// An amount as a request writes it (yuan, two decimals), in fen.
pub(crate) fn fen(amount: &Value) -> Option<i64> {
    amount.as_str()?.replace('.', "").parse().ok()
}

/// The village of an address: what stands between the township and the end of its `村`; nothing for an address in a street.
fn village<'a>(address: &'a str, town: &str) -> &'a str {
    let Some((_, rest)) = address.split_once(town) else { return "" };
    rest.find('村').and_then(|at| rest.get(..at + '村'.len_utf8())).unwrap_or("")
}

fn write_line(out: &mut impl Write, cells: &[String; 19], gb18030: bool) -> std::io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells)?;
    let bytes = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
    if !gb18030 {
        return out.write_all(&bytes);
    }
    let line = String::from_utf8(bytes).map_err(std::io::Error::other)?;
    out.write_all(&GB18030.encode(&line).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn villages_are_cut_out_of_addresses() {
        assert_eq!(village("甘肃省白银市会宁县大沟镇张家沟村3社17号", "大沟镇"), "张家沟村");
        assert_eq!(village("甘肃省白银市会宁县会师镇文昌路7号2幢1单元301室", "会师镇"), "");
    }

    #[test]
    fn amounts_of_a_class_are_added_and_nothing_declared_is_an_empty_cell() {
        let member = serde_json::json!({"declared": {"income": [
            {"class": "wage", "annual_yuan": "1200.05"}, {"class": "wage", "annual_yuan": "0.95", "informal": true},
        ]}});
        assert_eq!((declared(&member, "wage").as_str(), declared(&member, "transfer").as_str()), ("1201.00", ""));
    }
}
