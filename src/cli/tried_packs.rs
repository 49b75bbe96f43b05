//! Packs that are tried and not in force: a folder of them, or one file laid over the packs in force, key by key.

use std::path::Path;

use toml::{Table, Value};

use super::configured;
use super::configured::Faulty;
use super::packs;
use crate::config::{Problem, Settings};
use crate::policy::Packs;

/// Reads the packs to try.
pub(super) fn read(settings: &Settings, path: &Path) -> Result<Packs, Faulty> {
    if path.is_dir() {
        return packs::in_folder(path).map_err(Faulty);
    }
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Faulty(vec![configured::unreadable(&shown, &error)]))?;
    let files = packs::files_in_force(settings).map_err(Faulty)?;
    let files = laid_over(files, &shown, &text).map_err(Faulty)?;
    packs::of_files(&files).map_err(|problems| Faulty(problems.into_iter().map(|p| placed(p, &shown, &text)).collect()))
}

/// The files with one laid over that of its region: each key that it states takes the place of that key there. It stands alone where
/// its region has no pack, or where it cannot be read: then the packs' own reader says why.
fn laid_over(mut files: Vec<(String, String)>, name: &str, text: &str) -> Result<Vec<(String, String)>, Vec<Problem>> {
    let region = packs::region_of;
    let place = region(text).and_then(|own| files.iter().position(|(_, text)| region(text).as_ref() == Some(&own)));
    let Some(place) = place else {
        files.push((name.to_owned(), text.to_owned()));
        return Ok(files);
    };
    let (over, under) = (toml::from_str(text), toml::from_str(&files[place].1));
    let (Ok(over), Ok(mut under)): (Result<Table, _>, Result<Table, _>) = (over, under) else {
        files.push((name.to_owned(), text.to_owned()));
        return Ok(files);
    };
    lay(&mut under, over);
    let merged = toml::to_string(&under).map_err(|error| vec![unwritable(name, &error.to_string())])?;
    files[place] = (name.to_owned(), merged);
    Ok(files)
}

/// Tables are laid over each other; a list of dated values, and anything else, is replaced as a whole.
fn lay(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => lay(below, above),
            (_, value) => drop(under.insert(key, value)),
        }
    }
}

/// A fault in the merged text, at its key's place in the file that was written.
fn placed(problem: Problem, name: &str, text: &str) -> Problem {
    if problem.file != name {
        return problem;
    }
    let header = format!("[[{}]]", problem.key);
    let line = text.lines().position(|line| line.trim_end() == header).map_or(0, |line| line + 1);
    Problem { line, column: usize::from(line > 0), ..problem }
}

fn unwritable(file: &str, message: &str) -> Problem {
    Problem {
        file: file.to_owned(),
        line: 0,
        column: 0,
        key: String::new(),
        message: format!("cannot be laid over the pack in force: {message}"),
        suggestion: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::Region;

    fn embedded() -> Vec<(String, String)> {
        Packs::embedded_files().iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    const TRY: &str = "[pack]\nregion = \"620422\"\n\n[[standard.dibao.urban]]\nfrom = \"2024-01-01\"\nvalue = \"700.00\"\n\
                       unit = \"yuan_per_head_month\"\nbasis = \"assumed\"\nnote = \"proposal\"\n";

    #[test]
    fn one_number_takes_the_place_of_its_key_and_of_nothing_else() {
        let packs = packs::of_files(&laid_over(embedded(), "try.toml", TRY).unwrap()).unwrap();
        let (region, day) = (Region("620422".into()), "2026-11-01".parse().unwrap());
        let (before, after) = (Packs::embedded().resolve(&region, day).unwrap(), packs.resolve(&region, day).unwrap());
        let values = |pack: &crate::policy::Pack| {
            let all = pack.explain_all().into_iter();
            all.map(|one| (one.key, one.in_force.map(|now| now.value))).collect::<Vec<_>>()
        };
        let changed: Vec<_> = values(&before).into_iter().zip(values(&after)).filter(|(a, b)| a != b).collect();
        let [(old, new)] = &changed[..] else { panic!("{changed:?}") };
        assert_eq!((old.0.as_str(), old.1.as_deref()), ("standard.dibao.urban", Some("623.00")));
        assert_eq!(new.1.as_deref(), Some("700.00"));
    }

    #[test]
    fn faults_stand_at_their_key_in_the_file_that_was_written() {
        let faulty = TRY.replace("\"700.00\"", "7");
        let files = laid_over(embedded(), "try.toml", &faulty).unwrap();
        let problems = packs::of_files(&files).unwrap_err();
        let problems: Vec<_> = problems.into_iter().map(|problem| placed(problem, "try.toml", &faulty)).collect();
        assert!(problems.iter().any(|p| p.file == "try.toml" && p.line == 4), "{problems:?}");
    }
}
