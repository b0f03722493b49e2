//! The list of groups: width of names, the session column, clickable headings.

use super::fixture::{SUPPORT, desk, fill, key};
use super::render;
use super::scenes::scene;
use super::sizes::{lines, targets};
use crate::api::Group;
use crate::console::layout::{Target, group_columns, groups_parts, screen};
use crate::console::state::{Entry, Pane, Sort, State};
use crate::console::theme::{ColorDepth, Theme};
use ratatui::style::Style;

fn named(jid: &str, subject: &str) -> Group {
    Group {
        group_jid: format!("{jid}@g.us"),
        subject: Some(subject.to_owned()),
        ..Group::default()
    }
}

/// Columns of the names and of the sessions in a state's list.
fn columns(state: &State) -> (u16, u16) {
    let area = screen(state).unwrap().groups.unwrap();
    let columns = group_columns(state, groups_parts(state, area).rows);
    (columns.name.width, columns.session.width)
}

/// The screen at a size, as lines.
fn shown(state: &mut State, (columns, rows): (u16, u16)) -> Vec<String> {
    lines(&render(state, columns, rows).0)
}

#[test]
fn names_have_enough_columns_beside_the_card() {
    for size in [(120, 40), (130, 30), (144, 40), (160, 50), (200, 60)] {
        let mut state = desk();
        state.size = size;
        assert!(screen(&state).unwrap().card.is_some(), "{size:?}");
        assert!(columns(&state).0 >= 40, "{size:?}: {:?}", columns(&state));
        state.focus = Pane::Group;
        assert!(columns(&state).0 >= 40, "{size:?}");
    }
    let mut state = desk();
    state.size = (80, 24);
    assert!(columns(&state).0 >= 40);
}

#[test]
fn the_scope_all_sessions_shows_the_session_of_every_group() {
    for (size, least) in [
        ((80, 24), 12),
        ((100, 30), 8),
        ((120, 40), 12),
        ((144, 40), 12),
        ((200, 60), 12),
    ] {
        let mut state = scene("all-sessions");
        state.size = size;
        let (name, session) = columns(&state);
        assert!(
            session >= least && name >= 26,
            "{size:?}: {name} and {session}"
        );
    }
    let mut state = desk();
    state.size = (120, 40);
    assert_eq!(
        columns(&state).1,
        0,
        "one session's list needs no such column"
    );
}

#[test]
fn groups_of_equal_names_are_distinguishable() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut state = scene("all-sessions");
        let other = Entry::new("01SALES", named("1", "Parents 7b"));
        fill(&mut state, vec![named("1", "Parents 7b")]);
        state.groups.entries.push(other);
        state.groups.rows.push(1);
        state.groups.cursor = 0;
        let rows: Vec<String> = (shown(&mut state, size).into_iter())
            .filter(|line| line.contains("Parents 7b"))
            .collect();
        assert!(rows[0].contains("Support line"), "{size:?}: {rows:?}");
        assert!(rows[1].contains("Sales"), "{size:?}: {rows:?}");
    }
}

#[test]
fn names_that_differ_at_their_ends_are_distinguishable() {
    let mut state = desk();
    let long = "Weekend Volunteers of the Northern Riverside Districts";
    let names = ["North", "South"].map(|end| format!("{long} {end}"));
    fill(
        &mut state,
        vec![named("1", &names[0]), named("2", &names[1])],
    );
    for size in [(80, 24), (120, 40)] {
        let text = shown(&mut state, size).join("\n");
        for end in ["cts North", "cts South"] {
            assert!(text.contains(end), "{end} at {size:?}:\n{text}");
        }
    }
}

#[test]
fn matched_letters_are_marked_on_both_sides_of_a_cut() {
    let mut state = desk();
    state.options.theme = Theme::new(ColorDepth::TrueColor);
    let matched = state.options.theme.matched;
    let name = "Weekend Volunteers of the Northern Riverside Districts South";
    fill(&mut state, vec![named("1", name)]);
    let mut marked = |filter: &str| {
        filter.clone_into(&mut state.groups.filter);
        let (buffer, _) = render(&mut state, 80, 24);
        let row = lines(&buffer)
            .iter()
            .position(|line| line.contains("Districts South"));
        let y = u16::try_from(row.unwrap()).unwrap();
        let has = |style: Style| style.patch(matched) == style;
        (0..80)
            .map(|x| &buffer[(x, y)])
            .filter(|cell| has(cell.style()))
            .map(ratatui::buffer::Cell::symbol)
            .collect::<String>()
    };
    assert_eq!(marked("week"), "Week");
    assert_eq!(marked("south"), "South");
    // The visible part of the name, and the mark of the cut.
    assert_eq!(marked("northern"), "No…");
}

#[test]
fn card_form_and_reset_name_the_account() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        for name in ["card", "edit", "reset", "reset-done"] {
            let text = shown(&mut scene(name), size).join("\n");
            assert!(text.contains("through Support line"), "{name}:\n{text}");
        }
    }
    let mut state = desk();
    state.card = Some(super::fixture::card(&key("long")));
    state.sessions.rows[0].label = Some("The support line of the second floor".to_owned());
    let text = shown(&mut state, (120, 40)).join("\n");
    assert!(text.contains("─ The very l"), "{text}");
    assert!(text.contains("through The suppo"), "{text}");
}

#[test]
fn headings_can_be_clicked_and_show_the_order() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut state = desk();
        let (buffer, _) = render(&mut state, size.0, size.1);
        let members = if size.0 == 120 { "Size" } else { "Members" };
        for (head, sort) in [
            ("Name ▴", Sort::Name),
            (members, Sort::Members),
            ("Role", Sort::Role),
            ("Age", Sort::Age),
        ] {
            for target in targets(&state, &buffer, head) {
                assert_eq!(target, Target::GroupHead(sort), "{head} at {size:?}");
            }
        }
        for (sort, reversed, head) in [
            (Sort::Name, true, "Name ▾"),
            (Sort::Age, false, "Age ▴"),
            (Sort::Age, true, "Age ▾"),
            (Sort::Role, false, "Role ▾"),
            (Sort::Changed, true, "longest unchanged first"),
        ] {
            state.groups.sort = sort;
            state.groups.reversed = reversed;
            let text = shown(&mut state, size).join("\n");
            assert!(text.contains(head), "{head} at {size:?}:\n{text}");
        }
    }
    assert_eq!(SUPPORT, desk().sessions.rows[0].id);
}

#[test]
fn an_empty_result_names_what_hides_matches() {
    let mut state = scene("filter-without-match");
    state.groups.hidden = 1;
    for size in [(80, 24), (120, 40), (200, 60)] {
        let text = shown(&mut state, size).join(" ");
        let words = "1 hidden by “can invite” (i shows all)";
        let found = words.split(' ').all(|word| text.contains(word));
        assert!(found, "{words} at {size:?}:\n{text}");
    }
}

#[test]
fn a_selected_filter_is_drawn_as_selected() {
    let mut state = scene("filter");
    state.groups.selected_text = true;
    let (buffer, _) = render(&mut state, 80, 24);
    let row = lines(&buffer)
        .iter()
        .position(|line| line.contains("/ vol"));
    let y = u16::try_from(row.unwrap()).unwrap();
    let selected = state.options.theme.selected;
    let cell = (0..80)
        .map(|x| &buffer[(x, y)])
        .find(|cell| cell.symbol() == "v");
    let style = cell.unwrap().style();
    assert_eq!(style.patch(selected), style);
}
