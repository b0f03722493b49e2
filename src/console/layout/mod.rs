//! Positions on the screen: a pure function of the state, shared by drawing and mouse input.

mod batch_before;
mod batch_lines;
mod batch_menu;
mod batch_progress;
mod batch_resume;
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
mod flood;
mod footer;
mod form;
mod groups;
mod help;
mod hint;
mod history;
mod hit;
mod hours;
mod inbox;
mod leave_group;
mod marks;
mod marks_lines;
mod new_gateway;
mod new_group;
mod note;
mod pairing;
mod palette;
mod profiles;
mod qr;
mod rename;
mod reset;
mod roster;
mod screen;
mod sessions;
mod sheet;
mod target;
mod wrap;

pub(crate) use batch_before::{
    BATCH_BEFORE_BUTTONS, BATCH_FIELD_NAME, batch_before_page, batch_before_parts, sentence,
};
pub(crate) use batch_lines::{BatchLine, BatchTone, open_line, planned_line, run_line};
pub(crate) use batch_menu::{batch_items, batch_menu_parts, batch_menu_rows};
pub(crate) use batch_progress::{
    batch_count, batch_progress_buttons, batch_progress_page, batch_progress_parts,
};
pub(crate) use batch_resume::{BATCH_RESUME_BUTTONS, batch_resume_page, batch_resume_parts};
pub(crate) use card::{
    CardParts, Detail, OTHER_LINES, better_account, card_in_sight, card_parts, details,
    link_in_sight, member_rows, opening_hours,
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
pub(crate) use flood::{flood_bar, flood_buttons, flood_parts};
pub(crate) use footer::hints;
pub(crate) use form::{
    COUNTS, FORM_BUTTONS, FORM_LEAVE_BUTTONS, FormLine, FormParts, LABELS, Note, form_parts,
    value_word,
};
pub(crate) use groups::{
    GroupColumns, GroupsParts, group_columns, group_rows, groups_notice, groups_parts,
};
pub(crate) use help::{HelpLine, HelpParts, help_page, help_parts};
pub(crate) use hint::Hint;
pub(crate) use history::{history_parts, history_rows};
pub(crate) use hit::hit;
pub(crate) use hours::{hours_buttons, hours_parts};
pub(crate) use inbox::{INBOX_BUTTONS, InboxParts, inbox_parts, inbox_rows};
pub(crate) use leave_group::{leave_group_buttons, leave_group_parts};
pub(crate) use marks::{batch_bar, marks_bar};
pub(crate) use new_gateway::{new_gateway_buttons, new_gateway_parts};
pub(crate) use new_group::{NEW_GROUP_NAMES, new_group_buttons, new_group_fault, new_group_parts};
pub(crate) use note::{note_buttons, note_parts};
pub(crate) use pairing::{
    PairingParts, pairing_buttons, pairing_field, pairing_method, pairing_parts,
};
pub(crate) use palette::{palette_page, palette_parts, palette_row};
pub(crate) use profiles::{profile_rows, profiles_parts};
pub(crate) use qr::{QrDrawing, QrParts, qr_parts};
pub(crate) use rename::{rename_buttons, rename_parts};
pub(crate) use reset::{reset_buttons, reset_parts};
pub(crate) use roster::{RosterParts, roster_obstacle, roster_parts, roster_rows, roster_stops};
pub(crate) use screen::{MIN_SIZE, Screen, inside, row, screen};
pub(crate) use sessions::{SessionsParts, first_run_of_sessions, session_rows, sessions_parts};
pub(crate) use sheet::{sheet_buttons, sheet_page, sheet_parts};
pub(crate) use target::Target;
pub(crate) use wrap::wrap;
