//! The group's card: facts, invite link with its code, members.

use super::screen::{inside, row, screen};
use super::wrap::wrap;
use crate::api::{Audience, Group, GroupKind};
use crate::console::keymap::Action;
use crate::console::qr::{self, Blocks};
use crate::console::state::{Card, Entry, Invite, Layer, Members, Pane, State};
use crate::console::words;
use crate::text::clean_line;
use ratatui::layout::{Rect, Size};

/// Placeholder for a link that is not read yet, so that nothing moves when it arrives.
const USUAL_LINK: &str = "https://chat.whatsapp.com/AAAAAAAAAAAAAAAAAAAAAA";
/// Columns for the text beside a code.
const BESIDE: u16 = 30;
/// Lines that a code leaves to facts and members if possible.
const REST: u16 = 4;
/// Most lines of the hint at another account.
pub(crate) const OTHER_LINES: usize = 2;
/// Most lines of the description.
const DESCRIPTION_LINES: usize = 6;
/// The same of what the gateway has not stored yet.
const NOT_STORED_LINES: usize = 3;
/// The same of the opening hours.
const HOURS_LINES: usize = 3;

/// The areas of the card's parts. A part that does not fit is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct CardParts {
    /// Number of members, own role, settings.
    pub summary: Rect,
    /// Which other account can do more here.
    pub other: Rect,
    /// The code, or the reason why there is none.
    pub code: Rect,
    pub link: Rect,
    /// When the link was fetched and what can be done with it; the reason where the code has no room.
    pub status: Rect,
    pub details: Rect,
    pub members_head: Rect,
    pub members: Rect,
}

/// Where the parts of the opened or selected group stand; `None` without one.
#[must_use]
pub(crate) fn card_parts(state: &State, area: Rect) -> Option<CardParts> {
    let card = state.card.as_ref()?;
    let inner = inside(area);
    let text = padded(inner);
    let link = match &card.invite {
        Invite::Shown { link, .. } => link.as_str(),
        _ => USUAL_LINK,
    };
    let link_width = u16::try_from(crate::text::width(link)).unwrap_or(u16::MAX);
    let link_area = if link_width <= text.width {
        text
    } else {
        inner
    };
    let link_height = link_width.div_ceil(link_area.width.max(1)).clamp(1, 3);
    let other = better_account(state);
    let other_height = |width: u16| {
        let lines = other
            .as_ref()
            .map(|words| wrap(words, width, OTHER_LINES).len());
        u16::try_from(lines.unwrap_or(0)).unwrap_or(0)
    };
    let fixed = 2 + link_height + other_height(text.width);
    let least = state.options.theme.least_blocks();
    let beneath = |rest: u16| {
        code_size(
            link,
            Size::new(inner.width, inner.height.saturating_sub(fixed + rest)),
            least,
        )
    };
    let beside = || {
        code_size(
            link,
            Size::new(
                inner.width.saturating_sub(BESIDE + 5),
                inner.height.saturating_sub(link_height),
            ),
            least,
        )
    };
    let frame = Frame {
        hours: opening_hours(state),
        other: &other_height,
        entry: state.groups.get(&card.key),
        card,
        inner,
        text,
        link: Rect {
            height: link_height,
            ..link_area
        },
    };
    Some(if let Some(size) = beneath(REST) {
        frame.stacked(size)
    } else if let Some(size) = beside() {
        frame.side_by_side(size)
    } else if let Some(size) = beneath(0) {
        frame.stacked(size)
    } else {
        frame.stacked(Size::ZERO)
    })
}

/// Size in cells of the code with the highest error correction that fits.
fn code_size(link: &str, room: Size, blocks: Blocks) -> Option<Size> {
    qr::fitting_size(link, room, blocks)
}

fn padded(area: Rect) -> Rect {
    Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    }
}

struct Frame<'a> {
    /// The opening hours, in words.
    hours: Option<String>,
    /// Lines of the hint at another account, at so many columns.
    other: &'a dyn Fn(u16) -> u16,
    entry: Option<&'a Entry>,
    card: &'a Card,
    inner: Rect,
    text: Rect,
    link: Rect,
}

