//! Names, numbers and times as displayed. All results are clean.

use crate::api::{
    Audience, AuditOutcome, EpochMillis, GroupMember, GroupSchedule, InvitePreview, LinkStep,
    Missed, Session, SessionRole, SessionStatus, SettingField,
};
pub(crate) use crate::console::phone::grouped as phone;
use crate::text;
use jiff::{Timestamp, tz::TimeZone};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const MONTH: i64 = 30 * DAY;
const YEAR: i64 = 365 * DAY;

/// The account's role in a group, in at most seven columns for those we know.
#[must_use]
pub(crate) fn role_word(role: Option<&SessionRole>) -> String {
    match role {
        Some(SessionRole::Superadmin) => "owner".to_owned(),
        Some(SessionRole::None) => "removed".to_owned(),
        Some(role) => text::clean_line(role.as_str()).into_owned(),
        None => "–".to_owned(),
    }
}

/// An account's JID or LID: a number is written as one, anything else as it is.
#[must_use]
pub(crate) fn account(jid: &str) -> String {
    match jid.split_once('@') {
        Some((user, "s.whatsapp.net" | "c.us")) => {
            phone(user.split_once(':').map_or(user, |(user, _)| user))
        }
        _ => text::clean_line(jid).into_owned(),
    }
}

/// A member's name and number. Without a name the number comes first, without either the LID, with the
/// reason: the number is hidden where those of `others` are known, else the gateway reports none.
#[must_use]
pub(crate) fn member(member: &GroupMember, others: &[GroupMember]) -> (String, String) {
    if let Some(known) = known(member) {
        return known;
    }
    let lid = member.lid.trim_end_matches("@lid");
    let is_hidden = others.iter().any(|other| other.phone_number.is_some());
    let why = if is_hidden {
        "number hidden by WhatsApp"
    } else {
        "the gateway reports no number"
    };
    (text::clean_line(lid).into_owned(), why.to_owned())
}

/// A member's name and number, or only the number. `None` when neither is known.
fn known(member: &GroupMember) -> Option<(String, String)> {
    let name = text::clean_line(member.name.as_deref().unwrap_or_default());
    let name = name.trim().to_owned();
    let number = match &member.phone_number {
        Some(digits) => Some(phone(&text::clean_line(digits))),
        None if !member.lid.ends_with("@lid") => Some(account(&member.lid)),
        None => None,
    };
    if name.is_empty() {
        return number.map(|number| (number, String::new()));
    }
    Some((name, number.unwrap_or_default()))
}

/// Somebody of whom a JID is known, as the members of the group name them.
#[must_use]
pub(crate) fn someone(members: &[GroupMember], jid: &str) -> String {
    let found = members.iter().find(|one| one.lid == jid);
    match (found.and_then(known), jid.strip_suffix("@lid")) {
        (Some((name, _)), _) => name,
        (None, Some(id)) => format!("{} (name unknown)", text::clean_line(id)),
        (None, None) => account(jid),
    }
}

/// How long ago, in at most four columns: `2m`, `1h`, `3d`, `5mo`, `2y`.
#[must_use]
pub(crate) fn age(then: EpochMillis, now: EpochMillis) -> String {
    let passed = now.saturating_sub(then).max(0);
    match passed {
        0..MINUTE => "now".to_owned(),
        MINUTE..HOUR => format!("{}m", passed / MINUTE),
        HOUR..DAY => format!("{}h", passed / HOUR),
        DAY..MONTH => format!("{}d", passed / DAY),
        MONTH..YEAR => format!("{}mo", passed / MONTH),
        _ => format!("{}y", passed / YEAR),
    }
}

/// When a group is open, what happens next, and what went wrong the last time. `None` without
/// opening hours.
#[must_use]
pub(crate) fn opening_hours(schedule: &GroupSchedule, now: EpochMillis) -> Option<String> {
    let zone = schedule.zone.as_ref()?;
    let rules: Vec<String> = schedule.rules.iter().map(ToString::to_string).collect();
    let mut words = format!("Open {} {zone}", rules.join("; "));
    if schedule.zone_unknown {
        return Some(format!(
            "{words}; not kept: the gateway does not know this time zone"
        ));
    }
    if let (Some(is_open), Some(next)) = (schedule.is_open, schedule.next_change_at)
        && next > now
    {
        let what = if is_open { "closes" } else { "opens" };
        let left = if next - now < MINUTE {
            "within a minute".to_owned()
        } else {
            format!("in {}", duration(now, next))
        };
        words = format!("{words}; {what} {left}");
    }
    if let Some(last) = &schedule.last_outcome
        && let AuditOutcome::Failed(reason) = &last.outcome
    {
        let what = if last.announce { "closing" } else { "opening" };
        let reason = reason.replace('_', " ");
        words = format!("{words}; {what} failed: {reason}");
    }
    Some(text::clean_line(&words).into_owned())
}

