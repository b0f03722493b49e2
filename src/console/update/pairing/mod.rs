//! "Add an account".

mod answers;
mod clock;
mod keys;
mod overlay;
mod passkey;
mod passkey_keys;
mod passkey_sent;
mod progress;

pub(super) use answers::{
    adopt, awaits_code, awaits_qr, code, created, linked, not_created, qr, removed, rotated,
    session_read,
};
pub(super) use clock::{clock, counts, due, sync};
pub(super) use keys::{focus_field, hold_back, key, open, open_selected, paste, press};
pub(super) use passkey::{awaits_passkey, status_heard, step as passkey_step};
pub(super) use passkey_sent::answered as passkey_answered;
