//! Styles that carry meaning: the snapshots contain only characters.

use super::fixture::{desk, failure, form, fresh, members, typed};
use super::scenes::{SCENES, scene};
use super::{render, text};
use crate::api::JoinedVia;
use crate::console::failure::FailureKind;
use crate::console::state::{Connection, Layer, Members, Pane, State};
use crate::console::theme::{ColorDepth, Theme, ThemeName, contrast};
use crate::console::view::paint::put;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use std::collections::HashMap;

/// The first position of a text, by rows.
fn find(buffer: &Buffer, text: &str) -> Position {
    for y in buffer.area.top()..buffer.area.bottom() {
        for x in buffer.area.left()..buffer.area.right() {
            let here: String = (x..buffer.area.right())
                .map(|x| buffer[(x, y)].symbol())
                .take(text.chars().count())
                .collect();
            if here == text {
                return Position::new(x, y);
            }
        }
    }
    panic!("{text:?} is not on the screen");
}

fn style_of(buffer: &Buffer, text: &str) -> Style {
    buffer[find(buffer, text)].style()
}

fn has(style: Style, wanted: Style) -> bool {
    style.patch(wanted) == style
}

#[track_caller]
fn assert_style(buffer: &Buffer, text: &str, wanted: Style) {
    let style = style_of(buffer, text);
    assert!(
        has(style, wanted),
        "{text:?} is {style:?}, not also {wanted:?}"
    );
}

fn theme() -> Theme {
    Theme::new(ColorDepth::TrueColor)
}

#[test]
fn the_selected_row_is_brightest_in_the_focused_pane() {
    let mut state = desk();
    let (buffer, _) = render(&mut state, 144, 40);
    assert_style(&buffer, "Weekend Volunteers   ", theme().selected);
    assert_style(&buffer, "Support line     42", theme().selected_idle);
    assert!(!has(style_of(&buffer, "School"), theme().selected));
    state.focus = Pane::Sessions;
    let (buffer, _) = render(&mut state, 144, 40);
    assert_style(&buffer, "Support line     42", theme().selected);
    assert_style(&buffer, "Weekend Volunteers   ", theme().selected_idle);
}

#[test]
fn the_focused_pane_has_another_border_and_title() {
    let (buffer, _) = render(&mut desk(), 144, 40);
    assert_style(&buffer, "╭─ Groups", theme().border_focused);
    assert_style(&buffer, "Groups ·", theme().title);
    assert_style(&buffer, "╭─ Sessions", theme().border);
    assert!(!has(style_of(&buffer, "╭─ Sessions"), theme().title));
}

#[test]
fn statuses_have_their_colours() {
    let (buffer, _) = render(&mut desk(), 144, 40);
    for (text, style) in [
        ("● Sales", theme().good),
        ("◐ Jakarta", theme().warn),
        ("○ Old", theme().bad),
        ("connected, 1 day", theme().good),
        ("unlinked, 9 days", theme().bad),
        ("● live", theme().good),
    ] {
        assert_style(&buffer, text, style);
    }
    let (buffer, _) = render(&mut scene("polling"), 120, 40);
    assert_style(&buffer, "◌ polling", theme().warn);
    let (buffer, _) = render(&mut scene("gateway-away"), 120, 40);
    assert_style(&buffer, "✖ gateway away", theme().bad);
}

#[test]
fn matched_letters_are_marked_on_every_row() {
    for depth in [ColorDepth::TrueColor, ColorDepth::None] {
        let mut state = scene("filter");
        state.options.theme = Theme::new(depth);
        let matched = state.options.theme.matched;
        assert!(matched.add_modifier.contains(Modifier::UNDERLINED));
        let (buffer, _) = render(&mut state, 80, 24);
        for row in ["Volunteers", "Volleyball", "Vol. Cairo"] {
            let at = find(&buffer, row);
            for x in at.x..at.x + 3 {
                assert!(has(buffer[(x, at.y)].style(), matched), "{row} at {x}");
            }
            assert!(!has(buffer[(at.x + 3, at.y)].style(), matched), "{row}");
        }
    }
}

#[test]
fn buttons_show_focus_danger_and_disabled() {
    let (buffer, _) = render(&mut scene("reset"), 80, 24);
    assert_style(&buffer, "[ Cancel ]", theme().button_focused);
    assert!(!has(
        style_of(&buffer, "[ Reset link ]"),
        theme().button_danger
    ));
    let (buffer, _) = render(&mut scene("edit"), 80, 24);
    assert_style(&buffer, "[ Nothing to save ]", theme().disabled);
    let (buffer, _) = render(&mut scene("edit-refused"), 80, 24);
    assert_style(&buffer, "[ Retry 2 ]", theme().button_focused);
    assert_style(&buffer, "✔ applied", theme().good);
    assert_style(&buffer, "✘ refused", theme().bad);
}

