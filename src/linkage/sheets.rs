//! What was found as comma-separated tables: pairs, and rows by person.

use std::borrow::Cow;
use std::io::Write;

use super::cluster_ids::ClusterIds;
use super::decision::Decided;
use super::earlier::{HEADINGS, ROSTERS, cluster_id};
use super::explained::Explainer;
use super::fields::LevelText;
use super::model::LinkageModel;
use super::roster::Column;
use super::scoring::Scorer;
use crate::drawing::lettering::plain_bits;
use crate::household::Lang;

/// What was found of which rows.
pub struct Pairs<'a> {
    /// What they were weighed by.
    pub model: &'a LinkageModel,
    /// What takes a pair apart.
    pub scorer: &'a Scorer<'a>,
    /// Pairs and what is decided of each.
    pub found: &'a [Decided],
    /// What names the rows of both sides.
    pub ids: (&'a Column, &'a Column),
    /// Language of the levels.
    pub lang: Lang,
}

impl Pairs<'_> {
    /// The names of a pair's rows.
    #[must_use]
    pub fn names(&self, found: &Decided) -> (&str, &str) {
        (self.ids.0.get(found.pair.left as usize), self.ids.1.get(found.pair.right as usize))
    }

    /// Writes the heading line and a line a pair; with `explain`, beside each the level and weight of every field. `id` is how an id stands in
    /// the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(
        &self,
        file: &mut dyn Write,
        explain: bool,
        id: impl for<'t> Fn(&'t str) -> Cow<'t, str>,
    ) -> csv::Result<()> {
        let mut writer = csv::Writer::from_writer(file);
        let mut headings: Vec<String> =
            ["left_id", "right_id", "weight", "probability", "decision"].map(str::to_owned).to_vec();
        if explain {
            for field in &self.model.fields {
                headings.extend([format!("{}_level", field.name), format!("{}_weight", field.name)]);
            }
            headings.push("together_weight".to_owned());
        }
        writer.write_record(&headings)?;
        let mut explainer = explain.then(|| Explainer::new(self.model, self.scorer));
        let mut row: Vec<Cow<'_, str>> = Vec::with_capacity(headings.len());
        for found in self.found {
            let pair = found.pair;
            let (left, right) = self.names(found);
            row.clear();
            row.extend([id(left), id(right), plain_bits(pair.weight).into()]);
            row.extend([probability(found.probability_ppm).into(), found.decision.key().into()]);
            if let Some(explainer) = &mut explainer {
                let explained = explainer.explain(pair.left, pair.right);
                for field in &explained.fields {
                    row.extend([words(&field.level, self.lang).into(), plain_bits(field.weight).into()]);
                }
                let together = explained.together.iter().map(|place| self.model.together[*place].centibits);
                row.push(plain_bits(together.sum()).into());
            }
            writer.write_record(row.iter().map(|cell| cell.as_bytes()))?;
        }
        Ok(writer.flush()?)
    }
}

/// An id as its roster writes it.
#[must_use]
pub fn as_it_stands(id: &str) -> Cow<'_, str> {
    Cow::Borrowed(id)
}

/// A level in words.
#[must_use]
pub fn words(level: &LevelText, lang: Lang) -> &'static str {
    lang.pick(level.zh, level.en)
}

/// A probability as a decimal.
#[must_use]
pub fn probability(ppm: u32) -> String {
    format!("{}.{:06}", ppm / 1_000_000, ppm % 1_000_000)
}

/// Writes every row with the id of its cluster. `id` is how a row's id stands in the file.
///
/// # Errors
/// The file cannot be written.
pub fn write_clusters(
    file: &mut dyn Write,
    clusters: &ClusterIds,
    ids: (&Column, &Column),
    id: impl for<'t> Fn(&'t str) -> Cow<'t, str>,
) -> csv::Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(HEADINGS)?;
    for (number, side, row) in &clusters.rows {
        let row_id = id([ids.0, ids.1][*side].get(*row as usize));
        writer.write_record([cluster_id(*number).as_str(), ROSTERS[*side], &row_id])?;
    }
    // an id that was given once is never given to others: the next run must know how far they went
    if clusters.rows.last().is_none_or(|(last, ..)| *last < clusters.largest) {
        writer.write_record([cluster_id(clusters.largest).as_str(), "", ""])?;
    }
    Ok(writer.flush()?)
}
