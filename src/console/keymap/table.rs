//! The keymap: the defaults of the table, with the config's changes.

use super::action::{Action, Binding, KeyContext};
use super::bindings::BINDINGS;
use super::key::Key;
use crossterm::event::KeyEvent;

/// Says what is wrong with an action's keys in the config, if anything.
///
/// # Errors
/// As [`Keymap::rebind`].
pub(crate) fn check_binding(name: &str, keys: &[String]) -> Result<(), String> {
    Keymap::default().rebind(name, keys)
}

/// One key for two actions in the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` would mean both `{first}` and `{second}`")]
pub(crate) struct Conflict {
    pub key: Key,
    /// The actions' names in the config.
    pub first: &'static str,
    pub second: &'static str,
}

/// Which keys mean what: the defaults, with the config's changes.
#[derive(Debug, Clone)]
pub struct Keymap {
    keys: Vec<(Action, Vec<Key>)>,
    /// The actions whose keys the config names.
    configured: Vec<Action>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self {
            keys: BINDINGS
                .iter()
                .map(|binding| {
                    let keys = binding.keys.iter().filter_map(|key| Key::parse(key).ok());
                    (binding.action, keys.collect())
                })
                .collect(),
            configured: Vec::new(),
        }
    }
}

impl Keymap {
    /// Replaces the keys of the named action. Other actions in the same place lose a default key that is one of
    /// them, so that a new default never keeps a config from working; the palette has all actions.
    ///
    /// # Errors
    /// Unknown action, no key, or a text that is not a key.
    pub(crate) fn rebind<S: AsRef<str>>(&mut self, name: &str, keys: &[S]) -> Result<(), String> {
        let binding = BINDINGS
            .iter()
            .find(|binding| binding.name == name)
            .ok_or_else(|| {
                let names: Vec<_> = BINDINGS.iter().map(|binding| binding.name).collect();
                format!("unknown action; allowed are {}", names.join(", "))
            })?;
        if keys.is_empty() {
            return Err("needs at least one key".to_owned());
        }
        let parsed = keys
            .iter()
            .map(|key| Key::parse(key.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        self.configured.push(binding.action);
        for other in BINDINGS {
            let Some((_, keys)) =
                (self.keys.iter_mut()).find(|(action, _)| *action == other.action)
            else {
                continue;
            };
            if other.action == binding.action {
                keys.clone_from(&parsed);
            } else if share_a_place(binding, other)
                && !self.configured.contains(&other.action)
                && !needs_a_key(other.action)
            {
                keys.retain(|key| !parsed.contains(key));
            }
        }
        Ok(())
    }

    /// Two actions that one key would mean in the same place; to be called after the last `rebind`.
    ///
    /// # Errors
    /// The key and both actions.
    pub(crate) fn check(&self) -> Result<(), Conflict> {
        for (position, first) in BINDINGS.iter().enumerate() {
            for second in &BINDINGS[position + 1..] {
                if !share_a_place(first, second) {
                    continue;
                }
                if let Some(key) = self
                    .keys(first.action)
                    .iter()
                    .find(|key| self.keys(second.action).contains(key))
                {
                    return Err(Conflict {
                        key: *key,
                        first: first.name,
                        second: second.name,
                    });
                }
            }
        }
        Ok(())
    }

    /// The keys of an action.
    #[must_use]
    pub(crate) fn keys(&self, action: Action) -> &[Key] {
        self.keys
            .iter()
            .find(|(candidate, _)| *candidate == action)
            .map_or(&[], |(_, keys)| keys)
    }

    /// The action of a key in a context.
    #[must_use]
    pub(crate) fn action(&self, event: &KeyEvent, context: KeyContext) -> Option<Action> {
        let key = Key::of(event);
        let in_place = |binding: &&Binding| {
            binding.contexts.contains(&context)
                || binding.contexts.contains(&KeyContext::Everywhere)
                || matches!(binding.action, Action::Back)
        };
        let elsewhere = |binding: &&Binding| binding.elsewhere.contains(&context);
        // The context's own actions first: a configured key may be both.
        let here = BINDINGS.iter().filter(in_place);
        here.chain(BINDINGS.iter().filter(elsewhere))
            .map(|binding| binding.action)
            .find(|action| self.keys(*action).contains(&key))
    }

    /// The action of a key in another context.
    #[must_use]
    pub(crate) fn meaning_elsewhere(&self, key: Key) -> Option<&'static Binding> {
        BINDINGS
            .iter()
            .find(|binding| self.keys(binding.action).contains(&key))
    }

    /// The footer of a place: first key and word of each action with a hint.
    pub(crate) fn hints(
        &self,
        context: KeyContext,
    ) -> impl Iterator<Item = (Action, Key, &'static str)> {
        BINDINGS
            .iter()
            .filter(move |binding| {
                !binding.hint.is_empty()
                    && (binding.contexts.contains(&context)
                        || binding.contexts.contains(&KeyContext::Everywhere))
            })
            .filter_map(|binding| {
                let key = *self.keys(binding.action).first()?;
                Some((binding.action, key, binding.hint))
            })
    }
}

/// Whether an action cannot be done through the palette, or leads to it.
fn needs_a_key(action: Action) -> bool {
    matches!(
        action,
        Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::Top
            | Action::Bottom
            | Action::NextPane
            | Action::PreviousPane
            | Action::Open
            | Action::Back
            | Action::Palette
            | Action::Help
            | Action::Quit
    )
}

fn share_a_place(first: &Binding, second: &Binding) -> bool {
    let everywhere = |binding: &Binding| {
        binding.contexts.contains(&KeyContext::Everywhere) || binding.action == Action::Back
    };
    everywhere(first)
        || everywhere(second)
        || first
            .contexts
            .iter()
            .any(|context| second.contexts.contains(context))
}

#[cfg(test)]
mod tests {
    use super::KeyContext::Group;
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    #[test]
    fn every_default_key_parses_round_trips_and_is_unambiguous() {
        for binding in BINDINGS {
            for text in binding.keys {
                assert_eq!(Key::parse(text).unwrap().to_string(), *text);
            }
        }
        assert_eq!(Keymap::default().check(), Ok(()));
    }

