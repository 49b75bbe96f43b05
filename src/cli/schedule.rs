//! `hedui schedule`: on which days of a year the households on the rolls are looked at again, within what the departments allow.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use jiff::civil::Date;

use super::arguments::{Language, Schedule};
use super::{compose, configured, output};
use crate::bulk::planning::{self, Alike, Look, Manner, Plan, Roll, SourceQuota};
use crate::config::Settings;
use crate::household::Lang;
use crate::report::csv;
use crate::store::DueFilter;
use crate::telemetry::Clock;
use crate::verification::BulkQuota;

pub(super) async fn run(arguments: Schedule) -> anyhow::Result<ExitCode> {
    if let Some(out) = &arguments.out {
        super::verify::check_out(Some(out), &["csv", "json", "txt"])?;
    }
    let clock = Clock::system();
    let settings = configured::placed(&arguments.place)?;
    let departments = configured::departments(&settings).map_err(configured::Faulty)?;
    let year = arguments.year.unwrap_or_else(|| clock.today().year());
    let last = Date::new(year, 12, 31).context("--year: write a year such as 2027")?;
    let roll = match &arguments.roll {
        Some(file) => roll_of(file)?,
        None => roll_of_store(&settings, &arguments.organisation, last).await?,
    };
    let mut manner = Manner::of(year);
    manner.days_ahead = arguments.days_ahead;
    manner.without_weekends = !arguments.weekends;
    let lang = if arguments.lang == Language::En { Lang::En } else { Lang::Zh };
    let text = |form: &str| {
        // programs know departments by their keys, people by their titles
        let by_title = (form == "txt").then_some(lang);
        let quotas: Vec<SourceQuota> =
            departments.bulk_quotas().into_iter().map(|quota| of_quota(quota, by_title)).collect();
        drawn(&planning::plan_year(&roll, &quotas, manner)?, form, lang)
    };
    match &arguments.out {
        Some(out) => compose::write_result(out, text(super::verify::extension(out))?.as_bytes())?,
        None if arguments.json => output::say(&text("json")?),
        None => output::say(text("txt")?.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

/// The roll as the store knows it, beside a service that may be running.
async fn roll_of_store(settings: &Settings, organisation: &str, until: Date) -> anyhow::Result<Roll> {
    let store = compose::store_to_read(&settings.store, &settings.data_directory).await?;
    let filter =
        DueFilter { organisation: organisation.to_owned(), region_prefixes: Vec::new(), until, after: None, limit: 1 };
    let by_day = store.due_by_day(&filter).await?;
    let mut households = Vec::new();
    for (due, count, people) in by_day {
        // those of one day are taken to be alike in size, the larger ones first
        let (Ok(count), Ok(people)) = (u32::try_from(count), u32::try_from(people)) else { continue };
        let (each, more) = (people / count.max(1), people % count.max(1));
        for (members, households_of) in [(each + 1, more), (each.max(1), count - more)] {
            if households_of > 0 {
                households.push(Alike { due, township: String::new(), members, households: households_of });
            }
        }
    }
    anyhow::ensure!(
        !households.is_empty(),
        "nobody of {organisation:?} is due by {until}: --organisation is the `organisation` of clients.toml (not a client's id), whose \
         households have final reports; or plan from counts with --roll"
    );
    Ok(Roll { households })
}

/// A roll from a table: due, township, members, households.
fn roll_of(file: &Path) -> anyhow::Result<Roll> {
    let place = || file.display().to_string();
    let mut reader = ::csv::ReaderBuilder::new().trim(::csv::Trim::All).from_path(file).with_context(place)?;
    let mut households = Vec::new();
    for (line, row) in (2..).zip(reader.deserialize::<Alike>()) {
        households.push(row.with_context(|| {
            format!("{}:{line}: the columns are due (a date), township, members, households (whole numbers)", place())
        })?);
    }
    Ok(Roll { households })
}

fn of_quota(of: BulkQuota, by_title: Option<Lang>) -> SourceQuota {
    SourceQuota {
        source: match by_title {
            None => of.source.to_string(),
            Some(Lang::Zh) => of.title_zh,
            Some(Lang::En) => of.title_en,
        },
        most_a_day: (of.most_a_day > 0).then_some(of.most_a_day),
        hours_a_day: of.hours_a_day,
        calls_an_hour: of.calls_an_hour,
        batch: of.batch,
    }
}

fn drawn(plan: &Plan, form: &str, lang: Lang) -> anyhow::Result<String> {
    Ok(match form {
        "json" => serde_json::to_string_pretty(plan)?,
        "csv" => {
            let mut table = format!("\u{feff}{}", csv::row(planning::COLUMNS));
            planning::csv_rows(plan).into_iter().for_each(|row| table.push_str(&csv::row(row)));
            table
        }
        _ => planning::view(plan, Look { lang, plain: false, width: 100 }),
    })
}
