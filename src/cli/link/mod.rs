//! `hedui link`: two rosters against each other, or one against itself. Files are opened and written here; what is a match is
//! `linkage`'s.

mod clusters;
mod files;
mod given;
mod outcome;
mod reviews;
mod tallies;
mod told;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::arguments::{Language, Link};
use super::{compose, output};
use crate::linkage::cluster_ids::ClusterIds;
use crate::linkage::clusters::Clusters;
use crate::linkage::decision::Judge;
use crate::linkage::heldout::{HeldOut, Split};
use crate::linkage::labels::Labels;
use crate::linkage::linking::{self, Linked};
use crate::linkage::scoring::Scorer;
use crate::linkage::shared_numbers::SharedNumbers;
use crate::linkage::table::Table;
use crate::linkage::{LinkageModel, Roster};
use crate::linkage::{supervised, training};
use files::Files;
use tallies::Tallies;
use told::Board;

/// The model for people, where no other is named.
const PERSON: &str = include_str!("../../../config/linkage/person.toml");

pub(super) fn run(arguments: &Link) -> anyhow::Result<ExitCode> {
    if arguments.threads > 0 {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build()?;
        return pool.install(|| linked(arguments));
    }
    linked(arguments)
}

fn linked(arguments: &Link) -> anyhow::Result<ExitCode> {
    refuse_to_overwrite(arguments)?;
    let mut model = model(arguments.model.as_deref())?;
    let board = Board::new(&model, arguments.lang);
    board.step(["正在读取名册", "reading the rosters"]);
    let (mut left, mut right) = rosters(arguments, &model)?;
    // the table takes the columns; what a person is to look at is shown as it was written
    let texts =
        arguments.review_out.as_ref().map(|_| (left.columns.clone(), right.as_ref().map(|r| r.columns.clone())));
    let table = Table::of(&model, &mut left, right.as_mut());
    if arguments.dry_run {
        let counts = linking::count(&model, &table);
        board.done();
        output::say(&told::counts(&counts, &left, arguments.max_pairs, arguments.lang, arguments.json)?);
        return Ok(ExitCode::SUCCESS);
    }
    let ids = (&left.ids, right.as_ref().map_or(&left.ids, |right| &right.ids));
    let given = given::read(arguments, ids, table.is_one)?;
    board.step(["正在统计候选对", "counting candidates"]);
    told::refuse_too_many(&linking::count(&model, &table), arguments.max_pairs)?;
    let mut held_out = None;
    if let Some(file) = &arguments.train {
        let split = arguments.labels.is_some().then(|| Split::of(&given.labels, ids, table.is_one));
        let learnt = split.as_ref().map(|split| &split.learnt);
        let path = file.as_deref().or(arguments.model.as_deref());
        let after = trained(&model, &table, learnt, path, &board)?;
        held_out = split.map(|split| HeldOut::of(&split, [&model, &after], &table, ids));
        model = after;
    }
    let Linked { pairs, counts } = linking::link(&model, &table, &board);
    board.done();
    let scorer = Scorer::new(&model, &table);
    let judge = Judge { model: &model, scorer: &scorer, ids, labels: &given.labels };
    let mut found = if arguments.one_to_one {
        judge.one_to_one(pairs, &SharedNumbers::of(&model, &table))
    } else {
        judge.each_alone(pairs)
    };
    found.sort_unstable_by_key(|found| (found.pair.left, found.pair.right));
    let clusters = arguments.clusters.as_ref().map(|_| {
        let clusters = Clusters::of(&judge, table.is_one, &mut found);
        let cluster_ids = ClusterIds::of(&clusters, ids, given.earlier.as_ref());
        (clusters, cluster_ids)
    });
    let mut files = Files::default();
    if let Some(path) = &arguments.out {
        let (explain, language) = (arguments.explain, arguments.lang);
        files.write(path, |file| outcome::write(file, &model, &scorer, &found, ids, explain, language))?;
    }
    if let Some((path, (_, cluster_ids))) = arguments.clusters.as_ref().zip(clusters.as_ref()) {
        files.write(path, |file| clusters::write(file, cluster_ids, ids))?;
        if let Some(path) = &arguments.changes {
            files.write(path, |file| clusters::write_changes(file, cluster_ids))?;
        }
    }
    if let Some((path, (lefts, rights))) = arguments.review_out.as_ref().zip(texts.as_ref()) {
        let texts = [lefts.as_slice(), rights.as_deref().unwrap_or(lefts)];
        files.write(path, |file| reviews::write(file, &model, &found, ids, texts, arguments.lang))?;
    }
    files.keep()?;
    let clusters = clusters.as_ref().map(|(clusters, ids)| (clusters, ids));
    let measured = given.truth.map(|truth| truth.measured(&found, clusters.map(|(clusters, _)| clusters)));
    let labels = arguments.labels.as_ref().map(|_| &given.labels);
    let beside = Tallies { found: &found, labels, clusters, held_out: held_out.as_ref() };
    let summary = told::summary(&found, &counts, measured.as_ref(), &beside, arguments.lang, arguments.json)?;
    // what goes to a pipe stands there alone
    let mut written = written(arguments);
    if written.any(|path| files::is_pipe(path)) {
        output::tell(&summary)
    } else {
        output::say(&summary)
    }
    Ok(ExitCode::SUCCESS)
}

