//! `hedui batch template`.

use std::process::ExitCode;

use crate::bulk::file::{COLUMNS, Column, template};
use crate::cli::arguments::{BatchTemplate, Language};
use crate::cli::output;
use crate::household::Lang;

/// Prints the heading line, or the columns.
pub(super) fn run(arguments: &BatchTemplate) -> ExitCode {
    if arguments.json {
        let column = |column: &Column| {
            serde_json::json!({
                "heading": column.heading, "key": column.key, "also": column.also, "needed": column.needed,
                "of_household": column.of_household, "zh": column.zh, "en": column.en,
            })
        };
        let columns: Vec<_> = COLUMNS.iter().map(column).collect();
        output::say(&serde_json::Value::from(columns).to_string());
        return ExitCode::SUCCESS;
    }
    if !arguments.explain {
        output::say(template().trim_end());
        return ExitCode::SUCCESS;
    }
    let english = arguments.lang == Language::En;
    let lang = if english { Lang::En } else { Lang::Zh };
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic).set_width(100);
    table.set_header(if english { ["column", "or", "", "what stands in it"] } else { ["列", "亦作", "", "内容"] });
    for column in COLUMNS {
        table.add_row([column.heading, column.key, column.kind(lang), column.about(lang)]);
    }
    output::say(&table.trim_fmt());
    ExitCode::SUCCESS
}
