//! `groupdesk invite get|reset|qr|check`

use super::ask;
use super::check::{self, Check};
use super::context::CommandContext;
use super::find::{Found, group_name, session_name};
use super::named_group::NamedGroup;
use crate::api::InviteLink;
use crate::cli::output::{
    AnswerFormat, CallKind, CommandError, Exit, json_text, note, print, print_change,
};
use crate::qr;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk invite get \"Weekend Volunteers\"     the link, alone on its line
  groupdesk invite reset 120363041234567890@g.us --yes
  groupdesk invite qr volunteers --out poster.svg

GROUP is an id, a name, or a part of a name that no other group has.";

const RESET_EXAMPLES: &str = "\
Examples:
  groupdesk invite reset \"Weekend Volunteers\"   asks, then writes the new link
  groupdesk invite reset 120363041234567890@g.us --session Support --yes --json

The old link is dead at once, on every poster and in every chat.";

const QR_EXAMPLES: &str = "\
Examples:
  groupdesk invite qr \"Weekend Volunteers\" --out volunteers.png
  groupdesk invite qr 120363041234567890@g.us --out volunteers.svg";

/// Arguments of `groupdesk invite`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Invite {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// Write the link
    Get(Get),

    /// Make a new link; the old one dies at once
    #[command(after_help = RESET_EXAMPLES)]
    Reset(Reset),

    /// Save the link as a QR code
    #[command(after_help = QR_EXAMPLES)]
    Qr(Qr),

    /// Look for what keeps people from joining a group
    #[command(after_help = check::EXAMPLES)]
    Check(Check),
}

/// Which group is meant.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Which {
    /// The group: its id, its name, or a part of its name that no other group has
    pub group: String,

    /// Through this session: its id, its label or its number
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Get {
    #[command(flatten)]
    pub which: Which,

    #[command(flatten)]
    pub format: AnswerFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Reset {
    #[command(flatten)]
    pub which: Which,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub format: AnswerFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Qr {
    #[command(flatten)]
    pub which: Which,

    /// Where to save it; the name ends in .png or .svg, and a file of that name is replaced
    #[arg(long, value_name = "FILE", value_parser = Picture::parse)]
    pub out: Picture,

    #[command(flatten)]
    pub format: AnswerFormat,
}

/// A picture's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    file: PathBuf,
    vector: bool,
}

impl Picture {
    fn parse(name: &str) -> Result<Self, String> {
        let file = PathBuf::from(name);
        let ending = file.extension().and_then(|ending| ending.to_str());
        let vector = match ending.map(str::to_lowercase).as_deref() {
            Some("svg") => true,
            Some("png") => false,
            _ => return Err("the name must end in .png or .svg".to_owned()),
        };
        Ok(Self { file, vector })
    }
}

/// The JSON answer of `get`, `reset` and `qr`.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    group: NamedGroup<'a>,
    invite: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

impl<'a> Answer<'a> {
    fn of(found: &'a Found, invite: &'a str) -> Self {
        Self {
            group: found.into(),
            invite,
            previous: None,
            file: None,
        }
    }
}

impl Invite {
    pub(super) fn wants_json(&self) -> bool {
        match &self.action {
            Action::Get(get) => get.format.json,
            Action::Reset(reset) => reset.format.json,
            Action::Qr(qr) => qr.format.json,
            Action::Check(check) => check.format.json,
        }
    }

    /// Fails early if a confirmation is needed but not possible, or if a link to check is none.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        match &self.action {
            Action::Reset(reset) if !reset.yes && !ask::is_possible() => Err(CommandError::new(
                Exit::NotConfirmed,
                "a reset kills the old link at once, and there is no terminal to ask on: say --yes",
            )),
            Action::Check(check) => check.check(),
            _ => Ok(()),
        }
    }
}

