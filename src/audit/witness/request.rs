//! What is sent to a witness (C2SP tlog-witness, `add-checkpoint`). Pure.

use super::super::EncodedHash;
use crate::store::Hash;

/// A checkpoint, with the proof that it grew from the one the witness cosigned last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the witness cosigned last; 0 before the first.
    pub old: u64,
    /// The consistency proof from there.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// Most lines of a proof.
const MOST_HASHES: usize = 63;

impl AddCheckpoint {
    /// The body of the request.
    #[must_use]
    pub fn to_body(&self) -> String {
        let mut body = format!("old {}\n", self.old);
        for hash in &self.proof {
            body.push_str(&format!("{}\n", EncodedHash(*hash)));
        }
        body.push('\n');
        body.push_str(&self.checkpoint);
        body
    }

    /// Reads a body; none when it is none.
    #[must_use]
    pub fn parse(body: &str) -> Option<Self> {
        let (head, checkpoint) = body.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let old = lines.next()?.strip_prefix("old ")?;
        let number: u64 = old.parse().ok().filter(|number: &u64| number.to_string() == old)?;
        let proof: Option<Vec<Hash>> = lines.map(|line| EncodedHash::parse(line).map(|hash| hash.0)).collect();
        let proof = proof.filter(|proof| proof.len() <= MOST_HASHES)?;
        Some(Self { old: number, proof, checkpoint: checkpoint.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of C2SP tlog-witness.
    const EXAMPLE: &str = "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n\
        example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

    #[test]
    fn the_example_of_c2sp_reads_and_writes_to_the_letter() {
        let read = AddCheckpoint::parse(EXAMPLE).unwrap();
        assert_eq!((read.old, read.proof.len()), (20_852_014, 4));
        assert!(read.checkpoint.starts_with("example.com/behind-the-sofa\n20852163\n"));
        assert_eq!(read.to_body(), EXAMPLE);
        let first = AddCheckpoint { old: 0, proof: Vec::new(), checkpoint: "x\n".into() };
        assert_eq!(AddCheckpoint::parse(&first.to_body()), Some(first));
    }

    #[test]
    fn what_is_written_otherwise_is_refused() {
        for (from, to) in [
            ("old 20852014", "old 020852014"),
            ("old 20852014", "old -1"),
            ("old 20852014", "Old 20852014"),
            ("old 20852014\n", ""),
            ("kaw=", "kaw"),
            ("kaw=\n", "kaw=\r\n"),
            ("\n\n", "\n"),
        ] {
            let changed = if from == "\n\n" { EXAMPLE.replace(from, to) } else { EXAMPLE.replacen(from, to, 1) };
            assert_eq!(AddCheckpoint::parse(&changed), None, "{from:?} {to:?}");
        }
        let long = AddCheckpoint { old: 1, proof: vec![[0; 32]; 64], checkpoint: "x".into() };
        assert_eq!(AddCheckpoint::parse(&long.to_body()), None);
    }
}
