//! Where definitions live: inside the binary, or in a folder of the operator's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;

use crate::problem::Problem;
use crate::records::SourceKey;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/definitions"]
struct BuiltIn;

/// One definition's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    BuiltIn(SourceKey),
    Folder(PathBuf),
}

impl Home {
    /// The name of a file of it, for messages.
    pub(crate) fn shown(&self, file: &str) -> String {
        match self {
            Self::BuiltIn(key) => format!("connectors/definitions/{key}/{file}"),
            Self::Folder(folder) => folder.join(file).display().to_string(),
        }
    }

    /// The definition's text.
    pub(crate) fn definition(&self) -> Result<String, Problem> {
        const FILE: &str = "definition.toml";
        let text = match self {
            Self::BuiltIn(key) => BuiltIn::get(&format!("{key}/{FILE}"))
                .and_then(|file| String::from_utf8(file.data.into_owned()).ok())
                .ok_or_else(|| "is not UTF-8".to_owned()),
            Self::Folder(folder) => std::fs::read_to_string(folder.join(FILE)).map_err(|error| error.to_string()),
        };
        text.map_err(|error| at_start(self.shown(FILE), format!("cannot be read: {error}")))
    }

    /// The files of `samples/`, by name.
    pub(crate) fn samples(&self) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
        match self {
            Self::BuiltIn(key) => {
                let prefix = format!("{key}/samples/");
                let files = BuiltIn::iter().filter_map(|path| {
                    let name = path.strip_prefix(&prefix)?.to_owned();
                    Some((name, BuiltIn::get(&path)?.data.into_owned()))
                });
                Ok(files.collect())
            }
            Self::Folder(folder) => files_of(&folder.join("samples"))
                .map_err(|error| at_start(self.shown("samples"), format!("cannot be read: {error}"))),
        }
    }
}

fn files_of(folder: &Path) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            files.insert(entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?);
        }
    }
    Ok(files)
}

/// Every definition: the built-in ones, and beside or instead of them those in the operator's folder.
pub(crate) fn homes(folder: Option<&Path>) -> Result<BTreeMap<SourceKey, Home>, Vec<Problem>> {
    let mut homes = BTreeMap::new();
    for path in BuiltIn::iter() {
        if let Some(name) = path.strip_suffix("/definition.toml")
            && let Ok(key) = SourceKey::new(name)
        {
            homes.insert(key.clone(), Home::BuiltIn(key));
        }
    }
    let Some(folder) = folder else { return Ok(homes) };
    let unreadable = |error: std::io::Error| {
        vec![at_start(folder.display().to_string(), format!("definitions_dir cannot be read: {error}"))]
    };
    let mut problems = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if !path.is_dir() || path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        if !path.join("definition.toml").is_file() {
            problems.push(at_start(path.display().to_string(), "is a folder without definition.toml".into()));
            continue;
        }
        match SourceKey::new(path.file_name().unwrap_or_default().to_string_lossy()) {
            Ok(key) => drop(homes.insert(key, Home::Folder(path))),
            Err(fault) => problems.push(at_start(path.display().to_string(), fault)),
        }
    }
    if problems.is_empty() { Ok(homes) } else { Err(problems) }
}

pub(crate) fn at_start(file: String, message: String) -> Problem {
    Problem { file, line: 1, column: 1, key: String::new(), message, suggestion: None }
}