impl CommandContext<'_> {
    pub(super) async fn invite(&self, arguments: &Invite) -> Result<(), CommandError> {
        match &arguments.action {
            Action::Get(get) => self.get_invite(get).await,
            Action::Reset(reset) => self.reset_invite(reset).await,
            Action::Qr(qr) => self.save_qr(qr).await,
            Action::Check(check) => self.check_invite(check).await,
        }
    }

    async fn get_invite(&self, get: &Get) -> Result<(), CommandError> {
        let found = self.reach(&get.which).await?;
        let link = self.link(&found).await?;
        tell(&Answer::of(&found, &link), &link, get.format)
    }

    async fn reset_invite(&self, reset: &Reset) -> Result<(), CommandError> {
        let found = self.find_which(&reset.which).await?;
        let name = group_name(&found.group).to_owned();
        if !reset.yes {
            let who = session_name(&found.session);
            ask::confirm(&format!(
                "Reset the invite link of \"{name}\" ({}) through {who}? The old link dies at once.",
                found.group.group_jid
            ))
            .await?;
        }
        self.connected(&found.session).await?;
        // The link before the reset: compared with the current one if the answer is lost.
        let previous = self.link(&found).await?;
        let (session, group) = (&found.session.id, &found.group.group_jid);
        let sent = self.client.reset_invite(session, group).await;
        let link = match sent {
            Ok(answer) => match checked(answer) {
                Ok(link) => link,
                Err(failure) => self.after_lost(&found, &previous, &failure.message).await?,
            },
            Err(error) if error.is_unconfirmed() => {
                let why = error.to_string();
                self.after_lost(&found, &previous, &why).await?
            }
            Err(error) => return Err(CommandError::of_call(error, CallKind::Live)),
        };
        if link == previous {
            return Err(CommandError::new(
                Exit::Failed,
                "the gateway gave the old link again, so it still lives; reset it once more",
            ));
        }
        let answer = Answer {
            previous: Some(&previous),
            ..Answer::of(&found, &link)
        };
        let remedy = format!(
            "`groupdesk invite get {} --session {}` shows the new link",
            found.group.group_jid, found.session.id
        );
        print_change(
            &text(&answer, &link, reset.format)?,
            "the link was reset and the old one is dead",
            &remedy,
        )
    }

    /// A reset is never sent twice: if its answer is lost, the link is read. `why` is the error of
    /// the reset.
    async fn after_lost(
        &self,
        found: &Found,
        previous: &str,
        why: &str,
    ) -> Result<String, CommandError> {
        match self.link(found).await {
            Ok(link) if link != previous => {
                if self.notes {
                    note(&format!("{why}; but the link is a new one now"));
                }
                Ok(link)
            }
            Ok(_) => Err(CommandError::new(
                Exit::GatewayAway,
                format!("the link was not reset: {why}; the old link still lives"),
            )),
            Err(_) => Err(CommandError::new(
                Exit::Unknown,
                format!("whether the link was reset is not known: {why}; before you reset again, look with `groupdesk invite get` whether it is still the previous one"),
            )
            .with("previous", previous)),
        }
    }

    async fn save_qr(&self, qr: &Qr) -> Result<(), CommandError> {
        let found = self.reach(&qr.which).await?;
        let link = self.link(&found).await?;
        save(&qr.out, &link)?;
        let file = qr.out.file.to_string_lossy();
        let answer = Answer {
            file: Some(&file),
            ..Answer::of(&found, &link)
        };
        tell(&answer, &file, qr.format)
    }

    async fn find_which(&self, which: &Which) -> Result<Found, CommandError> {
        self.find(&which.group, which.session.as_deref()).await
    }

    /// The group, through a session that is connected.
    pub(super) async fn reach(&self, which: &Which) -> Result<Found, CommandError> {
        let found = self.find_which(which).await?;
        self.connected(&found.session).await?;
        Ok(found)
    }

    async fn link(&self, found: &Found) -> Result<String, CommandError> {
        let (session, group) = (&found.session.id, &found.group.group_jid);
        let answer = self.client.invite(session, group).await;
        checked(answer.map_err(|error| CommandError::of_call(error, CallKind::Live))?)
    }
}

/// Only a valid link is printed.
fn checked(answer: InviteLink) -> Result<String, CommandError> {
    if InviteLink::is_link(&answer.invite) {
        Ok(answer.invite)
    } else {
        Err(CommandError::new(
            Exit::Failed,
            "the gateway sent something that is not a link",
        ))
    }
}

/// The whole answer, or the one line that matters.
fn text(answer: &Answer<'_>, line: &str, format: AnswerFormat) -> Result<String, CommandError> {
    if format.json {
        json_text(answer)
    } else {
        Ok(format!("{line}\n"))
    }
}

fn tell(answer: &Answer<'_>, line: &str, format: AnswerFormat) -> Result<(), CommandError> {
    print(&text(answer, line, format)?)
}

fn save(picture: &Picture, link: &str) -> Result<(), CommandError> {
    let failed = |error: &dyn std::fmt::Display| {
        CommandError::new(
            Exit::Failed,
            format!("cannot save {}: {error}", picture.file.display()),
        )
    };
    let image = if picture.vector {
        qr::to_svg(link).map(String::into_bytes)
    } else {
        qr::to_png(link, qr::PICTURE_SCALE)
    };
    let image = image.map_err(|error| failed(&error))?;
    replace(&picture.file, &image).map_err(|error| failed(&error))
}

/// Replaces the file atomically.
fn replace(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let directory = match file.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    // Created with the default mode: the picture is meant to be shared.
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666))
    };
    let mut new = builder.prefix(".groupdesk-").tempfile_in(directory)?;
    new.write_all(content)?;
    new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_extension_selects_the_picture_format() {
        assert!(Picture::parse("a.svg").unwrap().vector);
        assert!(!Picture::parse("dir.svg/a.PNG").unwrap().vector);
        for name in ["a", "a.jpg", "png", ""] {
            assert!(Picture::parse(name).unwrap_err().contains(".png or .svg"));
        }
    }

    #[test]
    fn a_picture_is_replaced_atomically() {
        let directory = tempfile::tempdir().unwrap();
        let picture = Picture::parse(directory.path().join("a.svg").to_str().unwrap()).unwrap();
        for link in [
            "https://chat.whatsapp.com/one",
            "https://chat.whatsapp.com/two",
        ] {
            save(&picture, link).unwrap();
            let drawn = std::fs::read_to_string(&picture.file).unwrap();
            assert_eq!(drawn, qr::to_svg(link).unwrap());
        }
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        let nowhere = Picture::parse("/no/such/place/a.png").unwrap();
        let error = save(&nowhere, "https://chat.whatsapp.com/one").unwrap_err();
        assert!(error.message.contains("/no/such/place/a.png"), "{error}");
    }
}
