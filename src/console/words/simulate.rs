//! Rules that are tried.

use jiff::civil::Date;

use crate::console::written::day;
use crate::household::Lang;
use crate::policy::pack::Kind;
use crate::policy::simulate::SHOWN_FROM;

page_words! {
    /// What the page says.
    SimulateWords {
        title: "政策调整试算", "Try changed rules";
        about: "改动一项或几项参数，看哪些家庭的归类会变动、每月多支出多少。现行规则不受影响。", "Change one parameter or several and see which households come out differently, and what it costs. The rules in force stay as they are.";
        disclaimer: "仅供政策测算参考，不是认定。", "A reckoning for policy; it decides nothing.";
        result: "试算结果", "What came of it";
        again: "修改后再试", "Change it and try again";
        no_counties: "您的辖区内没有政策规则。", "There are no rules for a county of yours.";
        county: "县（区）", "County";
        as_of: "按哪一天的规则", "Rules of";
        as_of_hint: "留空：存档案件按各案核对之日，虚拟县按今日", "Empty: of each kept case its own day, of a made-up county today";
        list: "列出参数", "List its parameters";
        county_wrong: "请从列表中选择县（区）", "Choose a county from the list";
        figures: "要改动的参数", "What to change";
        figures_about: "在要改动的参数旁填写试算取值，其余留空。试算取值视为一直有效。金额填元，如 700.00；比例填 50%，倍数填 1.5 或 3/2。复核周期、预警、转介等不影响归类和金额的参数不列。", "Write a new value beside each parameter to change, and leave the rest empty. It counts as if it had always held. Amounts in yuan, 700.00; ratios as 50%, 1.5 or 3/2. Parameters that change no outcome and no amount (reviews, alerts, referrals) are not listed.";
        rule: "规则", "Rule";
        value: "现行取值", "Value now";
        basis: "依据", "Rests on";
        tried: "试算取值", "Value tried";
        nothing: "没有取值", "no value";
        pack: "用政策包改动（TOML）", "Change by a pack (TOML)";
        pack_about: "供熟悉政策包的人员使用：可改动表中没有的参数和分档。写法同 config/policy，覆盖同一区划的现行政策包；与上表同改一项时以上表为准。", "For those who know packs: parameters and tiers that are not in the tables. Written as in config/policy and laid over the pack in force of its region; where the tables above change the same parameter they win.";
        pack_label: "政策包", "Pack";
        pack_hint: "以 [pack] 和 region = \"620422\" 开头", "It begins with [pack] and region = \"620422\"";
        on: "用哪些家庭试算", "Households to try it on";
        kept: "存档案件：本单位在该县的案件，每案取最新一版证据，先记入审计日志再打开", "Kept cases: those of your office in the county, each in its latest version, opened after an entry in the log";
        made_up: "虚拟县：模拟生成的虚构家庭，不涉及任何人", "A made-up county: invented households, about nobody";
        on_wrong: "请选择用哪些家庭试算", "Choose the households to try it on";
        households: "户数", "Households";
        households_hint: "100 至 2000 户", "100 to 2000";
        households_wrong: "户数应为 100 至 2000 的整数", "Write a whole number from 100 to 2000";
        seed: "种子", "Seed";
        seed_hint: "同一种子生成同一虚拟县", "The same seed makes the same county";
        seed_wrong: "种子应为不小于零的整数，最多九位", "Write a whole number of at most nine digits";
        go: "试算", "Try it";
        unchanged: "没有改动：请至少填写一项与现行取值不同的试算取值", "Nothing is changed: write at least one value other than the one in force";
        busy: "另一项试算正在进行", "Another trial is running";
        busy_about: "同一时间只进行一项试算。您填写的内容已保留，请稍后再点“试算”。", "One trial runs at a time. What you wrote is kept below: press the button again in a while.";
        households_in: "试算家庭", "Tried on";
        moved: "归类变动", "Households that move";
        cost: "参考金额", "Amounts";
        may_become: "待定者最优可能为", "Open ones may become at best";
        not_tried: "未试算", "Not tried";
        round: "取整", "Rounded";
        round_about: "存档案件的户数、人数舍去零头取 5 的倍数，每月金额舍至百元，各合计为舍去后相加。", "Of kept cases households and people down to fives, a month’s money down to a hundred yuan; sums are those of round numbers.";
        kin: "回避", "Recusal";
        kin_about: "涉及您本人或已登记亲属的案件一律不用于试算；有无此类案件不作说明。", "Cases about you or your registered kin are never tried on; whether there are any is not said.";
        left_out: "未列出", "Not shown";
        changed: "改动的参数", "What was changed";
        before: "现行规则", "Rules in force";
        after: "调整后", "Changed rules";
        chart: "归类变化图", "The change drawn";
        chart_table: "图中数据", "The drawing’s numbers";
        matrix: "归类变动表（户）", "Who moves (households)";
        matrix_about: "行为现行规则下的归类，列为调整后的归类。归类取已确定具备的最优惠一项；都不确定时为“待定”，不估算金额。", "Down: what households come out as under the rules in force; across: under the changed ones. Each counts under the most favourable outcome that is met for certain; while none is, it is open and costs nothing here.";
        corner: "现行 ＼ 调整后", "now \\ then";
        sum: "合计", "Sum";
        costs: "参考金额变化（元）", "Amounts (yuan)";
        costs_about: "待定的家庭和未列出的格没有计入：各项金额为至少数，增减只是已计入者的增减。", "Open households and cells that are not shown are not in it: amounts are the least, and differences are of those counted.";
        least: "合计（至少）", "Sum, at least";
        of: "归类", "Outcome";
        number: "户数", "Households";
        people: "人数", "People";
        monthly_before: "现行，每月", "Before, a month";
        monthly_after: "调整后，每月", "After, a month";
        monthly: "每月增减", "A month more";
        yearly: "每年增减", "A year more";
        none: "没有可试算的家庭。", "There is no household to try it on.";
        too_few: "每一格都不足 10 户，不列出。", "Every cell has fewer than 10 households, and is not shown.";
        csv: "下载 CSV", "Download as CSV";
    }
}

