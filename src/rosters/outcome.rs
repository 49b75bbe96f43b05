//! What came of a run: pairs and why, persons of one roster, what is to be said of columns, how weights lie.

use std::borrow::Cow;

use crate::household::Lang;
use crate::linkage::cluster_ids::ClusterIds;
use crate::linkage::clusters::Clusters;
use crate::linkage::decision::{Decided, Decision, Judge, Pair};
use crate::linkage::labels::Labels;
use crate::linkage::linking::{Linked, least};
use crate::linkage::pair::Told;
use crate::linkage::roster::Column;
use crate::linkage::scoring::Scorer;
use crate::linkage::sheets::{self, Pairs};
use crate::linkage::table::Table;
use crate::linkage::{LinkageModel, Roster, filled};
use crate::report::csv::cell;

/// Bars of a drawing at most.
const MOST_BARS: i32 = 24;

/// Pairs, and all that they were found by. Prints nothing of itself.
pub struct Outcome {
    /// The model for rosters of this size.
    pub model: LinkageModel,
    table: Table,
    left: Roster,
    right: Option<Roster>,
    texts: (Vec<Column>, Option<Vec<Column>>),
    /// Pairs that were compared, those that several rules make each time.
    pub compared: u64,
    /// By left and right row.
    pub found: Vec<Decided>,
    /// Places in `found` of matches and of reviews, the heaviest first.
    ordered: [Vec<usize>; 2],
    /// Rows by person, of one roster.
    clusters: Option<ClusterIds>,
    /// How many persons it holds, and how many of them stand in several rows.
    pub persons: Option<(usize, usize)>,
}

/// Pairs of about one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The least weight, in bits.
    pub from: i32,
    /// The weight that is none of them any more.
    pub until: i32,
    /// Matches.
    pub matches: u64,
    /// Pairs to look at.
    pub reviews: u64,
}

impl Outcome {
    pub(super) fn of(
        model: LinkageModel,
        table: Table,
        (left, right): (Roster, Option<Roster>),
        texts: (Vec<Column>, Option<Vec<Column>>),
        one_to_one: bool,
        linked: Linked,
    ) -> Self {
        let Linked { mut pairs, counts } = linked;
        pairs.retain(|pair: &Pair| pair.weight >= least(&model));
        let (found, clusters) = {
            let scorer = Scorer::new(&model, &table);
            let ids = (&left.ids, right.as_ref().map_or(&left.ids, |right| &right.ids));
            let judge = Judge { model: &model, scorer: &scorer, ids, labels: &Labels::default() };
            let mut found = judge.decide(one_to_one, &table, pairs);
            found.sort_unstable_by_key(|found| (found.pair.left, found.pair.right));
            let clusters = table.is_one.then(|| ClusterIds::of(&Clusters::of(&judge, true, &mut found), ids, None));
            (found, clusters)
        };
        let ordered = [Decision::Match, Decision::Review].map(|wanted| {
            let mut places: Vec<usize> = (0..found.len()).filter(|place| found[*place].decision == wanted).collect();
            places.sort_by_key(|place| std::cmp::Reverse(found[*place].pair.weight));
            places
        });
        let compared = counts.iter().map(|count| count.pairs).sum();
        let persons = clusters.as_ref().map(counted);
        Self { model, table, left, right, texts, compared, found, ordered, clusters, persons }
    }

    /// Places in `found` of pairs so decided, the heaviest first.
    #[must_use]
    pub fn places(&self, decision: Decision) -> &[usize] {
        &self.ordered[usize::from(decision == Decision::Review)]
    }

    fn ids(&self) -> (&Column, &Column) {
        (&self.left.ids, self.right.as_ref().map_or(&self.left.ids, |right| &right.ids))
    }

    /// The ids of a pair's rows.
    #[must_use]
    pub fn names(&self, found: &Decided) -> [&str; 2] {
        let ids = self.ids();
        [ids.0.get(found.pair.left as usize), ids.1.get(found.pair.right as usize)]
    }

