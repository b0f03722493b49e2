//! The locked screen of counter mode: the code, the name and one line, at every size.

use super::fixture::{LINK, NOW, desk, key};
use super::sizes::lines;
use super::{render, text};
use crate::console::layout::{Target, hit};
use crate::console::qr::tests::{decode, is_light};
use crate::console::state::{
    Counter, CounterLock, CounterPhase, Invite, Layer, LinkHidden, Pin, State, Toast, ToastKind,
};
use crate::console::theme::ThemeName;
use ratatui::style::Color;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn pin(digits: &str) -> Pin {
    let mut pin = Pin::default();
    digits.chars().for_each(|digit| pin.push(digit));
    pin
}

/// The volunteers' counter, locked with a PIN.
fn locked(change: impl Fn(&mut State, &mut CounterLock)) -> State {
    let mut state = desk();
    state.options.counter.text = "Scan to join the volunteers".to_owned();
    let mut counter = Counter::new(key("volunteers"), "Weekend Volunteers".to_owned());
    let mut lock = CounterLock::new(Some(pin("4711")), NOW);
    change(&mut state, &mut lock);
    counter.phase = CounterPhase::Locked(lock);
    state.layers.push(Layer::Counter(counter));
    state.toasts.push(Toast {
        kind: ToastKind::Bad,
        text: "A message for staff".to_owned(),
        until: i64::MAX,
    });
    state
}

fn hide(state: &mut State) {
    if let Some(card) = &mut state.card {
        card.invite = Invite::Hidden(LinkHidden::GatewayAway);
    }
}

/// A name and the state to draw.
type Scene = (&'static str, fn() -> State);

const SCENES: [Scene; 4] = [
    ("counter", || locked(|_, _| ())),
    ("counter-typing", || {
        locked(|_, lock| lock.typed = pin("47"))
    }),
    ("counter-paused", || {
        locked(|_, lock| lock.paused_until = Some(NOW + 40_000))
    }),
    ("counter-no-link", || locked(|state, _| hide(state))),
];

#[test]
fn the_locked_screen_looks_as_it_did() {
    insta::with_settings!({ snapshot_path => "screens", prepend_module_to_snapshot => false, omit_expression => true }, {
        for (name, scene) in SCENES {
            for (columns, rows) in SIZES {
                let (buffer, cursor) = render(&mut scene(), columns, rows);
                assert_eq!(cursor, None);
                insta::assert_snapshot!(format!("{name}-{columns}x{rows}"), text(&buffer, cursor));
            }
        }
    });
}

#[test]
fn the_code_decodes_at_every_size_that_has_room() {
    let mut drawn = 0;
    for columns in (1..=260).step_by(7).chain([37, 41, 80, 120, 200]) {
        for rows in (1..=90).step_by(3).chain([21, 24, 40, 60]) {
            let (buffer, _) = render(&mut locked(|_, _| ()), columns, rows);
            let found = decode(&buffer, is_light);
            // The smallest code, the name and the row for staff.
            if columns >= 37 && rows >= 21 {
                assert_eq!(found.as_deref(), Some(LINK), "{columns}x{rows}");
                drawn += 1;
            } else {
                assert_eq!(found, None, "{columns}x{rows}");
            }
        }
    }
    assert!(drawn > 500);
}

#[test]
fn nothing_but_the_code_is_on_the_screen() {
    for (columns, rows) in SIZES {
        let (buffer, _) = render(&mut locked(|_, _| ()), columns, rows);
        let is_block = |character: char| character.is_whitespace() || "█▀▄".contains(character);
        let words: Vec<_> = lines(&buffer)
            .into_iter()
            .filter(|line| !line.chars().all(is_block))
            .map(|line| line.trim().to_owned())
            .collect();
        assert_eq!(words, ["Weekend Volunteers", "Scan to join the volunteers"]);
    }
}

#[test]
fn a_small_window_stays_locked_and_says_what_is_missing() {
    for ((columns, rows), words) in [
        ((80, 20), "the code needs 1 more row"),
        ((30, 40), "the code needs 7 more columns"),
    ] {
        let (buffer, _) = render(&mut locked(|_, _| ()), columns, rows);
        let shown = lines(&buffer).join("\n");
        assert!(shown.contains(words), "{shown}");
        assert!(shown.contains("One moment, please"), "{shown}");
        assert!(
            !shown.contains("groupdesk") && !shown.contains("quit"),
            "{shown}"
        );
    }
    for (columns, rows) in [(0, 0), (1, 1), (250, 1), (1, 80), (9, 2)] {
        for (_, scene) in SCENES {
            let _ = render(&mut scene(), columns, rows);
        }
    }
}

#[test]
fn no_cell_of_the_locked_screen_is_a_target() {
    let state = locked(|state, _| state.size = (120, 40));
    for row in 0..40 {
        for column in 0..120 {
            assert_eq!(hit(&state, column, row), Target::Nothing);
        }
    }
}

#[test]
fn the_dark_screen_is_empty() {
    let mut state = locked(|state, _| state.options.counter.dark_after = 1_000);
    // A light theme must not light it up.
    state.options.theme = state.options.theme.with_name(ThemeName::Light);
    state.now = NOW + 999;
    let (buffer, _) = render(&mut state, 80, 24);
    assert!(!text(&buffer, None).trim().is_empty());
    state.now = NOW + 1_000;
    let (buffer, _) = render(&mut state, 80, 24);
    assert_eq!(text(&buffer, None).trim(), "");
    assert!(buffer.content.iter().all(|cell| cell.bg == Color::Reset));
}
