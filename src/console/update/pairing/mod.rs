//! "Add an account".

mod answers;
mod clock;
mod keys;
mod overlay;
mod progress;

pub(super) use answers::{
    adopt, awaits_code, awaits_qr, code, created, linked, not_created, qr, removed, rotated,
    session_read,
};
pub(super) use clock::{clock, counts, due, sync};
pub(super) use keys::{hold_back, key, open, open_selected, paste, press};
