//! Weekly rules in a time zone, as moments.

use crate::api::{EpochMillis, ScheduleRule, Weekday};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Days before and after a moment that are looked at: two weeks, because a change of the clock can
/// swallow a weekly span, and room for spans over midnight.
const DAYS: i32 = 16;
/// Boundaries further away than this many milliseconds are artefacts of where the days end.
const REACH: u64 = 15 * 24 * 60 * 60 * 1000;

/// Opening hours in a time zone.
#[derive(Debug, Clone)]
pub(crate) struct Hours {
    zone: TimeZone,
    /// Day, opening and closing in minutes since its midnight; closing may be on the next day.
    spans: Vec<(Weekday, u32, u32)>,
}

/// Where a moment lies in the opening hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub is_open: bool,
    /// When that began; `None` when it never changes.
    pub since: Option<EpochMillis>,
    /// When it ends.
    pub until: Option<EpochMillis>,
}

impl Position {
    /// Whether it is the position of `now`, too.
    pub(crate) fn holds(&self, now: EpochMillis) -> bool {
        self.since.is_none_or(|since| since <= now) && self.until.is_none_or(|until| now < until)
    }
}

impl Hours {
    /// Rules that were checked; ones that were not are ignored.
    pub(crate) fn new(zone: TimeZone, rules: &[ScheduleRule]) -> Self {
        let spans = rules
            .iter()
            .filter_map(|rule| Some((rule, rule.minutes().ok()?)))
            .flat_map(|(rule, (open, close))| rule.days.iter().map(move |day| (*day, open, close)))
            .collect();
        Self { zone, spans }
    }

    /// The time zone by its IANA name, and how it is spelled. The system's database comes first; one
    /// is compiled in for systems without it.
    pub(crate) fn zone(name: &str) -> Option<(TimeZone, String)> {
        let zone = jiff::tz::db().get(name).ok()?;
        let spelled = zone.iana_name()?.to_owned();
        Some((zone, spelled))
    }

    /// Where `now` lies.
    pub(crate) fn at(&self, now: EpochMillis) -> Position {
        let mut is_open = false;
        let (mut since, mut until) = (None, None);
        for (open, close) in self.around(now) {
            is_open |= open <= now && now < close;
            for at in [open, close] {
                if now.abs_diff(at) > REACH {
                    continue;
                }
                if at <= now {
                    since = since.max(Some(at));
                } else if until.is_none_or(|until| at < until) {
                    until = Some(at);
                }
            }
        }
        Position {
            is_open,
            since,
            until,
        }
    }

    /// The spans around `now`, in order and without gaps of zero length between them.
    fn around(&self, now: EpochMillis) -> Vec<(EpochMillis, EpochMillis)> {
        let Ok(at) = Timestamp::from_millisecond(now) else {
            return Vec::new();
        };
        let today = self.zone.to_datetime(at).date();
        let mut found: Vec<_> = (-DAYS..=DAYS)
            .filter_map(|days| today.checked_add(Span::new().days(days)).ok())
            .flat_map(|date| {
                let day = Weekday::ALL[date.weekday().to_monday_zero_offset() as usize];
                let spans = self.spans.iter().filter(move |(on, ..)| *on == day);
                spans.filter_map(move |(_, open, close)| {
                    let span = (self.moment(date, *open)?, self.moment(date, *close)?);
                    // The clock was set forward over all of it.
                    (span.0 < span.1).then_some(span)
                })
            })
            .collect();
        found.sort_unstable();
        let mut merged: Vec<(EpochMillis, EpochMillis)> = Vec::new();
        for (open, close) in found {
            match merged.last_mut() {
                Some(last) if open <= last.1 => last.1 = last.1.max(close),
                _ => merged.push((open, close)),
            }
        }
        merged
    }

