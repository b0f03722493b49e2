//! The flood alarm: the line above the footer, and the dialog that offers what to do.

use super::dialog::{Button, WordsParts, content_width, dialog};
use super::marks::{MarksBar, bar};
use super::marks_lines::has_flood_line;
use super::screen::{Screen, row};
use super::wrap::wrap;
use crate::api::{Capability, SessionRole, SettingField};
use crate::console::ids::GroupKey;
use crate::console::keymap::Action;
use crate::console::state::{ButtonId, FloodAlarm, FloodDialog, LinkHidden, State};
use crate::console::words;
use crate::names::fit;
use crate::text;

const WIDTH: u16 = 70;
const LINES: usize = 16;
/// Fewer columns than these for a name are not worth it.
const NAME_MIN: usize = 8;

/// Why neither, one or both of the remedies can be tried, as sentences.
struct Obstacles {
    reset: Option<String>,
    approval: Option<String>,
}

fn obstacles(state: &State, key: &GroupKey) -> Obstacles {
    if state.lacks(Capability::Send) {
        let sentence = Some("Your key lacks the capability `send`.".to_owned());
        return Obstacles {
            reset: sentence.clone(),
            approval: sentence,
        };
    }
    let group = state.groups.get(key).map(|entry| &entry.group);
    if group.is_some_and(|group| group.my_role == Some(SessionRole::Member)) {
        let sentence = Some(state.hidden_sentence(key, &LinkHidden::NotAdmin));
        return Obstacles {
            reset: sentence.clone(),
            approval: sentence,
        };
    }
    let hidden = state.link_obstacle(key);
    let reset = hidden.map(|hidden| state.hidden_sentence(key, &hidden));
    let restricted = group.and_then(|group| group.restricted.as_ref());
    let restricted = restricted.and_then(|all| all.get(SettingField::JoinApproval.as_str()));
    let approval = restricted.map(|why| format!("Approval: {}.", text::clean_line(why)));
    Obstacles {
        approval: approval.or_else(|| reset.clone()),
        reset,
    }
}

#[must_use]
pub(crate) fn flood_buttons(state: &State, key: &GroupKey) -> Vec<Button> {
    let obstacles = obstacles(state, key);
    vec![
        Button::new(ButtonId::Reset, "Reset link").enabled(obstacles.reset.is_none()),
        Button::new(ButtonId::Approval, "Approval on").enabled(obstacles.approval.is_none()),
        Button::new(ButtonId::Remove, "Dismiss"),
        Button::new(ButtonId::Close, "Later"),
    ]
}

/// "23 people joined by link from 14:02 to 14:06".
fn joined(state: &State, alarm: &FloodAlarm) -> String {
    let zone = &state.options.zone;
    let (from, until) = (
        words::clock(alarm.from, zone),
        words::clock(alarm.until, zone),
    );
    let when = if from == until {
        format!("at {from}")
    } else {
        format!("from {from} to {until}")
    };
    let how = if alarm.by_link { " by link" } else { "" };
    let people = words::count(alarm.people, "person", "people");
    format!("{people} joined{how} {when}")
}

/// The line of the newest alarm, with the key that opens the dialog.
#[must_use]
pub(crate) fn flood_bar(state: &State, screen: &Screen) -> Option<MarksBar> {
    let line = row(screen.marks, 0);
    if line.is_empty() || !has_flood_line(state) {
        return None;
    }
    let alarm = state.floods.alarms.first()?;
    let more = match state.floods.alarms.len() - 1 {
        0 => String::new(),
        more => format!(" (+{more})"),
    };
    let said = format!(": {}{more}", joined(state, alarm));
    Some(bar(state, line, Action::Flood, "act", |room| {
        let room = room.saturating_sub(text::width(&said) + 2).max(NAME_MIN);
        let name = state.group_name(&alarm.key);
        format!("! {}{said}", fit(&name, room).shown)
    }))
}

#[must_use]
pub(crate) fn flood_parts(state: &State, screen: &Screen, flood: &FloodDialog) -> WordsParts {
    let width = content_width(screen, WIDTH);
    let key = &flood.key;
    let alarm = state.floods.alarms.iter().find(|alarm| alarm.key == *key);
    let joined = alarm.map_or_else(String::new, |alarm| {
        let unknown = if alarm.by_link {
            ""
        } else {
            " This gateway does not say how they came."
        };
        format!("{}.{unknown}", joined(state, alarm))
    });
    let obstacles = obstacles(state, key);
    let mut lines = vec![
        state.name_through(&state.group_name(key), &key.session, usize::from(width)),
        String::new(),
        joined,
        String::new(),
        "Reset link: nobody can join by the old link any more, wherever it was posted. Who has joined stays.".to_owned(),
        "Approval on: the link stays, and whoever uses it waits until an admin lets them in.".to_owned(),
    ];
    let mut why: Vec<_> = [obstacles.reset, obstacles.approval]
        .into_iter()
        .flatten()
        .collect();
    why.dedup();
    if !why.is_empty() {
        lines.push(String::new());
        lines.extend(why);
    }
    let text = wrap(&lines.join("\n"), width, LINES);
    let height = u16::try_from(text.len()).unwrap_or(u16::MAX) + 1;
    WordsParts {
        dialog: dialog(
            screen,
            width,
            height,
            flood_buttons(state, key),
            Some(flood.focus),
        ),
        title: "Many people join".to_owned(),
        text,
        first: 0,
    }
}
