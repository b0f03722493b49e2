//! `groupdesk keys create|list|rotate|revoke`

mod arguments;
mod secret;

pub(super) use arguments::EXAMPLES;
pub(super) use arguments::Keys;

use super::ask;
use super::context::{CommandContext, left_out};
use crate::api::{CapabilityWord, CreateKey, RotateKey};
use crate::cli::output::{
    CallKind, Column, CommandError, Exit, ListFormat, Table, csv_text, json_text, note,
    print_change, print_list, time,
};
use crate::client::ClientError;
use arguments::{Action, Create, Revoke, Rotate};
use secret::SecretFile;
use serde::Serialize;

type ApiKey = crate::api::ApiKey<CapabilityWord>;
type CreatedKey = crate::api::CreatedKey<CapabilityWord>;

#[derive(Serialize)]
struct Listed<'a> {
    keys: &'a [ApiKey],
}

#[derive(Serialize)]
struct Revoked<'a> {
    key: &'a ApiKey,
}

/// A key with its secret.
#[derive(Serialize)]
struct WithSecret<'a> {
    key: &'a ApiKey,
    /// Left out when it is in a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

impl Keys {
    /// Checks that clap cannot express.
    ///
    /// # Errors
    /// A confirmation is needed but not possible.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        let unasked = match &self.action {
            Action::Revoke(revoke) => !revoke.yes,
            Action::Rotate(rotate) => !rotate.yes && rotate.overlap.is_none(),
            Action::Create(_) | Action::List(_) => false,
        };
        if unasked && !ask::is_possible() {
            return Err(CommandError::new(
                Exit::NotConfirmed,
                "clients of this key stop working at once, and a confirmation is not possible here: add --yes",
            ));
        }
        Ok(())
    }
}

impl CommandContext<'_> {
    pub(super) async fn keys(&self, keys: &Keys) -> Result<(), CommandError> {
        match &keys.action {
            Action::Create(create) => self.create_key(create).await,
            Action::List(list) => self.list_keys(list.format).await,
            Action::Rotate(rotate) => self.rotate_key(rotate).await,
            Action::Revoke(revoke) => self.revoke_key(revoke).await,
        }
    }

    async fn create_key(&self, create: &Create) -> Result<(), CommandError> {
        // The secret is returned once: create the file before the request.
        let file = create.out.as_deref().map(SecretFile::create).transpose()?;
        let wanted = CreateKey {
            label: create.label.clone(),
            capabilities: create.capabilities.clone(),
            expires_at: create.expires.map(arguments::Expiry::at),
        };
        let made = self.client.create_key(&wanted).await;
        let made = checked(made.map_err(|error| unclear(error, failure))?)?;
        tell(&made, file, create.format.json)?;
        let key = &made.key;
        self.remark(&format!("key {} may {}", key.id, words(key)));
        Ok(())
    }

    async fn list_keys(&self, format: ListFormat) -> Result<(), CommandError> {
        let keys = self.all_keys().await?;
        print_list(
            format,
            || Listed { keys: &keys },
            |format| csv(&keys, format),
            || table(&keys),
        )
    }

    async fn rotate_key(&self, rotate: &Rotate) -> Result<(), CommandError> {
        let key = self.find_key(&rotate.key).await?;
        if !rotate.yes && rotate.overlap.is_none() {
            let question = format!("Rotate {}? Its secret of today dies at once.", name(&key));
            ask::confirm(&question).await?;
        }
        let file = rotate.out.as_deref().map(SecretFile::replace).transpose()?;
        let rotation = RotateKey {
            overlap_seconds: rotate.overlap.map(arguments::Span::seconds),
        };
        let made = self.client.rotate_key(&key.id, &rotation).await;
        let made = checked(made.map_err(|error| unclear(error, of_known))?)?;
        tell(&made, file, rotate.format.json)?;
        self.remark(&match rotation.overlap_seconds {
            Some(seconds) => format!("the secret before works for {seconds} more seconds"),
            None => "the secret before is dead".to_owned(),
        });
        Ok(())
    }

    async fn revoke_key(&self, revoke: &Revoke) -> Result<(), CommandError> {
        let key = self.find_key(&revoke.key).await?;
        if !revoke.yes {
            let question = format!("Revoke {}? What uses it stops at once.", name(&key));
            ask::confirm(&question).await?;
        }
        self.client
            .delete_key(&key.id)
            .await
            .map_err(|error| unclear(error, of_known))?;
        let answer = if revoke.format.json {
            json_text(&Revoked { key: &key })?
        } else {
            format!("{}\n", key.id)
        };
        let done = format!("key {} was revoked", key.id);
        print_change(&answer, &done, "nothing needs to be done again")
    }

    async fn all_keys(&self) -> Result<Vec<ApiKey>, CommandError> {
        let keys = self.client.list_keys().await.map_err(failure)?;
        left_out(keys.unreadable, "key", "keys");
        Ok(keys.rows)
    }

    /// The key of this id, or the only one of this label.
    async fn find_key(&self, wanted: &str) -> Result<ApiKey, CommandError> {
        let mut keys = self.all_keys().await?;
        if keys.iter().any(|key| !is_word(&key.id)) {
            return Err(CommandError::new(
                Exit::Failed,
                "the gateway lists keys whose ids are none",
            ));
        }
        if let Some(at) = keys.iter().position(|key| key.id == wanted) {
            return Ok(keys.swap_remove(at));
        }
        keys.retain(|key| key.label.as_deref() == Some(wanted));
        match (keys.pop(), keys.as_slice()) {
            (None, _) => Err(CommandError::new(
                Exit::NotFound,
                format!("there is no key with the id or label `{wanted}`"),
            )),
            (Some(key), []) => Ok(key),
            (Some(last), others) => Err(CommandError::new(
                Exit::Ambiguous,
                format!("several keys have the label `{wanted}`: name one by its id"),
            )
            .listing(others.iter().chain([&last]).map(|key| key.id.clone()))),
        }
    }

    fn remark(&self, line: &str) {
        if self.notes {
            note(line);
        }
    }
}