    #[test]
    fn a_rebound_key_replaces_the_default() {
        let mut keymap = Keymap::default();
        keymap.rebind("reset_link", &["Alt-r"]).unwrap();
        let pressed = |code, modifiers| KeyEvent::new(code, modifiers);
        assert_eq!(
            keymap.action(&pressed(KeyCode::Char('r'), KeyModifiers::ALT), Group),
            Some(Action::ResetLink)
        );
        assert_eq!(
            keymap.action(&pressed(KeyCode::Char('R'), KeyModifiers::SHIFT), Group),
            None
        );
    }

    #[test]
    fn a_key_bound_twice_is_refused() {
        let mut keymap = Keymap::default();
        keymap.rebind("edit", &["q"]).unwrap();
        assert_eq!(
            keymap.check().map_err(|conflict| conflict.to_string()),
            Err("`q` would mean both `edit` and `quit`".to_owned())
        );
    }

    #[test]
    fn a_configured_key_takes_a_default_of_another_action() {
        let mut keymap = Keymap::default();
        keymap.rebind("quit", &["X"]).unwrap();
        assert_eq!(keymap.check(), Ok(()));
        assert!(keymap.keys(Action::LeaveGroup).is_empty());
        let pressed = KeyEvent::new(KeyCode::Char('X'), KeyModifiers::SHIFT);
        assert_eq!(keymap.action(&pressed, Group), Some(Action::Quit));
        keymap.rebind("leave_group", &["X"]).unwrap();
        assert!(keymap.check().is_err(), "both are configured");
    }

    #[test]
    fn errors_about_wrong_names_list_the_valid_ones() {
        let mut keymap = Keymap::default();
        assert!(
            keymap
                .rebind("explode", &["x"])
                .unwrap_err()
                .contains("reset_link")
        );
        assert!(
            keymap
                .rebind("quit", &["Strg-q"])
                .unwrap_err()
                .contains("Ctrl-")
        );
        assert!(keymap.rebind::<&str>("quit", &[]).is_err());
    }
}