/// What to write of a kind of number.
pub(in crate::console) fn expected(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::Money => lang.pick("请填金额（元），最多两位小数，如 700.00", "write an amount of yuan, such as 700.00"),
        Kind::Ratio => lang.pick("请填比例或倍数，如 50%、1.5 或 3/2", "write a ratio, such as 50%, 1.5 or 3/2"),
        Kind::Area => lang.pick("请填面积（平方米），如 20.00", "write square metres, such as 20.00"),
        _ => lang.pick("请填不小于零的整数", "write a whole number that is not negative"),
    }
}

/// What is wrong, with where: `城市低保标准：…`.
pub(in crate::console) fn at(place: &str, wrong: &str, lang: Lang) -> String {
    format!("{place}{}{wrong}", lang.pick("：", ": "))
}

/// The same at a line of a text.
pub(in crate::console) fn at_line(line: usize, wrong: &str, lang: Lang) -> String {
    match (line, lang) {
        (0, _) => wrong.to_owned(),
        (_, Lang::Zh) => format!("第 {line} 行：{wrong}"),
        (_, Lang::En) => format!("line {line}: {wrong}"),
    }
}

/// How many more things are wrong than are named.
pub(in crate::console) fn more(count: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("另有 {count} 处"),
        Lang::En => format!("and {count} more"),
    }
}

/// Which households.
pub(in crate::console) fn tried_on(generated: bool, lang: Lang) -> &'static str {
    match generated {
        true => lang.pick("虚拟县", "a made-up county"),
        false => lang.pick("本单位存档案件", "kept cases of your office"),
    }
}

/// So many households.
pub(in crate::console) fn households(count: u64, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{count} 户"),
        Lang::En => format!("{count} households"),
    }
}

/// What those who are open may become, under one of the rules: names and counts.
pub(in crate::console) fn may_become(side: &str, parts: &[(&str, u64)], lang: Lang) -> String {
    let parts: Vec<_> = parts.iter().map(|(name, count)| format!("{name} {}", households(*count, lang))).collect();
    at(side, &parts.join(lang.pick("、", ", ")), lang)
}

/// Households that no pack covers; none where they are few.
pub(in crate::console) fn not_covered(count: Option<u64>, lang: Lang) -> String {
    match (count, lang) {
        (Some(count), Lang::Zh) => format!("{count} 户的日期不在政策规则范围内"),
        (Some(count), Lang::En) => format!("{count} households live at a day that the rules do not cover"),
        (None, Lang::Zh) => format!("不足 {SHOWN_FROM} 户的日期不在政策规则范围内"),
        (None, Lang::En) => "a few households live at a day that the rules do not cover".to_owned(),
    }
}

/// Cells that are not shown.
pub(in crate::console) fn left_out(cells: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("不足 {SHOWN_FROM} 户的 {cells} 格（<{SHOWN_FROM}），各合计和图也不含"),
        Lang::En => {
            format!("{cells} cells of fewer than {SHOWN_FROM} households (<{SHOWN_FROM}), in no sum and not drawn")
        }
    }
}

/// The rules that were compared.
pub(in crate::console) fn rules_of(as_of: Option<Date>, lang: Lang) -> String {
    match as_of {
        Some(date) => day(date, lang),
        None => lang.pick("各案核对之日", "each case’s own day").to_owned(),
    }
}
