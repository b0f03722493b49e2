//! Where things stand: a pure function of the state, shared by drawing and mouse input.

mod card;
mod confirm;
mod dialog;
mod enabled;
mod failures;
mod footer;
mod form;
mod groups;
mod help;
mod hit;
mod pairing;
mod profiles;
mod qr;
mod rename;
mod reset;
mod screen;
mod sessions;
mod target;
mod wrap;

pub use card::{CardParts, Detail, card_in_sight, card_parts, details, link_in_sight, member_rows};
pub use confirm::{CONFIRM_BUTTONS, confirm_parts};
pub use dialog::{ButtonSpot, Dialog, WordsParts};
pub use enabled::{can, needs};
pub use failures::{failure_page, failure_parts};
pub use footer::{Hint, hints};
pub use form::{COUNTS, FormLine, FormParts, LABELS, Note, form_parts, value_word};
pub use groups::{
    GroupColumns, GroupsParts, group_columns, group_head, group_rows, groups_notice, groups_parts,
};
pub use help::{HelpLine, HelpParts, help_page, help_parts};
pub use hit::hit;
pub use pairing::{PairParts, pair_buttons, pair_field, pair_parts, pair_way};
pub use profiles::{ProfilesParts, profile_rows, profiles_parts};
pub use qr::{QrDrawing, QrParts, qr_parts};
pub use rename::{RenameParts, rename_buttons, rename_parts};
pub use reset::{ResetParts, reset_buttons, reset_parts};
pub use screen::{MIN_SIZE, Screen, inside, row, screen};
pub use sessions::{SessionsParts, session_rows, sessions_parts};
pub use target::Target;
pub use wrap::wrap;
