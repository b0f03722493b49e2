//! Stored rows that lag behind a change that the gateway has confirmed.

use super::public::{ONE, list, open, ready, recorded, volunteers};
use super::*;
use crate::console::view::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// The stored row of the group, with this subject and time.
fn row(subject: &str, updated_at: EpochMillis) -> Group {
    let rows: Vec<Group> = list(&recorded("groups, first three of many"));
    let found = rows
        .into_iter()
        .find(|group| group.group_jid == volunteers().jid);
    Group {
        subject: Some(subject.to_owned()),
        updated_at,
        ..found.expect("the group")
    }
}

fn before() -> Group {
    row("Volunteers", START - 60_000)
}

/// The subject "Helpers" was saved over a row of a minute ago, and the save confirmed.
fn saved() -> Harness {
    saved_at(None)
}

/// The same, answered at this time by the gateway's clock.
fn saved_at(answered_at: Option<EpochMillis>) -> Harness {
    let mut desk = ready();
    desk.realtime(RealtimeEvent::Connected);
    open(&mut desk, &volunteers());
    desk.answer(&Call::Group(volunteers()), Reply::Group(Ok(before())));
    desk.press("e");
    desk.press("Ctrl-u");
    desk.type_text("Helpers");
    desk.press("Ctrl-s");
    desk.answer_change(Reply::Updated(Ok(answered_at)));
    desk
}

fn name(desk: &Harness) -> &str {
    &desk
        .state
        .groups
        .get(&volunteers())
        .expect("the group")
        .name
}

fn screen(desk: &Harness) -> String {
    let (columns, rows) = desk.state.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| view(&desk.state, frame)).unwrap();
    terminal.backend().to_string()
}

#[test]
fn a_row_from_before_the_change_does_not_revert_it() {
    let mut desk = saved();
    assert_eq!(name(&desk), "Helpers");
    desk.answer(&Call::Group(volunteers()), Reply::Group(Ok(before())));
    assert_eq!(name(&desk), "Helpers");
    assert!(
        screen(&desk).contains("has not stored it yet: subject"),
        "{}",
        screen(&desk)
    );
}

#[test]
fn a_row_from_before_the_change_does_not_revert_its_event_either() {
    let mut desk = saved();
    let echo = json!({"groupJid": volunteers().jid, "subject": "Helpers"});
    desk.event(EventKind::GroupUpdate, ONE, echo);
    // The first of the two reads was in flight before the event.
    for _ in 0..2 {
        desk.answer(&Call::Group(volunteers()), Reply::Group(Ok(before())));
    }
    assert_eq!(
        name(&desk),
        "Helpers",
        "the event does not make the row newer"
    );
}

#[test]
fn a_row_newer_than_the_answer_counts() {
    let mut desk = saved_at(Some(START));
    let synced = row("Volunteers", START - 1_000);
    desk.answer(&Call::Group(volunteers()), Reply::Group(Ok(synced)));
    assert_eq!(
        name(&desk),
        "Helpers",
        "stored again, but read before the answer"
    );
    desk.press("r");
    let newer = row("Volunteers", START + 2_000);
    desk.answer(&Call::Group(volunteers()), Reply::Group(Ok(newer)));
    assert_eq!(name(&desk), "Volunteers", "another admin changed it back");
    assert!(!screen(&desk).contains("not stored"), "{}", screen(&desk));
}

#[test]
fn an_older_row_does_not_revert_an_event() {
    let mut desk = ready();
    desk.realtime(RealtimeEvent::Connected);
    open(&mut desk, &volunteers());
    desk.answer(&Call::Group(volunteers()), Reply::Group(Ok(before())));
    desk.event(
        EventKind::GroupUpdate,
        ONE,
        json!({"groupJid": volunteers().jid, "subject": "Renamed elsewhere"}),
    );
    desk.press("r");
    desk.answer(&Call::Group(volunteers()), Reply::Group(Ok(before())));
    assert_eq!(name(&desk), "Renamed elsewhere");
}
