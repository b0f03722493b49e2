//! What is left of a session's budget, and the restriction of its account.

use super::fixture::{HOUR, LINK, MINUTE, NOW, SUPPORT, desk};
use super::{render, text};
use crate::api::{BudgetWindow, Session, SessionBudget};
use crate::console::ids::GroupKey;
use crate::console::state::{ButtonId, Layer, Pane, ResetDialog, ResetPhase, State};

fn session(state: &mut State) -> &mut Session {
    let mut rows = state.sessions.rows.iter_mut();
    rows.find(|row| row.id == SUPPORT).unwrap()
}

fn screen(state: &mut State) -> String {
    let (buffer, cursor) = render(state, 200, 60);
    text(&buffer, cursor)
}

#[test]
fn the_reset_dialog_says_what_is_left_once_half_is_used() {
    for (left, words) in [
        (11, None),
        (10, Some("10 of 20 resets left this hour.")),
        (0, Some("0 of 20 resets left this hour, the next at 12:14.")),
    ] {
        let mut state = desk();
        session(&mut state).budget = Some(SessionBudget {
            reset: vec![BudgetWindow {
                window_seconds: 3600,
                limit: 20,
                left,
                resets_at: Some(NOW + 10 * MINUTE),
            }],
            ..SessionBudget::default()
        });
        state.layers.push(Layer::Reset(ResetDialog {
            key: GroupKey {
                session: SUPPORT.to_owned(),
                jid: "1@g.us".to_owned(),
            },
            name: "Weekend Volunteers".to_owned(),
            old: Some(LINK.to_owned()),
            focus: ButtonId::Cancel,
            phase: ResetPhase::Asking,
        }));
        let drawn = screen(&mut state);
        match words {
            Some(words) => assert!(drawn.contains(words), "{drawn}"),
            None => assert!(!drawn.contains("resets left"), "{drawn}"),
        }
    }
}

#[test]
fn a_restriction_is_shown_until_it_ends() {
    let mut state = desk();
    state.focus = Pane::Sessions;
    session(&mut state).restricted_until = Some(NOW + HOUR);
    assert!(screen(&mut state).contains("restricted until 13:04"));
    state.now += 2 * HOUR;
    assert!(!screen(&mut state).contains("restricted until"));
}
