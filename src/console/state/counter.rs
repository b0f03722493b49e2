//! Counter mode: the code of one group for a visitor, with keys and mouse locked.

use super::pairing::FieldOrButton;
use crate::api::EpochMillis;
use crate::console::ids::GroupKey;

/// Fewest and most digits of a PIN.
pub(crate) const PIN_LENGTH: std::ops::RangeInclusive<usize> = 4..=8;

/// Options of counter mode.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CounterOptions {
    /// The line below the code; empty for none.
    pub text: String,
    /// Milliseconds without a key after which the screen goes dark; 0 = never.
    pub dark_after: i64,
}

/// Digits of a PIN. They are neither drawn nor printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// How many digits it has.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends a digit; other characters, and digits beyond the longest PIN, are ignored.
    pub(crate) fn push(&mut self, digit: char) {
        if digit.is_ascii_digit() && self.len() < *PIN_LENGTH.end() {
            self.0.push(digit);
        }
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(..)")
    }
}

/// Counter mode: first the dialog that asks for a PIN, then the locked screen.
#[derive(Debug)]
pub struct Counter {
    pub key: GroupKey,
    /// The group's name when it was opened; drawn while the group is not in the list.
    pub name: String,
    pub phase: CounterPhase,
}

#[derive(Debug)]
pub enum CounterPhase {
    /// The dialog.
    Choosing {
        pin: Pin,
        focus: FieldOrButton,
    },
    Locked(CounterLock),
}

/// The lock of the screen.
#[derive(Debug)]
pub struct CounterLock {
    /// What unlocks; `None` = three Esc.
    pub pin: Option<Pin>,
    /// The digits since the last attempt.
    pub typed: Pin,
    /// When the last of them was typed.
    pub typed_at: EpochMillis,
    /// How many wrong PINs were typed.
    pub wrong: u32,
    /// Digits are ignored until then.
    pub paused_until: Option<EpochMillis>,
    /// The times of the last Esc in a row.
    pub escapes: Vec<EpochMillis>,
    /// When the last key was pressed.
    pub used_at: EpochMillis,
}

impl Counter {
    /// The dialog.
    #[must_use]
    pub(crate) fn new(key: GroupKey, name: String) -> Self {
        Self {
            key,
            name,
            phase: CounterPhase::Choosing {
                pin: Pin::default(),
                focus: FieldOrButton::Field,
            },
        }
    }

    #[must_use]
    pub(crate) fn is_locked(&self) -> bool {
        matches!(self.phase, CounterPhase::Locked(_))
    }

    /// Whether keys go into the PIN of the dialog.
    #[must_use]
    pub(crate) fn takes_text(&self) -> bool {
        matches!(&self.phase, CounterPhase::Choosing { focus, .. } if focus.is_field())
    }
}

impl CounterLock {
    #[must_use]
    pub(crate) fn new(pin: Option<Pin>, now: EpochMillis) -> Self {
        Self {
            pin,
            typed: Pin::default(),
            typed_at: now,
            wrong: 0,
            paused_until: None,
            escapes: Vec::new(),
            used_at: now,
        }
    }

    /// When the screen goes dark, so many milliseconds after the last key.
    #[must_use]
    pub(crate) fn dark_at(&self, dark_after: i64) -> Option<EpochMillis> {
        (dark_after > 0).then(|| self.used_at.saturating_add(dark_after))
    }
}
