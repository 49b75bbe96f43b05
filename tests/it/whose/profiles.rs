//! Error profiles of classes of departments, learnt from decided pairs: how much oftener, or more rarely, a class writes a name or a number
//! otherwise than all departments do. Every level beyond mere form is scaled by that factor in the base of `config/identity/person.toml`.

use std::fmt::Write as _;

use super::judged::Judged;

/// Departments that write alike.
pub struct Class {
    pub sources: &'static [&'static str],
    /// In Chinese and English.
    pub reason: [&'static str; 2],
}

/// The classes that have a profile; all others are the base.
pub const CLASSES: &[Class] = &[
    Class {
        sources: &["household_registration", "finance", "securities"],
        reason: ["机器读卡，或由户籍登记机关签发", "the card is read by a machine, or the register issued it"],
    },
    Class {
        sources: &["civil_assistance", "disability", "veterans", "health"],
        reason: ["姓名、号码由人口述、手工录入", "names and numbers are typed as somebody says them"],
    },
];

/// Fields that a class may err in.
const FIELDS: [&str; 2] = ["id_number", "name"];
/// Differences of form are no carelessness; they are the first levels.
const FORM: [&str; 2] = ["exact", "equivalent"];
/// So many records of all departments are added to a class's own, so that a small class does not run wild.
const PRIOR_RECORDS: u64 = 500;
const MILLION: u128 = 1_000_000;

/// How often a field is otherwise with a class, in thousandths of how often it is with all.
pub fn factor_permille(judged: &Judged, field: &str, sources: &[&str]) -> u64 {
    let count = |wanted: &dyn Fn(&str) -> bool, erring: bool| -> u64 {
        let of_field = judged.levels.iter().filter(|((source, of, _), _)| of == field && wanted(source));
        of_field.filter(|((_, _, level), _)| !erring || !FORM.contains(&level.as_str())).map(|(_, count)| count).sum()
    };
    let all = |_: &str| true;
    let own = |source: &str| sources.contains(&source);
    let (records, errors) = (count(&all, false), count(&all, true).max(1));
    let (own_records, own_errors) = (count(&own, false), count(&own, true));
    // (own errors + prior × errors / records) / (own records + prior), over errors / records
    let above = u128::from(own_errors * records + PRIOR_RECORDS * errors) * 1000;
    let below = u128::from((own_records + PRIOR_RECORDS) * errors);
    u64::try_from(above / below).expect("a small number")
}

/// The `[[profile]]` entries for a model file.
pub fn learnt(judged: &Judged, model: &str) -> String {
    let model: toml::Table = toml::from_str(model).expect("a model file");
    let mut text = String::new();
    for class in CLASSES {
        let _ = writeln!(
            text,
            "[[profile]]\nsources = {:?}\nbasis = \"generated\"\nreason = {{ zh = {:?}, en = {:?} }}",
            class.sources, class.reason[0], class.reason[1]
        );
        for field in FIELDS {
            let factor = factor_permille(judged, field, class.sources);
            let levels = scaled(&model, field, factor);
            let _ = writeln!(
                text,
                "[profile.m.{field}] # {}.{:02} times as often otherwise",
                factor / 1000,
                factor % 1000 / 10
            );
            for (level, parts) in levels {
                let _ = writeln!(text, "{level} = \"0.{parts:06}\"");
            }
        }
        text.push('\n');
    }
    text
}

/// The base's m of a field with every level beyond form scaled and form taking the rest, in parts per million. No level may come to weigh more
/// than a stronger one: what is too much goes to the exact level.
fn scaled(model: &toml::Table, field: &str, factor_permille: u64) -> Vec<(String, u128)> {
    let levels = model["field"][field].as_array().expect("levels");
    let text = |level: &toml::Value, key: &str| level[key].as_str().expect("text").to_owned();
    let parts = |decimal: &str, places: usize| {
        let digits = decimal.split_once('.').map(|(_, digits)| format!("{digits:0<places$}")).expect("a decimal");
        digits[..places].parse::<u128>().expect("digits")
    };
    let mut scaled: Vec<(String, u128)> =
        levels.iter().map(|level| (text(level, "level"), parts(&text(level, "m"), 6))).collect();
    let u: Vec<u128> = levels.iter().map(|level| parts(&text(level, "u"), 12)).collect();
    let (form, beyond) = scaled.split_at_mut(FORM.len());
    beyond.iter_mut().for_each(|(_, m)| *m = *m * u128::from(factor_permille) / 1000);
    let rest = MILLION - beyond.iter().map(|(_, m)| *m).sum::<u128>();
    let of_form: u128 = form.iter().map(|(_, m)| *m).sum();
    form.iter_mut().for_each(|(_, m)| *m = *m * rest / of_form);
    for place in 1..scaled.len() {
        scaled[place].1 = scaled[place].1.min(scaled[place - 1].1 * u[place] / u[place - 1]);
    }
    scaled[0].1 = MILLION - scaled.iter().skip(1).map(|(_, m)| *m).sum::<u128>();
    scaled
}
