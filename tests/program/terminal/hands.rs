//! Other kinds of input: the mouse, a paste, configured keys.

use super::{BINARY, DEMO, demo};
use crate::support::pty::Pty;
use vt100::Screen;

/// The first position of a text in the mouse coordinates of a terminal: column and row from 1.
fn find(screen: &Screen, text: &str) -> (usize, usize) {
    let (_, columns) = screen.size();
    let rows: Vec<String> = screen.rows(0, columns.get()).collect();
    let at = rows.iter().enumerate().find_map(|(row, line)| {
        let at = line.find(text)?;
        Some((line[..at].chars().count() + 1, row + 1))
    });
    at.unwrap_or_else(|| panic!("{text:?} is not on the screen\n{}", screen.contents()))
}

/// A mouse click on a text.
fn press(pty: &mut Pty, button: u8, text: &str) {
    pty.wait_for(text);
    let (column, row) = find(pty.screen(), text);
    pty.send(&format!(
        "\x1b[<{button};{column};{row}M\x1b[<{button};{column};{row}m"
    ));
}

fn click(pty: &mut Pty, text: &str) {
    press(pty, 0, text);
}

#[test]
fn the_mouse_selects_scrolls_and_presses() {
    let mut pty = demo(120, 40);
    click(&mut pty, "Sales");
    pty.wait_for("Groups · Sales · 18");
    click(&mut pty, "Support line");
    pty.wait_for("Groups · Support line · 46");
    pty.wait_for("Allotment");
    // The wheel, over any row of the list.
    for _ in 0..10 {
        press(&mut pty, 65, "member ");
    }
    // The last row: the list does not scroll further, so rows keep their positions from here on.
    pty.wait_for("]0;owned[2J");
    click(&mut pty, "Weekend Volun");
    pty.wait_for("─ Weekend Volunteers · through ");
    click(&mut pty, "R reset");
    pty.wait_for("[ Cancel ]");
    click(&mut pty, "[ Cancel ]");
    pty.wait_gone("[ Cancel ]");
    click(&mut pty, "? help");
    pty.wait_for("─ Help");
}

#[test]
fn with_the_mouse_disabled_the_terminal_keeps_it() {
    let arguments: Vec<_> = DEMO.into_iter().chain(["--no-mouse"]).collect();
    let mut pty = Pty::spawn(80, 24, BINARY, &arguments, &[]);
    pty.wait_for("3 of 5 connected");
    let mode = pty.screen().mouse_protocol_mode();
    assert_eq!(mode, vt100::MouseProtocolMode::None);
}

#[test]
fn a_paste_with_control_characters_is_only_text() {
    let mut pty = demo(80, 24);
    pty.send("/");
    pty.wait_for("to find a group");
    let rubbish = format!(
        "q\x1b]0;owned\x07\r\nR\x1b[2J\u{202e}x{}",
        "long ".repeat(20_000)
    );
    pty.send(&format!("\x1b[200~{rubbish}\x1b[201~"));
    pty.wait_for("Nothing matches");
    pty.wait_for("0 of 65");
    // Back to the list, and into a form, where line breaks are kept but no character acts.
    pty.send("\x1b");
    pty.wait_for("Beta Testers");
    pty.send("weekvol");
    pty.wait_for("1 of 65");
    pty.send("\r\r");
    pty.wait_for("Members");
    pty.send("e");
    pty.wait_for("Subject");
    pty.send("\x1b[200~ one\r\ntwo\x1b[2J\u{202e}three\x1b[201~");
    pty.wait_for("Weekend Volunteers one two");
    pty.wait_for("Save 1 change");
    let raw = String::from_utf8_lossy(pty.raw()).into_owned();
    for escape in ["\x1b]0;owned", "\u{202e}"] {
        assert!(!raw.contains(escape), "{escape:?} reached the terminal");
    }
}

#[test]
fn configured_keys_replace_the_defaults() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("config.toml");
    std::fs::write(&file, "[keys]\nquit = [\"X\"]\nhelp = [\"B\"]\n").expect("a file");
    let file = file.to_str().expect("UTF-8");
    let arguments: Vec<_> = DEMO.into_iter().chain(["--config", file]).collect();
    let mut pty = Pty::spawn(80, 24, BINARY, &arguments, &[]);
    pty.wait_for("3 of 5 connected");
    pty.wait_for("B help  X quit");
    pty.send("q?");
    pty.wait_for("B shows the keys");
    pty.send("B");
    pty.wait_for("─ Help");
    pty.send("\x1b");
    pty.wait_gone("─ Help");
    pty.send("X");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn an_unmarked_paste_triggers_no_action_and_stopping_asks_first() {
    let mut pty = demo(80, 24);
    pty.wait_for("3 of 5 connected");
    pty.send("j");
    pty.wait_for("connected   Support line");
    pty.send("xtL\t\rquit\r");
    pty.wait_for("Pasted text was ignored");
    pty.wait_gone("Pasted text was ignored");
    pty.send("x");
    pty.wait_for("Stop?");
    pty.wait_for("groups go dark");
    pty.send("\r");
    pty.wait_gone("Stop?");
    pty.wait_for("3 of 5 connected");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}
