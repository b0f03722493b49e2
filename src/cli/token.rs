//! Reading a profile's token from its source.

use super::output::{CommandError, Exit};
use super::prompt;
use crate::client::{Secret, TokenSource, without_secrets};
use crate::config::{Profile, TokenFrom};
use crate::text::{clean_line, truncate_to_width};
use async_trait::async_trait;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

/// Timeout of a password manager, which may prompt for unlocking.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);
/// Bytes of a token; a login token with many claims has a few thousand.
const TOKEN_MAX: u64 = 64 << 10;
/// Bytes of a program's complaint.
const COMPLAINT_MAX: u64 = 4 << 10;
/// Words of at least this many bytes are left out of error messages: they may be tokens.
const MASKED_MIN: usize = 6;
/// Columns of a program's complaint that are shown.
const COMPLAINT_SHOWN: usize = 160;

/// The token of a profile; prompts if the profile says so.
///
/// # Errors
/// A sentence without the secret.
pub(super) async fn read(
    profile: &Profile,
    shutdown: &CancellationToken,
) -> anyhow::Result<Secret> {
    let read = match &profile.token {
        TokenFrom::Prompt => {
            let typed = prompt::ask(&format!("Token of {}: ", profile.name), shutdown).await?;
            one_token(&typed, "what was typed")
        }
        from => unattended(from).await,
    };
    read.map_err(|reason| {
        let message = format!("no token for `{}`: {reason}", profile.name);
        CommandError::new(Exit::NotAllowed, message).into()
    })
}

/// The token of a source without a prompt.
///
/// # Errors
/// Why there is none, as a sentence that holds no secret.
pub(super) async fn unattended(from: &TokenFrom) -> Result<Secret, String> {
    match from {
        TokenFrom::Variable(name) => of_variable(name),
        TokenFrom::File(file) => {
            let file = file.clone();
            tokio::task::spawn_blocking(move || of_file(&file))
                .await
                .map_err(|_| "the file could not be read".to_owned())?
        }
        TokenFrom::Command(words) => of_command(words, COMMAND_LIMIT).await,
        TokenFrom::Prompt => Err("this profile asks for its token".to_owned()),
    }
}

/// The source of a renewed token: not for variables, which do not change, and not for prompts.
#[must_use]
pub(super) fn source(profile: &Profile) -> Option<Arc<dyn TokenSource>> {
    match &profile.token {
        TokenFrom::File(_) | TokenFrom::Command(_) => Some(Arc::new(Source(profile.token.clone()))),
        TokenFrom::Variable(_) | TokenFrom::Prompt => None,
    }
}

#[derive(Debug)]
struct Source(TokenFrom);

#[async_trait]
impl TokenSource for Source {
    async fn read(&self) -> Result<Secret, String> {
        unattended(&self.0).await
    }
}

fn of_variable(name: &str) -> Result<Secret, String> {
    let name_shown = clean_line(name);
    match std::env::var(name) {
        Ok(text) if text.is_empty() => Err(format!("the variable {name_shown} is not set")),
        Ok(text) => one_token(&text, &format!("the variable {name_shown}")),
        Err(std::env::VarError::NotPresent) => Err(format!("the variable {name_shown} is not set")),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(format!("the variable {name_shown} holds no text"))
        }
    }
}

/// Reads a file with mode 0600.
fn of_file(file: &Path) -> Result<Secret, String> {
    let shown = file.display();
    let unreadable = |error: std::io::Error| format!("cannot read {shown}: {error}");
    let opened = open_at_once(file).map_err(unreadable)?;
    let metadata = opened.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(format!("{shown} is not a file"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(format!(
                "others can read {shown} (mode {mode:04o}): run chmod 600 {shown}"
            ));
        }
    }
    let mut bytes = Vec::new();
    opened
        .take(TOKEN_MAX)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{shown} holds no text"))?;
    one_token(&text, &shown.to_string())
}

/// Opens a file non-blocking: opening a FIFO would wait for a writer.
fn open_at_once(file: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    options.open(file)
}

/// Runs a program and takes the first line that it writes.
async fn of_command(words: &[String], limit: Duration) -> Result<Secret, String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err("no program is named".to_owned());
    };
    let name = clean_line(program);
    let mut child = Command::new(program_path(program))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("cannot run `{name}`: {error}"))?;
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(format!("cannot listen to `{name}`"));
    };
    let (mut written, mut complaint) = (Vec::new(), Vec::new());
    let (mut stdout, mut stderr) = (stdout.take(TOKEN_MAX), stderr.take(COMPLAINT_MAX));
    let finished = async {
        tokio::try_join!(
            stdout.read_to_end(&mut written),
            stderr.read_to_end(&mut complaint)
        )?;
        // A program that keeps writing is ended by a broken pipe.
        drop((stdout, stderr));
        child.wait().await
    };
    let status = tokio::time::timeout(limit, finished)
        .await
        .map_err(|_| format!("`{name}` did not end within {} s", limit.as_secs_f32()))?
        .map_err(|error| format!("`{name}` broke off: {error}"))?;
    let text = String::from_utf8_lossy(&written);
    let first = text.lines().next().unwrap_or_default();
    if !status.success() {
        let complaint = masked(&String::from_utf8_lossy(&complaint), first);
        let complaint = truncate_to_width(clean_line(complaint.trim()).trim(), COMPLAINT_SHOWN);
        let said = if complaint.is_empty() {
            String::new()
        } else {
            format!(": {complaint}")
        };
        return Err(format!("`{name}` failed ({status}){said}"));
    }
    one_token(first, &format!("the first line of `{name}`"))
}

