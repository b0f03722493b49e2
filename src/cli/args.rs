//! The command line arguments and their help texts.

mod serve;

pub use serve::{Sandbox, Serve};

use super::doctor::Doctor;
use super::scripts::Script;
use crate::config::{Overrides, ServeOverrides, parse_listen};
use crate::console::theme::ColorChoice;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  groupdesk                     the desk, on accounts that you pair yourself
  groupdesk demo                try everything on a made-up world; nothing is kept
  groupdesk --profile work      the desk of a gateway that somebody else runs, as the config says
  groupdesk serve               the gateway alone, for other desks and scripts
  groupdesk groups --json       an answer for a script; each command has examples under --help
  GROUPDESK_KEY=wa_... groupdesk --gateway https://gateway.example.com
                                the same without a config

Settings come from a file, then GROUPDESK_* variables, then these flags; config.example.toml
explains all of them. Inside, ? shows every key.";

const DEMO_EXAMPLES: &str = "\
Examples:
  groupdesk demo                            look around
  groupdesk demo --seed 7 --still           the same world every time, changed by nobody but you
  groupdesk demo --groups 100000            a desk with a lot to do
  groupdesk demo --headless --listen 127.0.0.1:8080
                                            serve the world to scripts until SIGTERM; the first line on
                                            stdout is JSON with the url and the keys";

const DOCTOR_EXAMPLES: &str = "\
Examples:
  groupdesk doctor --profile work           everything from the config to realtime; exits with 0 when all is well
  groupdesk doctor --profile work --json    the same for scripts; docs/scripts.md lists the words
  groupdesk doctor --profile local          the own gateway's data on this machine";

/// A console for the people who run WhatsApp groups for others: sessions, groups, invite links and
/// their QR codes, in the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "groupdesk", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub common: Common,
}

/// Flags of every command.
#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
pub struct Common {
    /// Work on the gateway of this profile; `local` is the own one on this machine
    #[arg(long, value_name = "NAME", global = true)]
    pub profile: Option<String>,

    /// Work on the gateway at this address, without a profile; its token comes from GROUPDESK_KEY
    #[arg(long, value_name = "URL", global = true, conflicts_with = "profile")]
    pub gateway: Option<String>,

    /// Read the settings from this file
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,

    /// Keep accounts, groups and the log in this directory
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,

    /// Leave the mouse to the terminal
    #[arg(long, global = true)]
    pub no_mouse: bool,

    /// How many colours: auto, truecolor, 256, 16 or none
    #[arg(long, value_name = "DEPTH", global = true, value_parser = color_choice)]
    pub colors: Option<ColorChoice>,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Try everything on a simulated WhatsApp that is thrown away afterwards
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(Demo),

    /// Serve the gateway's API without a screen, until SIGTERM
    #[command(after_help = serve::EXAMPLES)]
    Serve(Serve),

    /// Check the way to a gateway step by step, and say what to do
    #[command(after_help = DOCTOR_EXAMPLES)]
    Doctor(Doctor),
    #[command(flatten)]
    Script(Script),
}

/// Flags of `groupdesk demo`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
pub struct Demo {
    #[command(flatten)]
    pub sandbox: Sandbox,

    /// Serve the world over HTTP without a screen: `groupdesk serve --sandbox` on a free port
    #[arg(long)]
    pub headless: bool,

    /// Where to serve it; port 0 takes a free one [default: 127.0.0.1:0]
    #[arg(long, value_name = "ADDR", requires = "headless", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,
}

impl Demo {
    /// The same world, served.
    #[must_use]
    pub fn serve(&self) -> Serve {
        Serve {
            listen: Some(
                self.listen
                    .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            ),
            sandbox: true,
            world: self.sandbox.clone(),
            ..Serve::default()
        }
    }
}

impl Cli {
    /// Reads a command line, program name included.
    ///
    /// # Errors
    /// A mistake, or a request for help or the version: `exit()` of the error prints it and ends.
    pub fn read(
        arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    ) -> Result<Self, clap::Error> {
        let cli = Self::try_parse_from(arguments)?;
        let elsewhere = cli.common.gateway.is_some() || cli.common.profile.is_some();
        if elsewhere && matches!(cli.command, Some(Command::Demo(_) | Command::Serve(_))) {
            return Err(Self::command().error(
                ErrorKind::ArgumentConflict,
                "this command brings its own gateway: leave out --profile and --gateway",
            ));
        }
        if let Some(Command::Serve(serve)) = &cli.command {
            serve
                .check()
                .map_err(|(kind, fault)| Self::command().error(kind, fault))?;
        }
        Ok(cli)
    }

    /// Whether errors are written as JSON.
    #[must_use]
    pub fn wants_json(&self) -> bool {
        match &self.command {
            Some(Command::Script(script)) => script.wants_json(),
            _ => false,
        }
    }

