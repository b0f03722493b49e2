//! Opening hours of a group (an extension): outside of them only admins can post.

use super::{AuditOutcome, EpochMillis, FieldError, lenient};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Most rules of a schedule.
pub const RULES_MAX: usize = 28;
/// Longest name of a time zone, in bytes.
pub const ZONE_MAX: usize = 64;

const DAY_MINUTES: u32 = 24 * 60;
const WEEK_MINUTES: u32 = 7 * DAY_MINUTES;

/// A day of the week, in the schedule's time zone.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }

    /// The day with this word, in any letter case.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|day| word.eq_ignore_ascii_case(day.as_str()))
    }

    /// The name on the screen.
    fn name(self) -> &'static str {
        match self {
            Self::Mon => "Mon",
            Self::Tue => "Tue",
            Self::Wed => "Wed",
            Self::Thu => "Thu",
            Self::Fri => "Fri",
            Self::Sat => "Sat",
            Self::Sun => "Sun",
        }
    }
}

/// From when to when a group is open on some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ScheduleRule {
    /// The days on which it opens, each once.
    #[schemars(length(min = 1, max = 7))]
    pub days: Vec<Weekday>,
    /// Local time, `HH:MM` from 00:00 to 23:59.
    #[schemars(regex(pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    pub open: String,
    /// Local time, `HH:MM` up to 24:00. One that is earlier than `open` is of the next day.
    #[schemars(regex(pattern = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"))]
    pub close: String,
}

impl ScheduleRule {
    /// Opening and closing in minutes since the midnight on which the day begins, 0..2880.
    ///
    /// # Errors
    /// One of them is no time of day, or they are equal.
    pub fn minutes(&self) -> Result<(u32, u32), String> {
        let open = minutes(&self.open)
            .filter(|open| *open < DAY_MINUTES)
            .ok_or("open must be a time from 00:00 to 23:59")?;
        let close = minutes(&self.close).ok_or("close must be a time from 00:00 to 24:00")?;
        match close {
            _ if close == open => {
                Err("open and close are the same time; 00:00 to 24:00 is the whole day".to_owned())
            }
            _ if close < open => Ok((open, close + DAY_MINUTES)),
            _ => Ok((open, close)),
        }
    }
}

/// `HH:MM` in minutes, up to 24:00.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_number)
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let at = hours * 60 + minutes;
    (minutes < 60 && at <= DAY_MINUTES).then_some(at)
}

/// Checks rules: at least one, days, times, and that no two of them overlap.
///
/// # Errors
/// The first fault of each rule, by the name of the field.
pub fn check_rules(rules: &[ScheduleRule]) -> Result<(), Vec<FieldError>> {
    let fault = |field: String, message: String| FieldError { field, message };
    if rules.is_empty() || rules.len() > RULES_MAX {
        let message = format!("must hold 1 to {RULES_MAX} rules");
        return Err(vec![fault("rules".to_owned(), message)]);
    }
    let mut faults = Vec::new();
    // Opening, closing and number of the rule, in minutes of the week.
    let mut spans: Vec<(u32, u32, usize)> = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        let name = format!("rules[{number}]");
        let mut days = rule.days.clone();
        days.sort_unstable();
        days.dedup();
        if days.is_empty() || days.len() < rule.days.len() {
            let message = "days must name at least one day, and each once".to_owned();
            faults.push(fault(name, message));
            continue;
        }
        match rule.minutes() {
            Ok((open, close)) => spans.extend(days.into_iter().map(|day| {
                let midnight = day as u32 * DAY_MINUTES;
                (midnight + open, midnight + close, number)
            })),
            Err(message) => faults.push(fault(name, message)),
        }
    }
    spans.sort_unstable();
    for (at, (_, close, number)) in spans.iter().enumerate() {
        // After the last of the week comes the first of the next one.
        let (next, following) = match spans.get(at + 1) {
            Some((open, _, following)) => (*open, following),
            None => (spans[0].0 + WEEK_MINUTES, &spans[0].2),
        };
        if *close > next {
            let (one, other) = (number.min(following), number.max(following));
            let message = if one == other {
                "overlaps itself on the next day".to_owned()
            } else {
                format!("overlaps rules[{one}]")
            };
            let overlap = fault(format!("rules[{other}]"), message);
            if !faults.contains(&overlap) {
                faults.push(overlap);
            }
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// `mon-fri 08:00-22:00`: days and ranges of days separated by commas, or `daily`, then two times.
impl FromStr for ScheduleRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "must be days and times such as mon-fri 08:00-22:00".to_owned();
        let (days, times) = text
            .trim()
            .rsplit_once(char::is_whitespace)
            .ok_or_else(form)?;
        let (open, close) = times.split_once(['-', '–']).ok_or_else(form)?;
        let rule = Self {
            days: parse_days(days)?,
            open: open.to_owned(),
            close: close.to_owned(),
        };
        rule.minutes()?;
        Ok(rule)
    }
}

/// `mon-fri`, `sat,sun`, `daily`. A range may go over the end of the week.
///
/// # Errors
/// An unknown day.
pub fn parse_days(text: &str) -> Result<Vec<Weekday>, String> {
    if text.trim().eq_ignore_ascii_case("daily") {
        return Ok(Weekday::ALL.to_vec());
    }
    let day = |word: &str| {
        let word = word.trim();
        Weekday::from_word(word).ok_or_else(|| {
            format!("{word:?} is no day; days are mon, tue, wed, thu, fri, sat, sun")
        })
    };
    let mut days = Vec::new();
    for part in text.split(',') {
        let Some((first, last)) = part.split_once(['-', '–']) else {
            days.push(day(part)?);
            continue;
        };
        let (first, last) = (day(first)? as usize, day(last)? as usize);
        let count = (last + 7 - first) % 7 + 1;
        days.extend((0..count).map(|step| Weekday::ALL[(first + step) % 7]));
    }
    Ok(days)
}

