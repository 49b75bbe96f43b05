//! `hedui audit witness`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `hedui audit witness`
#[derive(Debug, Args)]
pub struct AuditWitness {
    /// What to do.
    #[command(subcommand)]
    pub command: WitnessCommand,
}

/// Commands of a witness.
#[derive(Debug, Subcommand)]
pub enum WitnessCommand {
    /// Make a witness's directory and key; prints the public key
    #[command(
        after_help = "Example:\n  hedui audit witness init --dir /var/lib/hedui-witness --name civil-affairs.example/witness"
    )]
    Init(WitnessInit),
    /// Answer `POST /add-checkpoint` (C2SP tlog-witness)
    #[command(
        after_help = "Examples:\n  hedui audit witness serve --dir /var/lib/hedui-witness --log-key \"$(cat service.log-key)\"\n  hedui audit witness serve --dir /var/lib/hedui-witness --log-key \"$(cat a)\" --log-key \"$(cat b)\" --listen 10.0.0.5:8490 --tls-certificate chain.pem --tls-key key.pem"
    )]
    Serve(WitnessServe),
}

/// `hedui audit witness init`
#[derive(Debug, Args)]
pub struct WitnessInit {
    /// Directory of the witness (mode 0700): its key and what it cosigned last
    #[arg(long = "dir", value_name = "DIR")]
    pub directory: PathBuf,
    /// Name of the key: an address without `https://`, no spaces, no `+`
    #[arg(long)]
    pub name: String,
}

/// `hedui audit witness serve`
#[derive(Debug, Args)]
pub struct WitnessServe {
    /// Directory of the witness
    #[arg(long = "dir", value_name = "DIR")]
    pub directory: PathBuf,
    /// Key of a log that is witnessed, as its service's `hedui keys list` prints it; may be given several times
    #[arg(long, value_name = "KEY", required = true)]
    pub log_key: Vec<String>,
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:8490", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// Certificate chain (PEM); off the loopback TLS is required
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
}
