//! Positions on the screen: a pure function of the state, shared by drawing and mouse input.

mod card;
mod check;
mod columns;
mod confirm;
mod copy_as;
mod counter;
mod dialog;
mod enabled;
mod failures;
mod first_run;
mod footer;
mod form;
mod groups;
mod help;
mod history;
mod hit;
mod inbox;
mod new_gateway;
mod note;
mod pairing;
mod palette;
mod profiles;
mod qr;
mod rename;
mod reset;
mod screen;
mod sessions;
mod target;
mod wrap;

pub(crate) use card::{
    CardParts, Detail, OTHER_LINES, better_account, card_in_sight, card_parts, details,
    link_in_sight, member_rows,
};
pub(crate) use check::{CHECK_BUTTONS, CHECK_NAMES, check_page, check_parts};
pub(crate) use columns::columns_parts;
pub(crate) use confirm::{CONFIRM_BUTTONS, confirm_parts};
pub(crate) use copy_as::{copy_as_parts, copy_as_rows};
pub(crate) use counter::{CounterDrawing, counter_buttons, counter_parts, counter_screen};
pub(crate) use dialog::{ButtonSpot, Dialog};
pub(crate) use enabled::{can, needs, why_not};
pub(crate) use failures::{failures_page, failures_parts};
pub(crate) use first_run::{FirstRun, first_run};
pub(crate) use footer::hints;
pub(crate) use form::{
    COUNTS, FORM_BUTTONS, FORM_LEAVE_BUTTONS, FormLine, FormParts, LABELS, Note, form_parts,
    value_word,
};
pub(crate) use groups::{
    GroupColumns, GroupsParts, group_columns, group_rows, groups_notice, groups_parts,
};
pub(crate) use help::{HelpLine, HelpParts, help_page, help_parts};
pub(crate) use history::{history_parts, history_rows};
pub(crate) use hit::hit;
pub(crate) use inbox::{INBOX_BUTTONS, InboxParts, inbox_parts, inbox_rows};
pub(crate) use new_gateway::{new_gateway_buttons, new_gateway_parts};
pub(crate) use note::{note_buttons, note_parts};
pub(crate) use pairing::{
    PairingParts, pairing_buttons, pairing_field, pairing_method, pairing_parts,
};
pub(crate) use palette::{palette_page, palette_parts, palette_row};
pub(crate) use profiles::{profile_rows, profiles_parts};
pub(crate) use qr::{QrDrawing, QrParts, qr_parts};
pub(crate) use rename::{rename_buttons, rename_parts};
pub(crate) use reset::{reset_buttons, reset_parts};
pub(crate) use screen::{MIN_SIZE, Screen, inside, row, screen};
pub(crate) use sessions::{SessionsParts, first_run_of_sessions, session_rows, sessions_parts};
pub(crate) use target::Target;
pub(crate) use wrap::wrap;