    /// The moment of a local time, in minutes since the midnight of a day. One that the clock skips
    /// is as much later as the clock is set forward; one that comes twice is the first of the two.
    fn moment(&self, date: Date, minutes: u32) -> Option<EpochMillis> {
        let days = i32::try_from(minutes / (24 * 60)).ok()?;
        let date = date.checked_add(Span::new().days(days)).ok()?;
        let hour = i8::try_from(minutes / 60 % 24).ok()?;
        let minute = i8::try_from(minutes % 60).ok()?;
        let local = date.to_datetime(Time::new(hour, minute, 0, 0).ok()?);
        let at = self.zone.to_timestamp(local).ok()?;
        Some(at.as_millisecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(zone: &str, rules: &[&str]) -> Hours {
        // The database that is compiled in: the tests are the same on every system.
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone).unwrap();
        let rules: Vec<ScheduleRule> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        Hours::new(zone, &rules)
    }

    fn at(text: &str) -> EpochMillis {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    /// Whether it is open, and until when, in UTC.
    fn look(hours: &Hours, now: &str) -> (bool, String) {
        let position = hours.at(at(now));
        let until = position
            .until
            .map(|until| Timestamp::from_millisecond(until).unwrap());
        (
            position.is_open,
            until.map_or_else(String::new, |until| until.to_string()),
        )
    }

    #[test]
    fn weekdays_and_spans_over_midnight() {
        let bar = hours("Europe/Berlin", &["fri,sat 20:00-02:00", "sun 10:00-14:00"]);
        // 2026-11-27 is a Friday; Berlin is one hour ahead of UTC.
        for (now, expected) in [
            ("2026-11-27T18:59:59Z", (false, "2026-11-27T19:00:00Z")),
            ("2026-11-27T19:00:00Z", (true, "2026-11-28T01:00:00Z")),
            ("2026-11-28T00:59:59.999Z", (true, "2026-11-28T01:00:00Z")),
            ("2026-11-28T01:00:00Z", (false, "2026-11-28T19:00:00Z")),
            ("2026-11-29T01:00:00Z", (false, "2026-11-29T09:00:00Z")),
            ("2026-11-29T13:00:00Z", (false, "2026-12-04T19:00:00Z")),
        ] {
            assert_eq!(
                look(&bar, now),
                (expected.0, expected.1.to_owned()),
                "{now}"
            );
        }
        let position = bar.at(at("2026-12-03T00:00:00Z"));
        assert_eq!(position.since, Some(at("2026-11-29T13:00:00Z")));
    }

    #[test]
    fn spans_that_touch_are_one() {
        let always = hours("UTC", &["daily 00:00-24:00"]);
        let position = always.at(at("2026-11-27T12:00:00Z"));
        let expected = Position {
            is_open: true,
            since: None,
            until: None,
        };
        assert_eq!(position, expected);
        let long = hours("UTC", &["mon-fri 08:00-12:00", "mon-fri 12:00-18:00"]);
        let expected = (true, "2026-11-27T18:00:00Z".to_owned());
        assert_eq!(look(&long, "2026-11-27T11:00:00Z"), expected);
        let nights = hours("UTC", &["sun 22:00-06:00", "mon 06:00-07:00"]);
        let expected = (true, "2026-11-30T07:00:00Z".to_owned());
        assert_eq!(look(&nights, "2026-11-29T23:00:00Z"), expected);
    }

    /// In Berlin 02:00 became 03:00 on 2026-03-29.
    #[test]
    fn a_time_that_the_clock_skips_is_an_hour_later() {
        let early = hours("Europe/Berlin", &["daily 02:30-08:00"]);
        for (now, expected) in [
            ("2026-03-28T00:00:00Z", (false, "2026-03-28T01:30:00Z")),
            // 03:30 of summer time.
            ("2026-03-29T00:59:00Z", (false, "2026-03-29T01:30:00Z")),
            ("2026-03-29T01:30:00Z", (true, "2026-03-29T06:00:00Z")),
            ("2026-03-30T00:00:00Z", (false, "2026-03-30T00:30:00Z")),
        ] {
            assert_eq!(
                look(&early, now),
                (expected.0, expected.1.to_owned()),
                "{now}"
            );
        }
        // Opening is moved behind closing: nothing is left of that day's span.
        let gone = hours("Europe/Berlin", &["sun 02:15-03:00"]);
        let expected = (false, "2026-04-05T00:15:00Z".to_owned());
        for now in ["2026-03-23T00:00:00Z", "2026-03-29T00:30:00Z"] {
            assert_eq!(look(&gone, now), expected);
        }
    }

    /// In Berlin 03:00 became 02:00 on 2026-10-25.
    #[test]
    fn a_time_that_comes_twice_is_the_first_of_the_two() {
        let night = hours("Europe/Berlin", &["sat 20:00-02:30", "sun 02:45-04:00"]);
        for (now, expected) in [
            ("2026-10-24T23:00:00Z", (true, "2026-10-25T00:30:00Z")),
            ("2026-10-25T00:30:00Z", (false, "2026-10-25T00:45:00Z")),
            // The second 02:30 changes nothing; 04:00 is of winter time.
            ("2026-10-25T01:30:00Z", (true, "2026-10-25T03:00:00Z")),
        ] {
            assert_eq!(
                look(&night, now),
                (expected.0, expected.1.to_owned()),
                "{now}"
            );
        }
    }

    #[test]
    fn the_same_rules_in_another_zone_are_other_moments() {
        let rules = ["daily 08:00-22:00"];
        let now = "2026-11-27T12:00:00Z";
        let berlin = hours("Europe/Berlin", &rules);
        let jakarta = hours("Asia/Jakarta", &rules);
        let kathmandu = hours("Asia/Kathmandu", &rules);
        assert_eq!(look(&berlin, now).1, "2026-11-27T21:00:00Z");
        assert_eq!(look(&jakarta, now).1, "2026-11-27T15:00:00Z");
        assert_eq!(look(&kathmandu, now).1, "2026-11-27T16:15:00Z");
    }

    #[test]
    fn zones_are_known_by_their_iana_names_only() {
        let (_, spelled) = Hours::zone("europe/berlin").unwrap();
        assert_eq!(spelled, "Europe/Berlin");
        assert!(Hours::zone("UTC").is_some());
        for wrong in [
            "",
            "Mars/Base",
            "CET-1CEST",
            "../etc/passwd",
            "+01:00",
            "Europe/ Berlin",
        ] {
            assert!(Hours::zone(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn no_moment_panics() {
        let daily = hours("Pacific/Apia", &["daily 08:00-07:59"]);
        for now in [i64::MIN, 0, 253_402_300_799_999, i64::MAX] {
            daily.at(now);
        }
        // Samoa skipped the whole of 2011-12-30.
        for hour in 0..96 {
            daily.at(at("2011-12-29T00:00:00Z") + hour * 3_600_000);
        }
    }
}
