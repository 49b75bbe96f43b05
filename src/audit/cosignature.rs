//! Cosignatures of witnesses on checkpoints (C2SP tlog-cosignature, Ed25519: `cosignature/v1`). Pure but for the key.
//!
//! A cosignature says: at this time, this is the largest tree of the log that the witness has seen, and all it saw before lies in it.

use jiff::Timestamp;

use super::note::{self, CheckpointSigner, NoteError, NoteKey};

/// A key that a witness cosigns with.
pub type WitnessKey = NoteKey<4>;

/// A witness's word on a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// Whose.
    pub witness: WitnessKey,
    /// As of when, to the second.
    pub at: Timestamp,
    /// The signature line, with its newline.
    pub line: String,
}

/// Adds the witness's cosignature to a signed checkpoint.
///
/// # Errors
/// [`NoteError::Malformed`] when it is no note.
pub fn cosign(note: &str, signer: &dyn CheckpointSigner, at: Timestamp) -> Result<Cosignature, NoteError> {
    let (text, _) = note::split(note)?;
    let witness = WitnessKey::of(signer);
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    let signed = signer.sign(message(text, seconds).as_bytes());
    let line = witness.line(&[seconds.to_be_bytes().as_slice(), &signed].concat());
    Ok(Cosignature { witness, at, line })
}

/// The cosignatures on a note that these keys made, whoever else signed it.
///
/// # Errors
/// [`NoteError::BadSignature`] when one under a known key is wrong; [`NoteError::Malformed`].
pub fn cosignatures(note: &str, keys: &[WitnessKey]) -> Result<Vec<Cosignature>, NoteError> {
    let (text, lines) = note::split(note)?;
    let mut found = Vec::new();
    for line in lines {
        let Some(key) = keys.iter().find(|key| key.made(&line)) else { continue };
        let Some((seconds, signature)) = line.signature.split_first_chunk::<8>() else {
            return Err(NoteError::BadSignature);
        };
        let seconds = u64::from_be_bytes(*seconds);
        let at = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let (true, Some(at)) = (key.verifies(message(text, seconds).as_bytes(), signature), at) else {
            return Err(NoteError::BadSignature);
        };
        found.push(Cosignature { witness: key.clone(), at, line: key.line(&line.signature) });
    }
    Ok(found)
}

/// What is signed.
fn message(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::super::note::tests::TestSigner;
    use super::super::note::{Checkpoint, VerifierKey};
    use super::*;

    /// The example of C2SP tlog-cosignature. Its keys are not published: name, key id, time and lengths are held to what it says.
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

    #[test]
    fn the_example_of_c2sp_is_read_to_the_letter() {
        let (text, lines) = note::split(EXAMPLE).unwrap();
        assert!(text.ends_with("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"));
        assert_eq!(
            lines.iter().map(|line| line.name).collect::<Vec<_>>(),
            ["example.com/behind-the-sofa", "witness.example.com/w1"]
        );
        assert_eq!((lines[0].signature.len(), lines[1].signature.len()), (64, 72));
        assert_eq!(lines[1].key_id, [0x8d, 0x66, 0xcf, 0x3f]);
        let seconds = u64::from_be_bytes(*lines[1].signature.first_chunk().unwrap());
        assert_eq!(seconds, 1_679_315_147, "the time that the specification prints");
        let expected = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
                        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        assert_eq!(message(text, seconds), expected);
        assert_eq!(Checkpoint::read_unverified(EXAMPLE).unwrap().size, 20_852_163);
    }

    #[test]
    fn a_cosignature_holds_for_its_checkpoint_witness_and_time_alone() {
        let (log, witness) = (TestSigner::new("log.example", 1), TestSigner::new("witness.example/w1", 2));
        let checkpoint = Checkpoint { origin: "log.example".into(), size: 42, root: [9; 32] };
        let note = checkpoint.sign(&log);
        let at: Timestamp = "2026-11-27T08:00:00Z".parse().unwrap();
        let made = cosign(&note, &witness, at).unwrap();
        let keys = [WitnessKey::of(&witness)];
        assert_eq!(WitnessKey::parse(&keys[0].to_string()), Ok(keys[0].clone()));
        assert_eq!(VerifierKey::parse(&keys[0].to_string()), Err(NoteError::BadKey), "the kinds of keys are apart");
        let cosigned = format!("{note}{}", made.line);
        assert_eq!(cosignatures(&cosigned, &keys), Ok(vec![made.clone()]));
        assert_eq!(cosignatures(&note, &keys), Ok(Vec::new()));
        assert_eq!(
            cosignatures(&cosigned, &[WitnessKey::of(&TestSigner::new("witness.example/w1", 3))]),
            Ok(Vec::new())
        );
        assert_eq!(Checkpoint::open(&cosigned, &[VerifierKey::of(&log)]), Ok(checkpoint), "the log's own still opens");

        let other = Checkpoint { origin: "log.example".into(), size: 43, root: [9; 32] }.sign(&log);
        assert_eq!(cosignatures(&format!("{other}{}", made.line), &keys), Err(NoteError::BadSignature));
        let seconds = u64::try_from(at.as_second()).unwrap();
        let later = [
            (seconds + 1).to_be_bytes().as_slice(),
            &witness.sign(message(&cosigned[..cosigned.find("\n\n").unwrap() + 1], seconds).as_bytes()),
        ]
        .concat();
        assert_eq!(cosignatures(&format!("{note}{}", keys[0].line(&later)), &keys), Err(NoteError::BadSignature));
        assert_eq!(cosignatures(&format!("{note}{}", keys[0].line(&[1; 7])), &keys), Err(NoteError::BadSignature));
        let beyond = [u64::MAX.to_be_bytes().as_slice(), &[0; 64]].concat();
        assert_eq!(cosignatures(&format!("{note}{}", keys[0].line(&beyond)), &keys), Err(NoteError::BadSignature));
    }
}
