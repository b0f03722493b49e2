//! Settings that the gateway has confirmed, by an answer or by an event, while its stored row may still show
//! what was before.

use crate::api::{EpochMillis, Group, Setting, SettingField};

/// The times in a header are whole seconds.
const HEADER_STEP: EpochMillis = 1_000;
/// How long a row without a usable time may show old settings, in milliseconds. After that they count as
/// changed back by another admin.
const LAG_MAX: EpochMillis = 300_000;

/// A confirmed setting. It is shown until a newer row contradicts it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Confirmed {
    value: Setting,
    /// What a stale row may hold: every value that was shown before.
    before: Vec<Option<Setting>>,
    /// The row's `updatedAt` before the change; 0 if the gateway has none.
    row_at: EpochMillis,
    /// When the gateway answered, by its own clock and rounded down to a second.
    answered_at: Option<EpochMillis>,
    /// When it answered, by our clock: for gateways without times.
    at: EpochMillis,
    /// A row that is older than the change was read since.
    lagging: bool,
}

impl Confirmed {
    /// For a change that is being written over `row`, while `earlier` ones may not be stored either.
    pub(crate) fn new(
        value: Setting,
        row: &Group,
        earlier: Option<Self>,
        answered_at: Option<EpochMillis>,
        at: EpochMillis,
    ) -> Self {
        let mut before = earlier.map_or_else(Vec::new, |earlier| earlier.before);
        before.push(stored(row, value.field()));
        Self {
            value,
            before,
            row_at: row.updated_at,
            answered_at,
            at,
            lagging: false,
        }
    }

    #[must_use]
    pub(crate) fn field(&self) -> SettingField {
        self.value.field()
    }

    /// Whether the gateway is known not to have stored it yet.
    #[must_use]
    pub(crate) fn is_lagging(&self) -> bool {
        self.lagging
    }

    /// Whether it still holds after an event of that time with this setting: the same value, or one from
    /// before it.
    pub(crate) fn outlives(&self, setting: &Setting, at: EpochMillis) -> bool {
        self.value == *setting || self.answered_at.is_some_and(|answered| at < answered)
    }

    /// Whether a group shows this value.
    pub(crate) fn is_shown_by(&self, group: &Group) -> bool {
        stored(group, self.field()).as_ref() == Some(&self.value)
    }

    /// The same, if a row that was read now is older than the change: then it stays shown.
    pub(crate) fn unless_stored(mut self, row: &Group, now: EpochMillis) -> Option<Self> {
        self.lagging = true;
        (!self.is_shown_by(row) && self.lags(row, now)).then_some(self)
    }

    fn lags(&self, row: &Group, now: EpochMillis) -> bool {
        // A gateway with roles stores its changes before it answers: only a read that was in flight meanwhile
        // is older.
        if row.my_role.is_some() && row.updated_at > 0 {
            return row.updated_at <= self.row_at;
        }
        let recent = (0..LAG_MAX).contains(&(now - self.at));
        let is_old = self.before.contains(&stored(row, self.field()));
        match self.answered_at {
            _ if row.updated_at == 0 => recent && is_old,
            Some(answered) if row.updated_at < answered => true,
            // Within that second the order is unknown, except that a value from before the change is older.
            Some(answered) => row.updated_at < answered + HEADER_STEP && is_old,
            None => row.updated_at <= self.row_at || (recent && is_old),
        }
    }

    /// Writes the value over the row.
    pub(crate) fn write(&self, group: &mut Group) {
        match &self.value {
            Setting::Subject(subject) => group.subject = Some(subject.clone()),
            Setting::Description(text) => group.description = Some(text.clone()),
            Setting::Announce(on) => group.is_announce = Some(*on),
            Setting::Locked(on) => group.is_locked = Some(*on),
            Setting::InviteBy(who) => group.invite_by = Some(who.clone()),
            Setting::JoinApproval(on) => group.join_approval = Some(*on),
            Setting::AddBy(who) => group.add_by = Some(who.clone()),
            Setting::EphemeralSeconds(seconds) => group.ephemeral_seconds = Some(*seconds),
        }
    }
}

