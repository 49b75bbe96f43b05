//! The built-in model is sound, and a broken one is told where, all faults at once.

use super::*;

#[test]
fn the_built_in_model_is_sound_and_says_it_is_assumed() {
    let model = Model::person();
    assert_eq!(model.name(), "person");
    assert!(model.is_assumed() && model.source().contains("not trained"));
    assert_eq!(model.hash().len(), 64);
    let thresholds = model.thresholds();
    assert!(thresholds.prior_centibits < thresholds.review_centibits);
    assert!(thresholds.review_centibits < thresholds.match_centibits);
    assert!(model.is_household_book(&SourceKey::new("household_registration").unwrap()));
}

#[test]
fn comments_and_layout_do_not_change_the_hash_but_values_do() {
    let hash = |text: &str| Model::parse("m.toml", text).unwrap().hash().to_owned();
    let base = hash(PERSON);
    assert_eq!(base, hash(&format!("# another comment\n{PERSON}")));
    assert_ne!(base, hash(&PERSON.replace("margin_bits = 10", "margin_bits = 11")));
}

#[test]
fn every_fault_is_named_with_line_and_key() {
    let broken = PERSON
        .replace("prior = \"0.0001\"", "prior = \"1e-4\"")
        .replace("{ level = \"year_off\", m = \"0.008\"", "{ level = \"year_off\", m = \"0\"")
        .replace(
            "{ level = \"masked\", m = \"0.03\", u = \"0.0005\" }",
            "{ level = \"hidden\", m = \"0.03\", u = \"0.0005\" }",
        )
        .replace("given = \"birth_date\"", "given = \"birthday\"")
        .replace("keep_percent = 50\nreason = { zh = \"双胞胎", "keep_percent = 500\nreason = { zh = \"双胞胎");
    let faults = Model::parse("m.toml", &broken).unwrap_err();
    let keys: Vec<&str> = faults.faults.iter().map(|f| f.key.as_str()).collect();
    let expected = [
        "use.verification.prior",
        "field.birth_date[3].m",
        "field.phone",
        "dependence.given",
        "dependence.keep_percent",
    ];
    assert_eq!(keys, expected, "{faults}");
    for fault in &faults.faults {
        assert!(fault.line > 0);
    }
    let line = 1 + broken.lines().position(|l| l.contains("1e-4")).unwrap();
    assert!(faults.to_string().starts_with(&format!("m.toml:{line}: use.verification.prior: must be a decimal")));
}

#[test]
fn a_weaker_level_may_not_weigh_more_and_columns_must_sum_to_one() {
    let risen = PERSON.replace(
        "{ level = \"exact\", m = \"0.995\", u = \"0.5\" },\n    { level = \"different\", m = \"0.005\", u = \"0.5\" }",
        "{ level = \"exact\", m = \"0.4\", u = \"0.5\" },\n    { level = \"different\", m = \"0.6\", u = \"0.5\" }",
    );
    let faults = Model::parse("m.toml", &risen).unwrap_err();
    assert_eq!(faults.faults.len(), 1, "{faults}");
    assert_eq!(faults.faults[0].key, "field.sex[1]");
    let short = PERSON.replace("m = \"0.995\", u = \"0.5\"", "m = \"0.9\", u = \"0.5\"");
    let faults = Model::parse("m.toml", &short).unwrap_err();
    assert!(faults.to_string().contains("m must sum to 1"), "{faults}");
}

#[test]
fn an_unknown_key_and_a_broken_file_are_told_with_their_line() {
    let unknown = PERSON.replace("[sound]", "[sound]\nloudness = 3");
    let line = 1 + unknown.lines().position(|l| l.starts_with("loudness")).unwrap();
    let faults = Model::parse("m.toml", &unknown).unwrap_err();
    assert_eq!(faults.faults[0].line, line, "{faults}");
    assert!(faults.to_string().contains("loudness"));
    assert!(Model::parse("m.toml", "= 1").is_err());
}

const VILLAGE: &str = "\n[[profile]]\nsources = [\"village\", \"township\"]\nbasis = \"assumed\"\nreason = \"by hand\"\n\
                       [profile.m.sex]\nexact = \"0.9\"\ndifferent = \"0.1\"\n";

