//! Land, the subsidies paid for it, and machinery. From a stream of its own: what other facts come of the household's stream stays as it was.

use super::maker::Maker;
use crate::calendar::Month;
use crate::chance::Chance;
use crate::truth::{FarmSubsidy, Land, Machine, Text};

/// Kinds of machines with horsepower (0: towed) and price in yuan.
const MACHINES: &[(&str, u32, i64)] = &[
    ("手扶拖拉机", 12, 6_800),
    ("轮式拖拉机", 35, 38_000),
    ("微耕机", 6, 3_200),
    ("旋耕机", 0, 4_600),
    ("铺膜播种机", 0, 5_400),
    ("谷物联合收割机", 80, 96_000),
];
/// Years of subsidies that the department keeps.
const YEARS_KEPT: i64 = 3;

/// Gives the household land with what comes of it.
pub(crate) fn settle(maker: &mut Maker<'_>, seed: u64) {
    let mut chance = Chance::new(seed, "farm", u64::from(maker.household.index));
    let rural = !maker.urban();
    if !chance.permille(if rural { 800 } else { 100 }) {
        return;
    }
    let mu_hundredths = chance.between(180, 1_600);
    let since = Month::new(i16::try_from(chance.between(1998, 2000)).unwrap_or(1999), 1).day(1);
    let held = Text::Borrowed("家庭承包");
    let lands = vec![Land { held, mu_hundredths, since: since.max(maker.household.members[0].born) }];
    let mut subsidies = subsidies(maker, &mut chance, "耕地地力保护补贴", mu_hundredths, 7_500);
    if chance.permille(500) {
        subsidies.extend(self::subsidies(maker, &mut chance, "实际种粮农民一次性补贴", mu_hundredths, 1_200));
    }
    let machines = if rural && chance.permille(300) { vec![machine(maker, &mut chance)] } else { Vec::new() };
    let holder = &mut maker.household.members[0];
    (holder.lands, holder.farm_subsidies, holder.machines) = (lands, subsidies, machines);
}

/// One payment a year, so much a mu.
fn subsidies(
    maker: &Maker<'_>,
    chance: &mut Chance,
    item: &'static str,
    mu_hundredths: i64,
    fen_a_mu: i64,
) -> Vec<FarmSubsidy> {
    let latest = maker.window.end.saturating_sub(jiff::Span::new().days(chance.between(20, 340)));
    let payment = |years: i64| {
        let paid = latest.saturating_sub(jiff::Span::new().years(years));
        let amount_fen = mu_hundredths * (fen_a_mu - 100 * years) / 100;
        FarmSubsidy { item: Text::Borrowed(item), year: paid.year(), mu_hundredths, amount_fen, paid }
    };
    (0..YEARS_KEPT).map(payment).collect()
}

fn machine(maker: &Maker<'_>, chance: &mut Chance) -> Machine {
    let (kind, horsepower, yuan) = *chance.pick(MACHINES);
    let price_fen = yuan * chance.between(85, 115);
    let days = chance.between(30, 3_300);
    Machine {
        kind: Text::Borrowed(kind),
        horsepower: (horsepower > 0).then_some(horsepower),
        price_fen,
        subsidy_fen: price_fen * chance.between(20, 30) / 100,
        bought: maker.as_of.saturating_sub(jiff::Span::new().days(days)),
    }
}
