//! Packs from a folder: read whole, laid over the built-in ones, and looked at again when a file has changed.

use std::path::{Path, PathBuf};

use super::arguments::PacksFolder;
use super::configured;
use super::configured::{Faulty, fault, unreadable};
use super::file_watch::{Stamp, stamp};
use crate::config::{Problem, Settings};
use crate::policy::Packs;

/// The packs of the settings: the built-in ones, and over them those of the folder named.
pub(super) fn configured(settings: &Settings) -> Result<Packs, Vec<Problem>> {
    match &settings.policy_directory {
        Some(folder) => in_folder(folder),
        None => Ok(Packs::embedded()),
    }
}

/// The folder a command is about, if any: the one given, else the settings' one.
pub(super) fn folder(arguments: &PacksFolder) -> Result<Option<PathBuf>, Faulty> {
    match &arguments.packs {
        Some(folder) => Ok(Some(folder.clone())),
        None => Ok(configured::settings(&arguments.config)?.policy_directory),
    }
}

/// The packs a command is about.
pub(super) fn of(arguments: &PacksFolder) -> Result<Packs, Faulty> {
    match folder(arguments)? {
        Some(folder) => in_folder(&folder).map_err(Faulty),
        None => Ok(Packs::embedded()),
    }
}

/// The packs of a folder over the built-in ones.
pub(super) fn in_folder(folder: &Path) -> Result<Packs, Vec<Problem>> {
    let files = toml_files(folder)?;
    if files.is_empty() {
        let none = fault(&folder.display().to_string(), "policy.directory", "holds no pack (*.toml)".to_owned());
        return Err(vec![none]);
    }
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Packs::over_embedded(&files).map_err(|problems| problems.into_iter().map(problem).collect())
}

/// Packs to be tried: a folder of them, or one file laid over the packs in force.
pub(super) fn tried(settings: &Settings, path: &Path) -> Result<Packs, Faulty> {
    if path.is_dir() {
        return in_folder(path).map_err(Faulty);
    }
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Faulty(vec![unreadable(&shown, &error)]))?;
    let in_force = configured(settings).map_err(Faulty)?;
    in_force.laid_over(&shown, &text).map_err(|problems| Faulty(problems.into_iter().map(problem).collect()))
}

/// Name and text of every `*.toml` of a folder, by name.
pub(super) fn toml_files(folder: &Path) -> Result<Vec<(String, String)>, Vec<Problem>> {
    let shown = |path: &Path| path.display().to_string();
    let paths = toml_paths(folder).map_err(|error| vec![unreadable(&shown(folder), &error)])?;
    let read = |path: PathBuf| match std::fs::read_to_string(&path) {
        Ok(text) => Ok((shown(&path), text)),
        Err(error) => Err(unreadable(&shown(&path), &error)),
    };
    let (read, faults): (Vec<_>, Vec<_>) = paths.into_iter().map(read).partition(Result::is_ok);
    let faults: Vec<_> = faults.into_iter().filter_map(Result::err).collect();
    if faults.is_empty() { Ok(read.into_iter().flatten().collect()) } else { Err(faults) }
}

fn toml_paths(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let paths = entries.into_iter().map(|entry| entry.path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    paths.sort();
    Ok(paths)
}

/// What a folder looks like from outside: when this is the same, nothing was saved in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Look(Option<Vec<(PathBuf, Stamp)>>);

/// Looks at a folder, without reading its files.
pub(super) fn look(folder: &Path) -> Look {
    let seen = |path: PathBuf| {
        let stamp = stamp(&path);
        (path, stamp)
    };
    Look(toml_paths(folder).ok().map(|paths| paths.into_iter().map(seen).collect()))
}

fn problem(problem: crate::policy::Problem) -> Problem {
    Problem {
        file: problem.file,
        line: problem.line,
        column: problem.column,
        key: problem.key,
        message: problem.message,
        suggestion: Some(problem.suggestion).filter(|text| !text.is_empty()),
    }
}