#[test]
fn sources_may_have_their_own_error_profile() {
    let model = Model::parse("m.toml", &format!("{PERSON}{VILLAGE}")).unwrap_or_else(|faults| panic!("{faults}"));
    let different = 1;
    for source in ["village", "township"].map(|key| SourceKey::new(key).unwrap()) {
        assert!(
            model.weight_centibits(Field::Sex, different, Some(&source))
                > model.weight_centibits(Field::Sex, different, None),
            "where sexes are often wrong, a difference says less"
        );
        // what a profile does not name is the base's
        assert_eq!(model.weight_centibits(Field::Name, 0, Some(&source)), model.weight_centibits(Field::Name, 0, None));
    }
    assert!(model.is_assumed());
}

#[test]
fn a_broken_profile_is_told_where() {
    for (from, to, key) in [
        ("different = \"0.1\"\n", "", "profile.m.sex"),
        ("\"0.1\"", "\"0.2\"", "profile.m.sex"),
        ("exact = \"0.9\"\ndifferent = \"0.1\"", "exact = \"0.1\"\ndifferent = \"0.9\"", "profile.m.sex"),
        ("[profile.m.sex]", "[profile.m.gender]", "profile.m.gender"),
        ("\"township\"", "\"village\"", "profile.sources"),
        ("[\"village\", \"township\"]", "[]", "profile.sources"),
        ("\"township\"", "\"Town Ship\"", "profile.sources"),
        ("by hand", " ", "profile.reason"),
        ("\"by hand\"", "{ zh = \"手写\", en = \" \" }", "profile.reason"),
        ("\"assumed\"\nreason", "\"guessed\"\nreason", "(file)"),
    ] {
        let broken = VILLAGE.replace(from, to);
        assert_ne!(broken, VILLAGE, "{from}");
        let faults = Model::parse("m.toml", &format!("{PERSON}{broken}")).unwrap_err();
        assert_eq!(faults.faults[0].key, key, "{faults}");
        assert!(faults.faults[0].line > PERSON.lines().count(), "{faults}");
    }
}

#[test]
fn a_model_is_trained_only_if_its_profiles_are() {
    let trained = PERSON
        .replace("basis = \"assumed\"\nsource", "basis = \"trained\"\nsource")
        .replace("basis = \"generated\"", "basis = \"trained\"");
    assert_ne!(trained, PERSON);
    for (basis, assumed) in [("trained", false), ("generated", true), ("assumed", true)] {
        let village = VILLAGE.replace("\"assumed\"", &format!("{basis:?}"));
        let model = Model::parse("m.toml", &format!("{trained}{village}")).unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(model.is_assumed(), assumed, "{basis}");
    }
}

/// The shipped model but for its profiles, which give m of every level that the base lists.
fn without_profiles() -> String {
    let from = PERSON.find("[[profile]]").expect("profiles");
    let to = PERSON.find("[name_frequency]").expect("frequencies");
    format!("{}{}", &PERSON[..from], &PERSON[to..])
}

#[test]
fn a_level_that_a_model_does_not_list_weighs_what_the_next_weaker_one_does() {
    let base = without_profiles();
    let older = base.replace("    { level = \"character_missing\", m = \"0.002\", u = \"0.0006\" },\n", "").replace(
        "{ level = \"one_character\", m = \"0.004\", u = \"0.0054\" }",
        "{ level = \"one_character\", m = \"0.006\", u = \"0.006\" }",
    );
    assert_ne!(older, base);
    let model = Model::parse("m.toml", &older).unwrap_or_else(|faults| panic!("{faults}"));
    let weights = &model.base.0[Field::Name as usize].centibits;
    assert_eq!(weights.len(), Field::Name.levels().len());
    assert_eq!(weights[NameLevel::CharacterMissing.index()], weights[NameLevel::OneCharacter.index()]);
    assert!(weights[NameLevel::OneCharacter.index()] > weights[NameLevel::SameSurname.index()]);
    let without_last = base.replace("    { level = \"different\", m = \"0.001\", u = \"0.952416\" },\n", "");
    assert!(Model::parse("m.toml", &without_last).unwrap_err().to_string().contains("the last among them"));
}

const VERIFICATION: &str = "cost = { review = 1, false_match = 1000, missed = 1000 }";

