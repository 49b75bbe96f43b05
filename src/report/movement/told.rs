//! Totals of a table of movement, in words. A household that is open counts with no amount, a cell that is left out with nothing: totals of such a
//! table are told as the least.

use crate::household::Lang;
use crate::policy::simulate::{SHOWN_FROM, Seen, Shown};
use crate::report::render::amounts::{signed, yuan};

/// Households as far as they may be shown.
#[must_use]
pub fn households(seen: Seen, lang: Lang) -> String {
    match (seen, lang) {
        (Seen::Nobody, Lang::Zh) => "0 户".to_owned(),
        (Seen::Nobody, Lang::En) => "0 households".to_owned(),
        (Seen::Few, Lang::Zh) => format!("不足 {SHOWN_FROM} 户的若干格"),
        (Seen::Few, Lang::En) => format!("cells of fewer than {SHOWN_FROM} households"),
        (Seen::AtLeast(count), Lang::Zh) => format!("至少 {count} 户"),
        (Seen::AtLeast(count), Lang::En) => format!("at least {count} households"),
        (Seen::Just(count), Lang::Zh) => format!("{count} 户"),
        (Seen::Just(count), Lang::En) => format!("{count} households"),
    }
}

/// How many households and people rules were tried on.
#[must_use]
pub fn counted(shown: &Shown, lang: Lang) -> String {
    let (households, people) = (households(shown.seen(|_| true), lang), shown.total().people);
    match lang {
        Lang::Zh => format!("{households}、{people} 人"),
        Lang::En => format!("{households}, {people} people"),
    }
}

/// How many households come out differently: those for certain, and those of whom it is not known.
#[must_use]
pub fn moved(shown: &Shown, lang: Lang) -> String {
    let (certain, open) = (shown.moved_for_certain(), shown.open());
    if open == Seen::Nobody {
        return households(certain, lang);
    }
    let least = match certain {
        Seen::Just(count) | Seen::AtLeast(count) => count,
        Seen::Few | Seen::Nobody => 0,
    };
    let [least, open] = [Seen::AtLeast(least), open].map(|seen| households(seen, lang));
    match lang {
        Lang::Zh => format!("{least}；另有 {open}在调整前或调整后待定，是否变动未定"),
        Lang::En => format!("{least}; another {open} open before or after may move or not"),
    }
}

/// What is paid before and after, and the difference.
#[must_use]
pub fn cost(shown: &Shown, lang: Lang) -> String {
    let total = shown.total();
    let change = total.monthly_after - total.monthly_before;
    let sides = [total.monthly_before, total.monthly_after].map(yuan);
    let [monthly, yearly] = [change, change.mul_ratio(12, 1)].map(signed);
    let complete = shown.complete();
    let least = complete.map(|complete| if complete { "" } else { lang.pick("至少 ", "at least ") });
    let of = match complete == [true; 2] {
        true => "",
        false => lang.pick("已计入者", "of those counted "),
    };
    let [before, after] = [0, 1].map(|side| format!("{}{}", least[side], sides[side]));
    let gap = if complete[0] { " " } else { "" };
    match lang {
        Lang::Zh => format!("每月{gap}{before} 元 → {after} 元（{of}每月 {monthly} 元，每年 {yearly} 元）"),
        Lang::En => format!("{before} → {after} yuan a month ({of}{monthly} a month, {yearly} a year)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::Fen;
    use crate::policy::simulate::{Headline, Move, Movement, Standing};

    fn shown(moves: &[(u64, Headline, Headline)]) -> Shown {
        let mut movement = Movement::default();
        for (times, before, after) in moves {
            let standing = |headline: &Headline| {
                let yuan = if *headline == Headline::Dibao { 300 } else { 0 };
                Standing { headline: *headline, may_become: None, monthly: Fen::from_yuan(yuan) }
            };
            for _ in 0..*times {
                let (before, after) = (standing(before), standing(after));
                movement.add(&Move { region: "620422".into(), people: 2, before, after });
            }
        }
        movement.shown(false)
    }

    fn all(shown: &Shown, lang: Lang) -> [String; 3] {
        [counted(shown, lang), moved(shown, lang), cost(shown, lang)]
    }

    #[test]
    fn totals_are_exact_only_where_nobody_is_open_and_nothing_is_left_out() {
        use Headline::{Dibao, None, Open};
        let whole = shown(&[(12, None, Dibao), (20, Dibao, Dibao)]);
        assert_eq!(
            all(&whole, Lang::Zh),
            ["32 户、64 人", "12 户", "每月 6,000.00 元 → 9,600.00 元（每月 +3,600.00 元，每年 +43,200.00 元）"]
        );
        let open = shown(&[(12, None, Dibao), (20, Dibao, Dibao), (15, Open, Open)]);
        assert_eq!(
            all(&open, Lang::Zh),
            [
                "47 户、94 人",
                "至少 12 户；另有 15 户在调整前或调整后待定，是否变动未定",
                "每月至少 6,000.00 元 → 至少 9,600.00 元（已计入者每月 +3,600.00 元，每年 +43,200.00 元）"
            ]
        );
        let after = shown(&[(12, None, Dibao), (10, Dibao, Open)]);
        assert_eq!(
            all(&after, Lang::En),
            [
                "22 households, 44 people",
                "at least 12 households; another 10 households open before or after may move or not",
                "3,000.00 → at least 3,600.00 yuan a month (of those counted +600.00 a month, +7,200.00 a year)"
            ]
        );
        let few = shown(&[(12, None, Dibao), (9, Dibao, None)]);
        assert_eq!(
            all(&few, Lang::En),
            [
                "at least 12 households, 24 people",
                "at least 12 households",
                "at least 0.00 → at least 3,600.00 yuan a month (of those counted +3,600.00 a month, +43,200.00 a year)"
            ]
        );
        assert_eq!(
            moved(&shown(&[(10, Dibao, Open)]), Lang::Zh),
            "至少 0 户；另有 10 户在调整前或调整后待定，是否变动未定"
        );
    }
}