impl Frame<'_> {
    /// Everything in one column, the code in its middle.
    fn stacked(&self, code: Size) -> CardParts {
        let status_height = match self.card.invite {
            Invite::Hidden(_) | Invite::NotAsked if code.height == 0 => 4,
            _ => 1,
        };
        let other_height = (self.other)(self.text.width);
        let used = 1 + other_height + code.height + self.link.height + status_height;
        let left = self.inner.height.saturating_sub(used);
        let gap = u16::from(left >= 8);
        let mut rows = Rows::new(self.inner);
        let summary = rows.take(1, self.text);
        let other = rows.take(other_height, self.text);
        rows.take(gap, self.text);
        let code_area = rows.take(code.height, self.inner);
        let link = rows.take(self.link.height, self.link);
        let status = rows.take(status_height, self.text);
        rows.take(gap, self.text);
        let (details, members_head, members) = self.rest(&mut rows, self.text);
        CardParts {
            summary,
            other,
            code: code_area,
            link,
            status,
            details,
            members_head,
            members,
        }
    }

    /// The text to the left of the code, the link below both.
    fn side_by_side(&self, code: Size) -> CardParts {
        let code_area = Rect {
            x: self.text.right() - code.width,
            y: self.inner.y,
            width: code.width,
            height: code.height,
        };
        let left = Rect {
            width: self.text.width.saturating_sub(code.width + 3),
            height: self.inner.height - self.link.height,
            ..self.text
        };
        let mut rows = Rows::new(Rect {
            height: left.height.saturating_sub(1),
            ..left
        });
        let summary = rows.take(2, left);
        let other = rows.take((self.other)(left.width), left);
        rows.take(1, left);
        let (details, members_head, members) = self.rest(&mut rows, left);
        CardParts {
            summary,
            other,
            code: code_area,
            link: Rect {
                y: self.inner.bottom() - self.link.height,
                ..self.link
            },
            status: row(left, left.height.saturating_sub(1)),
            details,
            members_head,
            members,
        }
    }

    /// Facts and members share the rest.
    fn rest(&self, rows: &mut Rows, area: Rect) -> (Rect, Rect, Rect) {
        let left = rows.left();
        let for_members = match &self.card.members {
            Members::Loaded(members) => u16::try_from(members.len() + 1)
                .unwrap_or(u16::MAX)
                .min((left / 3).max(REST)),
            _ => 2,
        };
        let needed = self.entry.map_or(0, |entry| {
            u16::try_from(details(entry, self.hours.as_deref(), area.width, usize::MAX).len())
                .unwrap_or(u16::MAX)
        });
        let details = rows.take(needed.min(left.saturating_sub(for_members)), area);
        if rows.left() > for_members {
            rows.take(1, area);
        }
        let head = rows.take(1, area);
        let members = rows.take(rows.left(), area);
        (details, head, members)
    }
}

/// Rows allocated from the top.
struct Rows {
    next: u16,
    end: u16,
}

impl Rows {
    fn new(area: Rect) -> Self {
        Self {
            next: area.y,
            end: area.bottom(),
        }
    }

    fn left(&self) -> u16 {
        self.end - self.next
    }

    /// As many of the rows as are left, with the columns of `area`.
    fn take(&mut self, height: u16, area: Rect) -> Rect {
        let height = height.min(self.left());
        let taken = Rect {
            y: self.next,
            height,
            ..area
        };
        self.next += height;
        taken
    }
}

/// That another account can do more in the card's group, and the key that leads there.
#[must_use]
pub(crate) fn better_account(state: &State) -> Option<String> {
    let entry = state.better_account()?;
    let name = state.session_name(&entry.key.session);
    let key = state.options.keymap.keys(Action::OtherAccount).first();
    let press = key.map_or_else(String::new, |key| format!(": press {key}"));
    Some(format!("{name} is an admin here{press}"))
}

/// The opening hours of the card's group, in words.
#[must_use]
pub(crate) fn opening_hours(state: &State) -> Option<String> {
    let schedule = state.card.as_ref()?.schedule.as_ref()?;
    words::opening_hours(schedule, state.now)
}

/// One line of the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Detail {
    Description(String),
    Gap,
    Created(i64),
    Changed(i64),
    /// Their JID.
    Owner(String),
    /// The group's place in a community.
    Community(String),
    /// How people get into the group.
    Joining(String),
    /// A line about the opening hours.
    Hours(String),
    Jid(String),
    /// Saved settings that the gateway's stored row does not show yet.
    NotStored(String),
}

/// Which saved settings are shown although the gateway's stored row lags behind.
fn not_stored(entry: &Entry) -> Option<String> {
    let fields = entry.not_stored();
    let names = words::settings(&fields);
    (!fields.is_empty()).then(|| format!("The gateway has not stored it yet: {names}"))
}

