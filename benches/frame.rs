//! What the desk itself does between a key and the screen: one frame, and one key through `update`.
//!
//! A frame must not depend on how many groups there are. `bare` is the least that a frame of the same
//! number of cells can cost: every cell written once, nothing looked up.
//!
//! `cargo bench --bench frame`

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use crossterm::event::{KeyCode, KeyEvent};
use groupdesk::api::{Group, Session, SessionRole, SessionStatus};
use groupdesk::client::realtime::RealtimeEvent;
use groupdesk::console::effect::{Call, Effect};
use groupdesk::console::keymap::Keymap;
use groupdesk::console::msg::{Msg, Reply};
use groupdesk::console::state::{CounterOptions, Options, State, copy_texts};
use groupdesk::console::theme::{ColorDepth, Theme};
use groupdesk::console::update::{start, update};
use groupdesk::console::view::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Style;
use std::hint::black_box;

const SIZE: (u16, u16) = (200, 60);
const NOW: i64 = 1_795_003_471_000;
const WORDS: [&str; 8] = [
    "Weekend",
    "Volunteers",
    "Jakarta",
    "متطوعون",
    "東京オフィス",
    "Parents 👨‍👩‍👧‍👦",
    "Сообщество",
    "Evening",
];

fn groups(count: usize) -> Vec<Group> {
    (0..count)
        .map(|number| Group {
            group_jid: format!("12036304{:010}@g.us", number * 7_919),
            subject: Some(format!(
                "{} {} {number}",
                WORDS[number % WORDS.len()],
                WORDS[number / WORDS.len() % WORDS.len()]
            )),
            description: Some("Meet at the north gate at 8. Bring gloves and water.".to_owned()),
            participant_count: u32::try_from(number % 1_024).ok(),
            my_role: Some(SessionRole::Admin),
            created_at_wa: Some(NOW - 60_000 * i64::try_from(number).unwrap_or(0)),
            updated_at: NOW,
            ..Group::default()
        })
        .collect()
}

/// Answers what is asked of the gateway, until nothing is.
fn answer(state: &mut State, mut effects: Vec<Effect>, groups: &[Group]) {
    let session = || Session {
        id: "01SUPPORT".to_owned(),
        label: Some("Support line".to_owned()),
        status: SessionStatus::Working,
        updated_at: NOW,
        ..Session::default()
    };
    while let Some(effect) = effects.pop() {
        let Effect::Call { id, call } = effect else {
            continue;
        };
        let reply = match call {
            Call::Sessions => Reply::Sessions(Ok(vec![session()])),
            Call::Groups { .. } => Reply::Groups(Ok(groups.to_vec())),
            Call::Members(_) => Reply::Members(Ok(Vec::new())),
            _ => continue,
        };
        effects.extend(update(state, NOW, Msg::Reply(id, reply)));
    }
}

/// A desk with so many groups, the keys in their list.
fn desk(count: usize) -> State {
    let options = Options {
        gateway_name: "bench".to_owned(),
        session_ids: Vec::new(),
        profiles: Vec::new(),
        here: 0,
        mouse: true,
        counter: CounterOptions::default(),
        copy: copy_texts(Vec::new()),
        theme: Theme::new(ColorDepth::TrueColor),
        keymap: Keymap::default(),
        zone: jiff::tz::TimeZone::UTC,
    };
    let groups = groups(count);
    let (mut state, effects) = start(options, SIZE, NOW);
    answer(&mut state, effects, &groups);
    let effects = update(&mut state, NOW, Msg::Realtime(RealtimeEvent::Connected));
    answer(&mut state, effects, &groups);
    press(&mut state, KeyCode::Tab);
    assert_eq!(state.groups.len(), count);
    state
}

fn press(state: &mut State, key: KeyCode) -> usize {
    update(state, NOW, Msg::Key(KeyEvent::from(key))).len()
}

fn screen() -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a terminal in memory")
}

fn frame(criterion: &mut Criterion) {
    let mut bench = criterion.benchmark_group("frame");
    let mut terminal = screen();
    bench.bench_function("bare", |bencher| {
        bencher.iter(|| {
            let drawn = terminal.draw(|frame| {
                let line = "x".repeat(usize::from(SIZE.0));
                for row in 0..SIZE.1 {
                    frame
                        .buffer_mut()
                        .set_string(0, row, black_box(&line), Style::default());
                }
            });
            drawn.is_ok()
        });
    });
    for count in [1_000, 100_000] {
        let mut state = desk(count);
        let mut terminal = screen();
        bench.bench_function(BenchmarkId::new("view", count), |bencher| {
            bencher.iter(|| {
                terminal
                    .draw(|frame| view(black_box(&state), frame))
                    .is_ok()
            });
        });
        bench.bench_function(BenchmarkId::new("scroll", count), |bencher| {
            bencher.iter(|| {
                press(&mut state, KeyCode::PageDown);
                if state.groups.cursor + 1 == state.groups.len() {
                    press(&mut state, KeyCode::Home);
                }
                terminal.draw(|frame| view(&state, frame)).is_ok()
            });
        });
    }
    bench.finish();
}

fn keystroke(criterion: &mut Criterion) {
    let mut bench = criterion.benchmark_group("keystroke");
    bench.sample_size(30);
    for count in [1_000, 100_000] {
        let mut state = desk(count);
        press(&mut state, KeyCode::Char('/'));
        bench.bench_function(BenchmarkId::new("filter", count), |bencher| {
            // One letter more, one letter less: two keystrokes.
            bencher.iter(|| {
                let typed = press(&mut state, KeyCode::Char('v'));
                typed + press(&mut state, KeyCode::Backspace)
            });
        });
        for letter in "vo".chars() {
            press(&mut state, KeyCode::Char(letter));
        }
        bench.bench_function(BenchmarkId::new("narrow", count), |bencher| {
            bencher.iter(|| {
                let typed = press(&mut state, KeyCode::Char('l'));
                typed + press(&mut state, KeyCode::Backspace)
            });
        });
    }
    bench.finish();
}

criterion_group!(benches, frame, keystroke);
criterion_main!(benches);
