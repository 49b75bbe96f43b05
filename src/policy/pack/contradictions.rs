//! Values that cannot hold together: two parameters of one county, compared on every day on which both are in force.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::layers::Layers;
use super::problem::{Place, Problem};
use super::resolved::{ResolvedEntry, ResolvedPack};
use super::value::{Ratio, Value};
use crate::household::Fen;

/// Two parameters that must stand in an order.
struct Pair {
    key: &'static str,
    against: &'static str,
    /// How the first must compare with the second.
    fits: &'static [Ordering],
    /// What is wrong with the first otherwise.
    fault: &'static str,
    how: &'static str,
    /// How they must stand, in Chinese.
    zh: &'static str,
}

const AT_LEAST: &[Ordering] = &[Ordering::Equal, Ordering::Greater];
const AT_MOST: &[Ordering] = &[Ordering::Less, Ordering::Equal];
const BELOW: &[Ordering] = &[Ordering::Less];

const fn no_narrower(key: &'static str, against: &'static str) -> Pair {
    let how = "whoever fits dibao's limits must fit the marginal ones: raise it, or lower dibao's";
    let zh = "低保边缘的上限不得低于低保的上限";
    Pair { key, against, fits: AT_LEAST, fault: "is narrower than dibao's limit", how, zh }
}

const PAIRS: &[Pair] = &[
    no_narrower("property.marginal.financial_multiple", "property.dibao.financial_multiple"),
    no_narrower("property.marginal.dwellings", "property.dibao.dwellings"),
    no_narrower("property.marginal.cars", "property.dibao.cars"),
    no_narrower("property.marginal.companies", "property.dibao.companies"),
    Pair {
        key: "deduction.disability_nursing.grade_2",
        against: "deduction.disability_nursing.grade_1",
        fits: AT_MOST,
        fault: "gives the lighter grade 2 more than grade 1",
        how: "grade 1 is the gravest: lower this one, or raise the other",
        zh: "一级最重，二级的扣减不得高于一级",
    },
    Pair {
        key: "deduction.employment_cost.share_disabled",
        against: "deduction.employment_cost.share",
        fits: AT_LEAST,
        fault: "gives a disabled worker less than any other",
        how: "raise it, or lower the other",
        zh: "残疾人的必要就业成本比例不得低于其他人",
    },
    Pair {
        key: "deduction.nutrition.child_under",
        against: "deduction.nutrition.old_from",
        fits: AT_MOST,
        fault: "makes the same person a child and old",
        how: "children end before old people begin: lower this age, or raise the other",
        zh: "儿童年龄上限不得高于老年人年龄下限",
    },
    Pair {
        key: "screening.tekun.child_under",
        against: "screening.tekun.old_from",
        fits: BELOW,
        fault: "leaves nobody between child and old: everybody would be without ability to work",
        how: "children end before old people begin: lower this age, or raise the other",
        zh: "未成年人年龄须低于老年人年龄，否则人人都算无劳动能力",
    },
    Pair {
        key: "screening.single.mental_grade_up_to",
        against: "screening.single.grade_up_to",
        fits: AT_LEAST,
        fault: "asks more of intellectual or mental disability than of any other",
        how: "raise it, or lower the other",
        zh: "智力、精神残疾等级的要求不得严于其他残疾",
    },
];

/// Every contradiction in what a county resolves to, from the first day it must be complete.
pub(super) fn find(layers: &Layers, code: &str, resolved: &ResolvedPack, start: Date, problems: &mut Vec<Problem>) {
    let mut search = Search { layers, code, resolved, start, problems };
    for pair in PAIRS {
        search.pair(pair);
    }
    search.marginal_line();
    search.tiers_of_the_amount();
    search.tiers_beyond_the_standard();
}

/// The place of what is in force: the entry of the pack that set it.
pub(super) fn place_of<'a>(layers: &'a Layers, code: &str, key: &str, entry: &ResolvedEntry) -> Option<&'a Place> {
    let set = layers.chain(code).filter(|document| document.stem == entry.pack);
    let mut entries = set.flat_map(|document| &document.entries).filter(|own| own.spec.key == key);
    let holds = |from: Date, to: Option<Date>| from <= entry.from && to.is_none_or(|to| entry.from <= to);
    entries.find(|own| holds(own.from, own.to)).map(|own| &own.place)
}

