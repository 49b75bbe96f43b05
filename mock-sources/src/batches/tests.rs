//! Batches as a whole: same bytes, the departments' households, both forms alike, faulty rows as often as asked for.

use std::collections::BTreeMap;

use super::*;
use crate::population::{Population, id_numbers};

fn batch(faulty: u32) -> Households {
    Households { seed: 7, households: 600, faulty, ..Households::default() }
}

fn written(batch: &Households, format: BatchFormat) -> (Vec<u8>, Vec<Value>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (path, truth) = (folder.path().join("batch"), folder.path().join("truth"));
    let mut told = 0;
    batch.write(format, &path, Some(&truth), |households| told = households).expect("a batch is written");
    let truth = std::fs::read_to_string(&truth).expect("truth was written");
    let truth: Vec<Value> = truth.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(usize::try_from(told).expect("few"), truth.len());
    (std::fs::read(&path).expect("the batch was written"), truth)
}

const CHINESE: BatchFormat = BatchFormat::Csv { headings: Headings::Chinese, gb18030: false };
const ENGLISH: BatchFormat = BatchFormat::Csv { headings: Headings::English, gb18030: false };

#[test]
fn the_same_arguments_give_the_same_bytes() {
    assert_eq!(written(&batch(500), BatchFormat::Ndjson).0, written(&batch(500), BatchFormat::Ndjson).0);
    assert_eq!(written(&batch(500), CHINESE).0, written(&batch(500), CHINESE).0);
    let other = Households { seed: 8, ..batch(500) };
    assert_ne!(written(&batch(500), BatchFormat::Ndjson).0, written(&other, BatchFormat::Ndjson).0);
}

#[test]
fn households_are_those_the_departments_hold() {
    let sown = batch(0);
    let population = Population::generate(sown.seed, sown.households, sown.as_of);
    let options =
        RequestOptions { purpose: "periodic_review".into(), declare: Declaration::Honest, ..RequestOptions::default() };
    let (bytes, truth) = written(&sown, BatchFormat::Ndjson);
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert_eq!((text.lines().count(), truth.len()), (600, 600));
    for ((index, line), truth) in (0_u32..).zip(text.lines()).zip(&truth) {
        let request: Value = serde_json::from_str(line).expect("a request");
        assert_eq!(Some(&request), population.request_for(index, &options).as_ref());
        assert_eq!((&truth["household"], &truth["line"]), (&Value::from(index), &Value::from(index + 1)));
        assert_eq!((&truth["fault"], &truth["reference"]), (&Value::Null, &request["reference"]));
    }
}

#[test]
fn a_table_says_what_the_documents_say() {
    let (documents, _) = written(&batch(800), BatchFormat::Ndjson);
    let documents = String::from_utf8(documents).expect("UTF-8");
    let requests = documents.lines().map(|line| serde_json::from_str::<Value>(line).expect("a request"));
    let (table, truth) = written(&batch(800), ENGLISH);
    let mut reader = csv::Reader::from_reader(&*table);
    assert!(reader.headers().expect("headings").iter().eq(table::COLUMNS.iter().map(|(_, en)| *en)));
    let rows: Vec<_> = reader.deserialize::<BTreeMap<String, String>>().map(|row| row.expect("a row")).collect();
    let mut at = 0;
    for (request, truth) in requests.zip(&truth) {
        assert_eq!(truth["line"], Value::from(at + 2), "the headings are line 1");
        let members = request["household"]["members"].as_array().expect("members");
        for member in members {
            let row = &rows[at];
            for (column, value) in [
                ("household", &request["reference"]),
                ("name", &member["name"]),
                ("id_number", &member["id_number"]),
                ("relation", &member["relation"]),
                ("registered_as", &request["household"]["registered_as"]),
                ("authorisation_number", &member["authorisation"]["number"]),
                ("authorisation_signed_on", &member["authorisation"]["signed_on"]),
            ] {
                assert_eq!(Some(row[column].as_str()), value.as_str(), "{column}");
            }
            let stated: i64 = member["declared"]["income"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|line| table::fen(&line["annual_yuan"]))
                .sum();
            let columns = ["declared_wage", "declared_business", "declared_property", "declared_transfer"];
            let told: i64 = columns.iter().filter_map(|column| table::fen(&Value::from(row[*column].as_str()))).sum();
            assert_eq!(stated, told);
            at += 1;
        }
        assert_eq!(rows[at - members.len()]["relation"], "01", "the applicant comes first");
    }
    assert_eq!(at, rows.len());
}

#[test]
fn headings_and_words_are_chinese_and_survive_gb18030() {
    let (plain, _) = written(&batch(0), CHINESE);
    let text = String::from_utf8(plain).expect("UTF-8");
    assert!(text.starts_with("户编号,姓名,证件号码,与申请人关系,业务类型,地区代码,户籍类别,乡镇,村,住址,联系电话,授权书编号,授权日期,授权有效期,劳动能力,申报工资年收入,申报经营年收入,申报财产年收入,申报转移年收入\r\n"));
    assert!(text.contains(",定期复核,620422,农村,") && !text.contains("periodic_review"));
    let (encoded, _) = written(&batch(0), BatchFormat::Csv { headings: Headings::Chinese, gb18030: true });
    assert_eq!(encoding_rs::GB18030.decode(&encoded).0, text);
}

#[test]
fn faulty_rows_are_as_many_as_asked_for_and_each_is_what_truth_calls_it() {
    let sown = Households { households: 3_000, ..batch(1_000) };
    let mut met: BTreeMap<RowFault, u32> = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    for one in sown.iter() {
        let reference = one.request["reference"].as_str().expect("a reference").to_owned();
        let twice = !seen.insert(reference);
        let members = one.request["household"]["members"].as_array().expect("members");
        let last = members.last().expect("a member");
        let number = last["id_number"].as_str().expect("a number");
        let sound = members.iter().all(|member| id_numbers::is_valid(member["id_number"].as_str().unwrap_or("")));
        let named = members.iter().all(|member| member["name"] != "");
        let in_force = members.iter().all(|member| member["authorisation"]["valid_until"].is_null());
        let holds = match one.fault {
            None => sound && named && in_force && !twice,
            Some(RowFault::BadChecksum) => !sound && number.len() == 18,
            Some(RowFault::MissingName) => last["name"] == "" && sound,
            Some(RowFault::AuthorisationExpired) => !in_force && sound,
            Some(RowFault::DuplicateHousehold) => twice && sound,
            Some(RowFault::ScientificNotation) => number.ends_with("E+17"),
            Some(RowFault::TrailingZeros) => number.len() == 18 && number.ends_with("000") && !sound,
        };
        assert!(holds, "household {} as {:?}", one.household.index, one.fault);
        one.fault.into_iter().for_each(|fault| *met.entry(fault).or_default() += 1);
    }
    let all: u32 = met.values().sum();
    assert!((240..=360).contains(&all), "a tenth of 3,000 households, but {all}");
    assert!(RowFault::ALL.iter().all(|kind| met.get(kind).is_some_and(|count| *count >= 20)), "{met:?}");
}
