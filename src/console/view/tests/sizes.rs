//! Drawing works at any size and with any text; the footer stays; the mouse targets match the drawing.

use super::fixture::{desk, fill, form, fresh, typed};
use super::scenes::{SCENES, scene};
use super::{render, text};
use crate::api::{Group, SettingField};
use crate::console::keymap::Action;
use crate::console::layout::{
    self, MIN_SIZE, Target, card_in_sight, group_rows, hit, member_rows, session_rows,
};
use crate::console::state::{ButtonId, FormFocus, Layer, Pane, State, Toast, ToastKind};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub(super) fn lines(buffer: &Buffer) -> Vec<String> {
    text(buffer, None).lines().map(str::to_owned).collect()
}

/// Every cell of a row whose text is `words`, as targets.
pub(super) fn targets(state: &State, buffer: &Buffer, words: &str) -> Vec<Target> {
    let count = u16::try_from(words.chars().count()).unwrap();
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            let end = (x + count).min(buffer.area.width);
            let here: String = (x..end).map(|x| buffer[(x, y)].symbol()).collect();
            if here == words {
                return (x..end).map(|x| hit(state, x, y)).collect();
            }
        }
    }
    panic!("{words:?} is not on the screen");
}

#[track_caller]
fn assert_hits(name: &str, size: (u16, u16), words: &str, target: Target) {
    let mut state = scene(name);
    let (buffer, _) = render(&mut state, size.0, size.1);
    for found in targets(&state, &buffer, words) {
        assert_eq!(found, target, "{words:?} of {name} at {size:?}");
    }
}

#[test]
fn a_click_on_a_drawn_button_hits_it() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        for (name, words, button) in [
            ("reset", "[ Cancel ]", ButtonId::Cancel),
            ("reset", "[ Reset link ]", ButtonId::Confirm),
            ("reset-done", "[ Copy link ]", ButtonId::Copy),
            ("reset-done", "[ Close ]", ButtonId::Close),
            ("reset-failed", "[ Try again ]", ButtonId::Confirm),
            ("confirm-logout", "[ Log out ]", ButtonId::Confirm),
            ("confirm-quit", "[ Cancel ]", ButtonId::Cancel),
            ("edit-changed", "[ Save 2 changes ]", ButtonId::Save),
            ("edit-changed", "[ Cancel ]", ButtonId::Cancel),
            ("edit-refused", "[ Retry 2 ]", ButtonId::Save),
            ("edit-leave", "[ Keep editing ]", ButtonId::KeepEditing),
            ("edit-leave", "[ Discard ]", ButtonId::Discard),
            ("counter-choosing", "[ Lock ]", ButtonId::Lock),
            ("failure", "[ Copy ]", ButtonId::Copy),
            ("check", "[ Check again ]", ButtonId::Confirm),
            ("check-problems", "[ Close ]", ButtonId::Close),
        ] {
            assert_hits(name, size, words, Target::Button(button));
        }
    }
}

#[test]
fn a_click_hits_the_drawn_target() {
    let field = |field| Target::Field(FormFocus::Field(field));
    for size in [(80, 24), (120, 40), (200, 60)] {
        for (name, words, target) in [
            ("groups", "School Volleyball", Target::GroupRow(1)),
            ("groups", "/ find by", Target::Filter),
            ("groups", "? help", Target::Hint(Action::Help)),
            ("groups", "y copy link", Target::Hint(Action::CopyLink)),
            (
                "scrolled-to-the-end",
                "Neighbourhood 42",
                Target::GroupRow(41),
            ),
            ("sessions", "Sales", Target::SessionRow(2)),
            ("sessions", "All sessions", Target::SessionRow(0)),
            ("card", "AbCdEf1234567890XyZ12a", Target::Link),
            ("card", "████ ▄▄▄▄▄ █", Target::Link),
            ("card", "Members · 128", Target::MembersHead),
            ("qr", "AbCdEf1234567890XyZ12a", Target::Link),
            ("edit", "Subject", field(SettingField::Subject)),
            ("edit", "Rain or shine.", field(SettingField::Description)),
            (
                "edit",
                "[ ] only admins can post",
                field(SettingField::Announce),
            ),
            ("edit", "Will change", Target::Layer),
            ("edit", "[ Nothing to save ]", Target::Layer),
            ("help", "Search:", Target::Layer),
            (
                "check",
                "paste the link that people use",
                Target::CheckField,
            ),
            (
                "card-other-account",
                "is an admin",
                Target::Hint(Action::OtherAccount),
            ),
        ] {
            // The scope's name first occurs in the header, above the panes.
            if size.0 > 80 && name == "sessions" && words == "All sessions" {
                continue;
            }
            // A code of double size has other characters.
            if words.starts_with('█') && size != (80, 24) && name == "qr" {
                continue;
            }
            assert_hits(name, size, words, target);
        }
    }
}

