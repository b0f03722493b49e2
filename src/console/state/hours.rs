//! "Opening hours" of a group.

use super::button::ButtonId;
use super::form::text_area;
use crate::api::{GroupSchedule, PutSchedule, ScheduleRule, check_rules};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use ratatui_textarea::TextArea;

/// What leaving the dialog loses.
pub(crate) const HOURS_TYPED: &str = "the opening hours as typed";

/// The dialog. Typed text stays until it is saved or the dialog left.
pub struct HoursDialog {
    pub key: GroupKey,
    /// The group's name.
    pub name: String,
    pub zone: TextArea<'static>,
    /// Rules such as `mon-fri 08:00-22:00`, with semicolons between them.
    pub rules: TextArea<'static>,
    pub focus: HoursFocus,
    pub phase: HoursPhase,
    /// What the gateway has.
    before: Option<PutSchedule>,
    /// Time zone and rules as the fields began.
    filled: (String, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursFocus {
    Zone,
    Rules,
    Button(ButtonId),
}

#[derive(Debug, Clone, PartialEq)]
pub enum HoursPhase {
    /// What the gateway has is being read.
    Reading(RequestId),
    Editing,
    Saving(RequestId),
    /// The gateway has no opening hours.
    Impossible,
    Failed(CallFailure),
}

impl HoursDialog {
    /// The dialog while what the gateway has is being read.
    #[must_use]
    pub(crate) fn reading(key: GroupKey, name: String, id: RequestId) -> Self {
        Self {
            key,
            name,
            zone: text_area(""),
            rules: text_area(""),
            focus: HoursFocus::Button(ButtonId::Close),
            phase: HoursPhase::Reading(id),
            before: None,
            filled: (String::new(), String::new()),
        }
    }

    /// Fills the fields with what the gateway has; `zone` is proposed where it has none.
    pub(crate) fn fill(&mut self, schedule: &GroupSchedule, zone: &str) {
        let rules: Vec<String> = schedule.rules.iter().map(ToString::to_string).collect();
        let zone = schedule.zone.as_deref().unwrap_or(zone);
        self.zone = text_area(&crate::text::clean_line(zone));
        self.rules = text_area(&crate::text::clean_line(&rules.join("; ")));
        self.before = schedule.zone.as_ref().map(|zone| PutSchedule {
            zone: zone.clone(),
            rules: schedule.rules.clone(),
        });
        self.filled = self.text();
        self.focus = HoursFocus::Rules;
        self.phase = HoursPhase::Editing;
    }

    fn text(&self) -> (String, String) {
        (self.zone.lines().join(" "), self.rules.lines().join(" "))
    }

    /// Whether leaving loses something that was typed.
    #[must_use]
    pub(crate) fn has_text(&self) -> bool {
        self.is_editing() && self.text() != self.filled
    }

    /// What would be saved.
    ///
    /// # Errors
    /// What is wrong with the typed text, as a sentence.
    pub(crate) fn typed(&self) -> Result<PutSchedule, String> {
        let zone = self.zone.lines().join(" ").trim().to_owned();
        if zone.is_empty() {
            return Err("Type a time zone, such as Europe/Berlin.".to_owned());
        }
        let text = self.rules.lines().join(" ");
        let rules = text
            .split(';')
            .map(str::trim)
            .filter(|rule| !rule.is_empty());
        let rules: Vec<ScheduleRule> = rules
            .map(|rule| rule.parse().map_err(|fault| format!("{rule:?}: {fault}.")))
            .collect::<Result<_, String>>()?;
        if rules.is_empty() {
            return Err("Type when the group is open, such as mon-fri 08:00-22:00.".to_owned());
        }
        match check_rules(&rules) {
            Ok(()) => Ok(PutSchedule { zone, rules }),
            Err(faults) => {
                let faults = faults.iter();
                let words = faults.map(|fault| format!("{} {}", fault.field, fault.message));
                Err(format!("{}.", words.collect::<Vec<_>>().join("; ")))
            }
        }
    }

    #[must_use]
    pub(crate) fn is_editing(&self) -> bool {
        matches!(self.phase, HoursPhase::Editing | HoursPhase::Failed(_))
    }

    #[must_use]
    pub(crate) fn can_save(&self) -> bool {
        let typed = self.typed().ok();
        self.is_editing() && typed.is_some() && typed != self.before
    }

    /// Whether there is something to remove.
    #[must_use]
    pub(crate) fn can_remove(&self) -> bool {
        self.is_editing() && self.before.is_some()
    }

    /// The field that keys go into.
    pub(crate) fn field(&mut self) -> Option<&mut TextArea<'static>> {
        match self.focus {
            _ if !self.is_editing() => None,
            HoursFocus::Zone => Some(&mut self.zone),
            HoursFocus::Rules => Some(&mut self.rules),
            HoursFocus::Button(_) => None,
        }
    }

    #[must_use]
    pub(crate) fn takes_text(&self) -> bool {
        self.is_editing() && !matches!(self.focus, HoursFocus::Button(_))
    }
}
