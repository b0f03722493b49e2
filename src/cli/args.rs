//! The command line.

use crate::console::theme::ColorChoice;
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// A terminal console for the people who run WhatsApp groups for others.
///
/// Without a command, the desk opens on your own accounts: the gateway engine runs in this process and
/// keeps its data in your data directory. With `--gateway`, it opens on a gateway that runs elsewhere.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub options: Options,
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  groupdesk demo                                try everything on a simulated WhatsApp world
  groupdesk                                     open the desk on your own accounts
  GROUPDESK_KEY=wa_... groupdesk --gateway https://wa.example.com
                                                open it on somebody else's gateway

Inside, `?` shows every key. Settings are read from the config file, then from GROUPDESK_* variables, then from these
options; config.example.toml explains them all.";

/// Options of every command. Each wins over the config file and the environment.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// Read this config file instead of the platform's
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Keep data here instead of the platform's data directory
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// Open the desk on the gateway at this address; its api-key comes from GROUPDESK_KEY or the config file
    #[arg(long, value_name = "URL", global = true)]
    pub gateway: Option<String>,
    /// Leave the mouse to the terminal
    #[arg(long, global = true)]
    pub no_mouse: bool,
    /// How many colours to use [auto, truecolor, 256, 16, none]
    #[arg(long, value_name = "DEPTH", global = true, value_parser = color_choice)]
    pub colors: Option<ColorChoice>,
}

fn color_choice(name: &str) -> Result<ColorChoice, String> {
    let names = ColorChoice::NAMES;
    names
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, choice)| *choice)
        .ok_or_else(|| format!("allowed are {}", names.map(|(known, _)| known).join(", ")))
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the desk on a throw-away, simulated WhatsApp world
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(Demo),
}

const DEMO_EXAMPLES: &str = "\
Examples:
  groupdesk demo
  groupdesk demo --seed 7 --still               the same world each time, and nothing moves by itself
  groupdesk demo --groups 100000                a crowd to search in
  groupdesk demo --headless --listen 127.0.0.1:8090
                                                serve the world to scripts until SIGTERM; the first line on
                                                standard output is JSON with the address and api-keys";

#[derive(Debug, Clone, Default, Args)]
pub struct Demo {
    /// Make the same world each time: the same ids, groups and links
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Keep the world from changing by itself
    #[arg(long)]
    pub still: bool,
    /// How many groups the first session has, for load (1 to 1000000)
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub groups: Option<u32>,
    /// Serve the world without a screen until SIGTERM
    #[arg(long)]
    pub headless: bool,
    /// Where to serve it [default: 127.0.0.1 on a free port]
    #[arg(long, value_name = "ADDRESS:PORT", requires = "headless")]
    pub listen: Option<SocketAddr>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn listening_needs_headless() {
        let parsed = Cli::try_parse_from(["groupdesk", "demo", "--listen", "127.0.0.1:1"]);
        assert!(parsed.unwrap_err().to_string().contains("--headless"));
    }

    #[test]
    fn a_world_has_at_least_one_group() {
        assert!(Cli::try_parse_from(["groupdesk", "demo", "--groups", "0"]).is_err());
    }
}