    /// The settings from the flags.
    #[must_use]
    pub fn overrides(&self) -> Overrides {
        let serve = match &self.command {
            Some(Command::Serve(serve)) => serve.overrides(),
            Some(Command::Demo(demo)) if demo.headless => demo.serve().overrides(),
            _ => ServeOverrides::default(),
        };
        Overrides {
            serve,
            file: self.common.config.clone(),
            profile: self.common.profile.clone(),
            gateway: self.common.gateway.clone(),
            data_dir: self.common.data_dir.clone(),
            no_mouse: self.common.no_mouse,
            colors: self.common.colors,
        }
    }
}

fn color_choice(name: &str) -> Result<ColorChoice, String> {
    ColorChoice::NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, choice)| *choice)
        .ok_or_else(|| {
            let names = ColorChoice::NAMES.map(|(name, _)| name);
            format!("must be one of {}", names.join(", "))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LogFormat;
    use crate::console::theme::ColorDepth;

    fn read(line: &str) -> Result<Cli, clap::Error> {
        Cli::read(line.split_whitespace())
    }

    fn refused(line: &str) -> String {
        read(line).unwrap_err().to_string()
    }

    #[test]
    fn the_clap_definition_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_the_desk_starts() {
        let cli = read("groupdesk --gateway https://g.example --no-mouse --colors 256").unwrap();
        assert_eq!(cli.command, None);
        assert_eq!(
            cli.overrides(),
            Overrides {
                gateway: Some("https://g.example".to_owned()),
                no_mouse: true,
                colors: Some(ColorChoice::Fixed(ColorDepth::Ansi256)),
                ..Overrides::default()
            }
        );
    }

    #[test]
    fn common_flags_are_accepted_before_and_after_the_command() {
        let before = read("groupdesk --data-dir d demo --seed 7 --still --groups 500").unwrap();
        let after = read("groupdesk demo --seed 7 --still --groups 500 --data-dir d").unwrap();
        assert_eq!(before, after);
        let Some(Command::Demo(demo)) = before.command else {
            panic!("{before:?}")
        };
        assert_eq!(
            (demo.sandbox.seed, demo.sandbox.groups),
            (Some(7), Some(500))
        );
    }

    #[test]
    fn the_profile_flag_is_accepted_in_any_position() {
        let cli = read("groupdesk --profile work").unwrap();
        assert_eq!(cli.overrides().profile.as_deref(), Some("work"));
        assert!(
            refused("groupdesk --profile work --gateway https://g.example").contains("--profile")
        );
        assert!(refused("groupdesk demo --profile work").contains("leave out --profile"));
    }

    #[test]
    fn a_headless_demo_serves_the_sandbox() {
        let listen = |line| read(line).unwrap().overrides().serve.listen.unwrap();
        assert_eq!(
            listen("groupdesk demo --headless --listen 127.0.0.1:8080").port(),
            8080
        );
        assert_eq!(
            listen("groupdesk demo --headless").to_string(),
            "127.0.0.1:0"
        );
        let served = |line| match read(line).unwrap().command {
            Some(Command::Demo(demo)) => demo.serve(),
            Some(Command::Serve(serve)) => serve,
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(
            served("groupdesk demo --headless --seed 7 --still --listen 127.0.0.1:1"),
            served("groupdesk serve --sandbox --seed 7 --still --listen 127.0.0.1:1")
        );
    }

    #[test]
    fn serve_has_its_flags() {
        let cli = read(
            "groupdesk serve --listen [::1]:8443 --tls-cert c.pem --tls-key k.pem --log-format json",
        )
        .unwrap();
        let serve = cli.overrides().serve;
        assert_eq!(serve.listen.unwrap().port(), 8443);
        assert_eq!(serve.tls_cert, Some(PathBuf::from("c.pem")));
        assert_eq!(serve.tls_key, Some(PathBuf::from("k.pem")));
        assert_eq!(serve.log_format, Some(LogFormat::Json));
        assert!(!serve.behind_proxy);
        assert!(
            read("groupdesk serve --behind-proxy")
                .unwrap()
                .overrides()
                .serve
                .behind_proxy
        );
    }

    #[test]
    fn errors_list_the_valid_values() {
        assert!(refused("groupdesk demo --listen 127.0.0.1:1").contains("--headless"));
        assert!(refused("groupdesk --colors many").contains("auto, truecolor, 256, 16, none"));
        assert!(refused("groupdesk --gateway https://g.example demo").contains("--gateway"));
        assert!(refused("groupdesk demo --groups 0").contains("1..=1000000"));
        assert!(refused("groupdesk --gateway https://g.example serve").contains("--gateway"));
        assert!(refused("groupdesk serve --seed 7").contains("--sandbox"));
        assert!(refused("groupdesk serve --log-format xml").contains("pretty, json"));
    }

    #[test]
    fn help_contains_examples() {
        let help = refused("groupdesk --help");
        for part in ["Examples:", "groupdesk demo", "GROUPDESK_KEY", "--data-dir"] {
            assert!(help.contains(part), "{part}\n{help}");
        }
        let help = refused("groupdesk demo --help");
        for part in ["--headless", "--still", "JSON"] {
            assert!(help.contains(part), "{part}\n{help}");
        }
        let help = refused("groupdesk serve --help");
        for part in ["--tls-cert", "--sandbox", "--behind-proxy", "JSON"] {
            assert!(help.contains(part), "{part}\n{help}");
        }
    }
}
