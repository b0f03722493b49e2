use super::keys::KeyCheck;
use super::load::FILE_MAX;
use super::table::{self, settings};
use super::*;

mod profiles;

use crate::console::keymap::{self, BINDINGS};
use crate::console::theme::{ColorChoice, ColorDepth, OwnColors, ThemeName};
use crate::gateway::auth::login::KeySource;
use ratatui::style::Color;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// Accepts any key bindings.
const ANY_KEY: KeyCheck<'static> = &|_, _| Ok(());

/// Loads a file with this text and these environment variables.
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
        .map(|(name, value)| (OsString::from(name), OsString::from(value)))
        .collect();
    load(&overrides, &environment, check)
        .map_err(|error| ConfigError(error.0.replace(&format!("{}/", dir.path().display()), "")))
}

#[test]
fn the_example_contains_every_setting_with_its_default() {
    let example = include_str!("../../config.example.toml");
    let defaults = load_text("", &[]).unwrap();
    assert_eq!(load_text(example, &[]).unwrap(), defaults);

    for (section, key, _) in settings() {
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
    let profiles = example.split("#[profiles.").skip(1).collect::<String>();
    for (key, _) in table::PROFILE {
        assert!(
            profiles.contains(&format!("\n#{key} = ")),
            "{key} of a profile is missing"
        );
    }
    let everything: String = example
        .lines()
        // The alternative to jwks_url.
        .filter(|line| !line.starts_with("#jwks_file"))
        .map(|line| match line.strip_prefix('#') {
            Some(setting)
                if setting.starts_with(|c: char| c.is_ascii_lowercase())
                    || setting.starts_with("[profiles.")
                    || setting == "[[copy]]" =>
            {
                format!("{setting}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let config = load_checked(&everything, &[], &keymap::check_binding).unwrap();
    let sources: BTreeMap<_, _> = config
        .profiles
        .iter()
        .map(|profile| (profile.name.as_str(), &profile.token))
        .collect();
    assert_eq!(sources.len(), 4);
    assert_eq!(sources["guest"], &TokenFrom::Prompt);
    assert_eq!(
        sources["ci"],
        &TokenFrom::Variable("GATEWAY_TOKEN".to_owned())
    );
    assert_eq!(config.profile, None);
    assert_eq!(config.whatsapp.url.unwrap(), "ws://127.0.0.1:9000/ws/chat");
    assert!(config.serve.tls.unwrap().key.ends_with("key.pem"));
    assert_eq!(config.whatsapp.version, Some((2, 3000, 1_042_742_319)));
    let names: Vec<_> = config.copy.iter().map(|text| text.name.as_str()).collect();
    assert_eq!(names, ["Français", "Español", "Deutsch"]);
    assert_eq!(config.login.unwrap().audience.unwrap(), "groupdesk");
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
fn own_colours_are_read_from_the_file_and_the_environment() {
    let config = load_text(
        "[ui]\ntheme = \"high-contrast\"\n[theme]\naccent = \"#5fafff\"\ndim = 247\nbad = \"red\"",
        &[("GROUPDESK_THEME_GOOD", "bright-green")],
    )
    .unwrap();
    assert_eq!(config.theme, ThemeName::HighContrast);
    let own = OwnColors {
        accent: Some(Color::Rgb(0x5f, 0xaf, 0xff)),
        dim: Some(Color::Indexed(247)),
        bad: Some(Color::Red),
        good: Some(Color::LightGreen),
        ..OwnColors::default()
    };
    assert_eq!(config.own_colors, own);
}

#[test]
fn errors_in_the_file_name_their_line() {
    for (text, expected) in [
        (
            "[ui]\nmous = true",
            "config.toml:2: unknown key `mous` in [ui]; allowed are mouse, theme, colors, background, clipboard, counter_text, counter_dark_after, flood_joins",
        ),
        (
            "\n[uo]",
            "config.toml:2: unknown section `uo`; allowed are ui, data, log, whatsapp, theme, serve, limits, login, profiles, copy, keys",
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
            "[ui]\ntheme = \"pink\"",
            "config.toml:2: `ui.theme` must be one of auto, dark, light, high-contrast, terminal",
        ),
        (
            "[theme]\n\nacent = \"red\"",
            "config.toml:3: unknown key `acent` in [theme]; allowed are text, background, accent, good, warn, bad, dim",
        ),
        (
            "[theme]\nbad = \"red\"\naccent = \"#5faff\"",
            "config.toml:3: `theme.accent` must be a colour: \"#rrggbb\", a number from 0 to 255, or one of black, red, green, yellow, blue, magenta, cyan, white, bright-black, bright-red, bright-green, bright-yellow, bright-blue, bright-magenta, bright-cyan, bright-white",
        ),
        (
            "[keys]\nreset = 1",
            "config.toml:2: `keys.reset` must be a key or a list of keys, such as [\"R\"]",
        ),
        (
            "copy = 1",
            "config.toml:1: `copy` must be sections with name and text: [[copy]], name = \"…\", text = \"…\"",
        ),
        (
            "\n[[copy]]\nname = \"A\"",
            "config.toml:2: [[copy]] needs a text: text = \"…\"",
        ),
        (
            "[[copy]]\ntext = \"{link}\"",
            "config.toml:1: [[copy]] needs a name: name = \"…\"",
        ),
        (
            "[[copy]]\nname = \"A\"\ntext = \"{link}\"\nlang = \"fr\"",
            "config.toml:4: unknown key `lang` in [[copy]]; allowed are name, text",
        ),
        (
            "[[copy]]\nname = \"A\"\ntext = 1",
            "config.toml:3: `copy.text` must be a text in quotes",
        ),
        (
            "[[copy]]\nname = \"A\"\ntext = \"{link}\"\n\n[[copy]]\nname = \"B\"\ntext = \"{nmae}: {link}\"",
            "config.toml:7: `copy.text`: unknown placeholder {nmae}; allowed are {name}, {link} and {account}; a brace is written twice",
        ),
        (
            "[[copy]]\nname = \"A\"\ntext = \"\"",
            "config.toml:3: `copy.text`: the text is empty",
        ),
        (
            "[[copy]]\nname = \" \"\ntext = \"{link}\"",
            "config.toml:2: `copy.name` must not be empty",
        ),
        (
            "[[copy]]\nname = \"Name and link\"\ntext = \"{link}\"",
            "config.toml:2: `copy.name` `Name and link` is used already",
        ),
        (
            "[whatsapp]\nurl = \"https://example.com\"",
            "config.toml:2: this must be a WebSocket address: wss://..., or ws://... for tests",
        ),
        (
            "[whatsapp]\nappear_online = 1",
            "config.toml:2: `whatsapp.appear_online` must be true or false",
        ),
        (
            "[whatsapp]\n\nversion = \"2.3000\"",
            "config.toml:3: this must be three numbers with dots between them, such as 2.3000.1042742319",
        ),
        (
            "[limits]\nconnections = 0",
            "config.toml:2: `limits.connections` must be a whole number from 1 to 1000000",
        ),
        (
            "[limits]\n\nresets_per_hour = \"20/h\"",
            "config.toml:3: `limits.resets_per_hour` must be a whole number from 0 to 1000000",
        ),
        (
            "[serve]\nlisten = \"localhost\"",
            "config.toml:2: this must be an address with a port, such as 127.0.0.1:8080 or [::]:8443 (all interfaces); localhost:8080 and :8080 mean 127.0.0.1:8080",
        ),
        (
            "[serve]\nlisten = \"0.0.0.0:80\"",
            "config.toml:2: 0.0.0.0:80 is reachable from other machines, and without TLS the keys would be readable on the network: set tls_cert and tls_key, or behind_proxy where a reverse proxy encrypts",
        ),
        (
            "[serve]\ntls_cert = \"c.pem\"",
            "config.toml:2: a certificate needs its private key: set tls_key as well",
        ),
        (
            "[serve]\n\ntls_key = \"k.pem\"",
            "config.toml:3: a private key needs its certificate: set tls_cert as well",
        ),
        (
            "[serve]\ndrain_seconds = 601",
            "config.toml:2: `serve.drain_seconds` must be a whole number from 0 to 600",
        ),
        (
            "[serve]\nlinger_seconds = \"5\"",
            "config.toml:2: `serve.linger_seconds` must be a whole number from 0 to 600",
        ),
        (
            "[login]\njwks_url = \"https://example.com\"",
            "config.toml:2: without login.issuer no login is accepted: set it to the `iss` of the tokens",
        ),
        (
            "[login]\naudience = \"groupdesk\"",
            "config.toml:2: without login.issuer no login is accepted: set it to the `iss` of the tokens",
        ),
        (
            "[login]\nissuer = \"https://example.com\"",
            "config.toml:2: the issuer's keys are missing: set login.jwks_url or login.jwks_file",
        ),
        (
            "[login]\nissuer = \"i\"\njwks_url = \"https://example.com\"\njwks_file = \"keys.json\"",
            "config.toml:4: the issuer's keys come from one place: set login.jwks_url or login.jwks_file",
        ),
        (
            "[login]\nissuer = \"i\"\njwks_url = \"http://example.com/jwks\"",
            "config.toml:3: `http://example.com/jwks` must begin with https://: whoever could change the answer on its way could log in as anybody",
        ),
    ] {
        assert_eq!(load_text(text, &[]).unwrap_err().0, expected);
    }
    let error = load_text("[ui]\nmouse = true\nmouse = ", &[]).unwrap_err();
    assert!(error.0.starts_with("config.toml:3: "), "{error}");
}

#[test]
fn logins_are_read_with_their_keys() {
    let login = |text: &str| load_text(&format!("[login]\n{text}"), &[]).unwrap().login;
    assert_eq!(login("issuer = \"\""), None);
    let url = "https://id.example.com/jwks";
    let by_url = login(&format!(
        "issuer = \"https://id.example.com\"\njwks_url = \"{url}\""
    ))
    .unwrap();
    assert_eq!(by_url.issuer, "https://id.example.com");
    assert_eq!(by_url.audience, None);
    assert_eq!(by_url.keys, KeySource::url(url).unwrap());
    let by_file =
        login("issuer = \"i\"\naudience = \"a\"\njwks_file = \"/etc/keys.json\"").unwrap();
    assert_eq!(by_file.audience.as_deref(), Some("a"));
    assert_eq!(
        by_file.keys,
        KeySource::File(PathBuf::from("/etc/keys.json"))
    );
}

#[test]
fn key_bindings_are_checked_by_the_keymap() {
    let check = |action: &str, keys: &[String]| match action {
        "reset" => Ok(()),
        _ => Err(format!("no action `{action}` for {keys:?}")),
    };
    let config = load_checked("[keys]\nreset = \"ctrl-r\"", &[], &check).unwrap();
    let [setting] = config.keys.as_slice() else {
        panic!("{:?}", config.keys);
    };
    assert_eq!(setting.action, "reset");
    assert_eq!(setting.keys, ["ctrl-r"]);
    assert!(setting.place.ends_with("config.toml:2"), "{setting:?}");
    assert_eq!(
        load_checked("[keys]\n\nexplode = [\"x\"]", &[], &check)
            .unwrap_err()
            .0,
        "config.toml:3: `keys.explode`: no action `explode` for [\"x\"]"
    );
}

#[test]
fn the_environment_overrides_the_file_and_its_errors_name_the_variable() {
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
}

#[test]
fn unknown_variables_are_a_warning_with_a_suggestion() {
    // All variables after the first two are those of a Kubernetes Service named groupdesk.
    let config = load_text(
        "",
        &[
            ("GROUPDESK_MOUSE", "1"),
            ("GROUPDESK_UI_COLOURS", "16"),
            ("GROUPDESK_PORT", "tcp://10.0.0.7:8080"),
            ("GROUPDESK_SERVICE_HOST", "10.0.0.7"),
            ("GROUPDESK_SERVICE_PORT", "8080"),
            ("GROUPDESK_PORT_8080_TCP", "tcp://10.0.0.7:8080"),
            ("GROUPDESK_PORT_8080_TCP_PROTO", "tcp"),
            ("GROUPDESK_PORT_8080_TCP_PORT", "8080"),
            ("GROUPDESK_PORT_8080_TCP_ADDR", "10.0.0.7"),
        ],
    )
    .unwrap();
    assert_eq!(
        config.warnings,
        [
            "unknown variable GROUPDESK_MOUSE is ignored; did you mean GROUPDESK_UI_MOUSE?",
            "unknown variable GROUPDESK_UI_COLOURS is ignored; did you mean GROUPDESK_UI_COLORS?",
            "unknown variables are ignored: GROUPDESK_PORT, GROUPDESK_PORT_8080_TCP, \
             GROUPDESK_PORT_8080_TCP_ADDR, GROUPDESK_PORT_8080_TCP_PORT, \
             GROUPDESK_PORT_8080_TCP_PROTO, GROUPDESK_SERVICE_HOST, GROUPDESK_SERVICE_PORT",
        ]
    );
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let names: Vec<_> = settings()
        .map(|(section, key, _)| layer::variable_name(section, key))
        .chain(["GROUPDESK_CONFIG", "GROUPDESK_PROFILE", KEY_VARIABLE].map(str::to_owned))
        .collect();
    let empty: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(load_text("", &empty).unwrap(), load_text("", &[]).unwrap());
    let config = load_text("[ui]\nmouse = false", &[("GROUPDESK_UI_MOUSE", "")]).unwrap();
    assert!(!config.mouse);
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_an_error() {
    use std::os::unix::ffi::OsStringExt as _;
    let variable = (
        OsString::from("GROUPDESK_LOG_LEVEL"),
        OsString::from_vec(vec![0xff]),
    );
    let error = load(&Overrides::default(), &[variable], ANY_KEY).unwrap_err();
    assert_eq!(error.0, "GROUPDESK_LOG_LEVEL holds no UTF-8 text");
}

#[test]
fn a_large_or_unreadable_file_is_refused_and_a_byte_order_mark_is_not() {
    let comment = |bytes: usize| format!("#{}\n", "x".repeat(bytes - 2));
    let (full, over) = (FILE_MAX as usize, FILE_MAX as usize + 1);
    assert!(load_text(&comment(full), &[]).is_ok());
    // A file beyond the limit must not be read in part without an error.
    let error = load_text(&comment(over), &[]).unwrap_err();
    assert_eq!(
        error.0,
        "cannot read config.toml: it is larger than 1024 KiB"
    );
    assert!(!load_text("\u{feff}[ui]\nmouse = false", &[]).unwrap().mouse);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    std::fs::write(&file, b"[ui]\n# caf\xe9\n").unwrap();
    let overrides = Overrides {
        file: Some(file),
        ..Overrides::default()
    };
    let error = load(&overrides, &[], ANY_KEY).unwrap_err();
    assert!(
        error.0.ends_with("config.toml: line 2 is not UTF-8 text"),
        "{error}"
    );
}

#[test]
fn the_listen_address_is_loopback_unless_all_interfaces_are_written_out() {
    for (text, address) in [
        ("localhost:8080", "127.0.0.1:8080"),
        (":8080", "127.0.0.1:8080"),
        (":0", "127.0.0.1:0"),
        ("[::1]:1", "[::1]:1"),
        ("0.0.0.0:8443", "0.0.0.0:8443"),
    ] {
        assert_eq!(parse_listen(text), Ok(address.parse().unwrap()), "{text}");
    }
    for text in [
        "",
        "8080",
        ":",
        "*:8080",
        "localhost",
        "localhost:x",
        ":65536",
    ] {
        let fault = parse_listen(text).unwrap_err();
        assert!(fault.contains("127.0.0.1:8080"), "{text}: {fault}");
    }
}

#[test]
fn other_interfaces_need_tls_or_a_proxy() {
    let open = "[serve]\nlisten = \"[::]:8443\"\n";
    for more in [
        "behind_proxy = true",
        "tls_cert = \"c.pem\"\ntls_key = \"k.pem\"",
    ] {
        let serve = load_text(&format!("{open}{more}"), &[]).unwrap().serve;
        assert_eq!(serve.listen.port(), 8443);
    }
    let error = load_text(open, &[("GROUPDESK_SERVE_LISTEN", "10.0.0.1:80")]).unwrap_err();
    assert!(
        error
            .0
            .starts_with("GROUPDESK_SERVE_LISTEN: 10.0.0.1:80 is reachable from other machines"),
        "{error}"
    );
}

#[test]
fn flags_override_everything() {
    let overrides = Overrides {
        gateway: Some("https://flag.example".to_owned()),
        data_dir: Some(PathBuf::from("elsewhere")),
        no_mouse: true,
        colors: Some(ColorChoice::Fixed(ColorDepth::None)),
        serve: ServeOverrides {
            listen: Some("127.0.0.1:1".parse().unwrap()),
            log_format: Some(LogFormat::Json),
            ..ServeOverrides::default()
        },
        ..Overrides::default()
    };
    let environment = [
        ("GROUPDESK_PROFILE", "nowhere"),
        ("GROUPDESK_KEY", "wa_secret"),
        ("GROUPDESK_UI_COLORS", "16"),
        ("GROUPDESK_UI_MOUSE", "1"),
        ("GROUPDESK_SERVE_LISTEN", "127.0.0.1:2"),
        ("GROUPDESK_SERVE_DRAIN_SECONDS", "3"),
        ("GROUPDESK_LIMITS_CALLS_PER_HOUR", "0"),
        ("GROUPDESK_LIMITS_CREATES_PER_DAY", "3"),
        ("GROUPDESK_LOG_FORMAT", "pretty"),
    ]
    .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let config = load(&overrides, &environment, ANY_KEY).unwrap();
    assert!(!config.mouse);
    assert_eq!(config.colors, ColorChoice::Fixed(ColorDepth::None));
    assert_eq!(config.data_dir, PathBuf::from("elsewhere"));
    assert_eq!(config.log_file, PathBuf::from("elsewhere/groupdesk.log"));
    assert_eq!(config.log_format, LogFormat::Json);
    assert_eq!(config.serve.listen.port(), 1);
    assert_eq!(config.serve.drain, std::time::Duration::from_secs(3));
    assert_eq!(config.limits.calls_per_hour, 0);
    assert_eq!(config.limits.creates_per_day, 3);
    assert_eq!(config.limits.creates_per_hour, 5);
    assert!(!format!("{config:?}").contains("wa_secret"));
    let profile = config.profile.unwrap();
    assert_eq!(profile.name, "flag.example");
    assert_eq!(profile.url, "https://flag.example");
    assert_eq!(
        profile.token,
        TokenFrom::Variable("GROUPDESK_KEY".to_owned())
    );
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
