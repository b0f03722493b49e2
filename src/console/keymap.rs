//! The one table of keys: it feeds dispatch, footer, help and the config's `[keys]`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;

/// What a key can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    NextPane,
    PreviousPane,
    Open,
    Back,
    Filter,
    Sort,
    InvitableOnly,
    CopyLink,
    ShowQr,
    SaveQr,
    QrStyle,
    Edit,
    ResetLink,
    Refresh,
    AddAccount,
    StartSession,
    StopSession,
    RestartSession,
    LogoutSession,
    ErrorDetails,
    Help,
    Suspend,
    Quit,
}

/// Where an action makes sense; the footer shows the actions of the place one is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    Everywhere,
    Sessions,
    Groups,
    Group,
    /// The full-screen QR code.
    Qr,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    pub action: Action,
    /// Its name in the config's `[keys]`.
    pub name: &'static str,
    /// Default keys, as they are written in the config.
    pub keys: &'static [&'static str],
    /// What it does, for the help.
    pub help: &'static str,
    /// The footer's word; empty = not in the footer.
    pub hint: &'static str,
    pub places: &'static [Place],
}

use Place::{Everywhere, Group, Groups, Qr, Sessions};

/// Every key, in the order in which the footer and the help show them.
pub const BINDINGS: &[Binding] = &[
    Binding {
        action: Action::Filter,
        name: "filter",
        keys: &["/"],
        help: "Filter the groups as you type",
        hint: "filter",
        places: &[Sessions, Groups, Group],
    },
    Binding {
        action: Action::Open,
        name: "open",
        keys: &["Enter"],
        help: "Open what is selected",
        hint: "open",
        places: &[Sessions, Groups],
    },
    Binding {
        action: Action::CopyLink,
        name: "copy_link",
        keys: &["y"],
        help: "Copy the group's invite link",
        hint: "copy link",
        places: &[Groups, Group, Qr],
    },
    Binding {
        action: Action::ShowQr,
        name: "show_qr",
        keys: &["Q"],
        help: "Fill the screen with the invite link's QR code",
        hint: "QR",
        places: &[Groups, Group],
    },
    Binding {
        action: Action::Edit,
        name: "edit",
        keys: &["e"],
        help: "Change the group's subject, description and switches",
        hint: "edit",
        places: &[Groups, Group],
    },
    Binding {
        action: Action::ResetLink,
        name: "reset_link",
        keys: &["R"],
        help: "Reset the invite link: the old one dies at once",
        hint: "reset link",
        places: &[Groups, Group],
    },
    Binding {
        action: Action::SaveQr,
        name: "save_qr",
        keys: &["S"],
        help: "Save the QR code as PNG and SVG",
        hint: "save",
        places: &[Qr],
    },
    Binding {
        action: Action::QrStyle,
        name: "qr_style",
        keys: &["b"],
        help: "Draw the QR code with half or whole blocks",
        hint: "blocks",
        places: &[Qr],
    },
    Binding {
        action: Action::AddAccount,
        name: "add_account",
        keys: &["a"],
        help: "Add an account, or link an unlinked one to its phone",
        hint: "add account",
        places: &[Sessions],
    },
    Binding {
        action: Action::StartSession,
        name: "start_session",
        keys: &["s"],
        help: "Start the session",
        hint: "start",
        places: &[Sessions],
    },
    Binding {
        action: Action::StopSession,
        name: "stop_session",
        keys: &["x"],
        help: "Stop the session; it stays linked",
        hint: "stop",
        places: &[Sessions],
    },
    Binding {
        action: Action::RestartSession,
        name: "restart_session",
        keys: &["t"],
        help: "Restart the session",
        hint: "restart",
        places: &[Sessions],
    },
    Binding {
        action: Action::LogoutSession,
        name: "logout_session",
        keys: &["L"],
        help: "Log the session out: its phone must be linked again",
        hint: "log out",
        places: &[Sessions],
    },
    Binding {
        action: Action::Sort,
        name: "sort",
        keys: &["o"],
        help: "Sort the groups by the next column",
        hint: "sort",
        places: &[Groups],
    },
    Binding {
        action: Action::InvitableOnly,
        name: "invitable_only",
        keys: &["i"],
        help: "Show only groups where I can invite",
        hint: "can invite",
        places: &[Groups],
    },
    Binding {
        action: Action::Refresh,
        name: "refresh",
        keys: &["r"],
        help: "Ask the gateway again",
        hint: "refresh",
        places: &[Sessions, Groups, Group],
    },
    Binding {
        action: Action::NextPane,
        name: "next_pane",
        keys: &["Tab", "Right", "l"],
        help: "Go to the next pane",
        hint: "",
        places: &[Sessions, Groups, Group],
    },
    Binding {
        action: Action::PreviousPane,
        name: "previous_pane",
        keys: &["BackTab", "Left", "h"],
        help: "Go to the previous pane",
        hint: "",
        places: &[Sessions, Groups, Group],
    },
    Binding {
        action: Action::Up,
        name: "up",
        keys: &["Up", "k"],
        help: "Up",
        hint: "",
        places: &[Everywhere],
    },
    Binding {
        action: Action::Down,
        name: "down",
        keys: &["Down", "j"],
        help: "Down",
        hint: "",
        places: &[Everywhere],
    },
    Binding {
        action: Action::PageUp,
        name: "page_up",
        keys: &["PageUp", "Ctrl-b"],
        help: "A page up",
        hint: "",
        places: &[Everywhere],
    },
    Binding {
        action: Action::PageDown,
        name: "page_down",
        keys: &["PageDown", "Ctrl-f"],
        help: "A page down",
        hint: "",
        places: &[Everywhere],
    },
    Binding {
        action: Action::Top,
        name: "top",
        keys: &["Home", "g"],
        help: "To the first row",
        hint: "",
        places: &[Everywhere],
    },
    Binding {
        action: Action::Bottom,
        name: "bottom",
        keys: &["End", "G"],
        help: "To the last row",
        hint: "",
        places: &[Everywhere],
    },
    Binding {
        action: Action::ErrorDetails,
        name: "error_details",
        keys: &["!"],
        help: "Show the last error in full",
        hint: "",
        places: &[Everywhere],
    },
    Binding {
        action: Action::Back,
        name: "back",
        keys: &["Esc"],
        help: "Back one step",
        hint: "back",
        places: &[Qr],
    },
    Binding {
        action: Action::Help,
        name: "help",
        keys: &["?", "F1"],
        help: "Help, with a search",
        hint: "help",
        places: &[Everywhere],
    },
    Binding {
        action: Action::Suspend,
        name: "suspend",
        keys: &["Ctrl-z"],
        help: "Put groupdesk to sleep; `fg` brings it back",
        hint: "",
        places: &[Everywhere],
    },
    Binding {
        action: Action::Quit,
        name: "quit",
        keys: &["q"],
        help: "Quit",
        hint: "quit",
        places: &[Everywhere],
    },
];

