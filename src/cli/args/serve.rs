//! The arguments of `groupdesk serve`, and those of the sandbox that it shares with `demo`.

use crate::config::{LogFormat, ServeOverrides, parse_listen};
use clap::Args;
use clap::error::ErrorKind;
use std::net::SocketAddr;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk serve                           real accounts, on http://127.0.0.1:8080
  groupdesk serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem
                                            for other machines; SIGHUP reads the certificate again
  groupdesk serve --sandbox --seed 7 --still
                                            a made-up world, the same every time

The first line on stdout is JSON with the url and, on the sandbox, keys for every organization. The
log goes to stderr. SIGTERM ends it: what runs is finished, a second signal does not wait.";

// Rustdoc would take the brackets of an address for a link.
const LISTEN: &str = "Where to listen: 127.0.0.1:PORT, localhost:PORT or :PORT for this machine, \
    0.0.0.0:PORT or [::]:PORT for all interfaces; port 0 takes a free one [default: 127.0.0.1:8080]";

/// Flags of `groupdesk serve`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
pub struct Serve {
    #[arg(long, value_name = "ADDR", value_parser = parse_listen, help = LISTEN)]
    pub listen: Option<SocketAddr>,

    /// Encrypt with the certificate chain in this PEM file
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// The certificate's private key, a PEM file that others cannot read
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// A reverse proxy in front encrypts: listen without TLS also beyond this machine
    #[arg(long)]
    pub behind_proxy: bool,

    /// How the log is written: pretty or json
    #[arg(long, value_name = "FORMAT", value_parser = log_format)]
    pub log_format: Option<LogFormat>,

    /// Serve a simulated WhatsApp instead of real accounts
    #[arg(long)]
    pub sandbox: bool,

    #[command(flatten)]
    pub world: Sandbox,
}

/// What the simulated world is like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
pub struct Sandbox {
    /// Make the world from this number: the same ids, names and links every time
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Let nothing change by itself: no renames, no joins, no dropped connections
    #[arg(long)]
    pub still: bool,

    /// Fill the world up to this many groups
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub groups: Option<u32>,

    /// Limit what sessions do at WhatsApp, as for real accounts
    #[arg(long)]
    pub limits: bool,
}

impl Serve {
    /// Checks that clap cannot express: `demo` has the sandbox flags without `--sandbox`.
    pub(super) fn check(&self) -> Result<(), (ErrorKind, &'static str)> {
        if !self.sandbox && self.world != Sandbox::default() {
            return Err((
                ErrorKind::MissingRequiredArgument,
                "--seed, --still, --groups and --limits describe a simulated world: add --sandbox",
            ));
        }
        Ok(())
    }

    pub(super) fn overrides(&self) -> ServeOverrides {
        ServeOverrides {
            listen: self.listen,
            tls_cert: self.tls_cert.clone(),
            tls_key: self.tls_key.clone(),
            behind_proxy: self.behind_proxy,
            log_format: self.log_format,
        }
    }
}

fn log_format(name: &str) -> Result<LogFormat, String> {
    LogFormat::NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, format)| *format)
        .ok_or_else(|| {
            let names = LogFormat::NAMES.map(|(name, _)| name);
            format!("must be one of {}", names.join(", "))
        })
}
