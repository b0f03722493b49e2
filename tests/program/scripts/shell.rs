//! Completions, the manual, and help.

use super::run;
use std::process::Command;

#[test]
fn every_shell_completes_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell]).ok();
        for word in ["invite", "groups", "--filter", "reset"] {
            let plain = word.trim_start_matches('-');
            assert!(script.contains(plain), "{shell} does not know {word}");
        }
    }
}

/// Every command with its words, from the clap definition.
fn commands(of: &clap::Command, words: &[String], found: &mut Vec<(Vec<String>, clap::Command)>) {
    found.push((words.to_vec(), of.clone()));
    for command in of.get_subcommands().filter(|one| one.get_name() != "help") {
        let words = [words, &[command.get_name().to_owned()]].concat();
        commands(command, &words, found);
    }
}

fn all_commands() -> Vec<(Vec<String>, clap::Command)> {
    use clap::CommandFactory as _;
    let mut found = Vec::new();
    let root = groupdesk::cli::Cli::command();
    commands(&root, &["groupdesk".to_owned()], &mut found);
    assert!(found.len() > 15, "{}", found.len());
    found
}

#[test]
fn every_command_and_every_flag_is_completed_and_in_the_manual() {
    let directory = tempfile::tempdir().expect("a directory");
    let out = directory.path().join("man1");
    run(&["man", "--out", out.to_str().expect("UTF-8")]).ok();
    let shells = ["bash", "zsh", "fish", "powershell", "elvish"];
    let scripts = shells.map(|shell| (shell, run(&["completions", shell]).ok()));
    for (words, command) in all_commands() {
        let page = out.join(format!("{}.1", words.join("-")));
        let page =
            std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{words:?}: {error}"));
        // Hyphens are escaped in the manual.
        let page = page.replace("\\-", "-");
        for flag in command.get_arguments().filter(|flag| !flag.is_hide_set()) {
            let Some(long) = flag.get_long() else {
                continue;
            };
            assert!(page.contains(&format!("--{long}")), "{words:?} --{long}");
            for (shell, script) in &scripts {
                assert!(script.contains(long), "{shell}: {words:?} --{long}");
            }
        }
        let name = words.last().expect("a name");
        for (shell, script) in &scripts {
            assert!(script.contains(name.as_str()), "{shell}: {words:?}");
        }
    }
}

#[test]
fn bash_accepts_its_completions() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("groupdesk");
    std::fs::write(&file, run(&["completions", "bash"]).ok()).expect("a file");
    let script = format!(
        "source '{}'; COMP_WORDS=(groupdesk invite r); COMP_CWORD=2; _groupdesk groupdesk r invite; echo \"${{COMPREPLY[@]}}\"",
        file.display()
    );
    let output = Command::new("bash").args(["-c", &script]).output();
    let output = output.expect("bash runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "reset");
}

#[test]
fn every_command_has_a_manual_page() {
    let directory = tempfile::tempdir().expect("a directory");
    let out = directory.path().join("man1");
    run(&["man", "--out", out.to_str().expect("UTF-8")]).ok();
    for (page, expected) in [
        ("groupdesk", "Examples:"),
        ("groupdesk-groups", "filter"),
        ("groupdesk-group-set", "announce"),
        ("groupdesk-invite-qr", "png"),
        ("groupdesk-audit", "csv"),
        ("groupdesk-demo", "headless"),
    ] {
        let file = out.join(format!("{page}.1"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.starts_with(".ie") || text.starts_with(".TH"), "{page}");
        assert!(text.contains(expected), "{page}: {text}");
    }
    let taken = directory.path().join("file");
    std::fs::write(&taken, "").expect("a file");
    let ran = run(&["man", "--out", taken.to_str().expect("UTF-8")]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("cannot write the manual"), "{}", ran.err);
}

#[test]
fn help_shows_examples_for_every_command() {
    for command in [
        &["sessions"][..],
        &["groups"],
        &["group"],
        &["group", "set"],
        &["invite"],
        &["invite", "reset"],
        &["invite", "qr"],
        &["audit"],
        &["completions"],
        &["man"],
    ] {
        let help = run(&[command, &["--help"]].concat()).ok();
        assert!(help.contains("Examples:"), "{command:?}\n{help}");
        let examples = help.lines().skip_while(|line| *line != "Examples:");
        assert!(
            examples.clone().all(|line| line.chars().count() <= 100),
            "{help}"
        );
    }
    let help = run(&["--help"]).ok();
    for command in [
        "sessions",
        "groups",
        "invite",
        "audit",
        "completions",
        "man",
    ] {
        assert!(help.contains(&format!("  {command} ")), "{command}\n{help}");
    }
}