/// What the group is within a community, in words.
fn community(group: &Group) -> Option<String> {
    let of = |what: &str| match &group.community_subject {
        Some(subject) => format!("{what} of {}", clean_line(subject)),
        None => format!("{what} of a community"),
    };
    match group.kind.as_ref()? {
        GroupKind::Group => None,
        GroupKind::Community => Some("a community: the parent of its groups".to_owned()),
        GroupKind::Announcements => Some(of("announcement group")),
        GroupKind::General => Some(of("general group")),
        GroupKind::Subgroup => Some(of("a group")),
        GroupKind::Other(kind) => Some(clean_line(kind).into_owned()),
    }
}

/// Who has the link, who may add, whether an admin has to approve, and how many wait for that.
fn joining(group: &Group) -> Option<String> {
    let mut words = Vec::new();
    match &group.invite_by {
        Some(Audience::Members) => words.push("members have the link".to_owned()),
        Some(Audience::Admins) => words.push("admins have the link".to_owned()),
        _ => {}
    }
    if group.add_by == Some(Audience::Members) {
        words.push("members can add".to_owned());
    }
    if group.join_approval == Some(true) {
        words.push("approval needed".to_owned());
    }
    if let Some(waiting) = group.pending_requests.filter(|waiting| *waiting > 0) {
        words.push(words::count(
            waiting as usize,
            "request waits",
            "requests wait",
        ));
    }
    (!words.is_empty()).then(|| words.join(" · "))
}

/// The facts about a group in at most `max` lines: the description is shortened first, then the least important
/// ones are left out.
#[must_use]
pub(crate) fn details(entry: &Entry, hours: Option<&str>, columns: u16, max: usize) -> Vec<Detail> {
    let group = &entry.group;
    let mut facts = Vec::new();
    if let Some(words) = not_stored(entry) {
        let lines = wrap(&words, columns, NOT_STORED_LINES).into_iter();
        facts.extend(lines.map(Detail::NotStored));
    }
    if let Some(hours) = hours {
        let lines = wrap(hours, columns, HOURS_LINES).into_iter();
        facts.extend(lines.map(Detail::Hours));
    }
    facts.extend(community(group).map(Detail::Community));
    facts.extend(joining(group).map(Detail::Joining));
    facts.extend(group.created_at_wa.map(Detail::Created));
    if group.updated_at > 0 {
        facts.push(Detail::Changed(group.updated_at));
    }
    if let Some(owner) = &group.owner_jid {
        facts.push(Detail::Owner(owner.clone()));
    }
    facts.push(Detail::Jid(clean_line(&group.group_jid).into_owned()));
    let description = crate::text::clean_block(group.description.as_deref().unwrap_or_default());
    let description = description.trim();
    if description.is_empty() {
        facts.truncate(max);
        return facts;
    }
    let room = max.saturating_sub(facts.len()).clamp(1, DESCRIPTION_LINES);
    let mut lines: Vec<Detail> = wrap(description, columns, room)
        .into_iter()
        .map(Detail::Description)
        .collect();
    if lines.len() + facts.len() < max {
        lines.push(Detail::Gap);
    }
    lines.extend(facts);
    lines.truncate(max);
    lines
}

/// How many members fit on the card. At least 1.
#[must_use]
pub(crate) fn member_rows(state: &State) -> usize {
    screen(state)
        .and_then(|screen| card_parts(state, screen.card.unwrap_or(screen.body)))
        .map_or(1, |parts| usize::from(parts.members.height).max(1))
}

/// Whether the card is visible, so that a resting cursor may request the link.
#[must_use]
pub(crate) fn card_in_sight(state: &State) -> bool {
    screen(state).is_some_and(|screen| screen.card.is_some())
}

/// Whether the link would be visible, on the card, as a full-screen code, on the counter, or in the
/// dialogs of a reset and of the checks.
#[must_use]
pub(crate) fn link_in_sight(state: &State) -> bool {
    let in_dialog = |card: &Card| {
        let link = state.reset_link();
        link.is_some_and(|(dialog, _)| dialog.key == card.key)
    };
    card_in_sight(state)
        || state.focus == Pane::Group
        || matches!(state.layers.last(), Some(Layer::Qr | Layer::Check(_)))
        || state.is_locked()
        || state.card.as_ref().is_some_and(in_dialog)
}
