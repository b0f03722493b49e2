//! Adding a profile to the configuration file, whose content and comments stay as they are.

use super::error::ConfigError;
use super::load::read_bounded;
use super::profile_name::check_name;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use toml::de::DeTable;

/// A profile that is about to be added.
#[derive(Debug)]
pub(crate) struct NewProfile {
    name: String,
    file: PathBuf,
    text: String,
}

impl NewProfile {
    /// A profile of this name, for this file, which need not exist yet.
    ///
    /// # Errors
    /// The name is not allowed or taken, or the file cannot be read.
    pub(crate) fn new(file: &Path, name: &str) -> Result<Self, ConfigError> {
        check_name(name).map_err(ConfigError)?;
        // A link stays a link.
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let text = match read_bounded(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                let fault = format!("cannot read {}: {error}", file.display());
                return Err(ConfigError(fault));
            }
        };
        if has_profile(&text, name).unwrap_or(false) {
            return Err(ConfigError(format!(
                "there is a profile `{name}` already; choose another name"
            )));
        }
        let profile = Self {
            name: name.to_owned(),
            file,
            text,
        };
        if profile.token_file().symlink_metadata().is_ok() {
            return Err(ConfigError(format!(
                "there is a file {} already; choose another name",
                profile.token_file().display()
            )));
        }
        Ok(profile)
    }

    /// The file that its key is kept in: beside the configuration.
    #[must_use]
    pub(crate) fn token_file(&self) -> PathBuf {
        self.file.with_file_name(format!("{}.token", self.name))
    }

    /// Writes the key into its file, which only the user can read, then the profile.
    ///
    /// # Errors
    /// One of them cannot be written. Then neither is.
    pub(crate) fn save(&self, url: &str, token: &str) -> Result<(), ConfigError> {
        let text = self.extended(url)?;
        let token_file = self.token_file();
        let directory = self.file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(directory).map_err(|error| unwritable(directory, &error))?;
        replace(&token_file, &format!("{token}\n"), None)?;
        let mode = std::fs::metadata(&self.file)
            .ok()
            .map(|old| old.permissions());
        replace(&self.file, &text, mode).inspect_err(|_| {
            let _ = std::fs::remove_file(&token_file);
        })
    }

    /// The file's text with the profile at its end.
    fn extended(&self, url: &str) -> Result<String, ConfigError> {
        use std::fmt::Write as _;
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut text = self.text.clone();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = write!(
            text,
            "[profiles.{}]\nurl = {}\ntoken_file = {}\n",
            quoted(&self.name),
            quoted(url),
            quoted(&format!("{}.token", self.name)),
        );
        match has_profile(&text, &self.name) {
            Ok(true) => Ok(text),
            Ok(false) | Err(_) => Err(ConfigError(format!(
                "a section cannot be added at the end of {}: add the profile by hand",
                self.file.display()
            ))),
        }
    }
}

/// Whether a configuration has a profile of this name.
fn has_profile(text: &str, name: &str) -> Result<bool, toml::de::Error> {
    let document = DeTable::parse(text)?;
    let profiles = document.get_ref().get("profiles");
    let profiles = profiles.and_then(|profiles| profiles.get_ref().as_table());
    Ok(profiles.is_some_and(|profiles| profiles.contains_key(name)))
}

/// Replaces a file as a whole. Without permissions only the user can read it.
fn replace(
    file: &Path,
    text: &str,
    permissions: Option<std::fs::Permissions>,
) -> Result<(), ConfigError> {
    let written = || -> std::io::Result<()> {
        let directory = file.parent().unwrap_or(Path::new("."));
        let mut new = NamedTempFile::new_in(directory)?;
        new.write_all(text.as_bytes())?;
        if let Some(permissions) = permissions {
            new.as_file().set_permissions(permissions)?;
        }
        new.as_file().sync_all()?;
        new.persist(file).map_err(|error| error.error)?;
        Ok(())
    };
    written().map_err(|error| unwritable(file, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> ConfigError {
    ConfigError(format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_in_the_file_stays() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.toml");
        let before = "# mine\n[ui] # here\nmouse=false\n\n[profiles.a]\nurl = 'https://a.example'";
        std::fs::write(&file, before).unwrap();
        let profile = NewProfile::new(&file, "東京").unwrap();
        profile.save("https://b.example/\"x", "wa_secret").unwrap();
        let after = std::fs::read_to_string(&file).unwrap();
        let rest = after.strip_prefix(before).expect("what was there before");
        assert_eq!(
            rest,
            "\n\n[profiles.\"東京\"]\nurl = 'https://b.example/\"x'\ntoken_file = \"東京.token\"\n"
        );
        let token = std::fs::read_to_string(directory.path().join("東京.token")).unwrap();
        assert_eq!(token, "wa_secret\n");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_can_read_the_key_and_the_mode_of_the_config_stays() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("new/config.toml");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let save = |name: &str| {
            let profile = NewProfile::new(&file, name).unwrap();
            profile.save("https://b.example", "wa_secret").unwrap();
            mode(&profile.token_file())
        };
        assert_eq!(save("one"), 0o600);
        assert_eq!(mode(&file), 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(save("two"), 0o600);
        assert_eq!(mode(&file), 0o644);
        let link = directory.path().join("link.toml");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let profile = NewProfile::new(&link, "three").unwrap();
        profile.save("https://b.example", "wa_secret").unwrap();
        assert!(link.is_symlink());
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("[profiles.\"three\"]") && text.contains("[profiles.\"one\"]"));
    }

    #[test]
    fn names_that_are_taken_or_not_allowed_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.toml");
        std::fs::write(&file, "[profiles.a]\nurl = 'https://a.example'\n").unwrap();
        std::fs::write(directory.path().join("b.token"), "").unwrap();
        for (name, words) in [
            ("a", "there is a profile `a` already"),
            ("b", "b.token already"),
            ("local", "own gateway"),
            ("../x", "letters, digits"),
            ("", "letters, digits"),
        ] {
            let fault = NewProfile::new(&file, name).unwrap_err().0;
            assert!(fault.contains(words), "{name}: {fault}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_extended_stays_and_no_key_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.toml");
        for text in ["profiles = { }\n", "[ui\n"] {
            std::fs::write(&file, text).unwrap();
            let profile = NewProfile::new(&file, "x").unwrap();
            let fault = profile
                .save("https://b.example", "wa_secret")
                .unwrap_err()
                .0;
            assert!(fault.contains("add the profile by hand"), "{fault}");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
            assert!(!profile.token_file().exists());
        }
    }
}
