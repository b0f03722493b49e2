//! `groupdesk audit head`, and heads that were written down.

use super::chain::KeptHead;
use super::entry::WrittenDown;
use super::pages::unchained;
use crate::cli::output::{AnswerFormat, CommandError, Exit, print, print_document};
use crate::cli::scripts::context::CommandContext;
use clap::Args;
use std::io::Read as _;
use std::path::Path;

/// Bytes of a file of heads: more than 10,000 of them.
const FILE_MAX: u64 = 1 << 20;
/// Bytes of an organization's id.
const ORGANIZATION_MAX: usize = 64;
/// Digits of a hash.
const HASH: usize = 64;

/// Arguments of `groupdesk audit head`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Head {
    #[command(flatten)]
    pub format: AnswerFormat,
}

impl CommandContext<'_> {
    pub(super) async fn audit_head(&self, arguments: &Head) -> Result<(), CommandError> {
        let head = self.client.audit_head().await.map_err(unchained)?;
        if arguments.format.json {
            return print_document(&head);
        }
        match &head.id {
            Some(id) => {
                // Both are words of the gateway: nothing else may get into a file of heads.
                let line = line(id, &head.hash, head.organization_id.as_deref());
                parse(&line).ok_or_else(|| {
                    CommandError::new(
                        Exit::GatewayAway,
                        "the gateway's answer is no head of an audit log",
                    )
                })?;
                print(&format!("{line}\n"))
            }
            None => Err(CommandError::new(
                Exit::NotFound,
                "the audit log has no entries",
            )),
        }
    }
}

/// A head as it is written down: `ID:HASH:ORGANIZATION`.
pub(super) fn line(id: &str, hash: &str, organization: Option<&str>) -> String {
    match organization {
        Some(organization) => format!("{id}:{hash}:{organization}"),
        None => format!("{id}:{hash}"),
    }
}

/// The heads of `--head`: `ID:HASH:ORGANIZATION`, or a file with one on each line. Earlier versions
/// wrote no organization. Empty lines and those that begin with `#` are skipped.
///
/// # Errors
/// Neither, or the file cannot be read.
pub(super) fn read(wanted: &[String]) -> Result<Vec<KeptHead>, CommandError> {
    let mut heads = Vec::new();
    for wanted in wanted {
        match parse(wanted) {
            Some(head) => heads.push(head),
            None => heads.extend(in_file(wanted)?),
        }
    }
    Ok(heads)
}

fn in_file(path: &str) -> Result<Vec<KeptHead>, CommandError> {
    let refused = |why: String| CommandError::new(Exit::Usage, format!("--head {path}: {why}"));
    let text = read_file(Path::new(path))
        .map_err(|error| refused(format!("neither ID:HASH nor a readable file: {error}")))?;
    let mut heads = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        heads.push(
            parse(line).ok_or_else(|| refused(format!("line {} is no ID:HASH", number + 1)))?,
        );
    }
    if heads.is_empty() {
        return Err(refused("no head in this file".to_owned()));
    }
    Ok(heads)
}

fn read_file(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?
        .take(FILE_MAX + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > FILE_MAX {
        return Err(std::io::Error::other("larger than 1 MiB"));
    }
    Ok(text)
}

fn parse(text: &str) -> Option<KeptHead> {
    let (id, rest) = text.trim().split_once(':')?;
    let (hash, organization) = match rest.split_once(':') {
        Some((hash, organization)) => (hash, Some(organization)),
        None => (rest, None),
    };
    let is_hash = hash.len() == HASH && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_id = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_name = organization.is_none_or(|name| {
        let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=ORGANIZATION_MAX).contains(&name.len()) && name.bytes().all(is_valid)
    });
    (is_hash && is_id && is_name).then(|| KeptHead {
        entry: WrittenDown {
            id: id.to_owned(),
            hash: hash.to_ascii_lowercase(),
        },
        organization: organization.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_from_arguments_and_files() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("heads.txt");
        let path = file.to_str().unwrap().to_owned();
        let hash = "AB".repeat(32);
        std::fs::write(
            &file,
            format!("# kept in the safe\n\n  01A:{hash}  \r\n02B:{hash}:acme"),
        )
        .unwrap();
        let heads = read(&[format!("03C:{hash}"), path.clone()]).unwrap();
        let ids: Vec<&str> = heads.iter().map(|head| head.entry.id.as_str()).collect();
        assert_eq!(ids, ["03C", "01A", "02B"]);
        let is_read = |head: &KeptHead| head.entry.hash == "ab".repeat(32);
        assert!(heads.iter().all(is_read));
        let owners: Vec<_> = heads
            .iter()
            .map(|head| head.organization.as_deref())
            .collect();
        assert_eq!(owners, [None, None, Some("acme")]);
        assert_eq!(line("02B", &hash, Some("acme")), format!("02B:{hash}:acme"));
        for (content, complaint) in [
            ("01A:12", "line 1 is no ID:HASH"),
            (format!("01A:{hash}:").as_str(), "line 1 is no ID:HASH"),
            ("", "no head in this file"),
        ] {
            std::fs::write(&file, content).unwrap();
            let error = read(std::slice::from_ref(&path)).unwrap_err();
            assert_eq!(error.exit, Exit::Usage);
            assert!(error.message.contains(complaint), "{}", error.message);
        }
        std::fs::write(&file, " ".repeat(FILE_MAX as usize + 1)).unwrap();
        let error = read(&[path]).unwrap_err();
        assert!(
            error.message.contains("larger than 1 MiB"),
            "{}",
            error.message
        );
        assert!(read(&["nowhere/at/all".to_owned()]).is_err());
    }
}
