//! Models read, written and refused.

use super::*;

const PERSON: &str = include_str!("../../../config/linkage/person.toml");

#[test]
fn the_model_for_people_is_sound() {
    let model = LinkageModel::parse("person.toml", PERSON).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(model.fields.len(), 6);
    assert_eq!(model.field("birth_date").and_then(|place| model.fields[place].derived_from), model.field("id_number"));
}

#[test]
fn a_model_written_is_the_model_read() {
    let model = LinkageModel::parse("person.toml", PERSON).unwrap_or_else(|faults| panic!("{faults}"));
    let written = model.to_toml();
    let again = LinkageModel::parse("written.toml", &written).unwrap_or_else(|faults| panic!("{faults}\n{written}"));
    assert_eq!(model, again);
}

#[test]
fn a_level_left_out_counts_as_the_next_weaker_one() {
    let model = LinkageModel::parse("person.toml", PERSON).unwrap_or_else(|faults| panic!("{faults}"));
    let id = &model.fields[0];
    let same_faulty = id.kind.levels().iter().position(|level| level.key == "same_faulty").expect("a level");
    let masked = id.levels.iter().position(|level| level.level == "masked");
    assert_eq!(id.place_of[same_faulty], masked);
    assert_eq!(id.place_of.last(), Some(&None), "missing is no level");
}

#[test]
fn every_fault_is_named_with_its_line() {
    let broken = PERSON
        .replace("levels = [{ level = \"exact\", m = \"0.9", "levels = [{ level = \"exact\", m = \"0.5")
        .replace("column = \"phone\"", "column = \"telephone\"")
        .replace("on = [\"birth_date\", \"name.surname\"]", "on = [\"birth_date.century\"]");
    let faults = LinkageModel::parse("model.toml", &broken).expect_err("it is broken").to_string();
    for expected in [
        "field.sex: m must sum to 1 over the levels (missing left out)",
        "block.on: is no column of the model",
        "block.on: a birth_date has these parts: whole, year, year_month, month_day",
        "dependence.field: is no column of the model",
    ] {
        assert!(faults.contains(expected), "{expected}\n{faults}");
    }
    assert!(
        faults.lines().all(|line| line.starts_with("model.toml:") && !line.starts_with("model.toml:0:")),
        "{faults}"
    );
}

#[test]
fn a_conflict_names_levels_and_a_reason() {
    let with = |conflict: &str| LinkageModel::parse("model.toml", &format!("{PERSON}\n[[conflict]]\n{conflict}"));
    let model = with("when = { sex = [\"different\", \"missing\"] }\nreason = \"for a test\"\n")
        .unwrap_or_else(|faults| panic!("{faults}"));
    let conflict = model.conflicts.last().expect("the one added");
    let sex = model.field("sex").expect("a field");
    assert_eq!(
        (conflict.when.as_slice(), conflict.reason.en.as_str()),
        ([(sex, vec![false, true, true, false])].as_slice(), "for a test")
    );
    let mut pattern = vec![0_u8; model.fields.len()];
    assert_eq!(model.conflict(&pattern), None);
    pattern[sex] = 1;
    assert_eq!(model.conflict(&pattern).map(usize::from), Some(model.conflicts.len() - 1));
    for (conflict, expected) in [
        ("when = {}\nreason = \"x\"\n", "conflict.when: must name levels of at least one column"),
        ("when = { sex = [] }\nreason = \"x\"\n", "conflict.when: must name at least one level of this column"),
        ("when = { sects = [\"exact\"] }\nreason = \"x\"\n", "conflict.when: is no column of the model"),
        (
            "when = { sex = [\"near\"] }\nreason = \"x\"\n",
            "conflict.when: is no level that the model lists for this column",
        ),
        ("when = { sex = [\"different\"] }\nreason = \" \"\n", "conflict.reason: must say why"),
        ("when = { sex = [\"different\"] }\nreason = \"x\"\nweight = 1\n", "unknown field `weight`"),
    ] {
        let faults = with(conflict).expect_err("it is broken").to_string();
        assert!(faults.contains(expected), "{expected}\n{faults}");
        assert!(faults.lines().all(|line| !line.starts_with("model.toml:0:")), "{faults}");
    }
}