#[test]
fn actions_without_the_capability_are_dimmed() {
    let (buffer, _) = render(&mut scene("lacking"), 80, 24);
    assert_style(&buffer, "e edit", theme().disabled);
    assert_style(&buffer, "R reset link", theme().disabled);
    assert_style(&buffer, "y copy link", theme().key);
}

#[test]
fn actions_that_cannot_work_now_are_dimmed() {
    let mut state = scene("sessions");
    state.sessions.cursor = 4;
    let (buffer, _) = render(&mut state, 120, 24);
    assert_style(&buffer, "s start", theme().key);
    assert_style(&buffer, "x stop", theme().disabled);
    state.sessions.cursor = 1;
    let (buffer, _) = render(&mut state, 120, 24);
    assert_style(&buffer, "s start", theme().disabled);
    assert_style(&buffer, "x stop", theme().key);
    state.sessions.cursor = 0;
    let (buffer, _) = render(&mut state, 120, 24);
    assert_style(&buffer, "t restart", theme().disabled);
}

#[test]
fn the_count_of_a_text_beyond_the_limit_is_red() {
    let (buffer, _) = render(&mut scene("edit-faults"), 80, 24);
    assert_style(&buffer, "119 / 100", theme().bad);
    let (buffer, _) = render(&mut scene("edit"), 80, 24);
    assert_style(&buffer, "18 / 100", theme().dim);
}

/// Explicit black and white, whatever the theme.
#[test]
fn the_code_is_black_on_white_in_every_depth() {
    for depth in [
        ColorDepth::TrueColor,
        ColorDepth::Ansi256,
        ColorDepth::Ansi16,
        ColorDepth::None,
    ] {
        for name in [
            "qr",
            "card",
            "reset-done",
            "toasts-on-the-code",
            "toasts-beside-the-code",
        ] {
            let mut state = scene(name);
            state.options.theme = Theme::new(depth);
            let ink = state.options.theme.ink();
            let (buffer, _) = render(&mut state, 80, 24);
            let corner = find(&buffer, "█████████████████████████████████████");
            for y in corner.y..corner.y + 19 {
                for x in corner.x..corner.x + 37 {
                    let cell = &buffer[(x, y)];
                    assert_eq!(cell.fg, ink.light, "{name} in {depth:?} at {x}, {y}");
                    let solid = cell.symbol() == "█";
                    assert_eq!(cell.bg, if solid { ink.light } else { ink.dark });
                    assert!(cell.modifier.is_empty(), "{name} in {depth:?}");
                }
            }
        }
    }
}

/// `NO_COLOR`: only the code has colours.
#[test]
fn without_colours_only_the_code_has_colours() {
    for (name, scene) in SCENES.iter() {
        let mut state: State = scene();
        state.options.theme = Theme::new(ColorDepth::None);
        let ink = state.options.theme.ink();
        let (buffer, _) = render(&mut state, 120, 40);
        for cell in &buffer.content {
            let none = cell.fg == Color::Reset && cell.bg == Color::Reset;
            let code = cell.fg == ink.light && [ink.light, ink.dark].contains(&cell.bg);
            assert!(none || code, "{name}: {cell:?}");
        }
    }
}

/// The colours of every cell of every scene, as the terminal shows them: no place can combine two styles that
/// cannot be read together.
#[test]
fn every_text_of_every_scene_can_be_read_in_every_theme() {
    for (theme, terminals, least) in contrast::themes() {
        let ink = theme.ink();
        for (name, scene) in SCENES.iter() {
            let mut state: State = scene();
            state.options.theme = theme;
            let (buffer, _) = render(&mut state, 120, 40);
            let mut looks = HashMap::new();
            for cell in &buffer.content {
                let is_block = "█▀▄".contains(cell.symbol());
                let is_code = is_block && [ink.light, ink.dark].contains(&cell.bg);
                if !is_code && cell.symbol() != " " {
                    looks.insert((cell.fg, cell.bg, cell.modifier), cell);
                }
            }
            for cell in looks.into_values() {
                for terminal in &terminals {
                    let ratio = contrast::of_cell(cell, *terminal);
                    assert!(
                        ratio >= least,
                        "{name} in {}: {cell:?} has {ratio:.2}",
                        theme.name.name()
                    );
                }
            }
        }
    }
}