/// `Mon–Fri 08:00–22:00`, which [`FromStr`] reads.
impl fmt::Display for ScheduleRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut days = self.days.clone();
        days.sort_unstable();
        days.dedup();
        let mut parts: Vec<String> = Vec::new();
        let mut rest = days.as_slice();
        while let Some(first) = rest.first() {
            let run = (rest.iter())
                .enumerate()
                .take_while(|(step, day)| **day as usize == *first as usize + step)
                .count();
            let last = rest[run - 1];
            match run {
                7 => parts.push("daily".to_owned()),
                1 => parts.push(first.name().to_owned()),
                2 => parts.extend([first.name().to_owned(), last.name().to_owned()]),
                _ => parts.push(format!("{}–{}", first.name(), last.name())),
            }
            rest = &rest[run..];
        }
        write!(f, "{} {}–{}", parts.join(","), self.open, self.close)
    }
}

/// Body of `PUT /sessions/{session}/groups/{gid}/schedule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSchedule {
    /// An IANA time zone.
    #[schemars(length(min = 1, max = ZONE_MAX))]
    pub zone: String,
    /// When the group is open. Two rules must not overlap.
    #[schemars(length(min = 1, max = RULES_MAX))]
    pub rules: Vec<ScheduleRule>,
}

/// A group's opening hours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupSchedule {
    /// The IANA time zone; absent while the group has no opening hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Empty while the group has no opening hours.
    #[serde(default)]
    pub rules: Vec<ScheduleRule>,
    /// Whether the group is open now by the rules; somebody may have changed it by hand since the last
    /// change of the schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_open: Option<bool>,
    /// When the group opens or closes next; absent when it never does.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub next_change_at: Option<EpochMillis>,
    /// The last attempt to open or close the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_outcome: Option<ScheduleOutcome>,
    /// The gateway's system does not know the time zone any more: the group is neither opened nor closed
    /// until its opening hours are set anew. Absent otherwise.
    #[serde(
        default,
        skip_serializing_if = "std::ops::Not::not",
        deserialize_with = "lenient::or_default"
    )]
    pub zone_unknown: bool,
}

/// An attempt to open or close a group by its schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduleOutcome {
    pub at: EpochMillis,
    /// What it was to set: `true` closes the group.
    pub announce: bool,
    pub outcome: AuditOutcome,
}

/// A group with opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledGroup {
    pub session_id: String,
    pub group_jid: String,
    #[serde(flatten)]
    pub schedule: GroupSchedule,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> ScheduleRule {
        text.parse().unwrap()
    }

    #[test]
    fn rules_are_read_and_written() {
        for (text, shown) in [
            ("mon-fri 08:00-22:00", "Mon–Fri 08:00–22:00"),
            ("Mon–Fri 08:00–22:00", "Mon–Fri 08:00–22:00"),
            ("sat,SUN 10:00-02:00", "Sat,Sun 10:00–02:00"),
            ("daily 00:00-24:00", "daily 00:00–24:00"),
            ("fri-mon 20:00-23:30", "Mon,Fri–Sun 20:00–23:30"),
            ("mon, wed, fri 09:00-10:00", "Mon,Wed,Fri 09:00–10:00"),
        ] {
            assert_eq!(rule(text).to_string(), shown);
            assert_eq!(rule(shown).to_string(), shown);
        }
        for wrong in [
            "",
            "mon",
            "08:00-22:00",
            "mon 8:00-22:00",
            "mon 08:00-24:01",
            "mon 24:00-25:00",
            "mon 08:00-08:00",
            "mon 08:60-09:00",
            "mun 08:00-22:00",
            "mon 08:00",
            "mon +8:00-22:00",
        ] {
            assert!(wrong.parse::<ScheduleRule>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn overlapping_and_empty_rules_are_refused() {
        let check = |texts: &[&str]| {
            let rules: Vec<_> = texts.iter().map(|text| rule(text)).collect();
            let faults = check_rules(&rules).err().unwrap_or_default();
            let fields = faults.into_iter().map(|fault| fault.field);
            fields.collect::<Vec<_>>()
        };
        let none: [&str; 0] = [];
        assert_eq!(check(&["mon-fri 08:00-12:00", "mon-fri 12:00-18:00"]), none);
        assert_eq!(check(&["daily 22:00-06:00", "daily 06:00-22:00"]), none);
        assert_eq!(check(&["daily 00:00-24:00"]), none);
        let overlap = ["mon-fri 08:00-12:00", "fri 11:59-18:00"];
        assert_eq!(check(&overlap), ["rules[1]"]);
        assert_eq!(check(&["mon 00:30-02:00", "sun 23:00-01:00"]), ["rules[1]"]);
        assert_eq!(check(&["tue 00:30-02:00", "mon 23:00-01:00"]), ["rules[1]"]);
        assert_eq!(check(&["mon 10:00-09:59", "mon 09:00-09:30"]), none);
        assert_eq!(check(&[]), ["rules"]);
        let many = vec!["mon 08:00-09:00"; RULES_MAX + 1];
        assert_eq!(check(&many), ["rules"]);
        let twice = ScheduleRule {
            days: vec![Weekday::Mon, Weekday::Mon],
            ..rule("mon 08:00-09:00")
        };
        let dayless = ScheduleRule {
            days: Vec::new(),
            ..twice.clone()
        };
        let odd = ScheduleRule {
            close: "late".to_owned(),
            ..rule("mon 08:00-09:00")
        };
        let faults = check_rules(&[twice, dayless, odd]).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["rules[0]", "rules[1]", "rules[2]"]);
    }
}