struct Search<'a> {
    layers: &'a Layers,
    code: &'a str,
    resolved: &'a ResolvedPack,
    start: Date,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Search<'a> {
    fn entries(&self, key: &str) -> &'a [ResolvedEntry] {
        self.resolved.parameters.get(key).map_or(&[][..], Vec::as_slice)
    }

    fn report(&mut self, key: &str, entry: &ResolvedEntry, message: String, how: &str, zh: String) {
        if let Some(place) = place_of(self.layers, self.code, key, entry) {
            self.problems.push(place.problem(key, message, how).in_chinese(zh));
        }
    }

    /// A value and where it stands, for whoever must choose which of the two is wrong.
    fn seen(&self, key: &str, entry: &ResolvedEntry) -> String {
        let place = place_of(self.layers, self.code, key, entry);
        let at = place.map_or_else(String::new, |place| format!(" ({}:{})", place.file, place.line));
        format!("{key} = {}{at}", entry.value)
    }

    /// Shown at the narrower region's value, which was set in the knowledge of the other; at the first of two of one region.
    fn pair(&mut self, pair: &Pair) {
        for one in self.entries(pair.key) {
            for other in self.entries(pair.against) {
                let Some(day) = self.first_day_together(one, other) else { continue };
                if compare(&one.value, &other.value).is_none_or(|order| pair.fits.contains(&order)) {
                    continue;
                }
                let (one_seen, other_seen) = (self.seen(pair.key, one), self.seen(pair.against, other));
                let message = format!("{one_seen} {}: {other_seen}, on {day}", pair.fault);
                let zh =
                    format!("{}：{} = {}，{} = {}（{day}）", pair.zh, pair.key, one.value, pair.against, other.value);
                if self.depth(other) > self.depth(one) {
                    self.report(pair.against, other, message, pair.how, zh);
                } else {
                    self.report(pair.key, one, message, pair.how, zh);
                }
            }
        }
    }

    /// How far down the chain the pack of a value stands.
    fn depth(&self, entry: &ResolvedEntry) -> Option<usize> {
        self.layers.chain(self.code).position(|document| document.stem == entry.pack)
    }

    /// The first day that counts on which both are in force.
    fn first_day_together(&self, one: &ResolvedEntry, other: &ResolvedEntry) -> Option<Date> {
        let day = one.from.max(other.from).max(self.start);
        [one.to, other.to].into_iter().flatten().all(|to| day <= to).then_some(day)
    }

    /// Whoever is below the dibao line is below the marginal one.
    fn marginal_line(&mut self) {
        const KEY: &str = "screening.marginal.multiple";
        for entry in self.entries(KEY) {
            if matches!(&entry.value, Value::Ratio(multiple) if *multiple < Ratio::ONE) {
                let message = format!("{} puts the marginal line below the dibao line", entry.value);
                let zh = format!("{} 使低保边缘线低于低保线，倍数至少为 1，如 3/2", entry.value);
                self.report(KEY, entry, message, "write a multiple of the standard of at least 1, e.g. \"3/2\"", zh);
            }
        }
    }

    /// An amount found by tiers needs tiers on every day.
    fn tiers_of_the_amount(&mut self) {
        const KEY: &str = "amount.dibao.method";
        for entry in self.entries(KEY) {
            if !matches!(&entry.value, Value::Choice(word) if word == "tiers") {
                continue;
            }
            let since = entry.from.max(self.start);
            let without = super::check::first_gap(self.entries("amount.dibao.tiers"), since);
            if let Some(day) = without.filter(|day| entry.to.is_none_or(|to| *day <= to)) {
                let message = format!("the amount goes by tiers, and amount.dibao.tiers has no value on {day}");
                let zh = format!("按分档计算，但 amount.dibao.tiers 在 {day} 没有取值");
                self.report(
                    KEY,
                    entry,
                    message,
                    "add [[amount.dibao.tiers]] for these days, or write \"difference\"",
                    zh,
                );
            }
        }
    }

    /// Nobody on dibao has an income at the standard or above it: a tier that begins there is never reached.
    fn tiers_beyond_the_standard(&mut self) {
        const KEY: &str = "amount.dibao.tiers";
        for entry in self.entries(KEY) {
            let Value::Tiers(tiers) = &entry.value else { continue };
            let begins = tiers.0.iter().filter_map(|tier| tier.up_to).max();
            let highest = ["standard.dibao.urban", "standard.dibao.rural"].into_iter();
            let highest = highest.flat_map(|key| self.entries(key));
            let highest = highest.filter(|standard| self.first_day_together(entry, standard).is_some());
            let highest = highest.filter_map(|standard| money(&standard.value)).max();
            if let (Some(begins), Some(highest)) = (begins, highest)
                && begins >= highest
            {
                let message = format!("unreachable tier: above {begins}, and the highest standard is {highest}");
                let zh = format!("低保金分档中高于 {begins} 的一档轮不到：最高的低保标准为 {highest}");
                self.report(KEY, entry, message, "let the last bound lie below the standard, or remove that tier", zh);
            }
        }
    }
}

fn money(value: &Value) -> Option<Fen> {
    if let Value::Money(amount) = value { Some(*amount) } else { None }
}

fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Money(one), Value::Money(other)) => Some(one.cmp(other)),
        (Value::Ratio(one), Value::Ratio(other)) => Some(one.cmp(other)),
        (Value::Integer(one), Value::Integer(other)) => Some(one.cmp(other)),
        _ => None,
    }
}
