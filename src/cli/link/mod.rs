//! `hedui link`: two rosters against each other, or one against itself. Files are opened and written here; what is a match is
//! `linkage`'s.

mod measuring;
mod ndjson;
mod outcome;
mod pair;
mod told;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::arguments::{Language, Link};
use super::{compose, output};
use crate::household::Lang;
use crate::linkage::decision::{Pair, each_alone, one_to_one};
use crate::linkage::linking::{self, Linked};
use crate::linkage::table::Table;
use crate::linkage::training;
use crate::linkage::truth::Truth;
use crate::linkage::{LinkageModel, Roster};
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
    if let Some(wanted) = &arguments.pair {
        board.done();
        return pair::explain(arguments, &model, wanted, left, right);
    }
    let table = Table::of(&model, &mut left, right.as_mut());
    if arguments.dry_run {
        let counts = linking::count(&model, &table);
        board.done();
        output::say(&told::counts(&counts, &left, arguments.max_pairs, arguments.lang, arguments.json)?);
        return Ok(ExitCode::SUCCESS);
    }
    board.step(["正在统计候选对", "counting candidates"]);
    told::refuse_too_many(&linking::count(&model, &table), arguments.max_pairs)?;
    if let Some(file) = &arguments.train {
        model = trained(&model, &table, file.as_deref().or(arguments.model.as_deref()), &board)?;
    }
    let faint = measuring::is_wanted(arguments).then(|| measuring::faint(&model));
    let Linked { mut pairs, counts } = linking::link(faint.as_ref().unwrap_or(&model), &table, &board);
    board.done();
    let faint = faint.map(|faint| (faint, pairs.clone()));
    // fainter pairs are there to be measured: they decide nothing
    pairs.retain(|pair| pair.weight >= linking::least(&model));
    let ids = (&left.ids, right.as_ref().map_or(&left.ids, |right| &right.ids));
    let decide = |model: &LinkageModel, pairs: Vec<Pair>| {
        if arguments.one_to_one { one_to_one(model, pairs, ids) } else { each_alone(model, &pairs) }
    };
    let mut found = decide(&model, pairs);
    found.sort_unstable_by_key(|found| (found.pair.left, found.pair.right));
    let truth = arguments.truth.as_deref().map(|path| truth(path, ids, table.is_one)).transpose()?;
    if let Some(path) = &arguments.out {
        let pairs = outcome::Pairs { model: &model, table: &table, found: &found, ids, language: arguments.lang };
        outcome::write(path, &pairs, arguments.explain)?;
    }
    if let Some(unknown) = truth.as_ref().map(|truth| truth.unknown).filter(|unknown| *unknown > 0) {
        let what = said(
            arguments.lang,
            ["对真实配对的编号不在名册中，未计入", "true pairs name rows that are in no roster; they are left out"],
        );
        output::tell(&format!("{unknown} {what}"));
    }
    let reliability = match (&truth, faint) {
        (Some(truth), Some((faint, pairs))) => measuring::write(arguments, &model, decide(&faint, pairs), truth)?,
        _ => None,
    };
    let measured = truth.map(|truth| truth.measured(&found));
    let measured = told::Held { measured: measured.as_ref(), reliability: reliability.as_ref() };
    let summary = told::summary(&found, &counts, &measured, arguments.lang, arguments.json)?;
    // pairs that go to a pipe stand there alone
    if arguments.out.as_deref().is_some_and(outcome::is_pipe) {
        output::tell(&summary)
    } else {
        output::say(&summary)
    }
    Ok(ExitCode::SUCCESS)
}

/// What is written is never what is read, nor a model anything but a model's file.
fn refuse_to_overwrite(arguments: &Link) -> anyhow::Result<()> {
    let trained = arguments.train.as_ref().and_then(Option::as_ref);
    if let Some(path) = trained.filter(|path| path.extension().is_none_or(|extension| extension != "toml")) {
        bail!("{}: --train writes a model, name a file that ends in .toml", path.display());
    }
    let read = [Some(&arguments.left), arguments.right.as_ref(), arguments.truth.as_ref(), arguments.model.as_ref()];
    if let Some(path) = &arguments.out {
        outcome::check(path)?;
    }
    let written = [
        ("--out", &arguments.out),
        ("--svg", &arguments.svg),
        ("--chart", &arguments.chart),
        ("--curve", &arguments.curve),
        ("--reliability", &arguments.reliability),
    ];
    let written: Vec<(&str, &PathBuf)> =
        written.into_iter().filter_map(|(option, path)| Some((option, path.as_ref()?))).collect();
    for (place, (option, path)) in written.iter().enumerate() {
        if path.is_dir() {
            bail!("{} is a folder: name a file", path.display());
        }
        if read.into_iter().flatten().any(|other| real(other) == real(path)) {
            bail!("{}: {option} would overwrite a file that is read, name another", path.display());
        }
        let twice = |(_, other): &&(&str, &PathBuf)| !outcome::is_pipe(path) && real(other) == real(path);
        if let Some((other, _)) = written[..place].iter().find(twice) {
            bail!("{}: {other} and {option} would write one file, name two", path.display());
        }
    }
    Ok(())
}

/// Where a file is, or will be, whichever way it is named.
fn real(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(beside).unwrap_or_else(|| path.to_owned())
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
fn trained(model: &LinkageModel, table: &Table, path: Option<&Path>, board: &Board) -> anyhow::Result<LinkageModel> {
    let Some(path) = path else { bail!("name a file for the trained model: --train MODEL.toml") };
    board.step(["正在估计模型参数", "estimating the model"]);
    let mut trained = training::train(model, table, board).model;
    trained.source = format!("estimated without labels from two rosters of {} and {} rows", table.len(0), table.len(1));
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

fn truth(
    path: &Path,
    ids: (&crate::linkage::roster::Column, &crate::linkage::roster::Column),
    is_one: bool,
) -> anyhow::Result<Truth> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let headings = ["left_id", "right_id"];
    let pairs = Roster::read_pairs(&path.display().to_string(), BufReader::new(file), headings)?;
    let truth = Truth::of(&pairs, ids, is_one);
    if truth.is_empty() {
        bail!("{}: no pair of it has both rows in the rosters", path.display());
    }
    Ok(truth)
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
