//! Names and forms of what a log serves (C2SP tlog-tiles): `tile/0/x001/x234/067`, `tile/entries/000.p/17`. Pure.

use super::tile::{TileId, width};

/// Names a tile or an entry bundle, and how wide it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TilePath {
    /// The tile's level; none = the entries themselves, beside tiles of level 0.
    pub level: Option<u8>,
    /// Place within the level.
    pub index: u64,
    /// How many hashes or entries, 1 to 256.
    pub width: u16,
}

/// What a full one holds.
const FULL: u16 = 256;

impl TilePath {
    /// Reads a path, from `tile/` on, as it is written and in no other way.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = match level {
            "entries" => None,
            level => Some(number(level)?.try_into().ok().filter(|level: &u8| *level < 64)?),
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, FULL),
            Some((index, width)) => (index, number(width)?.try_into().ok().filter(|width| (1..FULL).contains(width))?),
        };
        let mut found: u64 = 0;
        for group in index.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            if digits.len() != 3 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
                return None;
            }
            found = found.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        }
        let path_of = Self { level, index: found, width };
        (path_of.to_string() == path).then_some(path_of)
    }

    /// The tile to be read.
    #[must_use]
    pub fn tile(&self) -> TileId {
        TileId { level: self.level.unwrap_or(0), index: self.index }
    }

    /// Whether a tree of `size` leaves has it: full ones stay, a partial one was there once it was as wide.
    #[must_use]
    pub fn is_in(&self, size: u64) -> bool {
        width(self.tile(), size) >= u64::from(self.width)
    }

    /// The leaves of an entry bundle.
    #[must_use]
    pub fn entries(&self) -> Option<std::ops::Range<u64>> {
        let first = self.index.checked_mul(u64::from(FULL))?;
        Some(first..first.checked_add(u64::from(self.width))?)
    }
}

/// A decimal number as written: no sign, no leading zeros.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

impl std::fmt::Display for TilePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}")?,
            None => f.write_str("tile/entries")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut left = self.index / 1000;
        while left > 0 {
            groups.push(left % 1000);
            left /= 1000;
        }
        for (place, group) in groups.iter().enumerate().rev() {
            let mark = if place > 0 { "x" } else { "" };
            write!(f, "/{mark}{group:03}")?;
        }
        if self.width < FULL { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// An entry bundle: each entry after its length, two bytes, the high one first. None when an entry is longer than that can say.
#[must_use]
pub fn entry_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    let mut bundle = Vec::new();
    for entry in entries {
        bundle.extend_from_slice(&u16::try_from(entry.len()).ok()?.to_be_bytes());
        bundle.extend_from_slice(entry);
    }
    Some(bundle)
}

/// The entries of a bundle; none when it breaks off.
#[must_use]
pub fn read_entry_bundle(mut bundle: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bundle.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bundle = rest;
    }
    bundle.is_empty().then_some(entries)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_those_of_c2sp() {
        let cases = [
            ("tile/0/x001/x234/067", Some(0), 1_234_067, 256),
            ("tile/0/000", Some(0), 0, 256),
            ("tile/2/000.p/1", Some(2), 0, 1),
            ("tile/63/999.p/255", Some(63), 999, 255),
            ("tile/entries/x001/000.p/112", None, 1000, 112),
        ];
        for (path, level, index, width) in cases {
            let expected = TilePath { level, index, width };
            assert_eq!(TilePath::parse(path), Some(expected), "{path}");
            assert_eq!(expected.to_string(), path);
        }
        for path in [
            "tile/0/67",
            "tile/00/067",
            "tile/64/067",
            "tile/0/x000/067",
            "tile/0/001/067",
            "tile/0/x067",
            "tile/0/067.p/0",
            "tile/0/067.p/256",
            "tile/0/067.p/01",
            "tile/0/067.p/",
            "tile/0/",
            "tile/0",
            "tile/-1/067",
            "/tile/0/067",
            "tile/0/067/",
            "tile/0/+67",
            "tile/data/067",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
            "tile/0/0６7",
        ] {
            assert_eq!(TilePath::parse(path), None, "{path}");
        }
    }

    #[test]
    fn a_tree_of_70_000_has_the_tiles_that_c2sp_counts() {
        let is_in = |path: &str| TilePath::parse(path).unwrap().is_in(70_000);
        for path in [
            "tile/0/272",
            "tile/0/273.p/112",
            "tile/1/000",
            "tile/1/001.p/17",
            "tile/2/000.p/1",
            "tile/entries/273.p/112",
            "tile/0/272.p/9",
        ] {
            assert!(is_in(path), "{path}");
        }
        for path in
            ["tile/0/273", "tile/0/273.p/113", "tile/1/001.p/18", "tile/2/000.p/2", "tile/3/000.p/1", "tile/0/274.p/1"]
        {
            assert!(!is_in(path), "{path}");
        }
        assert_eq!(TilePath::parse("tile/entries/273.p/112").unwrap().entries(), Some(69_888..70_000));
    }

    #[test]
    fn a_bundle_holds_its_entries_and_no_longer_ones() {
        let entries: [&[u8]; 3] = [b"one", b"", &[7; 65_535]];
        let bundle = entry_bundle(entries).unwrap();
        assert!(bundle.starts_with(&[0, 3, b'o', b'n', b'e', 0, 0, 0xff, 0xff]));
        assert_eq!(read_entry_bundle(&bundle), Some(entries.to_vec()));
        assert_eq!(read_entry_bundle(&bundle[..bundle.len() - 1]), None);
        assert_eq!(read_entry_bundle(&[0]), None);
        assert_eq!(entry_bundle([[7; 65_536].as_slice()]), None);
    }

    proptest! {
        #[test]
        fn every_path_reads_back(level in prop::option::of(0_u8..64), index: u64, width in 1_u16..=256) {
            let path = TilePath { level, index, width };
            prop_assert_eq!(TilePath::parse(&path.to_string()), Some(path));
        }

        #[test]
        fn nothing_else_is_a_path(text in "(tile/)?[0-9a-z/.+x-]{0,20}") {
            if let Some(path) = TilePath::parse(&text) {
                prop_assert_eq!(path.to_string(), text);
            }
        }
    }
}