    /// The lines of a pair's rows in their files.
    #[must_use]
    pub fn lines(&self, found: &Decided) -> [u64; 2] {
        let right = self.right.as_ref().unwrap_or(&self.left);
        [self.left.line(found.pair.left as usize), right.line(found.pair.right as usize)]
    }

    /// Of every field, what stands in both rows.
    #[must_use]
    pub fn values(&self, found: &Decided) -> Vec<[&str; 2]> {
        let (lefts, rights) = (&self.texts.0, self.texts.1.as_ref().unwrap_or(&self.texts.0));
        let rows = [found.pair.left as usize, found.pair.right as usize];
        lefts.iter().zip(rights).map(|(left, right)| [left.get(rows[0]), right.get(rows[1])]).collect()
    }

    /// A pair taken apart.
    #[must_use]
    pub fn told(&self, found: &Decided, lang: Lang) -> Told<'_> {
        Told::of(&self.model, &self.table, (found.pair.left, found.pair.right), lang)
    }

    /// What is to be said of columns before their pairs are believed.
    #[must_use]
    pub fn warnings(&self, lang: Lang) -> Vec<String> {
        let rosters: Vec<&Roster> = std::iter::once(&self.left).chain(&self.right).collect();
        filled::warnings(&self.model, &self.table, &rosters, lang)
    }

    /// How weights lie, the lightest first; empty where nothing was found.
    #[must_use]
    pub fn bars(&self) -> Vec<Bar> {
        let bits = |found: &Decided| found.pair.weight.div_euclid(100);
        let (Some(least), Some(most)) = (self.found.iter().map(bits).min(), self.found.iter().map(bits).max()) else {
            return Vec::new();
        };
        let steps = [1, 2, 5, 10, 20];
        let step = steps.into_iter().find(|step| (most - least) / step < MOST_BARS).unwrap_or(50);
        let first = least.div_euclid(step);
        let bar = |place: i32| Bar { from: place * step, until: (place + 1) * step, matches: 0, reviews: 0 };
        let mut bars: Vec<Bar> = (first..=most.div_euclid(step)).map(bar).collect();
        for found in &self.found {
            let place = usize::try_from(bits(found).div_euclid(step) - first).unwrap_or(0);
            match found.decision {
                Decision::Match => bars[place].matches += 1,
                Decision::Review => bars[place].reviews += 1,
            }
        }
        bars
    }

    /// The pairs as a file for a spreadsheet, with every field's level and weight: the columns of `hedui link --out --explain`.
    ///
    /// # Errors
    /// None: it is written to memory.
    pub fn pairs_file(&self, lang: Lang) -> csv::Result<Vec<u8>> {
        let scorer = Scorer::new(&self.model, &self.table);
        let pairs = Pairs { model: &self.model, scorer: &scorer, found: &self.found, ids: self.ids(), lang };
        let mut file = marked();
        pairs.write(&mut file, true, in_spreadsheet)?;
        Ok(file)
    }

    /// Rows by person as such a file; none of two rosters.
    ///
    /// # Errors
    /// As [`Self::pairs_file`].
    pub fn persons_file(&self) -> csv::Result<Option<Vec<u8>>> {
        let Some(clusters) = &self.clusters else { return Ok(None) };
        let mut file = marked();
        sheets::write_clusters(&mut file, clusters, self.ids(), in_spreadsheet)?;
        Ok(Some(file))
    }
}

/// Clusters, and those of several rows.
fn counted(clusters: &ClusterIds) -> (usize, usize) {
    let sizes = clusters.rows.chunk_by(|one, next| one.0 == next.0).map(<[_]>::len);
    sizes.fold((0, 0), |(all, several), size| (all + 1, several + usize::from(size > 1)))
}

/// Without this mark a spreadsheet takes the text for another encoding.
fn marked() -> Vec<u8> {
    "\u{FEFF}".as_bytes().to_vec()
}

/// An id that no spreadsheet takes for a formula.
fn in_spreadsheet(id: &str) -> Cow<'_, str> {
    cell(id)
}