#[test]
fn a_theme_paints_the_whole_screen() {
    for (name, scene) in SCENES.iter() {
        for size in [(120, 40), (20, 5)] {
            let mut state = scene();
            state.options.theme = theme().with_name(ThemeName::Light);
            let (buffer, _) = render(&mut state, size.0, size.1);
            let unpainted = buffer.content.iter().find(|cell| cell.bg == Color::Reset);
            assert_eq!(unpainted, None, "{name}");
        }
    }
}

#[test]
fn the_own_account_is_marked_among_the_members() {
    let mut state = desk();
    state.sessions.rows[0].wa_lid = Some("100200300402:5@lid".to_owned());
    state.focus = Pane::Group;
    let (buffer, _) = render(&mut state, 120, 40);
    let mine = find(&buffer, "Sari Wulandari");
    let you = find(&buffer, "you · admin");
    assert_eq!(mine.y, you.y);
    assert_style(&buffer, "you · admin", theme().title);
}

#[test]
fn a_wide_card_says_how_members_came() {
    let mut state = desk();
    state.focus = Pane::Group;
    let mut members = members(8);
    members[2].joined_via = Some(JoinedVia::Added);
    members[3].joined_via = Some(JoinedVia::Link);
    members[6].joined_via = Some(JoinedVia::Approved);
    state.card.as_mut().unwrap().members = Members::Loaded(members);
    let (buffer, _) = render(&mut state, 200, 60);
    assert_style(&buffer, "by link", theme().dim);
    find(&buffer, "approved");
    assert_eq!(
        find(&buffer, "added · admin").y,
        find(&buffer, "Sari Wulandari").y
    );
    let (buffer, _) = render(&mut state, 100, 40);
    find(&buffer, "Sari Wulandari");
    let screen = text(&buffer, None);
    for word in ["by link", "added · ", "approved"] {
        assert!(!screen.contains(word), "{word}");
    }
}

/// Terminals that draw a syllable in more cells than were counted keep residue unless the cells around it are
/// written again. Of joined emoji only the first one is drawn.
#[test]
fn cells_around_multi_character_graphemes_are_always_written() {
    let area = Rect::new(0, 0, 20, 1);
    let style = Style::default();
    let with = |words: &str| {
        let mut buffer = Buffer::empty(area);
        put(&mut buffer, area, words, style);
        buffer
    };
    let written = |from: &Buffer, to: &Buffer| -> Vec<u16> {
        let cells = from.diff(to);
        cells.into_iter().map(|(x, _, _)| x).collect()
    };
    let family = with("👨‍👩‍👧‍👦");
    assert_eq!(family, with("👨"));
    let syllable = with("क्ष");
    let all = written(&Buffer::empty(area), &syllable);
    assert_eq!(all, [0].into_iter().chain(2..6).collect::<Vec<_>>());
    let gone = written(&syllable, &with("a"));
    assert!(gone.starts_with(&[0, 1]), "{gone:?}");
    let plain = written(&with("日本"), &with("日本"));
    assert!(plain.is_empty(), "{plain:?}");
}

#[test]
fn a_long_change_shows_where_the_values_differ() {
    let mut state = desk();
    let mut form = form();
    form.description = typed(&format!("{} Bring tea.", form.base.description));
    state.layers.push(Layer::Form(Box::new(form)));
    let (buffer, _) = render(&mut state, 80, 24);
    find(&buffer, "…r shine. → …r shine. Bring tea.");
}

#[test]
fn a_narrow_desk_shows_why_it_has_no_sessions() {
    let mut state = fresh();
    state.focus = Pane::Sessions;
    let refused = failure(FailureKind::Other, "The key is not known.");
    state.sessions.failure = Some(refused);
    let (buffer, _) = render(&mut state, 80, 24);
    find(&buffer, "The sessions could not be read");
    find(&buffer, "The key is not known.");
}

#[test]
fn the_reason_for_polling_is_shown_whole_or_not_at_all() {
    let mut state = desk();
    state.connection = Connection::Polling {
        reason: "this key lacks the capability `events`".to_owned(),
    };
    let (buffer, _) = render(&mut state, 80, 24);
    find(&buffer, "◌ polling · ");
    let (buffer, _) = render(&mut state, 120, 40);
    find(
        &buffer,
        "◌ polling: this key lacks the capability `events` · ",
    );
}