/// A program, with `~/` for the home directory.
fn program_path(program: &str) -> PathBuf {
    match (program.strip_prefix("~/"), directories::BaseDirs::new()) {
        (Some(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => PathBuf::from(program),
    }
}

/// A program's complaint without what it wrote as the token, and without what looks like one.
fn masked(complaint: &str, written: &str) -> String {
    let mut complaint = without_secrets(complaint);
    for word in written
        .split_whitespace()
        .filter(|word| word.len() >= MASKED_MIN)
    {
        complaint = complaint.replace(word, "…");
    }
    complaint
}

/// Validates a token; errors never contain the text. Byte order marks and zero-width spaces around
/// it, as from editors and web pages, are removed.
pub(super) fn one_token(text: &str, whence: &str) -> Result<Secret, String> {
    match text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')) {
        "" => Err(format!("{whence} is empty")),
        token if token.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            Err(format!("{whence} must hold one token and nothing else"))
        }
        token => Ok(Secret::new(token)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        // `PATH` is set in every test, and contains no white space.
        let path = std::env::var("PATH").unwrap();
        assert_eq!(of_variable("PATH").unwrap(), Secret::new(path));
        assert_eq!(
            of_variable("NOBODY_SETS_THIS").unwrap_err(),
            "the variable NOBODY_SETS_THIS is not set"
        );
    }

    #[test]
    fn a_token_is_one_word_and_never_displayed() {
        assert_eq!(one_token(" wa_x\n", "it").unwrap(), Secret::new("wa_x"));
        assert_eq!(one_token(" \n", "it").unwrap_err(), "it is empty");
        for around in ["\u{feff}wa_x", "wa_x\u{200b}\r\n", "\u{200b} \u{feff}wa_x "] {
            assert_eq!(one_token(around, "it").unwrap(), Secret::new("wa_x"));
        }
        assert_eq!(one_token("\u{feff}\n", "it").unwrap_err(), "it is empty");
        for text in ["wa_secret and more", "wa_secret\u{1b}[31m"] {
            let fault = one_token(text, "it").unwrap_err();
            assert_eq!(fault, "it must hold one token and nothing else");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_token_file_must_be_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("token");
        std::fs::write(&file, "wa_secret\n").unwrap();
        let mode = |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode));
        for open in [0o644, 0o640, 0o604] {
            mode(open).unwrap();
            let fault = of_file(&file).unwrap_err();
            let expected = format!("(mode {open:04o}): run chmod 600 {}", file.display());
            assert!(fault.contains(&expected), "{fault}");
        }
        mode(0o600).unwrap();
        assert_eq!(of_file(&file).unwrap(), Secret::new("wa_secret"));
        std::fs::write(&file, "wa_secret and more\n").unwrap();
        let fault = of_file(&file).unwrap_err();
        assert!(!fault.contains("wa_secret"), "{fault}");
        assert!(
            of_file(directory.path())
                .unwrap_err()
                .contains("not a file")
        );
        let fifo = directory.path().join("fifo");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        assert!(of_file(&fifo).unwrap_err().contains("not a file"));
        let missing = directory.path().join("missing");
        assert!(of_file(&missing).unwrap_err().contains("cannot read"));
    }

    #[cfg(unix)]
    mod commands {
        use super::*;

        async fn run(script: &str) -> Result<Secret, String> {
            let words = ["sh", "-c", script].map(str::to_owned);
            of_command(&words, Duration::from_secs(20)).await
        }

        #[tokio::test]
        async fn the_first_line_of_the_output_is_the_token() {
            let token = run("echo noise >&2; printf 'wa_one\\nwa_two\\n'").await;
            assert_eq!(token.unwrap(), Secret::new("wa_one"));
            assert_eq!(
                run("true").await.unwrap_err(),
                "the first line of `sh` is empty"
            );
        }

        #[tokio::test]
        async fn stderr_is_shown_without_escape_sequences_and_stdout_never() {
            let fault = run("echo wa_secret; printf 'vault \\033[31mlocked\\n' >&2; exit 3")
                .await
                .unwrap_err();
            assert!(fault.contains("locked") && fault.contains('3'), "{fault}");
            assert!(
                !fault.contains('\u{1b}') && !fault.contains("wa_secret"),
                "{fault}"
            );
        }

        #[tokio::test]
        async fn an_error_message_contains_no_token() {
            let fault = run(
                "echo hunter2-long; echo 'wrong: hunter2-long, wa_0123456789abcdef0123' >&2; exit 1",
            )
            .await
            .unwrap_err();
            assert!(fault.ends_with("wrong: …, …"), "{fault}");
        }

        #[tokio::test]
        async fn a_program_that_does_not_end_is_killed() {
            let words = ["sleep", "600"].map(str::to_owned);
            let fault = of_command(&words, Duration::from_millis(50)).await;
            assert!(fault.unwrap_err().contains("did not end within"));
        }

        #[tokio::test]
        async fn a_missing_source_is_named() {
            let words = ["no-such-password-manager".to_owned()];
            let fault = of_command(&words, COMMAND_LIMIT).await.unwrap_err();
            assert!(
                fault.contains("cannot run `no-such-password-manager`"),
                "{fault}"
            );
        }
    }
}
