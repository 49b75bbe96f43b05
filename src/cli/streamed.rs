//! A result that is written piece by piece: beside its place, readable by its owner alone, and put there once it is whole.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::NamedTempFile;

use super::output;

/// A file in the making.
pub(super) struct Streamed {
    path: PathBuf,
    to: To,
}

enum To {
    /// Beside its place.
    Beside(BufWriter<NamedTempFile>),
    /// /dev/stdout, a pipe.
    Pipe(BufWriter<File>),
}

impl Streamed {
    /// Begins a file. What stands in its place stays until the new one is whole.
    pub(super) fn begin(path: &Path) -> anyhow::Result<Self> {
        let place = || path.display().to_string();
        let to = if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            To::Pipe(BufWriter::new(File::options().write(true).open(path).with_context(place)?))
        } else {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            // the error itself would name a file that nobody asked for
            let unmade = |error: std::io::Error| std::io::Error::from(error.kind());
            To::Beside(BufWriter::new(NamedTempFile::new_in(folder).map_err(unmade).with_context(place)?))
        };
        Ok(Self { path: path.to_owned(), to })
    }

    /// Puts it in its place.
    pub(super) fn keep(self) -> anyhow::Result<()> {
        let place = || self.path.display().to_string();
        match self.to {
            To::Pipe(mut pipe) => pipe.flush().with_context(place),
            To::Beside(file) => {
                let file = file.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(place)?;
                file.persist(&self.path).with_context(place)?;
                output::tell(&format!("wrote {}", self.path.display()));
                Ok(())
            }
        }
    }
}

impl Write for Streamed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.to {
            To::Beside(file) => file.write(bytes),
            To::Pipe(pipe) => pipe.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.to {
            To::Beside(file) => file.flush(),
            To::Pipe(pipe) => pipe.flush(),
        }
    }
}
