//! The command line: what can be typed, and the help that says so.

use crate::config::Overrides;
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
  GROUPDESK_KEY=wa_... groupdesk --gateway https://gateway.example.com
                                the desk of a gateway that somebody else runs

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

/// A console for the people who run WhatsApp groups for others: sessions, groups, invite links and
/// their QR codes, in the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "groupdesk", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Work on this gateway instead of an own one; its key comes from GROUPDESK_KEY or the key file
    #[arg(long, value_name = "URL")]
    pub gateway: Option<String>,

    #[command(flatten)]
    pub common: Common,
}

/// Flags of every command.
#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
pub struct Common {
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
}

/// Flags of `groupdesk demo`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
pub struct Demo {
    /// Make the world from this number: the same ids, names and links every time
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Let nothing change by itself: no renames, no joins, no dropped connections
    #[arg(long)]
    pub still: bool,

    /// Fill the world up to this many groups
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub groups: Option<u32>,

    /// Serve the world over HTTP without a screen, until SIGTERM
    #[arg(long)]
    pub headless: bool,

    /// Where to serve it; port 0 takes a free one [default: 127.0.0.1:0]
    #[arg(long, value_name = "ADDR", requires = "headless")]
    pub listen: Option<SocketAddr>,
}

impl Demo {
    /// The address to serve on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listen
            .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
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
        if cli.gateway.is_some() && cli.command.is_some() {
            return Err(Self::command().error(
                ErrorKind::ArgumentConflict,
                "the demo brings its own gateway: leave out --gateway",
            ));
        }
        Ok(cli)
    }

    /// What the flags say about the configuration.
    #[must_use]
    pub fn overrides(&self) -> Overrides {
        Overrides {
            file: self.common.config.clone(),
            gateway: self.gateway.clone(),
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
    use crate::console::theme::ColorDepth;

    fn read(line: &str) -> Result<Cli, clap::Error> {
        Cli::read(line.split_whitespace())
    }

    fn refused(line: &str) -> String {
        read(line).unwrap_err().to_string()
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_is_the_desk() {
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
    fn common_flags_stand_on_either_side_of_the_command() {
        let before = read("groupdesk --data-dir d demo --seed 7 --still --groups 500").unwrap();
        let after = read("groupdesk demo --seed 7 --still --groups 500 --data-dir d").unwrap();
        assert_eq!(before, after);
        let Some(Command::Demo(demo)) = before.command else {
            panic!("{before:?}")
        };
        assert_eq!((demo.seed, demo.groups), (Some(7), Some(500)));
        assert_eq!(demo.address().to_string(), "127.0.0.1:0");
    }

    #[test]
    fn a_headless_demo_listens_where_it_is_told() {
        let cli = read("groupdesk demo --headless --listen 127.0.0.1:8080").unwrap();
        let Some(Command::Demo(demo)) = cli.command else {
            panic!("{cli:?}")
        };
        assert!(demo.headless);
        assert_eq!(demo.address().port(), 8080);
    }

    #[test]
    fn mistakes_say_what_is_right() {
        assert!(refused("groupdesk demo --listen 127.0.0.1:1").contains("--headless"));
        assert!(refused("groupdesk --colors many").contains("auto, truecolor, 256, 16, none"));
        assert!(refused("groupdesk --gateway https://g.example demo").contains("--gateway"));
        assert!(refused("groupdesk demo --groups 0").contains("1..=1000000"));
        assert!(refused("groupdesk serve").contains("unrecognized"));
    }

    #[test]
    fn help_shows_how_it_is_used() {
        let help = refused("groupdesk --help");
        for part in ["Examples:", "groupdesk demo", "GROUPDESK_KEY", "--data-dir"] {
            assert!(help.contains(part), "{part}\n{help}");
        }
        let help = refused("groupdesk demo --help");
        for part in ["--headless", "--still", "JSON"] {
            assert!(help.contains(part), "{part}\n{help}");
        }
    }
}