/// The value of a setting in a row. A missing description is empty.
fn stored(group: &Group, field: SettingField) -> Option<Setting> {
    match field {
        SettingField::Subject => group.subject.clone().map(Setting::Subject),
        SettingField::Description => Some(Setting::Description(
            group.description.clone().unwrap_or_default(),
        )),
        SettingField::Announce => group.is_announce.map(Setting::Announce),
        SettingField::Locked => group.is_locked.map(Setting::Locked),
        SettingField::InviteBy => group.invite_by.clone().map(Setting::InviteBy),
        SettingField::JoinApproval => group.join_approval.map(Setting::JoinApproval),
        SettingField::AddBy => group.add_by.clone().map(Setting::AddBy),
        SettingField::EphemeralSeconds => group.ephemeral_seconds.map(Setting::EphemeralSeconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: EpochMillis = 1_700_000_000_000;

    fn row(subject: &str, updated_at: EpochMillis) -> Group {
        Group {
            subject: Some(subject.to_owned()),
            updated_at,
            ..Group::default()
        }
    }

    /// "new" was saved over "old", a row of an hour ago, and the answer has this second.
    fn confirmed(answered_at: Option<EpochMillis>) -> Confirmed {
        let value = Setting::Subject("new".to_owned());
        let old = row("old", SECOND - 3_600_000);
        Confirmed::new(value, &old, None, answered_at, SECOND + 500)
    }

    fn is_kept(confirmed: &Confirmed, row: &Group, now: EpochMillis) -> bool {
        confirmed.clone().unless_stored(row, now).is_some()
    }

    #[test]
    fn a_row_newer_than_the_answer_counts() {
        let saved = confirmed(Some(SECOND));
        for (subject, at, kept) in [
            ("old", SECOND - 3_600_000, true),
            // The row was stored again, from a read before the change.
            ("older", SECOND - 1, true),
            ("old", SECOND, true),
            ("old", SECOND + 999, true),
            // Within the answer's own second only a value from before is known to be older.
            ("other", SECOND + 999, false),
            ("old", SECOND + 1_000, false),
            ("new", SECOND - 1, false),
        ] {
            let row = row(subject, at);
            assert_eq!(
                is_kept(&saved, &row, SECOND + 9_000),
                kept,
                "{subject} {at}"
            );
        }
    }

    #[test]
    fn without_the_time_of_the_answer_an_old_value_counts_after_the_limit() {
        let saved = confirmed(None);
        for (subject, at, now, kept) in [
            ("old", SECOND - 3_600_000, SECOND + 9_000_000, true),
            ("old", SECOND + 2_000, SECOND + 9_000, true),
            ("old", SECOND + 2_000, SECOND + 400_000, false),
            ("other", SECOND + 2_000, SECOND + 9_000, false),
        ] {
            assert_eq!(
                is_kept(&saved, &row(subject, at), now),
                kept,
                "{subject} {at}"
            );
        }
        for (subject, now, kept) in [
            ("old", SECOND + 9_000, true),
            ("old", SECOND + 400_000, false),
            ("other", SECOND + 9_000, false),
        ] {
            assert_eq!(is_kept(&saved, &row(subject, 0), now), kept, "{subject}");
        }
    }

    #[test]
    fn a_gateway_whose_rows_follow_changes_is_believed_at_once() {
        let saved = confirmed(Some(SECOND));
        let mut reported = row("old", SECOND - 3_599_999);
        reported.my_role = Some(crate::api::SessionRole::Admin);
        assert!(!is_kept(&saved, &reported, SECOND + 9_000));
        reported.updated_at -= 1;
        assert!(
            is_kept(&saved, &reported, SECOND + 9_000),
            "read before the change"
        );
    }

    #[test]
    fn two_successive_changes_leave_two_old_values() {
        let first = confirmed(Some(SECOND));
        let mut shown = row("old", SECOND - 3_600_000);
        first.write(&mut shown);
        let value = Setting::Subject("newer".to_owned());
        let second = Confirmed::new(value, &shown, Some(first), Some(SECOND), SECOND);
        for subject in ["old", "new"] {
            assert!(is_kept(&second, &row(subject, SECOND), SECOND));
        }
    }
}