/// The files that a run writes, but for the model.
fn written(arguments: &Link) -> impl Iterator<Item = &PathBuf> {
    let files = [&arguments.out, &arguments.clusters, &arguments.changes, &arguments.review_out];
    files.into_iter().filter_map(Option::as_ref)
}

/// What is written is never what is read, nor a model anything but a model's file.
fn refuse_to_overwrite(arguments: &Link) -> anyhow::Result<()> {
    let trained = arguments.train.as_ref().and_then(Option::as_ref);
    if let Some(path) = trained.filter(|path| path.extension().is_none_or(|extension| extension != "toml")) {
        bail!("{}: --train writes a model, name a file that ends in .toml", path.display());
    }
    let named = [&arguments.right, &arguments.truth, &arguments.model, &arguments.labels, &arguments.earlier];
    let read: Vec<&PathBuf> = std::iter::once(&arguments.left).chain(named.into_iter().flatten()).collect();
    let same = |one: &Path, other: &Path| {
        one == other || one.canonicalize().is_ok_and(|own| other.canonicalize().is_ok_and(|other| own == other))
    };
    let mut before: Vec<&PathBuf> = trained.into_iter().collect();
    for path in written(arguments) {
        if path.is_dir() {
            bail!("{} is a folder: name a file", path.display());
        }
        if read.iter().any(|other| same(path, other)) {
            let option = option_of(arguments, path);
            bail!("{}: {option} would overwrite a file that is read, name another", path.display());
        }
        if !files::is_pipe(path) && before.iter().any(|other| same(path, other)) {
            bail!("{}: two options write this file, name another for one of them", path.display());
        }
        before.push(path);
    }
    Ok(())
}

/// The option that names a file to write.
fn option_of(arguments: &Link, path: &Path) -> &'static str {
    let named = [
        (&arguments.out, "--out"),
        (&arguments.clusters, "--clusters"),
        (&arguments.changes, "--changes"),
        (&arguments.review_out, "--review-out"),
    ];
    named.into_iter().find(|(named, _)| named.as_deref() == Some(path)).map_or("", |(_, option)| option)
}

fn model(path: Option<&Path>) -> anyhow::Result<LinkageModel> {
    match path {
        None => Ok(LinkageModel::parse("config/linkage/person.toml", PERSON)?),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            Ok(LinkageModel::parse(&path.display().to_string(), &text)?)
        }
    }
}

/// Estimates the model's numbers and writes it.
fn trained(
    model: &LinkageModel,
    table: &Table,
    labels: Option<&Labels>,
    path: Option<&Path>,
    board: &Board,
) -> anyhow::Result<LinkageModel> {
    let Some(path) = path else { bail!("name a file for the trained model: --train MODEL.toml") };
    board.step(["正在估计模型参数", "estimating the model"]);
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
    compose::write_result(path, trained.to_toml().as_bytes())?;
    Ok(trained)
}

fn rosters(arguments: &Link, model: &LinkageModel) -> anyhow::Result<(Roster, Option<Roster>)> {
    let read = |path: &Path, side: usize| -> anyhow::Result<Roster> {
        let headings: Vec<&str> = model.fields.iter().map(|field| field.headings[side].as_str()).collect();
        let file = File::open(path).with_context(|| path.display().to_string())?;
        Ok(Roster::read(&path.display().to_string(), BufReader::new(file), &model.id, &headings)?)
    };
    let Some(right) = &arguments.right else { return Ok((read(&arguments.left, 0)?, None)) };
    let (left, right) = rayon::join(|| read(&arguments.left, 0), || read(right, 1));
    Ok((left?, Some(right?)))
}

/// One of two languages.
fn said(language: Language, texts: [&'static str; 2]) -> &'static str {
    texts[usize::from(language == Language::En)]
}
