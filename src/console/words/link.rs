//! Two rosters against each other (名册比对).

use crate::drawing::lettering::{grouped, per_cent};
use crate::household::Lang;
use crate::identity::bits::plain_ppm;
use crate::linkage::{LinkageModel, RosterFault};
use crate::rosters::{Bar, Ended, MOST_FOUND, MOST_PAIRS, Run, Standing};

page_words! {
    /// What they say.
    LinkWords {
        title: "名册比对", "Match rosters";
        about: "找出两份名册中的同一个人，或在一份名册中查重。每一对都说明哪些项目一致、各占多少权重。", "Finds who stands in both of two rosters, or twice in one. Each pair says what agrees and what it weighs.";
        kept: "结果只存于内存，一小时后清除；退出登录、会话失效或服务重启时一并清除，每人至多保留最近两次。名册不落盘，日志只记载比对的人、行数和文件的摘要。", "Results are in memory alone and gone after an hour, or when you sign out, your session ends or the service restarts; of yours the last two are kept. No roster is written to disk; the log holds who matched, how many rows, and a digest of the files.";
        left: "左侧名册", "Left roster";
        left_hint: "CSV 文件，第一行为栏名；UTF-8 或 GB18030（GBK）编码自动识别。至多 20 MB、20 万行。", "A CSV file whose first line names the columns, in UTF-8 or GB18030. At most 20 MB and 200,000 rows.";
        left_missing: "请选择左侧名册", "Choose the left roster";
        right: "右侧名册", "Right roster";
        right_hint: "要求同上。不选则在左侧名册内查重。", "As above. Left out, the left roster is searched for rows of one person.";
        too_long: "文件超过 20 MB，请分成几份", "The file is over 20 MB: divide it";
        broken: "文件没有传完，请重新上传", "The files did not come whole: send them again";
        busy_own: "您有一次比对尚未结束，每人同时只能进行一次：请待其结束，或将其删除", "One of yours is still under way, and each person has one at a time: wait until it ends, or delete it";
        to_own: "查看进行中的比对", "Look at the one under way";
        busy_waiting: "排队的比对较多，请几分钟后再试", "Several rosters are waiting already: try again in some minutes";
        busy_full: "保留他人结果的内存已满；结果至多保留一小时，请稍后再试", "Results of others take all the memory for them. None stays for more than an hour: try again later";
        one_to_one: "一对一：每行至多对应另一份名册的一行", "One-to-one: each row has one partner at most";
        one_to_one_hint: "两份名册内部都没有重复的人时选用；查重时不起作用。", "For rosters in which nobody stands twice; of no effect within one roster.";
        model: "比对模型", "Model";
        model_hint: "不选则使用内置的人员模型。也可上传自己的模型文件（.toml，至多 256 KB）。", "The built-in one for people unless you send your own (.toml, at most 256 KB).";
        model_wrong: "模型文件有误，详见下方", "The model cannot be used: see below";
        model_too_long: "模型文件超过 256 KB", "The model is over 256 KB";
        model_faults: "模型文件的错误", "What is wrong with the model";
        of_people: "内置的人员模型", "The built-in one for people";
        reason: "比对事由", "What for";
        reason_hint: "例如：残疾人名册与低保名册核对，依据文号。事由记入日志（仅存校验码）。", "Such as: disabled people against recipients, and the document it rests on. The log holds a code of it.";
        reason_missing: "请写明比对事由（至多 1000 字）", "Say what for, in at most 1,000 characters";
        go: "开始比对", "Match";
        columns: "人员模型需要的栏目", "Columns that the model for people needs";
        columns_about: "栏名须与下表一致，顺序不限，其他栏目不读取。除 id 外，内容都可以留空。", "Headings as below, in any order; other columns are not read. All but the id may be empty.";
        heading: "栏名", "Heading";
        holds: "内容", "What it holds";
        id_column: "编号，每行不同", "A name for the row, another in every row";
        examples: "样例文件（人员均为虚构）：", "Examples (invented people):";
        example_left: "左侧样例", "left";
        example_right: "右侧样例", "right";
        runs: "您最近的比对", "Your runs";
        begun: "开始时间", "Begun";
        files: "名册", "Rosters";
        state: "状态", "State";
        finished: "已完成", "finished";
        not_finished: "未完成", "not finished";
        deleted: "结果已删除", "The result is deleted";
        deleted_about: "内存中不再保留这次比对的名册和结果。", "Neither rosters nor pairs of it are in memory any more.";
        result: "名册比对结果", "Rosters matched";
        until: "最迟清除时间：", "Gone by ";
        roster: "名册（查重）", "Roster";
        left_side: "左侧名册", "Left roster";
        right_side: "右侧名册", "Right roster";
        rows_of: "{}，{} 行", "{}, {} rows";
        way: "方式", "Way";
        progress: "进度", "How far it is";
        refresh: "刷新本页", "Reload this page";
        ready: "比对已完成", "It is done";
        not_ready: "比对未能完成", "It did not come to its end";
        counts: "结果", "Result";
        compared: "比较的对数", "Pairs compared";
        matches: "认定", "Matches";
        reviews: "待人工核实", "To look at";
        persons: "归并后人数", "Persons";
        several: "其中占多行的人", "Of them in several rows";
        thresholds: "界线", "Thresholds";
        warnings: "请先核对名册", "Look at the rosters first";
        weights: "权重分布", "How weights lie";
        weights_table: "以表格查看", "As a table";
        weight_range: "权重（比特）", "Weight in bits";
        match_line: "认定线", "match from here";
        review_line: "待核实线", "review from here";
        pairs: "逐对结果", "Pairs";
        number: "序号", "No.";
        left_id: "左侧编号", "Left id";
        right_id: "右侧编号", "Right id";
        one_id: "一行编号", "One row";
        other_id: "另一行编号", "Other row";
        weight: "权重", "Weight";
        probability: "同一人的概率", "Probability";
        decision: "判断", "Decision";
        because: "原因", "Why";
        no_matches: "没有认定为同一人的对。", "No pair matches.";
        no_reviews: "没有待人工核实的对。", "There is nothing to look at.";
        exports: "导出", "Export";
        export_pairs: "导出逐对结果 CSV（含各项一致程度和权重）", "Pairs as CSV, with each field’s level and weight";
        export_persons: "导出归并结果 CSV（每行属于哪个人）", "Rows by person as CSV";
        export_about: "导出记入日志。请按本单位规定保管导出的文件。", "An export is entered in the log. Keep the file as your office’s rules say.";
        delete: "删除这次比对", "Delete this run";
        said: "日志记载内容", "What the log holds";
        said_about: "日志条目“比对名册”记载以下各行的校验码（左侧文件、右侧文件、模型的 SHA-256，方式，事由）。将其存为文件，持密钥环者可用 hedui audit detail --action rosters_linked 核对。", "The entry “rosters matched” holds a code of these lines: SHA-256 of both files and of the model, the way, the reason. Saved as a file, whoever has the key ring checks them with hedui audit detail --action rosters_linked.";
        pair: "比对依据", "Why a pair";
        back_to_pairs: "返回逐对结果", "Back to the pairs";
        at_line: "{}（第 {} 行）", "{} (line {})";
        side_by_side: "逐项对照", "Field by field";
        field: "项目", "Field";
        one_row: "一行", "One row";
        other_row: "另一行", "Other row";
        agreement: "是否一致", "Agreement";
        notes: "说明", "Notes";
        empty: "未填", "empty";
        together: "合并看", "Together";
        held: "须由人核实的原因", "Why somebody must look";
        met: "因何成对", "What brought them together";
        met_by_none: "没有分组规则使这两行成对。", "No blocking rule brings the two together.";
        left_out: "因组过大略去的分组规则：", "Left out, because their blocks are too large:";
        waterfall: "权重如何累加", "How the weights add up";
        waterfall_about: "从比对之前的可能性开始，逐项累加，与两条界线比较。", "From the odds before anything is compared, field by field, against both thresholds.";
    }
}

