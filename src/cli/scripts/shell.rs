//! Shell completions and manual pages, generated from the definition of the arguments.

use crate::cli::output::{CommandError, Exit, print};
use clap::{Args, Command};
use clap_complete::Shell;
use std::path::PathBuf;

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  groupdesk completions bash > ~/.local/share/bash-completion/completions/groupdesk
  groupdesk completions zsh > ~/.zfunc/_groupdesk
  groupdesk completions fish > ~/.config/fish/completions/groupdesk.fish";

pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  groupdesk man --out ~/.local/share/man/man1
  man groupdesk-invite";

/// Arguments of `groupdesk completions`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

impl Completions {
    pub(super) fn write(&self, command: &mut Command) -> Result<(), CommandError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, command, "groupdesk", &mut script);
        print(&String::from_utf8_lossy(&script))
    }
}

/// Arguments of `groupdesk man`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Man {
    /// The directory; it is made where there is none
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

impl Man {
    pub(super) fn write(&self, command: Command) -> Result<(), CommandError> {
        std::fs::create_dir_all(&self.out)
            .and_then(|()| clap_mangen::generate_to(command, &self.out))
            .map_err(|error| {
                CommandError::new(
                    Exit::Failed,
                    format!(
                        "cannot write the manual into {}: {error}",
                        self.out.display()
                    ),
                )
            })
    }
}
