//! The syntax of moments in arguments.

use crate::api::EpochMillis;

/// A day such as `2027-01-01`, which begins at midnight UTC, or a moment such as
/// `2027-01-01T08:00:00Z`.
pub(super) fn moment(text: &str) -> Option<EpochMillis> {
    let moment = text.parse::<jiff::Timestamp>().or_else(|_| {
        let day = text.parse::<jiff::civil::Date>()?;
        let midnight = day.to_zoned_datetime(jiff::tz::TimeZone::UTC)?;
        Ok::<_, jiff::Error>(midnight.timestamp())
    });
    Some(moment.ok()?.as_millisecond())
}
