//! Files of one run: written beside their places, and moved there together once all are whole. They hold ids, and what rosters say of people:
//! their owner alone reads them, even where a file that others could read is put out of its place.

use std::fs::Permissions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::NamedTempFile;

use crate::cli::output;

/// Whether a path is /dev/stdout, a pipe or the like: written to, never put in its place.
pub(super) fn is_pipe(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file())
}

/// The folder that a file is in, or will be.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Files that are whole and not yet in their places.
#[derive(Default)]
pub(super) struct Files(Vec<(PathBuf, NamedTempFile)>);

impl Files {
    /// Writes a file; a pipe is written to at once.
    pub(super) fn write(
        &mut self,
        path: &Path,
        write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let place = || path.display().to_string();
        let whole = |file: &mut dyn Write| {
            let mut file = BufWriter::with_capacity(1 << 20, file);
            write(&mut file)?;
            file.flush()?;
            anyhow::Ok(())
        };
        if is_pipe(path) {
            let mut file = std::fs::OpenOptions::new().write(true).open(path).with_context(place)?;
            return whole(&mut file).with_context(place);
        }
        // the error itself would name a file that nobody asked for
        let unmade = |error: std::io::Error| std::io::Error::from(error.kind());
        let owners = Permissions::from_mode(0o600);
        let file = tempfile::Builder::new().permissions(owners).tempfile_in(folder(path));
        let mut file = file.map_err(unmade).with_context(place)?;
        whole(&mut file).with_context(place)?;
        self.0.push((path.to_owned(), file));
        Ok(())
    }

    /// Moves all of them to their places.
    pub(super) fn keep(self) -> anyhow::Result<()> {
        for (path, file) in self.0 {
            file.persist(&path).with_context(|| path.display().to_string())?;
            output::tell(&format!("wrote {}", path.display()));
        }
        Ok(())
    }
}

/// A table as comma-separated lines.
pub(super) fn rows(file: &mut dyn Write) -> csv::Writer<&mut dyn Write> {
    csv::Writer::from_writer(file)
}
