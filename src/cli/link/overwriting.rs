//! What is written is never what is read, nor is one file written twice, nor a model anything but a model's file.

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

/// Refuses a run that would overwrite what it reads or writes.
pub(super) fn refuse(arguments: &Link) -> anyhow::Result<()> {
    let trained = arguments.train.as_ref().and_then(Option::as_ref);
    if let Some(path) = trained.filter(|path| path.extension().is_none_or(|extension| extension != "toml")) {
        bail!("{}: --train writes a model, name a file that ends in .toml", path.display());
    }
    if let Some(path) = trained.filter(|path| path.is_dir()) {
        bail!("{} is a folder: name a file", path.display());
    }
    let named = [&arguments.right, &arguments.truth, &arguments.model, &arguments.labels, &arguments.earlier];
    let read: Vec<&PathBuf> = std::iter::once(&arguments.left).chain(named.into_iter().flatten()).collect();
    if let Some(path) = &arguments.out {
        outcome::check(path)?;
    }
    let mut before: Vec<(&str, &PathBuf)> = trained.map(|path| ("--train", path)).into_iter().collect();
    for (option, path) in written(arguments) {
        if path.is_dir() {
            bail!("{} is a folder: name a file", path.display());
        }
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

fn same(one: &Path, other: &Path) -> bool {
    real(one) == real(other)
}

/// Where a file is, or will be, whichever way it is named.
fn real(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(beside).unwrap_or_else(|| path.to_owned())
}
