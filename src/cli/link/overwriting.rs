//! What is written is never what is read, nor is one file written twice, nor a model anything but a model's file. Where it goes is there
//! before anything is read.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::{files, outcome};
use crate::cli::arguments::Link;

/// The files that a run writes, but for the model, with the option that names each.
pub(super) fn written(arguments: &Link) -> impl Iterator<Item = (&'static str, &PathBuf)> {
    let files = [
        ("--out", &arguments.out),
        ("--clusters", &arguments.clusters),
        ("--changes", &arguments.changes),
        ("--review-out", &arguments.review_out),
        ("--svg", &arguments.svg),
        ("--chart", &arguments.chart),
        ("--curve", &arguments.curve),
        ("--reliability", &arguments.reliability),
    ];
    files.into_iter().filter_map(|(option, path)| Some((option, path.as_ref()?)))
}

/// Refuses a run that would overwrite what it reads or writes, or has nowhere to write.
pub(super) fn refuse(arguments: &Link) -> anyhow::Result<()> {
    let trained = arguments.train.as_ref().and_then(Option::as_ref);
    if let Some(path) = trained.filter(|path| path.extension().is_none_or(|extension| extension != "toml")) {
        bail!("{}: --train writes a model, name a file that ends in .toml", path.display());
    }
    if let Some(path) = trained {
        has_a_place(path)?;
    }
    let named = [&arguments.right, &arguments.truth, &arguments.model, &arguments.labels, &arguments.earlier];
    let read: Vec<&PathBuf> = std::iter::once(&arguments.left).chain(named.into_iter().flatten()).collect();
    if let Some(path) = &arguments.out {
        outcome::check(path)?;
    }
    let mut before: Vec<(&str, &PathBuf)> = trained.map(|path| ("--train", path)).into_iter().collect();
    for (option, path) in written(arguments) {
        has_a_place(path)?;
        if read.iter().any(|other| same(path, other)) {
            bail!("{}: {option} would overwrite a file that is read, name another", path.display());
        }
        let twice = before.iter().find(|(_, other)| !files::is_pipe(path) && same(path, other));
        if let Some((other, _)) = twice {
            bail!("{}: {other} and {option} would write one file, name two", path.display());
        }
        before.push((option, path));
    }
    Ok(())
}

/// Refuses a folder in place of a file, and a file whose folder is not there: it would be missed only when all is compared.
fn has_a_place(path: &Path) -> anyhow::Result<()> {
    let ends_as_a_folder = path.to_string_lossy().ends_with(std::path::is_separator);
    if path.is_dir() || ends_as_a_folder {
        bail!("{} is a folder: name a file", path.display());
    }
    let folder = files::folder(path);
    if folder.is_dir() {
        return Ok(());
    }
    let (file, folder_shown) = (path.display(), folder.display());
    if folder.exists() {
        bail!("{file}: {folder_shown} is a file, not a folder: name another");
    }
    bail!("{file}: there is no folder {folder_shown}: make it, or name another")
}

fn same(one: &Path, other: &Path) -> bool {
    real(one) == real(other)
}

/// Where a file is, or will be, whichever way it is named.
fn real(path: &Path) -> PathBuf {
    let folder = files::folder(path);
    let beside = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(beside).unwrap_or_else(|| path.to_owned())
}