#[test]
fn a_weight_and_its_log_odds_tell_each_other() {
    let model = LinkageModel::parse("person.toml", PERSON).unwrap_or_else(|faults| panic!("{faults}"));
    for odds in [-2_000, -200, 0, model.review_centibits, model.match_centibits, 3_000] {
        let found = model.log_odds(model.weight_at(odds));
        assert!(found.abs_diff(odds) <= 2, "{odds} {found}");
    }
    // rosters ten times as large: a pair taken at random is one person a tenth as often
    let larger = model.clone().for_rows(model.prior_rows.map_or(0, |rows| rows as usize * 10));
    assert_eq!(model.prior_centibits - larger.prior_centibits, 332);
}

#[test]
fn thresholds_follow_from_costs_and_are_written_as_such() {
    let model = LinkageModel::parse("person.toml", PERSON).unwrap_or_else(|faults| panic!("{faults}"));
    let expected = [998_000_000_000, 200_000_000_000].map(crate::identity::bits::log_odds_centibits);
    assert_eq!([model.match_centibits, model.review_centibits], expected);
    let cost = "cost = { review = 1, false_match = 500, missed = 5 }";
    assert!(model.to_toml().contains(&format!("\n{cost}\n")), "{}", model.to_toml());
    // whoever sets a threshold by hand has left the costs
    let moved = LinkageModel { match_centibits: 900, ..model.clone() };
    assert_eq!((model.costs(), moved.costs()), (model.cost, None));
    let written = moved.to_toml();
    assert!(written.contains("\nmatch_at = \"0.99") && !written.contains("cost ="), "{written}");
    for (instead, at, expected) in [
        ("", "prior", "cost: is missing: say what errors cost"),
        ("review_at = \"0.9\"", "prior", "match_at: is missing: a model has both match_at and review_at, or cost"),
        (&format!("{cost}\nmatch_at = \"0.9\""), "match_at", "match_at: the thresholds follow from cost"),
        ("cost = { review = 1, false_match = 2000000000, missed = 5 }", "cost", "cost.false_match: must be from 1 to"),
    ] {
        let text = PERSON.replace(cost, instead);
        let faults = LinkageModel::parse("model.toml", &text).expect_err(expected).to_string();
        let line = 1 + text.lines().position(|line| line.starts_with(at)).expect("a line");
        assert_eq!(faults.lines().count(), 1, "{faults}");
        assert!(faults.starts_with(&format!("model.toml:{line}: {expected}")), "{faults}");
    }
}

#[test]
fn every_reason_of_the_model_for_people_is_in_both_languages() {
    let model = LinkageModel::parse("person.toml", PERSON).unwrap_or_else(|faults| panic!("{faults}"));
    let together = model.together.iter().map(|together| &together.reason);
    let reasons = together.chain(model.conflicts.iter().map(|conflict| &conflict.reason));
    let reasons: Vec<_> = reasons.chain(model.dependences.iter().map(|dependence| &dependence.reason)).collect();
    assert!(reasons.len() > 20);
    for Reason { zh, en } in reasons {
        assert!(zh.chars().all(|c| !c.is_ascii_alphabetic()) && en.is_ascii(), "{zh} {en}");
    }
}

#[test]
fn fields_and_rules_are_told_in_words() {
    let model = LinkageModel::of_people().unwrap();
    let said = |lang| model.blocks.iter().map(|block| model.block_said(block, lang)).collect::<Vec<_>>();
    let zh = said(Lang::Zh);
    assert_eq!(zh[..4], ["证件号码", "证件号码的末几位", "联系电话", "姓名的读音、出生日期的年份"]);
    assert_eq!(said(Lang::En)[3], "sound of the name, year of the date of birth");
    assert!(zh.iter().all(|said| !said.contains('_') && !said.contains('.')), "{zh:?}");
    assert_eq!([model.said(Lang::Zh), model.said(Lang::En)], ["人员名册（persons）", "rosters of people (persons)"]);
    // two of a kind are told apart by their names
    let mut two = model;
    two.fields.push(crate::linkage::model::Field { name: "former_name".into(), ..two.fields[1].clone() });
    assert_eq!(two.field_said(1, Lang::Zh), "姓名（name）");
    assert_eq!(two.field_said(two.fields.len() - 1, Lang::En), "name (former_name)");
}
