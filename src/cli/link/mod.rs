//! `hedui link`: two rosters against each other, or one against itself. Files are opened and written here; what is a match is
//! `linkage`'s.

mod clusters;
mod files;
mod given;
mod measuring;
mod ndjson;
mod outcome;
mod overwriting;
mod pair;
mod results;
mod reviews;
mod spent;
mod tallies;
mod thresholds;
mod told;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::arguments::{Language, Link};
use super::output;
use crate::household::Lang;
use crate::linkage::heldout::{HeldOut, Split};
use crate::linkage::labels::Labels;
use crate::linkage::linking::{self, Linked};
use crate::linkage::scoring::Scorer;
use crate::linkage::table::Table;
use crate::linkage::{LinkageModel, Roster, bound, filled, supervised, training};
use files::Files;
use results::Results;
use spent::Step;
use tallies::Tallies;
use told::Board;

pub(super) fn run(arguments: &Link) -> anyhow::Result<ExitCode> {
    if arguments.threads > 0 {
        // more threads than cores only wait for one another
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads.min(cores)).build()?;
        return pool.install(|| linked(arguments));
    }
    linked(arguments)
}

fn linked(arguments: &Link) -> anyhow::Result<ExitCode> {
    overwriting::refuse(arguments)?;
    let mut model = model(arguments.model.as_deref())?;
    if let Some(cost) = arguments.cost {
        model = model.at_cost(cost);
    }
    let board = Board::new(&model, arguments.lang);
    board.step(Step::Reading);
    let (mut left, mut right) = rosters(arguments, &model)?;
    if let Some(wanted) = &arguments.pair {
        board.done();
        return pair::explain(arguments, &model, wanted, left, right);
    }
    // the table takes the columns; what a person is to look at is shown as it was written
    let kept = arguments.review_out.as_ref().map(|_| (left.columns.clone(), right.as_ref().map(|r| r.columns.clone())));
    board.step(Step::Preparing);
    let table = Table::of(&model, &mut left, right.as_mut());
    model = model.for_rows(table.len(0).max(table.len(1)));
    let rosters: Vec<&Roster> = std::iter::once(&left).chain(&right).collect();
    let warnings = filled::warnings(&model, &table, &rosters, lang(arguments.lang));
    if arguments.dry_run {
        warnings.iter().for_each(|warning| output::tell(warning));
        let counts = linking::count(&model, &table);
        board.done();
        output::say(&told::counts(&counts, &left, arguments.max_pairs, arguments.lang, arguments.json)?);
        return Ok(ExitCode::SUCCESS);
    }
    board.step(Step::Blocking);
    if let Some(count) = bound::exceeded(&model, &table, arguments.max_pairs) {
        return Err(told::too_many(&count, arguments.max_pairs, &model, &left));
    }
    let ids = (&left.ids, right.as_ref().map_or(&left.ids, |right| &right.ids));
    let given = given::read(arguments, ids, table.is_one)?;
    let mut files = Files::default();
    let mut held_out = None;
    if let Some(file) = &arguments.train {
        board.step(Step::Training);
        let split = arguments.labels.is_some().then(|| Split::of(&given.labels, ids, table.is_one));
        let learnt = split.as_ref().map(|split| &split.learnt);
        let path = file.as_deref().or(arguments.model.as_deref());
        let after = trained(&mut files, &model, &table, learnt, path, &board)?;
        held_out = split.map(|split| HeldOut::of(&split, [&model, &after], &table, ids));
        model = after;
    }
    board.step(Step::Blocking);
    let faint = measuring::is_wanted(arguments).then(|| measuring::faint(&model));
    let weighing = faint.as_ref().unwrap_or(&model);
    let Linked { mut pairs, counts } = linking::link(weighing, &table, arguments.max_pairs, &board)
        .map_err(|count| told::too_many(&count, arguments.max_pairs, weighing, &left))?;
    board.step(Step::Deciding);
    let scorer = Scorer::new(&model, &table);
    let weighed = (&model, &table, &scorer);
    let reliability = match (&given.truth, &faint) {
        (Some(truth), Some(faint)) => {
            let taken = results::by_weight(arguments, (faint, &table, &scorer), ids, pairs.clone());
            measuring::write(&mut files, arguments, &model, &taken, truth)?
        }
        _ => None,
    };
    // fainter pairs are there to be measured: they decide nothing
    pairs.retain(|pair| pair.weight >= linking::least(&model));
    let results = Results::of(arguments, weighed, ids, &given, pairs);
    let texts = kept.as_ref().map(|(lefts, rights)| [lefts.as_slice(), rights.as_deref().unwrap_or(lefts)]);
    board.step(Step::Writing);
    results.write(&mut files, arguments, texts)?;
    board.done();
    files.keep()?;
    let clusters = results.clusters.as_ref().map(|(clusters, ids)| (clusters, ids));
    let measured = given.truth.map(|truth| truth.measured(&results.found, clusters.map(|(clusters, _)| clusters)));
    let tallies = Tallies {
        found: &results.found,
        labels: arguments.labels.as_ref().map(|_| &given.labels),
        clusters,
        held_out: held_out.as_ref(),
        measured: measured.as_ref(),
        reliability: reliability.as_ref(),
    };
    let summary = told::summary(&model, &counts, &tallies, arguments.lang, arguments.json)?;
    // what goes to a pipe stands there alone
    if overwriting::written(arguments).any(|(_, path)| files::is_pipe(path)) {
        output::tell(&summary)
    } else {
        output::say(&summary)
    }
    warnings.iter().for_each(|warning| output::tell(warning));
    // beside the results, which are the same whenever they are made
    if !arguments.json {
        output::tell(&board.spent.text(arguments.lang));
    }
    Ok(ExitCode::SUCCESS)
}