/// A key with its modifiers, as the config writes it: `q`, `Ctrl-z`, `Enter`, `F1`, `Alt-x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Key {
    /// # Errors
    /// The text names no key; the message says which names there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let mut modifiers = KeyModifiers::NONE;
        loop {
            let (modifier, after) = if let Some(after) = rest.strip_prefix("Ctrl-") {
                (KeyModifiers::CONTROL, after)
            } else if let Some(after) = rest.strip_prefix("Alt-") {
                (KeyModifiers::ALT, after)
            } else {
                break;
            };
            modifiers |= modifier;
            rest = after;
        }
        let mut characters = rest.chars();
        let code = match (characters.next(), characters.next()) {
            (Some(character), None) if !character.is_control() && character != ' ' => {
                KeyCode::Char(character)
            }
            _ => NAMED_KEYS
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(rest))
                .map(|(_, code)| *code)
                .or_else(|| {
                    let number = rest.strip_prefix(['F', 'f'])?.parse().ok()?;
                    (1..=12).contains(&number).then_some(KeyCode::F(number))
                })
                .ok_or_else(|| {
                    format!(
                        "`{}` is not a key; write one character, {}, or F1 to F12, with Ctrl- or Alt- before it where wanted",
                        crate::text::clean_line(text),
                        NAMED_KEYS.map(|(name, _)| name).join(", "),
                    )
                })?,
        };
        Ok(Self { code, modifiers })
    }

    /// The key of a terminal event. Shift is part of a character, so it is not kept there.
    #[must_use]
    pub fn of(event: &KeyEvent) -> Self {
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        let code = match event.code {
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            KeyCode::Char(character) if modifiers.contains(KeyModifiers::CONTROL) => {
                KeyCode::Char(character.to_ascii_lowercase())
            }
            code => code,
        };
        if code == KeyCode::BackTab {
            modifiers = KeyModifiers::NONE;
        }
        Self { code, modifiers }
    }
}