/// Every mouse target must be visible.
#[test]
fn a_toast_covers_no_button_and_no_link() {
    let toast = |text: &str| Toast {
        kind: ToastKind::Bad,
        text: text.to_owned(),
        until: i64::MAX,
    };
    let is_kept = |target| matches!(target, Target::Button(_) | Target::Link);
    for size in [(60, 16), (80, 24), (120, 40)] {
        for (name, scene) in SCENES.iter().filter(|(name, _)| !name.starts_with("qr")) {
            let mut state = scene();
            if matches!(state.layers.last(), Some(Layer::Qr)) {
                continue;
            }
            state.toasts.clear();
            let (before, _) = render(&mut state, size.0, size.1);
            state.toasts = vec![
                toast("Link copied to the system clipboard"),
                toast(
                    "This account is not in the group. Have somebody invite it, or choose another session.",
                ),
                toast("Rate limited by WhatsApp; retry in 30 s."),
            ];
            let (after, _) = render(&mut state, size.0, size.1);
            let mut shown = false;
            for y in 0..size.1 {
                for x in 0..size.0 {
                    if before[(x, y)] != after[(x, y)] {
                        shown = true;
                        let target = hit(&state, x, y);
                        assert!(!is_kept(target), "{name} at {size:?}: {x}, {y}: {target:?}");
                    }
                }
            }
            assert!(shown, "{name} at {size:?} shows no message at all");
        }
    }
}

#[test]
fn a_page_is_as_long_as_the_visible_rows() {
    for size in [(80, 24), (110, 30), (120, 40), (200, 60)] {
        let mut state = desk();
        fill_many(&mut state, 300);
        let (buffer, _) = render(&mut state, size.0, size.1);
        let drawn = lines(&buffer)
            .iter()
            .filter(|line| line.contains("Crowd "))
            .count();
        assert_eq!(group_rows(&state), drawn, "{size:?}");
        state.focus = Pane::Group;
        let (buffer, _) = render(&mut state, size.0, size.1);
        let drawn = lines(&buffer)
            .iter()
            .filter(|line| ["★ ", "│· ", "│ · "].iter().any(|mark| line.contains(mark)))
            .count();
        assert_eq!(member_rows(&state), drawn, "{size:?}");
        assert!(card_in_sight(&state));
        state.focus = Pane::Sessions;
        let _ = render(&mut state, size.0, size.1);
        assert!(session_rows(&state) >= 6, "{size:?}");
        assert_eq!(card_in_sight(&state), size.0 >= 144);
    }
}

/// Groups named "Crowd 0", "Crowd 1" and so on, without the opened one.
fn fill_many(state: &mut State, count: usize) {
    let key = state.card.as_ref().map(|card| card.key.clone());
    let mut groups: Vec<Group> = (0..count)
        .map(|number| Group {
            group_jid: format!("{number}@g.us"),
            subject: Some(format!("Crowd {number}")),
            ..Group::default()
        })
        .collect();
    groups.extend(key.map(|key| Group {
        group_jid: key.jid,
        subject: Some("Opened".to_owned()),
        ..Group::default()
    }));
    fill(state, groups);
}

#[test]
fn a_window_that_is_too_small_states_the_missing_size() {
    let (columns, rows) = MIN_SIZE;
    for (size, words) in [
        ((columns - 1, rows), "needs 1 more column."),
        ((columns, rows - 2), "needs 2 more rows."),
        ((columns - 20, rows - 1), "needs 20 more columns and 1"),
    ] {
        let (buffer, _) = render(&mut desk(), size.0, size.1);
        let shown = lines(&buffer).join(" ");
        assert!(shown.contains(words), "{shown}");
    }
    let (buffer, _) = render(&mut desk(), columns, rows);
    assert!(lines(&buffer).join(" ").contains("? help  q quit"));
}

