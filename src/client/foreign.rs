//! Text from gateways, proxies and libraries, cleaned for the screen and the log.

use crate::text::{clean_line, truncate_to_width};

/// Longest text of a foreign answer that an error keeps, in columns.
pub(super) const EXCERPT: usize = 200;
/// Prefixes of keys, login tokens and tickets, and their minimum length.
const SECRETS: [&str; 3] = ["wa_", "eyJ", "rt_"];

const SECRET_MIN: usize = 16;

/// Removes keys, tokens and tickets from untrusted text: a server may echo what was sent, which
/// must reach neither the screen nor the log.
#[must_use]
pub fn without_secrets(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.split_inclusive(|c| !is_part(c))
        .map(|word| {
            let secret = word.trim_end_matches(|c| !is_part(c));
            let is_secret =
                SECRETS.iter().any(|start| secret.starts_with(start)) && secret.len() >= SECRET_MIN;
            if is_secret {
                format!("…{}", &word[secret.len()..])
            } else {
                word.to_owned()
            }
        })
        .collect()
}

/// The innermost message of an error: what really happened.
pub(super) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    truncate_to_width(&clean_line(&cause.to_string()), EXCERPT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn echoed_secrets_are_removed() {
        let key = "wa_0123456789abcdef0123";
        for (text, left) in [
            (format!("key {key}: no"), "key …: no"),
            (format!("\"{key}\""), "\"…\""),
            ("eyJhbGciOiJFZERTQSJ9.eyJz.c2ln!".to_owned(), "…!"),
            ("wa_short is a word".to_owned(), "wa_short is a word"),
        ] {
            assert_eq!(without_secrets(&text), left);
        }
    }
}
