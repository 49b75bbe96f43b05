//! Arguments of `hedui keys`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{ConfigFile, Place};

/// `hedui keys`
#[derive(Debug, Args)]
pub struct Keys {
    /// What to do.
    #[command(subcommand)]
    pub command: KeysCommand,
}

/// Commands on the key ring.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key ring (refuses when there is one)
    #[command(
        after_help = "Examples:\n  hedui keys init\n  hedui keys init --log-name huining.example/hedui --keys /etc/hedui/keys"
    )]
    Init(KeysInit),
    /// Show the ring: ids, states, data keys under each, public keys; never a secret
    #[command(after_help = "Examples:\n  hedui keys list\n  hedui keys list --keys /etc/hedui/keys --json")]
    List(KeysFolder),
    /// Wrap data keys under a new key from now on; a running service wraps the former key's anew in the background
    #[command(
        after_help = "Examples:\n  hedui keys rotate\n  hedui keys rotate --prepare      several processes: make the key, copy the key folder to every machine, then\n  hedui keys rotate                make it the active one, and copy the folder again\n\nA running service notices within two seconds; what was sealed before still opens. `hedui keys list` shows how many data keys are left\nunder the former key. Destroy it when there are none: only then no backup from before opens any more."
    )]
    Rotate(KeysRotate),
    /// Sign reports with a new key from now on; the former ones stay published, so that old reports verify
    #[command(after_help = "Example:\n  hedui keys roll")]
    Roll(KeysChange),
    /// Begin a new epoch of the keys by which people are found: new tags are made under it, searches go over all epochs
    #[command(after_help = "Examples:\n  hedui keys epoch subject-tag\n  hedui keys epoch all")]
    Epoch(KeysEpoch),
    /// Destroy a former key for good: what is still wrapped under it, here or in any backup, can never be opened again
    #[command(
        after_help = "Examples:\n  hedui keys destroy kek-1-0123456789abcdef\n  hedui keys destroy kek-1-0123456789abcdef --lose-data-keys\n\nRefused while data keys are wrapped under it, and for ten minutes after it stopped wrapping, unless --lose-data-keys says that they are to be\nlost. Backups of the database from before hold data keys under it: with the key they are shredded, once no copy of the key folder and no\nexport of the ring holds it any more. Destroy those copies too, or make a new export and destroy the old one."
    )]
    Destroy(KeysDestroy),
    /// Keep a copy of the ring: sealed under a key of which several persons hold shares, each under a passphrase of their own
    #[command(
        after_help = "Examples:\n  hedui keys export --out /media/safe/ring --shares 3 --threshold 2\n  hedui keys export --out ring --shares 1 --threshold 1 --passphrase-file passphrase\n\nWrites ring.sealed and share-1-of-3.toml, … : give every custodian a share, keep ring.sealed with the backups. Any two of three\nshares with their passphrases put the ring back; one alone says nothing. Make a new export after every change of the ring. That it was exported, and by whom, is entered in the\naudit log before anything is written."
    )]
    Export(KeysExport),
    /// Put an exported ring back into an empty folder, with a new active key
    #[command(
        after_help = "Example:\n  hedui keys restore --from /media/safe/ring/ring.sealed --share share-1-of-3.toml --share share-3-of-3.toml\n\nThe restored keys open what was sealed; new data keys are wrapped under a key made now, because nobody knows how often the old one was used since\nthe export. Who put it back is entered in the audit log: now where there is one, else before the ring is used."
    )]
    Restore(KeysRestore),
    /// Make a P-256 key pair for a client that receives reports; prints the public JWK
    #[command(after_help = "Example:\n  hedui keys recipient --out recipient.jwk > recipient.public.jwk")]
    Recipient(KeysRecipient),
}

/// `hedui keys init`
#[derive(Debug, Args)]
pub struct KeysInit {
    /// Name of the audit log in its checkpoints, by which witnesses tell logs apart: unique, no spaces, no `+`; one that nobody else has
    /// is made up unless given. It stays for good
    #[arg(long, value_name = "NAME")]
    pub log_name: Option<String>,
    /// Where.
    #[command(flatten)]
    pub folder: KeysFolder,
}

/// Where the ring is.
#[derive(Debug, Args)]
pub struct KeysFolder {
    /// Key folder; the settings' one unless given
    #[arg(long, value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}

/// A change of the ring that needs no words: `hedui keys roll`
#[derive(Debug, Args)]
pub struct KeysChange {
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Where ring and log are.
    #[command(flatten)]
    pub place: Place,
}

/// `hedui keys rotate`
#[derive(Debug, Args)]
pub struct KeysRotate {
    /// Make the next key without using it yet
    #[arg(long)]
    pub prepare: bool,
    /// How and where.
    #[command(flatten)]
    pub change: KeysChange,
}

/// What tags are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TagUse {
    /// People in the audit log
    SubjectTag,
    /// People in the store
    BlindIndex,
    /// Idempotency keys
    RequestBody,
    /// What the audit log holds of calls, files, notes and unknown names
    AuditDetail,
    /// All of them
    All,
}

/// `hedui keys epoch`
#[derive(Debug, Args)]
pub struct KeysEpoch {
    /// What the tags are for
    pub tags: TagUse,
    /// How and where.
    #[command(flatten)]
    pub change: KeysChange,
}

/// `hedui keys destroy`
#[derive(Debug, Args)]
pub struct KeysDestroy {
    /// The key's id, as `hedui keys list` shows it
    pub kek: String,
    /// Whatever is still wrapped under it is to be lost
    #[arg(long)]
    pub lose_data_keys: bool,
    /// How and where.
    #[command(flatten)]
    pub change: KeysChange,
}

/// `hedui keys export`
#[derive(Debug, Args)]
pub struct KeysExport {
    /// Folder for the files (made, or empty)
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Persons who get a share, 1 to 16
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub shares: u8,
    /// How many of them are needed
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub threshold: u8,
    /// File with a custodian's passphrase (mode 0600), one for each share in their order; asked for at the terminal unless given
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Vec<PathBuf>,
    /// Who does it, as the log names them; the system's user name ($USER) unless given
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
    /// How and where.
    #[command(flatten)]
    pub change: KeysChange,
}

/// `hedui keys restore`
#[derive(Debug, Args)]
pub struct KeysRestore {
    /// The sealed ring
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// A custodian's share; as many as the export says
    #[arg(long, value_name = "FILE", required = true)]
    pub share: Vec<PathBuf>,
    /// File with the passphrase of a share (mode 0600), one for each in their order; asked for at the terminal unless given
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Vec<PathBuf>,
    /// Who does it, as the log names them; the system's user name ($USER) unless given
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
    /// Where.
    #[command(flatten)]
    pub folder: KeysFolder,
}

/// `hedui keys recipient`
#[derive(Debug, Args)]
pub struct KeysRecipient {
    /// File for the private JWK (mode 0600, must not exist)
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