/// A roster's fault, by its line.
pub(in crate::console) fn fault(fault: &RosterFault, lang: Lang) -> String {
    let RosterFault { file, line, message, message_zh } = fault;
    match (lang, line) {
        (Lang::Zh, 0) => format!("{file}：{message_zh}"),
        (Lang::Zh, line) => format!("{file} 第 {line} 行：{message_zh}"),
        (Lang::En, 0) => format!("{file}: {message}"),
        (Lang::En, line) => format!("{file}, line {line}: {message}"),
    }
}

/// How far a run is.
pub(in crate::console) fn standing(standing: Standing, lang: Lang) -> String {
    match (standing, lang) {
        (Standing::Waiting, _) => lang.pick("排队中，前面还有其他比对", "Waiting for others").to_owned(),
        (Standing::Preparing, _) => lang.pick("整理数据", "Preparing values").to_owned(),
        (Standing::Deciding, _) => lang.pick("作出判断", "Deciding").to_owned(),
        (Standing::Rule { place, of, scored, pairs }, Lang::Zh) => {
            format!("比较第 {place} 条分组规则，共 {of} 条：已比较 {} 对，共 {} 对", grouped(scored), grouped(pairs))
        }
        (Standing::Rule { place, of, scored, pairs }, Lang::En) => {
            format!("Blocking rule {place} of {of}: {} of {} pairs compared", grouped(scored), grouped(pairs))
        }
    }
}