/// How long something has been so: `3 min`, `2 h`, `5 days`. Nothing finer than a minute, so that
/// the screen need not change every second.
#[must_use]
pub(crate) fn duration(then: EpochMillis, now: EpochMillis) -> String {
    let passed = now.saturating_sub(then).max(0);
    let plural =
        |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match passed {
        0..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => format!("{} min", passed / MINUTE),
        HOUR..DAY => format!("{} h", passed / HOUR),
        DAY..MONTH => plural(passed / DAY, "day"),
        MONTH..YEAR => plural(passed / MONTH, "month"),
        _ => plural(passed / YEAR, "year"),
    }
}

/// How long an action has been in flight: `12 s`, then as [`duration`].
#[must_use]
pub(crate) fn seconds(then: EpochMillis, now: EpochMillis) -> String {
    match now.saturating_sub(then).max(0) {
        passed @ 0..MINUTE => format!("{} s", passed / 1_000),
        _ => duration(then, now),
    }
}

/// `12:04`
#[must_use]
pub(crate) fn clock(at: EpochMillis, zone: &TimeZone) -> String {
    format_time(at, zone, "%H:%M")
}

/// `12:04:31`
#[must_use]
pub(crate) fn clock_seconds(at: EpochMillis, zone: &TimeZone) -> String {
    format_time(at, zone, "%H:%M:%S")
}

/// `12 Mar 2026, 14:05`
#[must_use]
pub(crate) fn date(at: EpochMillis, zone: &TimeZone) -> String {
    format_time(at, zone, "%-d %b %Y, %H:%M")
}

/// A day that sorts as text and is read everywhere: `2026-11-27`.
#[must_use]
pub(crate) fn day(at: EpochMillis, zone: &TimeZone) -> String {
    format_time(at, zone, "%Y-%m-%d")
}

fn format_time(at: EpochMillis, zone: &TimeZone, format: &str) -> String {
    Timestamp::from_millisecond(at).map_or_else(
        |_| "unknown".to_owned(),
        |time| {
            time.to_zoned_datetime(zone.clone())
                .strftime(format)
                .to_string()
        },
    )
}

/// The group that a link leads to: `Chess Club, 44 members, an admin has to approve`.
#[must_use]
pub(crate) fn preview(group: &InvitePreview) -> String {
    let subject = text::clean_line(group.subject.as_deref().unwrap_or_default());
    let mut words = match subject.trim() {
        "" => text::clean_line(&group.group_jid).into_owned(),
        subject => subject.to_owned(),
    };
    if let Some(members) = group.participant_count {
        let members = usize::try_from(members).unwrap_or(usize::MAX);
        words.push_str(", ");
        words.push_str(&count(members, "member", "members"));
    }
    if group.join_approval == Some(true) {
        words.push_str(", an admin has to approve");
    }
    words
}

/// `1 change`, `2 changes`
#[must_use]
pub(crate) fn count(count: usize, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        thousands(count),
        if count == 1 { one } else { many }
    )
}

/// `100,000`
#[must_use]
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What a session does that reads what it missed, as exactly as `room` columns allow:
/// `catching up, 1,200 of 2,000`, `catching up 1,200/2,000`, `catching up, 60%`. `None` when it does not.
#[must_use]
pub(crate) fn catching_up(session: &Session, room: usize) -> Option<String> {
    const WORDS: &str = "catching up";
    if session.status != SessionStatus::Starting || session.link_step != Some(LinkStep::CatchingUp)
    {
        return None;
    }
    let number = |count: u64| thousands(usize::try_from(count).unwrap_or(usize::MAX));
    let forms = match session.missed {
        Some(Missed {
            total: Some(total),
            done,
        }) => {
            let done = done.min(total);
            let percent = u128::from(done) * 100 / u128::from(total.max(1));
            let (done, total) = (number(done), number(total));
            vec![
                format!("{WORDS}, {done} of {total}"),
                format!("{WORDS} {done}/{total}"),
                format!("{WORDS}, {percent}%"),
            ]
        }
        Some(Missed { total: None, done }) => {
            let done = number(done);
            vec![format!("{WORDS}, {done} so far"), format!("{WORDS} {done}")]
        }
        None => Vec::new(),
    };
    // A truncated number would be another one.
    let form = forms.into_iter().find(|form| text::width(form) <= room);
    Some(form.unwrap_or_else(|| WORDS.to_owned()))
}

/// The missing size of a window: `3 more rows and 12 more columns`.
#[must_use]
pub(crate) fn missing(columns: u16, rows: u16) -> String {
    let part = |count: u16, unit: &str| match count {
        0 => None,
        1 => Some(format!("1 more {unit}")),
        _ => Some(format!("{count} more {unit}s")),
    };
    [part(rows, "row"), part(columns, "column")]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" and ")
}

/// A setting's name on the screen.
#[must_use]
pub(crate) fn setting(field: SettingField) -> &'static str {
    match field {
        SettingField::Subject => "subject",
        SettingField::Description => "description",
        SettingField::Announce => "announce",
        SettingField::Locked => "locked",
        SettingField::InviteBy => "invite link",
        SettingField::JoinApproval => "approval",
        SettingField::AddBy => "adding",
        SettingField::EphemeralSeconds => "disappear",
    }
}