#[test]
fn a_code_that_does_not_fit_states_the_missing_size() {
    let (buffer, _) = render(&mut scene("qr"), 60, 16);
    let shown = lines(&buffer).join("\n");
    assert!(shown.contains("It needs 6 more rows."), "{shown}");
    assert!(shown.contains("https://chat.whatsapp.com/AbCdEf1234567890XyZ12a"));
}

#[test]
fn the_footer_is_always_visible_with_help_and_quit() {
    for (name, scene) in SCENES.iter() {
        for size in [MIN_SIZE, (80, 24), (120, 40), (200, 60)] {
            let mut state = scene();
            let (buffer, _) = render(&mut state, size.0, size.1);
            let footer = lines(&buffer).pop().unwrap();
            assert!(footer.contains(" quit"), "{name} {size:?}: {footer}");
            let helps = matches!(state.layers.last(), Some(Layer::Help(_)));
            assert!(helps || footer.contains(" help"), "{name}: {footer}");
            assert!(!footer.contains('…'), "{name}: {footer}");
        }
    }
}

/// A link is not broken if it fits on one line.
#[test]
fn the_link_is_in_one_piece() {
    for name in ["card", "qr", "reset-done"] {
        for size in [
            (60, 16),
            (80, 24),
            (100, 30),
            (119, 26),
            (120, 40),
            (200, 60),
        ] {
            let (buffer, _) = render(&mut scene(name), size.0, size.1);
            let whole = |line: &String| {
                line.contains("https://chat.whatsapp.com/") && line.contains("1234567890XyZ12a")
            };
            assert!(lines(&buffer).iter().any(whole), "{name} {size:?}");
        }
    }
}

#[test]
fn every_scene_can_be_drawn_at_every_size() {
    let sizes = [
        (0, 0),
        (0, 80),
        (250, 1),
        (7, 3),
        (60, 16),
        (60, 80),
        (79, 21),
        (99, 27),
        (100, 16),
        (100, 28),
        (119, 28),
        (120, 27),
        (120, 28),
        (143, 28),
        (144, 27),
        (144, 28),
        (250, 16),
        (250, 80),
    ];
    for (_, scene) in SCENES.iter() {
        for (columns, rows) in sizes {
            let _ = render(&mut scene(), columns, rows);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Random sizes, names and typed texts.
    #[test]
    fn nothing_panics(
        columns in 0_u16..250,
        rows in 0_u16..80,
        click in (0_u16..260, 0_u16..90),
        subject in any::<String>(),
        description in any::<String>(),
        filter in any::<String>(),
        scene_at in 0..SCENES.len(),
        offset in 0_usize..60,
    ) {
        let mut state = SCENES[scene_at].1();
        state.groups.filter = filter;
        state.groups.offset = offset;
        state.sessions.offset = offset;
        if let Some(card) = &mut state.card {
            card.scroll = offset * 3;
        }
        let mut typing = form();
        typing.subject = typed(&subject);
        typing.description = typed(&description);
        if scene_at % 3 == 0 {
            state.layers.push(Layer::Form(Box::new(typing)));
        }
        let named = Group {
            group_jid: "1@g.us".to_owned(),
            subject: Some(subject),
            description: Some(description),
            ..Group::default()
        };
        if scene_at % 2 == 0 {
            fill(&mut state, vec![named]);
        }
        let _ = render(&mut state, columns, rows);
        let _ = hit(&state, click.0, click.1);
        let _ = (layout::help_page(&state), layout::failures_page(&state));
    }

    /// The drawing contains no control character, whatever was typed.
    #[test]
    fn no_control_character_reaches_the_screen(words in "[\u{1b}\u{202e}\u{7}\r\ta-c\u{9b}]{0,40}") {
        let mut state = fresh();
        state.groups.filter.clone_from(&words);
        state.groups.typing = true;
        let mut typing = form();
        typing.subject = typed(&words);
        typing.description = typed(&words);
        state.layers.push(Layer::Form(Box::new(typing)));
        let (buffer, _) = render(&mut state, 120, 40);
        for cell in &buffer.content {
            let raw = cell.symbol().contains(|c: char| c.is_control() || c == '\u{202e}');
            prop_assert!(!raw, "{:?}", cell.symbol());
        }
    }
}

/// A resize may be drawn before the state has received it.
#[test]
fn a_buffer_smaller_than_the_states_size_is_respected() {
    for (_, scene) in SCENES.iter() {
        let mut state = scene();
        state.size = (120, 40);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 20));
        let _ = super::draw(&state, &mut buffer);
    }
}