/// Why a run came to no result.
pub(in crate::console) fn stopped(ended: &Ended, lang: Lang) -> Option<String> {
    Some(match (ended, lang) {
        (Ended::Linked(_), _) => return None,
        (Ended::TooMany { pairs, rule, rule_said: [said, _], of_rule, line }, Lang::Zh) => format!(
            "各条分组规则共会产生 {} 对，超过上限 {} 对；最多的是“{said}”（{rule}），{} 对。多半是某个值代替了“不详”，例如左侧名册第 {line} 行：请改为空白，\
             或在模型中让该规则略去大组（largest = 1000）后重新比对。",
            grouped(*pairs),
            grouped(MOST_PAIRS),
            grouped(*of_rule)
        ),
        (Ended::TooMany { pairs, rule, rule_said: [_, said], of_rule, line }, Lang::En) => format!(
            "The blocking rules make {} pairs; at most {} are compared. “{said}” ({rule}) makes most of them, {}. Most likely a value stands for “not known”, \
             as in line {line} of the left roster: empty it, or leave the rule’s large blocks out in the model (largest = 1000).",
            grouped(*pairs),
            grouped(MOST_PAIRS),
            grouped(*of_rule)
        ),
        (Ended::TooManyFound, Lang::Zh) => format!(
            "相符或接近相符的对超过 {} 对，多半是许多行的内容相同，或模型的待核实线过低：请先清理名册、改正模型，或分成几份比对。",
            grouped(MOST_FOUND as u64)
        ),
        (Ended::TooManyFound, Lang::En) => format!(
            "More than {} pairs fit or nearly do; most likely many rows say the same, or the model’s review threshold is too low. Clean the rosters, \
             mend the model, or match them in parts.",
            grouped(MOST_FOUND as u64)
        ),
        (Ended::Failed, _) => lang.pick("程序出错，请重新比对。", "The program failed: match them again.").to_owned(),
    })
}

/// The way of a run.
pub(in crate::console) fn way(run: &Run, lang: Lang) -> &'static str {
    match (run.is_one(), run.one_to_one) {
        (true, _) => lang.pick("在一份名册内查重", "one roster with itself"),
        (false, true) => lang.pick("一对一", "one-to-one"),
        (false, false) => lang.pick("各对分别判断", "each pair by itself"),
    }
}

/// From which probability on a pair matches or is looked at.
pub(in crate::console) fn thresholds(model: &LinkageModel, lang: Lang) -> String {
    let [matching, looking] = [model.match_centibits, model.review_centibits].map(|at| per_cent(plain_ppm(at)));
    match lang {
        Lang::Zh => format!("概率 {matching} 起认定，{looking} 起待人工核实"),
        Lang::En => format!("match from {matching}, to look at from {looking}"),
    }
}

/// A figure that may grow once somebody has looked at pairs.
pub(in crate::console) fn at_least(figure: &str, lang: Lang) -> String {
    format!("{}{figure}", lang.pick("至少 ", "at least "))
}

/// A figure that may shrink by it.
pub(in crate::console) fn at_most(figure: &str, lang: Lang) -> String {
    format!("{}{figure}", lang.pick("至多 ", "at most "))
}

/// A figure that may do either.
pub(in crate::console) fn so_far(figure: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{figure}（只按已认定的对）"),
        Lang::En => format!("{figure}, by the matches alone"),
    }
}

/// Pairs of about one weight.
pub(in crate::console) fn bar(bar: &Bar, lang: Lang) -> String {
    let Bar { from, until, matches, reviews } = bar;
    match lang {
        Lang::Zh => format!("{from} 至 {until} 比特：认定 {matches} 对，待人工核实 {reviews} 对"),
        Lang::En => format!("{from} to {until} bits: {matches} match, {reviews} to look at"),
    }
}

/// Where in a list one is.
pub(in crate::console) fn page_of(page: usize, last: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("第 {page} 页，共 {last} 页，按权重从高到低"),
        Lang::En => format!("Page {page} of {last}, the heaviest first"),
    }
}