/// The names of settings, separated by commas.
#[must_use]
pub(crate) fn settings(fields: &[SettingField]) -> String {
    let names: Vec<_> = fields.iter().map(|field| setting(*field)).collect();
    names.join(", ")
}

/// Who may do something.
#[must_use]
pub(crate) fn audience(who: &Audience) -> String {
    match who {
        Audience::Admins => "admins".to_owned(),
        Audience::Members => "members".to_owned(),
        Audience::Other(word) => text::clean_line(word).into_owned(),
    }
}

/// When messages disappear.
#[must_use]
pub(crate) fn ephemeral(seconds: u32) -> String {
    match seconds {
        0 => "never".to_owned(),
        86_400 => "24 hours".to_owned(),
        seconds if seconds % 86_400 == 0 => format!("{} days", seconds / 86_400),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_shown_as_its_number() {
        assert_eq!(
            account("6281234567890:3@s.whatsapp.net"),
            "+62 812-3456-7890"
        );
        assert_eq!(account("12345@lid"), "12345@lid");
    }

    #[test]
    fn members_are_called_by_name_then_number_then_id() {
        let called_among = |others: &str, name: &str, number: &str, lid: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let one = GroupMember {
                lid: lid.to_owned(),
                name: some(name),
                phone_number: some(number),
                ..GroupMember::default()
            };
            let others = [
                one.clone(),
                GroupMember {
                    phone_number: some(others),
                    ..GroupMember::default()
                },
            ];
            let (first, second) = member(&one, &others);
            format!("{first}|{second}")
        };
        let called = |name: &str, number: &str, lid: &str| called_among("", name, number, lid);
        let number = "6281234567890";
        assert_eq!(
            called("Sari W.", number, "1@lid"),
            "Sari W.|+62 812-3456-7890"
        );
        assert_eq!(called(" Sari\u{202e}\n", "", "1@lid"), "Sari|");
        assert_eq!(called("", number, "1@lid"), "+62 812-3456-7890|");
        assert_eq!(
            called("", "", "6281234567890@s.whatsapp.net"),
            "+62 812-3456-7890|"
        );
        assert_eq!(
            called("", "", "12345@lid"),
            "12345|the gateway reports no number"
        );
        assert_eq!(
            called_among(number, "", "", "12345@lid"),
            "12345|number hidden by WhatsApp"
        );
    }

    #[test]
    fn progress_is_never_cut_in_a_number() {
        let words = |total, done, room| {
            let session = Session {
                status: SessionStatus::Starting,
                link_step: Some(LinkStep::CatchingUp),
                missed: Some(Missed { total, done }),
                ..Session::default()
            };
            catching_up(&session, room).unwrap()
        };
        let total = Some(2_000);
        assert_eq!(words(total, 1_200, 27), "catching up, 1,200 of 2,000");
        assert_eq!(words(total, 1_200, 26), "catching up 1,200/2,000");
        assert_eq!(words(total, 1_200, 22), "catching up, 60%");
        assert_eq!(words(total, 1_200, 15), "catching up");
        assert_eq!(words(total, 9_999, 80), "catching up, 2,000 of 2,000");
        assert_eq!(words(None, 1_200, 80), "catching up, 1,200 so far");
        assert_eq!(words(None, 1_200, 20), "catching up 1,200");
        let mut session = Session {
            status: SessionStatus::Starting,
            link_step: Some(LinkStep::CatchingUp),
            ..Session::default()
        };
        assert_eq!(catching_up(&session, 80).unwrap(), "catching up");
        session.status = SessionStatus::Stopped;
        assert_eq!(catching_up(&session, 80), None);
    }

    #[test]
    fn times_are_short_and_never_negative() {
        let now = 10 * YEAR;
        for (passed, short, long) in [
            (-5, "now", "just now"),
            (2 * MINUTE, "2m", "2 min"),
            (HOUR, "1h", "1 h"),
            (DAY, "1d", "1 day"),
            (3 * DAY, "3d", "3 days"),
            (5 * MONTH, "5mo", "5 months"),
            (2 * YEAR, "2y", "2 years"),
        ] {
            assert_eq!(age(now - passed, now), short);
            assert_eq!(duration(now - passed, now), long);
        }
        assert_eq!(seconds(now - 12_400, now), "12 s");
        assert_eq!(seconds(now - 2 * MINUTE, now), "2 min");
        assert_eq!(clock(43_471_000, &TimeZone::UTC), "12:04");
        assert_eq!(clock_seconds(43_471_000, &TimeZone::UTC), "12:04:31");
        assert_eq!(date(0, &TimeZone::UTC), "1 Jan 1970, 00:00");
        assert_eq!(clock(i64::MAX, &TimeZone::UTC), "unknown");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