fn model(path: Option<&Path>) -> anyhow::Result<LinkageModel> {
    match path {
        None => Ok(LinkageModel::of_people()?),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            Ok(LinkageModel::parse(&path.display().to_string(), &text)?)
        }
    }
}

/// Estimates the model's numbers and writes it.
fn trained(
    files: &mut Files,
    model: &LinkageModel,
    table: &Table,
    labels: Option<&Labels>,
    path: Option<&Path>,
    board: &Board,
) -> anyhow::Result<LinkageModel> {
    let Some(path) = path else { bail!("name a file for the trained model: --train MODEL.toml") };
    board.step(Step::Training);
    let mut trained = training::train(model, table, board).model;
    trained.source = format!("estimated without labels from two rosters of {} and {} rows", table.len(0), table.len(1));
    if let Some(labels) = labels {
        let pairs: Vec<_> = labels.iter().collect();
        trained = supervised::learn(&trained, table, &pairs)?;
        trained.source = format!(
            "m, u and prior estimated without labels from two rosters of {} and {} rows; what levels say together and the calibration \
             learned from {} decided pairs",
            table.len(0),
            table.len(1),
            pairs.len()
        );
    }
    files.write(path, |file| Ok(file.write_all(trained.to_toml().as_bytes())?))?;
    Ok(trained)
}

fn rosters(arguments: &Link, model: &LinkageModel) -> anyhow::Result<(Roster, Option<Roster>)> {
    let read = |path: &Path, side: usize| -> anyhow::Result<Roster> {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        Ok(Roster::read(&path.display().to_string(), BufReader::new(file), &model.id, &model.headings(side))?)
    };
    let Some(right) = &arguments.right else { return Ok((read(&arguments.left, 0)?, None)) };
    let (left, right) = rayon::join(|| read(&arguments.left, 0), || read(right, 1));
    Ok((left?, Some(right?)))
}

/// A language as drawings know it.
fn lang(language: Language) -> Lang {
    match language {
        Language::Zh => Lang::Zh,
        Language::En => Lang::En,
    }
}

/// One of two languages.
fn said(language: Language, texts: [&'static str; 2]) -> &'static str {
    texts[usize::from(language == Language::En)]
}
