//! What is decided of the pairs of a run, and the files it goes into.

use super::files::Files;
use super::given::Given;
use super::{clusters, lang, outcome, reviews};
use crate::cli::arguments::Link;
use crate::linkage::LinkageModel;
use crate::linkage::cluster_ids::ClusterIds;
use crate::linkage::clusters::Clusters;
use crate::linkage::decision::{Decided, Judge, Pair};
use crate::linkage::labels::Labels;
use crate::linkage::roster::Column;
use crate::linkage::scoring::Scorer;
use crate::linkage::sheets::{self, Pairs};
use crate::linkage::table::Table;

/// Pairs and clusters.
pub(super) struct Results<'a> {
    model: &'a LinkageModel,
    scorer: &'a Scorer<'a>,
    ids: (&'a Column, &'a Column),
    /// By left and right row.
    pub found: Vec<Decided>,
    /// Where they are asked for.
    pub clusters: Option<(Clusters, ClusterIds)>,
}

impl<'a> Results<'a> {
    /// Decides what remained.
    pub(super) fn of(
        arguments: &Link,
        (model, table, scorer): (&'a LinkageModel, &Table, &'a Scorer<'a>),
        ids: (&'a Column, &'a Column),
        given: &Given,
        pairs: Vec<Pair>,
    ) -> Self {
        let judge = Judge { model, scorer, ids, labels: &given.labels };
        let mut found = judge.decide(arguments.one_to_one, table, pairs);
        found.sort_unstable_by_key(|found| (found.pair.left, found.pair.right));
        let clusters = arguments.clusters.as_ref().map(|_| {
            let clusters = Clusters::of(&judge, table.is_one, &mut found);
            let cluster_ids = ClusterIds::of(&clusters, ids, given.earlier.as_ref());
            (clusters, cluster_ids)
        });
        Self { model, scorer, ids, found, clusters }
    }

    /// Writes every file that is asked for; `texts` are what both rosters say, where pairs go out for review.
    pub(super) fn write(
        &self,
        files: &mut Files,
        arguments: &Link,
        texts: Option<[&[Column]; 2]>,
    ) -> anyhow::Result<()> {
        let (ids, language) = (self.ids, arguments.lang);
        if let Some(path) = &arguments.out {
            let pairs = Pairs { model: self.model, scorer: self.scorer, found: &self.found, ids, lang: lang(language) };
            outcome::write(files, path, &pairs, arguments.explain)?;
        }
        if let Some((path, (_, cluster_ids))) = arguments.clusters.as_ref().zip(self.clusters.as_ref()) {
            files.write(path, |file| Ok(sheets::write_clusters(file, cluster_ids, ids, sheets::as_it_stands)?))?;
            if let Some(path) = &arguments.changes {
                files.write(path, |file| clusters::write_changes(file, cluster_ids))?;
            }
        }
        if let Some((path, texts)) = arguments.review_out.as_ref().zip(texts) {
            files.write(path, |file| reviews::write(file, self.model, &self.found, ids, texts, language))?;
        }
        Ok(())
    }
}

/// What weights alone find, whatever somebody has decided: for measuring them.
pub(super) fn by_weight(
    arguments: &Link,
    (model, table, scorer): (&LinkageModel, &Table, &Scorer<'_>),
    ids: (&Column, &Column),
    pairs: Vec<Pair>,
) -> Vec<Decided> {
    Judge { model, scorer, ids, labels: &Labels::default() }.decide(arguments.one_to_one, table, pairs)
}
