//! Lays packs over each other: on every day the narrowest region that states a value wins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::PackInfo;
use super::document::{Document, Entry};
use super::problem::Problem;
use super::resolved::{ResolvedEntry, ResolvedPack};
use crate::household::Region;

/// Every document, by region, and what each county resolves to.
#[derive(Debug)]
pub(super) struct Layers {
    documents: BTreeMap<String, Document>,
    counties: BTreeMap<String, Arc<ResolvedPack>>,
}

impl Layers {
    pub fn new(documents: Vec<Document>, problems: &mut Vec<Problem>) -> Self {
        let mut by_region: BTreeMap<String, Document> = BTreeMap::new();
        for document in documents {
            overlaps(&document, problems);
            if let Some(other) = by_region.get(&document.region) {
                let message = format!("region {} already has a pack in {}", document.region, other.place.file);
                problems.push(document.place.problem("pack.region", message, "keep one file for a region"));
                continue;
            }
            by_region.insert(document.region.clone(), document);
        }
        let mut layers = Self { documents: by_region, counties: BTreeMap::new() };
        let codes: Vec<String> = layers.documents.keys().filter(|code| is_county(code)).cloned().collect();
        for code in codes {
            let resolved = layers.merge(&code);
            layers.counties.insert(code, Arc::new(resolved));
        }
        layers
    }

    /// What a county resolves to.
    pub fn resolved(&self, region: &str) -> Option<Arc<ResolvedPack>> {
        self.counties.get(region).cloned()
    }

    /// Code and hash of every county.
    pub fn hashes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.counties.iter().map(|(region, resolved)| (region.as_str(), resolved.hash.as_str()))
    }

    pub fn counties(&self) -> Vec<PackInfo> {
        let info = |code: &String| {
            let document = &self.documents[code];
            PackInfo {
                region: code.clone(),
                name_zh: document.name_zh.clone(),
                name_en: document.name_en.clone(),
                chain: self.chain(code).map(|document| document.stem.clone()).collect(),
            }
        };
        self.counties.keys().map(info).collect()
    }

    /// What a region with a document of its own is called, in Chinese and in English.
    pub fn region_names(&self, region: &str) -> Option<[&str; 2]> {
        self.documents.get(region).map(called)
    }

    /// What a pack is called, in Chinese and in English.
    pub fn names(&self, pack: &str) -> Option<[&str; 2]> {
        self.documents.values().find(|document| document.stem == pack).map(called)
    }

    /// The first day a county's packs are complete for, where they say so.
    pub fn covers_from(&self, region: &str) -> Option<Date> {
        self.chain(region).filter_map(|document| document.covers_from).max()
    }

    /// The documents a county is layered from, widest first.
    pub fn chain(&self, region: &str) -> impl Iterator<Item = &Document> {
        Region(region.to_owned()).chain().into_iter().filter_map(|code| self.documents.get(&code))
    }

    pub fn codes(&self) -> impl Iterator<Item = (&String, &Document)> {
        self.documents.iter().filter(|(code, _)| is_county(code))
    }

    fn merge(&self, region: &str) -> ResolvedPack {
        let document = &self.documents[region];
        let mut layered: BTreeMap<&'static str, Vec<Vec<(&Document, &Entry)>>> = BTreeMap::new();
        for (depth, document) in self.chain(region).enumerate() {
            for entry in &document.entries {
                let layers = layered.entry(entry.spec.key).or_default();
                layers.resize_with(layers.len().max(depth + 1), Vec::new);
                layers[depth].push((document, entry));
            }
        }
        let parameters = layered.into_iter().map(|(key, layers)| (key.to_owned(), timeline(&layers))).collect();
        ResolvedPack::new(region.to_owned(), document.name_zh.clone(), document.name_en.clone(), parameters)
    }
}

/// A county's code does not end in `00`.
fn is_county(code: &str) -> bool {
    !code.ends_with("00")
}

fn day_after(day: Date) -> Option<Date> {
    day.tomorrow().ok()
}

/// Cuts the layers at every date where one begins or ends, and takes the narrowest on each piece.
fn timeline(layers: &[Vec<(&Document, &Entry)>]) -> Vec<ResolvedEntry> {
    let entries = || layers.iter().flatten().map(|(_, entry)| entry);
    let cuts: BTreeSet<Date> = entries().map(|e| e.from).chain(entries().filter_map(|e| day_after(e.to?))).collect();
    let cuts: Vec<Date> = cuts.into_iter().collect();
    let mut merged: Vec<(*const Entry, ResolvedEntry)> = Vec::new();
    for (position, &from) in cuts.iter().enumerate() {
        let to = cuts.get(position + 1).and_then(|next| next.yesterday().ok());
        let holds = |entry: &Entry| entry.from <= from && entry.to.is_none_or(|end| from <= end);
        let Some((document, entry)) = layers.iter().rev().find_map(|layer| layer.iter().find(|(_, e)| holds(e))) else {
            continue;
        };
        let identity: *const Entry = *entry;
        match merged.last_mut() {
            Some((last, piece)) if *last == identity => piece.to = to,
            _ => merged.push((identity, resolved(document, entry, from, to))),
        }
    }
    merged.into_iter().map(|(_, entry)| entry).collect()
}

pub(super) fn resolved(document: &Document, entry: &Entry, from: Date, to: Option<Date>) -> ResolvedEntry {
    ResolvedEntry {
        from,
        to,
        value: entry.value.clone(),
        unit: entry.spec.unit.to_owned(),
        basis: entry.basis,
        law: entry.law.clone(),
        note: entry.note.clone(),
        pack: document.stem.clone(),
    }
}

/// Two entries of one file must not be in force on the same day.
fn overlaps(document: &Document, problems: &mut Vec<Problem>) {
    let mut by_key: BTreeMap<&'static str, Vec<&Entry>> = BTreeMap::new();
    for entry in &document.entries {
        by_key.entry(entry.spec.key).or_default().push(entry);
    }
    for (key, mut entries) in by_key {
        entries.sort_by_key(|entry| entry.from);
        for pair in entries.windows(2) {
            if pair[0].to.is_none_or(|to| pair[1].from <= to) {
                let message = format!("overlaps the entry of line {} of the same key", pair[0].place.line);
                let end = pair[1].from.yesterday().map_or_else(|_| String::new(), |day| day.to_string());
                let how = format!("end the earlier one with to = \"{end}\"");
                problems.push(pair[1].place.problem(key, message, how));
            }
        }
    }
}

/// What a document calls its region, in Chinese and in English.
fn called(document: &Document) -> [&str; 2] {
    [&document.name_zh, &document.name_en]
}