const NAMED_KEYS: [(&str, KeyCode); 16] = [
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("BackTab", KeyCode::BackTab),
    ("Space", KeyCode::Char(' ')),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("Ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("Alt-")?;
        }
        if let Some((name, _)) = NAMED_KEYS.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(character) => write!(f, "{character}"),
            KeyCode::F(number) => write!(f, "F{number}"),
            other => write!(f, "{other}"),
        }
    }
}

/// Says what is wrong with an action's keys in the config, if anything.
///
/// # Errors
/// As [`Keymap::rebind`].
pub fn check_binding(name: &str, keys: &[String]) -> Result<(), String> {
    Keymap::default().rebind(name, keys)
}

/// Which keys mean what: the defaults, with the config's changes.
#[derive(Debug, Clone)]
pub struct Keymap {
    keys: Vec<(Action, Vec<Key>)>,
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
        }
    }
}

impl Keymap {
    /// Replaces the keys of the named action.
    ///
    /// # Errors
    /// Unknown action, no key, a text that is not a key, or a key that another action has in the same place.
    pub fn rebind<S: AsRef<str>>(&mut self, name: &str, keys: &[S]) -> Result<(), String> {
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
        if let Some(slot) = self
            .keys
            .iter_mut()
            .find(|(action, _)| *action == binding.action)
        {
            slot.1 = parsed;
        }
        Ok(())
    }

    /// Two actions that one key would mean in the same place; to be called after the last `rebind`.
    ///
    /// # Errors
    /// Names the key and both actions.
    pub fn check(&self) -> Result<(), String> {
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
                    return Err(format!(
                        "`{key}` would mean both `{}` and `{}`",
                        first.name, second.name
                    ));
                }
            }
        }
        Ok(())
    }

    /// The keys of an action.
    #[must_use]
    pub fn keys(&self, action: Action) -> &[Key] {
        self.keys
            .iter()
            .find(|(candidate, _)| *candidate == action)
            .map_or(&[], |(_, keys)| keys)
    }

    /// What a key means in a place.
    #[must_use]
    pub fn action(&self, event: &KeyEvent, place: Place) -> Option<Action> {
        let key = Key::of(event);
        BINDINGS
            .iter()
            .filter(|binding| {
                binding.places.contains(&place)
                    || binding.places.contains(&Everywhere)
                    || matches!(binding.action, Action::Back)
            })
            .map(|binding| binding.action)
            .find(|action| self.keys(*action).contains(&key))
    }

    /// The footer of a place: first key and word of each action with a hint.
    pub fn hints(&self, place: Place) -> impl Iterator<Item = (Action, Key, &'static str)> {
        BINDINGS
            .iter()
            .filter(move |binding| {
                !binding.hint.is_empty()
                    && (binding.places.contains(&place) || binding.places.contains(&Everywhere))
            })
            .filter_map(|binding| {
                let key = *self.keys(binding.action).first()?;
                Some((binding.action, key, binding.hint))
            })
    }
}

fn share_a_place(first: &Binding, second: &Binding) -> bool {
    let everywhere =
        |binding: &Binding| binding.places.contains(&Everywhere) || binding.action == Action::Back;
    everywhere(first)
        || everywhere(second)
        || first
            .places
            .iter()
            .any(|place| second.places.contains(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_key_parses_prints_back_and_is_unambiguous() {
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
    fn a_key_with_two_meanings_is_refused() {
        let mut keymap = Keymap::default();
        keymap.rebind("edit", &["q"]).unwrap();
        assert_eq!(
            keymap.check(),
            Err("`q` would mean both `edit` and `quit`".to_owned())
        );
    }

    #[test]
    fn wrong_names_are_told_with_the_right_ones() {
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
