//! How a comparison weighs.

page_words! {
    /// What is said around its drawing.
    WeighingWords {
        compared: "比对", "Compared";
        speaks_for: "支持", "for";
        says_nothing: "不计", "neither";
        speaks_against: "反对", "against";
        as_table: "以表格查看权重", "The weights as a table";
        numbers: "图中数据", "The drawing’s numbers";
        log_odds: "对数几率（比特）", "Log odds in bits";
        prior: "比对之前", "Before anything is compared";
        total: "合计", "Total";
    }
}