#[test]
fn thresholds_are_stated_by_cost_or_chosen() {
    let model = Model::person();
    let found = model.thresholds();
    let expected = [999_000_000_000, 1_000_000_000].map(crate::identity::bits::log_odds_centibits);
    assert_eq!([found.match_centibits, found.review_centibits], expected);
    assert_eq!(found.cost.map(Cost::centibits), Some(expected));
    let chosen = PERSON.replace(VERIFICATION, "match_at = \"0.999\"\nreview_at = \"0.001\"");
    let chosen = Model::parse("m.toml", &chosen).unwrap_or_else(|faults| panic!("{faults}")).thresholds();
    assert_eq!(chosen, Thresholds { cost: None, ..model.thresholds() });
}

#[test]
fn of_cost_and_thresholds_there_is_exactly_one() {
    let line = |text: &str, begins: &str| 1 + text.lines().position(|line| line.starts_with(begins)).expect("a line");
    for (instead, at, expected) in [
        ("", "[use.verification]", "use.verification.cost: is missing: say what errors cost"),
        ("match_at = \"0.9\"", "[use.verification]", "use.verification.review_at: is missing: a model has both"),
        (
            "match_at = \"0.1\"\nreview_at = \"0.9\"",
            "review_at",
            "use.verification.review_at: must not be above match_at",
        ),
        (
            &format!("{VERIFICATION}\nreview_at = \"0.2\""),
            "review_at",
            "use.verification.review_at: the thresholds follow from cost",
        ),
        (
            "cost = { review = 0, false_match = 1, missed = 1 }",
            "cost",
            "use.verification.cost.review: must be from 1 to",
        ),
        ("cost = { review = 1, missed = 1 }", "cost", "missing field `false_match`"),
        ("cost = { review = 1, false_match = 1, missed = 1, lost = 1 }", "cost", "unknown field `lost`"),
        ("cost = { review = -1, false_match = 1, missed = 1 }", "cost", "invalid value: integer `-1`"),
    ] {
        let text = PERSON.replace(VERIFICATION, instead);
        let faults = Model::parse("m.toml", &text).expect_err(expected).to_string();
        assert!(faults.starts_with(&format!("m.toml:{}:", line(&text, at))) && faults.contains(expected), "{faults}");
        assert_eq!(faults.lines().count(), 1, "{faults}");
    }
}

#[test]
fn reasons_are_given_in_two_languages_or_once_for_both() {
    let model = Model::person();
    for dependence in &model.dependences {
        let Reason { zh, en } = &dependence.reason;
        assert!(zh.chars().all(|c| !c.is_ascii_alphabetic()) && en.is_ascii(), "{zh} {en}");
    }
    let both = "reason = { zh = \"证件号码中已含性别\", en = \"the number contains the sex\" }";
    for (instead, expected) in [
        ("reason = \"why\"", Ok("why")),
        ("reason = \" \"", Err("dependence.reason: must say why")),
        ("reason = { zh = \"为何\" }", Err("missing field `en`")),
        ("reason = { zh = \"为何\", en = \"\" }", Err("dependence.reason: must say why")),
        ("reason = { zh = \"为何\", en = \"why\", de = \"warum\" }", Err("unknown field `de`")),
        ("reason = 3", Err("expected a text, or a text in two languages")),
    ] {
        let text = PERSON.replace(both, instead);
        assert_ne!(text, PERSON);
        let read = Model::parse("m.toml", &text);
        match expected {
            Ok(expected) => {
                let model = read.unwrap_or_else(|faults| panic!("{faults}"));
                assert!(model.dependences.iter().any(|dependence| dependence.reason == Reason::from(expected)));
            }
            Err(expected) => {
                let faults = read.expect_err(expected);
                assert!(faults.to_string().contains(expected) && faults.faults[0].line > 0, "{faults}");
            }
        }
    }
}

#[test]
fn what_is_kept_of_a_model_is_read_to_the_same_model() {
    let model = Model::person();
    let read = Model::of_canonical(model.canonical(), model.hash()).expect("it is its own");
    assert_eq!(
        (read.canonical(), read.thresholds(), read.name()),
        (model.canonical(), model.thresholds(), model.name())
    );
    assert_eq!(read.base, model.base);
    let altered = String::from_utf8(model.canonical().to_vec()).unwrap().replacen("1000", "9000", 1);
    assert!(Model::of_canonical(altered.as_bytes(), model.hash()).is_none());
    assert!(Model::of_canonical(b"{\"schema\":\"hedui-identity-model/0\"}", model.hash()).is_none());
}
