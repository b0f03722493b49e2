//! Favourites, the groups used last, notes.

use super::*;
use crate::console::notebook::Note;
use crate::console::state::{Pane, Part};

/// Answers the first read of the notebook.
fn read(desk: &mut Harness, notebook: Notebook) {
    let (id, change) = desk.noted.remove(0);
    assert_eq!(change, None);
    desk.send(Msg::Reply(id, Reply::Notebook(Ok(notebook))));
}

fn favourites(groups: &[&str]) -> Notebook {
    Notebook {
        favourites: groups.iter().map(|group| format!("{group}@g.us")).collect(),
        ..Notebook::default()
    }
}

#[test]
fn an_empty_filter_lists_favourites_and_the_last_used_first() {
    let mut desk = Harness::ready(WIDE);
    read(&mut desk, favourites(&["4"]));
    desk.press("Down");
    desk.press("Enter");
    assert_eq!(desk.selected(), "Book club");
    desk.press("Esc");
    desk.press("Home");
    desk.press("/");
    assert_eq!(desk.names(), ["Darts", "Book club", "Allotment", "Choir"]);
    let parts: Vec<_> = (desk.state.groups.parts.iter())
        .map(|head| (head.before, head.part))
        .collect();
    assert_eq!(
        parts,
        [
            (0, Part::Favourites),
            (1, Part::LastUsed),
            (2, Part::Others)
        ]
    );
    assert_eq!(desk.selected(), "Darts");
    let screen = desk.screen();
    assert!(screen.contains("Favourites") && screen.contains("Last used"));
    desk.press("Esc");
    assert_eq!(desk.names(), ["Allotment", "Book club", "Choir", "Darts"]);
    assert_eq!(
        desk.selected(),
        "Allotment",
        "Esc goes back to where one was"
    );
}

#[test]
fn the_same_group_as_yesterday_costs_two_keys() {
    let mut desk = Harness::ready(WIDE);
    let yesterday = NotebookChange::Used(crate::console::notebook::RecentGroup {
        group: "3@g.us".to_owned(),
        session: "a".to_owned(),
        at: START - 86_400_000,
    });
    let mut notebook = Notebook::default();
    notebook.apply(yesterday);
    read(&mut desk, notebook);
    desk.press("/");
    desk.press("Enter");
    assert_eq!(desk.state.focus, Pane::Group);
    assert_eq!(desk.state.card.as_ref().unwrap().key, key_of("a", "3"));
    assert!(!desk.state.groups.typing);
}

#[test]
fn a_favourite_of_another_account_selects_that_account() {
    let mut desk = Harness::ready(WIDE);
    read(&mut desk, favourites(&["4"]));
    desk.press("BackTab");
    desk.press("Down");
    desk.press("/");
    desk.press("Enter");
    assert_eq!(desk.state.card.as_ref().unwrap().key, key_of("b", "4"));
    assert_eq!(desk.state.sessions.selected().unwrap().id, "b");
}

#[test]
fn the_star_is_kept_and_shown() {
    let mut desk = Harness::ready(WIDE);
    read(&mut desk, Notebook::default());
    desk.press("*");
    let favourite = |on| NotebookChange::Favourite {
        group: "1@g.us".to_owned(),
        on,
    };
    let (id, change) = desk.noted.remove(0);
    assert_eq!(change, Some(favourite(true)));
    desk.send(Msg::Reply(id, Reply::Notebook(Ok(favourites(&["1"])))));
    assert!(desk.screen().contains("*Allotment"));
    desk.press("*");
    assert_eq!(desk.noted.remove(0).1, Some(favourite(false)));
    assert!(!desk.screen().contains("*Allotment"));
}

#[test]
fn an_older_answer_does_not_undo_a_newer_change() {
    let mut desk = Harness::ready(WIDE);
    desk.press("*");
    read(&mut desk, Notebook::default());
    assert!(desk.state.groups.notebook.is_favourite("1@g.us"));
}

#[test]
fn a_note_is_written_shown_and_found() {
    let mut desk = Harness::ready(WIDE);
    read(&mut desk, Notebook::default());
    desk.press("n");
    desk.type_text("ask Tom first");
    desk.press("Tab");
    desk.type_text("#late vip");
    desk.press("Enter");
    assert!(desk.top().is_none());
    let note = Note {
        note: "ask Tom first".to_owned(),
        tags: vec!["late".to_owned(), "vip".to_owned()],
    };
    let group = "1@g.us".to_owned();
    let (id, change) = desk.noted.remove(0);
    assert_eq!(
        change,
        Some(NotebookChange::Note {
            group: group.clone(),
            note: note.clone()
        })
    );
    let mut notebook = Notebook::default();
    notebook.notes.insert(group, note);
    desk.send(Msg::Reply(id, Reply::Notebook(Ok(notebook))));
    let screen = desk.screen();
    assert!(screen.contains("Allotment #late #vip"), "{screen}");
    desk.press("/");
    desk.type_text("tom");
    assert_eq!(desk.selected(), "Allotment");
    let screen = desk.screen();
    assert!(screen.contains("ask Tom first"), "{screen}");
}

#[test]
fn a_note_with_a_link_is_refused_and_kept_in_the_field() {
    let mut desk = Harness::ready(NARROW);
    desk.press("n");
    desk.send(Msg::Paste(LINK.to_owned()));
    desk.press("Enter");
    assert!(matches!(desk.top(), Some(Layer::Note(_))));
    assert!(desk.screen().contains("invite link does not belong"));
    assert!(desk.noted.iter().all(|(_, change)| change.is_none()));
    desk.press("Esc");
    assert!(desk.top().is_none());
}

#[test]
fn an_unreadable_notebook_is_reported() {
    let mut desk = Harness::ready(WIDE);
    let (id, _) = desk.noted.remove(0);
    let error = "/home/x/demo.json: expected value at line 2 column 3".to_owned();
    desk.send(Msg::Reply(id, Reply::Notebook(Err(error))));
    assert!(desk.toast().contains("line 2"), "{}", desk.toast());
}

#[test]
fn another_gateway_has_another_notebook() {
    let mut desk = Harness::ready(WIDE);
    read(&mut desk, favourites(&["1"]));
    assert!(desk.state.groups.notebook.is_favourite("1@g.us"));
    let mut options = options();
    options.profiles = Vec::new();
    let fresh = Harness::with(options, WIDE);
    assert_eq!(fresh.noted.len(), 1, "each start reads the notebook");
}

#[test]
fn the_first_favourite_stays_selected_while_the_lists_arrive() {
    let mut desk = Harness::with(options(), NARROW);
    let rows = ["a", "b"].map(|id| session(id, SessionStatus::Working));
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows.to_vec())));
    desk.list("b", vec![group("4", "Darts"), group("5", "Euchre")]);
    desk.press("/");
    read(&mut desk, favourites(&["5", "2"]));
    assert_eq!(desk.selected(), "Euchre");
    desk.list("a", vec![group("2", "Book club"), group("1", "Allotment")]);
    assert_eq!(desk.selected(), "Book club", "the first row");
    desk.press("Down");
    assert_eq!(desk.selected(), "Euchre");
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "2@g.us", "subject": "Zebra watch"}),
    );
    desk.wait(250);
    assert_eq!(desk.selected(), "Euchre", "chosen by the user");
}
