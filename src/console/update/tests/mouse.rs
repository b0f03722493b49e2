//! Clicks and the wheel, at the positions of the layout.

use super::*;
use crate::api::SettingField;
use crate::console::layout::{Target, hit};
use crate::console::state::{FormFocus, Pane, Sort};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// Search steps: every target is at least three columns wide, which bounds the cells to search.
const SIZE: (u16, u16) = (144, 40);

/// A cell at which the layout finds the target; no target is narrower than the steps.
#[track_caller]
fn cell(desk: &Harness, wanted: impl Fn(Target) -> bool) -> (u16, u16) {
    let (columns, rows) = desk.state.size;
    let cells = (0..rows).flat_map(|row| (0..columns).step_by(4).map(move |column| (column, row)));
    cells
        .into_iter()
        .find(|(column, row)| wanted(hit(&desk.state, *column, *row)))
        .expect("nowhere on the screen")
}

fn mouse(desk: &mut Harness, kind: MouseEventKind, (column, row): (u16, u16)) {
    desk.send(Msg::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
}

#[track_caller]
fn click(desk: &mut Harness, wanted: impl Fn(Target) -> bool) {
    let cell = cell(desk, wanted);
    mouse(desk, MouseEventKind::Down(MouseButton::Left), cell);
}

#[test]
fn a_click_selects_and_a_second_one_opens() {
    let mut desk = Harness::ready(SIZE);
    click(&mut desk, |target| target == Target::GroupRow(1));
    assert_eq!(desk.selected(), "Book club");
    assert_eq!(desk.state.focus, Pane::Groups);
    click(&mut desk, |target| target == Target::GroupRow(1));
    assert_eq!(desk.state.focus, Pane::Group);
    assert!(desk.asks_for_link());
    click(&mut desk, |target| target == Target::SessionRow(2));
    assert_eq!(desk.names(), ["Darts"]);
}

#[test]
fn the_wheel_scrolls_the_pane_under_it_and_leaves_the_cursor() {
    let mut desk = Harness::ready(NARROW);
    desk.press("r");
    desk.list("b", Vec::new());
    let many = (0..100).map(|n| group(&format!("1{n:03}"), &format!("Group {n:03}")));
    desk.list("a", many.collect());
    let over = cell(&desk, |target| matches!(target, Target::GroupRow(_)));
    let selected = desk.selected().to_owned();
    mouse(&mut desk, MouseEventKind::ScrollDown, over);
    assert_eq!(desk.selected(), selected);
    let offset = desk.state.groups.offset;
    desk.wait(10);
    assert_eq!(
        desk.state.groups.offset, offset,
        "the scroll position stays"
    );
    desk.press("Up");
    desk.press("Home");
    assert_eq!(desk.state.groups.offset, 0);
}

#[test]
fn buttons_hints_fields_and_the_link_react_to_clicks() {
    let mut desk = Harness::opened(SIZE);
    click(&mut desk, |target| target == Target::Link);
    assert_eq!(desk.copied(), Some(LINK));
    click(&mut desk, |target| {
        matches!(target, Target::Hint(crate::console::keymap::Action::Edit))
    });
    assert!(matches!(desk.top(), Some(Layer::Form(_))));
    let locked = FormFocus::Field(SettingField::Locked);
    click(&mut desk, |target| target == Target::Field(locked));
    assert!(matches!(desk.top(), Some(Layer::Form(form)) if form.switches.locked));
    click(&mut desk, |target| {
        matches!(
            target,
            Target::Button(crate::console::state::ButtonId::Save)
        )
    });
    assert!(matches!(desk.change(), Call::Update { .. }));
}

#[test]
fn targets_under_a_layer_cannot_be_clicked() {
    let mut desk = Harness::opened(SIZE);
    let row = cell(&desk, |target| target == Target::SessionRow(1));
    desk.press("R");
    mouse(&mut desk, MouseEventKind::Down(MouseButton::Left), row);
    assert_eq!(desk.state.focus, Pane::Group);
}

#[test]
fn with_the_mouse_disabled_events_are_ignored() {
    let mut desk = Harness::ready(SIZE);
    let row = cell(&desk, |target| target == Target::GroupRow(1));
    desk.state.options.mouse = false;
    mouse(&mut desk, MouseEventKind::Down(MouseButton::Left), row);
    assert_eq!(desk.selected(), "Allotment");
}

#[test]
fn a_row_can_be_clicked_while_the_filter_is_typed() {
    let mut desk = Harness::ready(SIZE);
    desk.press("/");
    desk.type_text("o");
    click(&mut desk, |target| target == Target::GroupRow(1));
    let selected = desk.selected().to_owned();
    assert!(desk.state.groups.typing);
    assert_eq!(desk.state.groups.cursor, 1);
    click(&mut desk, |target| matches!(target, Target::GroupHead(_)));
    click(&mut desk, |target| target == Target::Pane(Pane::Groups));
    desk.type_text("x");
    assert_eq!(desk.state.groups.filter, "ox");
    assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
    desk.press("Backspace");
    desk.press("Down");
    assert_eq!(desk.selected(), selected);
    click(&mut desk, |target| target == Target::GroupRow(1));
    assert_eq!(desk.state.focus, Pane::Group, "a second click opens");
    assert!(!desk.state.groups.typing);
}

#[test]
fn a_click_on_a_heading_sorts_and_a_second_one_reverses() {
    let mut desk = Harness::ready(SIZE);
    click(&mut desk, |target| {
        target == Target::GroupHead(Sort::Members)
    });
    assert_eq!(
        (desk.state.groups.sort, desk.state.groups.reversed),
        (Sort::Members, false)
    );
    click(&mut desk, |target| target == Target::GroupHead(Sort::Name));
    click(&mut desk, |target| target == Target::GroupHead(Sort::Name));
    assert_eq!(desk.names(), ["Darts", "Choir", "Book club", "Allotment"]);
    click(&mut desk, |target| target == Target::GroupHead(Sort::Name));
    assert_eq!(desk.names()[0], "Allotment");
}
