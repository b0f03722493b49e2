use super::*;
use crate::console::keymap::{self, BINDINGS};
use crate::console::theme::ColorDepth;
use std::collections::BTreeMap;

/// Finds nothing wrong with any keys.
const ANY_KEY: KeyCheck<'static> = &|_, _| Ok(());

/// Loads a file of this text with these variables.
fn load_text(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    load_checked(text, environment, ANY_KEY)
}

fn load_checked(
    text: &str,
    environment: &[(&str, &str)],
    check: KeyCheck<'_>,
) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    std::fs::write(&file, text).unwrap();
    let overrides = Overrides {
        file: Some(file),
        ..Overrides::default()
    };
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    load(&overrides, &environment, check)
        .map_err(|error| ConfigError(error.0.replace(&format!("{}/", dir.path().display()), "")))
}

#[test]
fn the_example_holds_every_setting_with_its_default() {
    let example = include_str!("../../config.example.toml");
    let defaults = load_text("", &[]).unwrap();
    assert_eq!(load_text(example, &[]).unwrap(), defaults);

    for (section, key, _) in SETTINGS {
        let body = example
            .split(&format!("[{section}]"))
            .nth(1)
            .unwrap_or_else(|| panic!("[{section}] is missing"));
        let body = body.split("\n[").next().unwrap();
        let line = |line: &str| {
            line.trim_start_matches('#')
                .starts_with(&format!("{key} = "))
        };
        assert!(body.lines().any(line), "{section}.{key} is missing");
    }
    let everything: String = example
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if setting.starts_with(|c: char| c.is_ascii_lowercase()) => {
                format!("{setting}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let key = [("GROUPDESK_KEY", "wa_x")];
    let config = load_checked(&everything, &key, &keymap::check_binding).unwrap();
    assert_eq!(config.gateway.unwrap().url, "https://gateway.example.com");
    assert_eq!(config.whatsapp.url.unwrap(), "ws://127.0.0.1:9000/ws/chat");
    assert_eq!(config.whatsapp.version, Some((2, 3000, 1_042_742_319)));
    let keys: BTreeMap<_, _> = config
        .keys
        .iter()
        .map(|setting| (setting.action.as_str(), setting.keys.clone()))
        .collect();
    let defaults: BTreeMap<_, _> = BINDINGS
        .iter()
        .map(|binding| {
            let keys: Vec<_> = binding.keys.iter().map(|key| (*key).to_owned()).collect();
            (binding.name, keys)
        })
        .collect();
    assert_eq!(keys, defaults);
}

#[test]
fn mistakes_in_the_file_name_their_line() {
    for (text, expected) in [
        (
            "[ui]\nmous = true",
            "config.toml:2: unknown key `mous` in [ui]; allowed are mouse, colors, clipboard",
        ),
        (
            "\n[uo]",
            "config.toml:2: unknown section `uo`; allowed are gateway, ui, data, log, whatsapp, keys",
        ),
        ("ui = 1", "config.toml:1: `ui` must be a section: [ui]"),
        (
            "[ui]\n\nmouse = \"yes\"",
            "config.toml:3: `ui.mouse` must be true or false",
        ),
        (
            "[ui]\ncolors = \"many\"",
            "config.toml:2: `ui.colors` must be one of auto, truecolor, 256, 16, none",
        ),
        (
            "[gateway]\nsessions = [1]",
            "config.toml:2: `gateway.sessions` must be a list of texts, such as [\"a\", \"b\"]",
        ),
        (
            "[keys]\nreset = 1",
            "config.toml:2: `keys.reset` must be a key or a list of keys, such as [\"R\"]",
        ),
        (
            "[gateway]\nurl = \"http://example.com\"",
            "config.toml:2: `http://example.com` is not encrypted, so everybody on the way could read the key: use https, or set allow_insecure",
        ),
        (
            "[whatsapp]\nurl = \"https://example.com\"",
            "config.toml:2: this must be a WebSocket address: wss://..., or ws://... for tests",
        ),
        (
            "[whatsapp]\n\nversion = \"2.3000\"",
            "config.toml:3: this must be three numbers with dots between them, such as 2.3000.1042742319",
        ),
        (
            "[gateway]\nurl = \"https://example.com\"",
            "config.toml:2: this gateway needs an api-key: set gateway.key_file, or GROUPDESK_KEY",
        ),
    ] {
        assert_eq!(load_text(text, &[]).unwrap_err().0, expected);
    }
    let error = load_text("[ui]\nmouse = true\nmouse = ", &[]).unwrap_err();
    assert!(error.0.starts_with("config.toml:3: "), "{error}");
}

#[test]
fn keys_are_checked_by_their_table() {
    let check = |action: &str, keys: &[String]| match action {
        "reset" => Ok(()),
        _ => Err(format!("no action `{action}` for {keys:?}")),
    };
    let config = load_checked("[keys]\nreset = \"ctrl-r\"", &[], &check).unwrap();
    assert_eq!(
        config.keys,
        [KeySetting {
            action: "reset".to_owned(),
            keys: vec!["ctrl-r".to_owned()]
        }]
    );
    assert_eq!(
        load_checked("[keys]\n\nexplode = [\"x\"]", &[], &check)
            .unwrap_err()
            .0,
        "config.toml:3: `keys.explode`: no action `explode` for [\"x\"]"
    );
}

#[test]
fn the_environment_wins_over_the_file_and_names_its_mistakes() {
    let config = load_text(
        "[ui]\nmouse = true\ncolors = 256",
        &[("GROUPDESK_UI_MOUSE", "false"), ("PATH", "/bin")],
    )
    .unwrap();
    assert!(!config.mouse);
    assert_eq!(config.colors, ColorChoice::Fixed(ColorDepth::Ansi256));

    assert_eq!(
        load_text("", &[("GROUPDESK_UI_MOUSE", "off")])
            .unwrap_err()
            .0,
        "GROUPDESK_UI_MOUSE must be true or false"
    );
    let error = load_text("", &[("GROUPDESK_MOUSE", "1")]).unwrap_err();
    assert!(
        error
            .0
            .starts_with("unknown variable GROUPDESK_MOUSE; allowed are ")
            && error.0.contains("GROUPDESK_UI_MOUSE"),
        "{error}"
    );
}

#[test]
fn flags_win_over_everything() {
    let overrides = Overrides {
        gateway: Some("https://flag.example".to_owned()),
        data_dir: Some(PathBuf::from("elsewhere")),
        no_mouse: true,
        colors: Some(ColorChoice::Fixed(ColorDepth::None)),
        file: None,
    };
    let environment = [
        ("GROUPDESK_GATEWAY_URL", "https://variable.example"),
        ("GROUPDESK_KEY", "wa_secret"),
        ("GROUPDESK_UI_COLORS", "16"),
        ("GROUPDESK_GATEWAY_SESSIONS", "a, b,"),
        ("GROUPDESK_UI_MOUSE", "1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = load(&overrides, &environment, ANY_KEY).unwrap();
    assert!(!config.mouse);
    assert_eq!(config.colors, ColorChoice::Fixed(ColorDepth::None));
    assert_eq!(config.data_dir, PathBuf::from("elsewhere"));
    assert_eq!(config.log_file, PathBuf::from("elsewhere/groupdesk.log"));
    assert!(!format!("{config:?}").contains("wa_secret"));
    let gateway = config.gateway.unwrap();
    assert_eq!(gateway.url, "https://flag.example");
    assert_eq!(gateway.sessions, ["a", "b"]);
    assert_eq!(gateway.key, Secret::new("wa_secret"));
}

#[test]
fn a_named_file_must_exist() {
    let overrides = Overrides {
        file: Some(PathBuf::from("no-such-directory/config.toml")),
        ..Overrides::default()
    };
    let error = load(&overrides, &[], ANY_KEY).unwrap_err();
    assert!(
        error
            .0
            .starts_with("cannot read no-such-directory/config.toml")
    );
}

#[cfg(unix)]
#[test]
fn key_files_are_for_one_pair_of_eyes() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("key");
    let text = format!(
        "[gateway]\nurl = \"https://example.com\"\nkey_file = \"{}\"",
        file.display()
    );
    std::fs::write(&file, "wa_secret\n").unwrap();
    let mode = |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode));
    mode(0o644).unwrap();
    let error = load_text(&text, &[]).unwrap_err();
    assert!(
        error.0.starts_with("config.toml:3: others can read") && error.0.contains("chmod 600"),
        "{error}"
    );
    mode(0o600).unwrap();
    let gateway = load_text(&text, &[]).unwrap().gateway.unwrap();
    assert_eq!(gateway.key, Secret::new("wa_secret"));
    std::fs::write(&file, "wa_secret and more\n").unwrap();
    let error = load_text(&text, &[]).unwrap_err();
    assert!(!error.0.contains("wa_secret"), "{error}");
}
