//! What a decision on records changes in a report, line by line: as whoever decides is told it, and whoever agrees.

use serde_json::Value;

use super::parts::{Cell, Column, Table};
use super::words::effects::{EffectWords, kind};
use crate::household::{Fen, Lang};
use crate::policy::assessment::{Certainty, Per, Treatment};
use crate::policy::simulate::Headline;
use crate::report::render::amounts::{ends, not_known, yuan, yuan_unit};
use crate::report::render::paid_in_words;
use crate::report::text;

/// Something that a report says otherwise afterwards.
#[derive(PartialEq, Eq)]
struct Effect {
    what: String,
    before: String,
    after: String,
}

/// Before and after.
pub(super) fn table(effects: &Value, lang: Lang) -> Table {
    let words = EffectWords::of(lang);
    let rows = read(effects, lang).into_iter();
    Table {
        caption: words.caption,
        columns: [words.what, words.now, words.then].map(Column::text).into(),
        rows: rows.map(|effect| [effect.what, effect.before, effect.after].map(Cell::Text).into()).collect(),
        nothing: words.nothing,
        wide: false,
    }
}

/// Before, and after either word on a record.
pub(super) fn table_of_both(theirs: &Value, anothers: &Value, lang: Lang) -> Table {
    let words = EffectWords::of(lang);
    let (theirs, anothers) = (read(theirs, lang), read(anothers, lang));
    let mut all: Vec<&Effect> = theirs.iter().collect();
    all.extend(anothers.iter().filter(|effect| theirs.iter().all(|other| other.what != effect.what)));
    let after = |list: &[Effect], what: &str| {
        let effect = list.iter().find(|effect| effect.what == what);
        effect.map_or(words.same.to_owned(), |effect| effect.after.clone())
    };
    let row = |effect: &Effect| {
        let (theirs, anothers) = (after(&theirs, &effect.what), after(&anothers, &effect.what));
        [effect.what.clone(), effect.before.clone(), theirs, anothers].map(Cell::Text).into()
    };
    Table {
        caption: words.caption,
        columns: [words.what, words.now, words.if_theirs, words.if_anothers].map(Column::text).into(),
        rows: all.into_iter().map(row).collect(),
        nothing: words.nothing,
        wide: false,
    }
}

/// What weighs most first.
fn read(effects: &Value, lang: Lang) -> Vec<Effect> {
    let words = EffectWords::of(lang);
    let list = |name: &str| effects[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let either = |value: &Value, zh: &str, en: &str| value[lang.pick(zh, en)].as_str().unwrap_or_default().to_owned();
    let both = |what: String, value: &Value, written: &dyn Fn(&Value) -> String| Effect {
        what,
        before: written(&value["before"]),
        after: written(&value["after"]),
    };
    let outcome = |value: &Value| {
        let of = kind(words.outcome, &either(value, "name_zh", "name_en"), lang);
        both(of, value, &|side| certainty(side, lang))
    };
    let amount = |value: &Value| {
        let code = value["outcome"].as_str().unwrap_or_default();
        let name = Headline::ALL.into_iter().map(Headline::names).find(|(known, ..)| *known == code);
        let name = name.map_or(code, |(_, zh, en)| lang.pick(zh, en));
        both(kind(words.amount, name, lang), value, &|side| paid(side, lang))
    };
    let total = |value: &Value| both(either(value, "zh", "en"), value, &|side| figure(side, lang));
    let line = |value: &Value| {
        let section = match value["section"].as_str() {
            Some("income") => words.income,
            Some("deduction") => words.deduction,
            _ => words.property,
        };
        let records = value["records"].as_array().map(Vec::as_slice).unwrap_or_default();
        let records: Vec<&str> = records.iter().filter_map(Value::as_str).collect();
        let item = either(value, "item_zh", "item_en");
        let member = value["member"].as_str().unwrap_or_default();
        let item = [item.as_str(), member, &records.join(lang.pick("、", ", "))].join(" ");
        both(kind(section, item.trim_end(), lang), value, &|side| counted(side, lang))
    };
    let outcomes = list("outcomes").iter().map(outcome).filter(|effect| effect.before != effect.after);
    let effects = outcomes.chain(list("amounts").iter().map(amount));
    effects.chain(list("totals").iter().map(total)).chain(list("lines").iter().map(line)).collect()
}

fn money(value: &Value) -> Option<Fen> {
    value.as_str()?.parse().ok()
}

fn certainty(side: &Value, lang: Lang) -> String {
    let known = serde_json::from_value::<Certainty>(side.clone());
    known.map_or_else(|_| "–".to_owned(), |state| text::certainty(state, lang).to_owned())
}

fn paid(side: &Value, lang: Lang) -> String {
    let per = serde_json::from_value::<Per>(side["per"].clone());
    let (Some(amount), Ok(per)) = (money(&side["amount"]), per) else { return EffectWords::of(lang).none.to_owned() };
    paid_in_words(amount, money(&side["at_most"]), per, lang)
}

/// What stands now, and between what it lies where that is not settled.
fn figure(side: &Value, lang: Lang) -> String {
    let open = EffectWords::of(lang).open;
    if side["unit"] == "count" {
        let (least, most) = (&side["at_least"], &side["at_most"]);
        if least == 0 && most.is_null() {
            return not_known(lang).to_owned();
        }
        let most_told = if most.is_null() { open.to_owned() } else { most.to_string() };
        return if least == most { least.to_string() } else { format!("{least} – {most_told}") };
    }
    let (least, most) = (money(&side["at_least"]), money(&side["at_most"]));
    let so_far = money(&side["so_far"]).map(|amount| yuan_unit(amount, lang)).unwrap_or_default();
    if least == most {
        return so_far;
    }
    if most.is_none() && [&side["at_least"], &side["so_far"]].map(money) == [Some(Fen::ZERO); 2] {
        return not_known(lang).to_owned();
    }
    let range = ends(least, most, open);
    match lang {
        Lang::Zh => format!("{so_far}（{range}）"),
        Lang::En => format!("{so_far} ({range})"),
    }
}

/// What the rules make of a line.
fn counted(side: &Value, lang: Lang) -> String {
    let words = EffectWords::of(lang);
    let Some(amount) = money(&side["amount"]) else { return words.none.to_owned() };
    let most = money(&side["at_most"]).filter(|most| *most != amount);
    let figure = match (most, side["counts"].as_bool()) {
        (Some(most), _) => format!("{} – {}", yuan(amount), yuan_unit(most, lang)),
        (None, Some(counts)) if amount == Fen::ZERO => if counts { words.counts } else { words.counts_not }.to_owned(),
        _ => yuan_unit(amount, lang),
    };
    let treatment = serde_json::from_value::<Treatment>(side["treatment"].clone());
    match treatment {
        Ok(treatment) => kind(text::treatment(treatment, lang), &figure, lang),
        Err(_) => figure,
    }
}
