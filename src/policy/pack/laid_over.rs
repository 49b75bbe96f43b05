//! Packs that are tried and not in force: one file laid over the packs in force, key by key, or single values written as such a file.

use toml::{Table, Value};

use super::catalogue::KeySpec;
use super::{Kind, Packs, Problem};
use crate::household::{Fen, toml_bounds};

/// Since when a value that is tried holds: whatever the day that is asked about.
const EVER: &str = "2000-01-01";

impl Packs {
    /// These packs, with a file laid over that of its region: each key that it states takes the place of that key there. It stands alone where
    /// its region has no pack, or where it cannot be read: then the packs' own reader says why.
    ///
    /// # Errors
    /// As [`Packs::load`]; what is wrong with the file stands at its key's place in it.
    pub fn laid_over(&self, name: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let files = laid_over(self.files.to_vec(), name, text)?;
        let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Self::load(&files).map_err(|problems| problems.into_iter().map(|p| placed(p, name, text)).collect())
    }
}

/// A file that gives parameters of a region other values, whatever the day: key and value as a person writes it, without quotes. It is for
/// [`Packs::laid_over`], whose reader says what is wrong with them.
#[must_use]
pub fn tried_values<'a>(region: &str, values: impl IntoIterator<Item = (&'a KeySpec, &'a str)>) -> String {
    let mut text = format!("[pack]\nregion = \"{region}\"\n");
    for (KeySpec { key, kind, unit, .. }, value) in values {
        let value = in_file(*kind, value.trim());
        text += &format!("\n[[{key}]]\nfrom = \"{EVER}\"\nvalue = {value}\nunit = \"{unit}\"\n");
        text += "basis = \"assumed\"\nnote = \"试算\"\n";
    }
    text
}

/// A value as a file has it: counts bare, a multiple that is written as pages show it (`1.5`) as a fraction, everything else in quotes as it is.
fn in_file(kind: Kind, written: &str) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    match kind {
        Kind::Integer => written.parse::<u64>().map_or_else(|_| quoted(written), |count| count.to_string()),
        Kind::Ratio => written
            .parse::<Fen>()
            .map_or_else(|_| quoted(written), |Fen(hundredths)| quoted(&format!("{hundredths}/100"))),
        _ => quoted(written),
    }
}

/// Every parameter whose value is a number and that a pack may change.
pub fn figures() -> impl Iterator<Item = &'static KeySpec> {
    let number = |spec: &&KeySpec| matches!(spec.kind, Kind::Money | Kind::Ratio | Kind::Integer | Kind::Area);
    super::CATALOGUE.iter().filter(number).filter(|spec| !super::check::is_fixed(spec.key))
}

/// The region that a pack's text is about.
fn region_of(text: &str) -> Option<String> {
    toml_bounds::check(text).ok()?;
    let table: Table = toml::from_str(text).ok()?;
    table.get("pack")?.get("region")?.as_str().map(str::to_owned)
}

fn laid_over(mut files: Vec<(String, String)>, name: &str, text: &str) -> Result<Vec<(String, String)>, Vec<Problem>> {
    let place =
        region_of(text).and_then(|own| files.iter().position(|(_, text)| region_of(text).as_ref() == Some(&own)));
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
        suggestion: "write the file as config/policy is written".to_owned(),
        zh: String::new(),
        wrong_kind: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::Region;
    use crate::policy::Pack;
    use crate::policy::pack::spec;

    const TRY: &str = "[pack]\nregion = \"620422\"\n\n[[standard.dibao.urban]]\nfrom = \"2024-01-01\"\nvalue = \"700.00\"\n\
                       unit = \"yuan_per_head_month\"\nbasis = \"assumed\"\nnote = \"proposal\"\n";

    /// Keys whose value in force is another, with both.
    fn changed(packs: &Packs) -> Vec<(String, [Option<String>; 2])> {
        let (region, day) = (Region("620422".into()), "2026-11-01".parse().unwrap());
        let values = |pack: &Pack| {
            pack.explain_all().into_iter().map(|one| (one.key, one.in_force.map(|now| now.value))).collect::<Vec<_>>()
        };
        let both = [Packs::embedded(), packs.clone()].map(|packs| values(&packs.resolve(&region, day).unwrap()));
        let [before, after] = both;
        let pairs = before.into_iter().zip(after).filter(|(one, other)| one != other);
        pairs.map(|(one, other)| (one.0, [one.1, other.1])).collect()
    }

    #[test]
    fn one_number_takes_the_place_of_its_key_and_of_nothing_else() {
        let packs = Packs::embedded().laid_over("try.toml", TRY).unwrap();
        let expected = ["623.00", "700.00"].map(|value| Some(value.to_owned()));
        assert_eq!(changed(&packs), [("standard.dibao.urban".to_owned(), expected)]);
    }

    #[test]
    fn what_is_laid_over_replaced_packs_is_laid_over_those_in_force() {
        let (name, own) = Packs::embedded_files().iter().find(|(_, text)| text.contains("\"620422\"")).unwrap();
        let own = own.replace("623.00", "650.00");
        let packs =
            Packs::over_embedded(&[(name, &own)]).unwrap().laid_over("try.toml", "[pack]\nregion = \"620422\"\n");
        let expected = ["623.00", "650.00"].map(|value| Some(value.to_owned()));
        assert_eq!(changed(&packs.unwrap()), [("standard.dibao.urban".to_owned(), expected)]);
    }

    #[test]
    fn faults_stand_at_their_key_in_the_file_that_was_written() {
        let problems = Packs::embedded().laid_over("try.toml", &TRY.replace("\"700.00\"", "7")).unwrap_err();
        assert!(problems.iter().any(|p| p.file == "try.toml" && p.line == 4), "{problems:?}");
    }

    #[test]
    fn every_figure_may_be_tried_at_the_value_it_has() {
        let (region, day) = (Region("620422".into()), "2026-11-01".parse().unwrap());
        let pack = Packs::embedded().resolve(&region, day).unwrap();
        let now = |key: &str| pack.explain(key).and_then(|one| one.in_force).map(|now| now.value);
        let values: Vec<_> = figures().filter_map(|spec| Some((spec, now(spec.key)?))).collect();
        assert!(values.len() > 50, "{}", values.len());
        let text = tried_values("620422", values.iter().map(|(spec, value)| (*spec, value.as_str())));
        let packs = Packs::embedded().laid_over("tried", &text).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert_eq!(changed(&packs), []);
    }

    #[test]
    fn what_is_no_number_is_told_at_its_key_and_changes_no_other() {
        let (money, count) = (spec("standard.dibao.urban").unwrap(), spec("property.dibao.cars").unwrap());
        let share = spec("deduction.schooling.above").unwrap();
        for (of, written) in [
            (money, "a lot"),
            (money, "\"\nvalue = \"1.00"),
            (money, ""),
            (money, "-5"),
            (count, "1.5"),
            (count, "1\nto = 3"),
            (count, "9999"),
            (count, "true"),
            (count, ""),
            (share, "half"),
            (share, "1.5"),
            (share, "-1"),
        ] {
            let problems = Packs::embedded().laid_over("tried", &tried_values("620422", [(of, written)])).unwrap_err();
            assert!(problems.iter().any(|p| p.key == of.key && !p.zh.is_empty()), "{written}: {problems:?}");
        }
    }
}