/// Ids and secrets are written verbatim.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn checked(made: CreatedKey) -> Result<CreatedKey, CommandError> {
    if is_word(&made.secret) && is_word(&made.key.id) {
        return Ok(made);
    }
    Err(CommandError::new(
        Exit::Failed,
        "the gateway sent something that is not a key; `groupdesk keys list` shows whether one was made",
    ))
}

/// Writes a secret where it belongs: into its file, or alone on its line.
fn tell(made: &CreatedKey, file: Option<SecretFile>, json: bool) -> Result<(), CommandError> {
    let id = &made.key.id;
    let path = file.as_ref().map(|file| file.path().display().to_string());
    if let Some(file) = file {
        file.keep(&made.secret, id)?;
    }
    let text = if json {
        json_text(&WithSecret {
            key: &made.key,
            secret: path.is_none().then_some(made.secret.as_str()),
        })?
    } else {
        format!("{}\n", path.as_deref().unwrap_or(&made.secret))
    };
    let remedy = match &path {
        Some(path) => format!("its secret is in {path}"),
        None => format!("its secret is lost: revoke it with `groupdesk keys revoke {id}`"),
    };
    print_change(&text, &format!("key {id} was made"), &remedy)
}

/// A gateway whose keys are made elsewhere knows no such path.
fn failure(error: ClientError) -> CommandError {
    match error.status() {
        Some(404 | 405 | 501) => CommandError::new(
            Exit::NotOffered,
            "this gateway has no endpoint for keys; ask its operator",
        ),
        _ => CommandError::of_call(error, CallKind::Stored),
    }
}

/// A change whose answer may be lost is not made again: there could then be two.
fn unclear(error: ClientError, otherwise: fn(ClientError) -> CommandError) -> CommandError {
    if error.is_unconfirmed() {
        return CommandError::new(
            Exit::Unknown,
            format!("{error}; see with `groupdesk keys list` what became of it"),
        );
    }
    otherwise(error)
}

/// The key was listed just now: it was deleted concurrently.
fn of_known(error: ClientError) -> CommandError {
    CommandError::of_call(error, CallKind::Stored)
}

fn name(key: &ApiKey) -> String {
    match &key.label {
        Some(label) => format!("`{label}` ({})", key.id),
        None => key.id.clone(),
    }
}

fn words(key: &ApiKey) -> String {
    let words: Vec<_> = key
        .capabilities
        .iter()
        .map(CapabilityWord::as_str)
        .collect();
    words.join(",")
}

fn table(keys: &[ApiKey]) -> Table {
    let mut table = Table::new(&[
        Column::name("LABEL"),
        Column::text("MAY"),
        Column::text("CREATED"),
        Column::text("LAST USED"),
        Column::text("EXPIRES"),
        Column::text("ID"),
        Column::text("NOTE"),
    ]);
    for key in keys {
        table.row([
            key.label.clone().unwrap_or_default(),
            words(key),
            time(key.created_at),
            key.last_used_at.map_or_else(String::new, time),
            key.expires_at.map_or_else(String::new, time),
            key.id.clone(),
            if key.disabled { "disabled" } else { "" }.to_owned(),
        ]);
    }
    table
}

fn csv(keys: &[ApiKey], format: ListFormat) -> String {
    let rows = keys.iter().map(|key| {
        [
            key.id.clone(),
            key.label.clone().unwrap_or_default(),
            words(key),
            key.disabled.to_string(),
            time(key.created_at),
            key.last_used_at.map_or_else(String::new, time),
            key.expires_at.map_or_else(String::new, time),
        ]
    });
    let header = [
        "id",
        "label",
        "capabilities",
        "disabled",
        "createdAt",
        "lastUsedAt",
        "expiresAt",
    ];
    csv_text(format, header, rows)
}
