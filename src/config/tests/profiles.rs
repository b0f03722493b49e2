//! Profiles: their settings, and which one is selected.

use super::*;

const TWO: &str = r#"
[profiles.work]
url = "https://work.example"
token_file = "work.token"
sessions = ["01A"]
ca_file = "ca.pem"
proxy = "http://proxy.example:3128"

[profiles.home]
url = "http://127.0.0.1:8090"
token_env = "GROUPDESK_HOME_TOKEN"
"#;

fn chosen(text: &str, flag: Option<&str>, environment: &[(&str, &str)]) -> Result<String, String> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    std::fs::write(&file, text).unwrap();
    let overrides = Overrides {
        file: Some(file),
        profile: flag.map(str::to_owned),
        ..Overrides::default()
    };
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)))
        .collect();
    let config = load(&overrides, &environment, ANY_KEY).map_err(|error| {
        let place = format!("{}/", dir.path().display());
        error.0.replace(&place, "")
    })?;
    Ok(config.profile.map_or(OWN.to_owned(), |chosen| chosen.name))
}

#[test]
fn a_profile_has_the_address_and_the_token_source() {
    let config = load_text(TWO, &[("GROUPDESK_HOME_TOKEN", "wa_x")]).unwrap();
    let [home, work] = &config.profiles[..] else {
        panic!("{:?}", config.profiles)
    };
    assert_eq!(
        home.token,
        TokenFrom::Variable("GROUPDESK_HOME_TOKEN".to_owned())
    );
    assert_eq!(work.url, "https://work.example");
    assert_eq!(work.sessions, ["01A"]);
    assert_eq!(work.proxy.as_deref(), Some("http://proxy.example:3128"));
    let TokenFrom::File(file) = &work.token else {
        panic!("{work:?}")
    };
    // Relative to the file that contains the path.
    assert!(
        file.is_absolute() && file.ends_with("work.token"),
        "{file:?}"
    );
    assert!(work.ca_file.as_ref().unwrap().is_absolute());
}

#[test]
fn the_flood_alarm_is_off_at_other_gateways_by_default() {
    let environment = [("GROUPDESK_HOME_TOKEN", "wa_x")];
    let config = load_text(TWO, &environment).unwrap();
    assert_eq!(config.flood_joins, 20);
    assert!(
        config
            .profiles
            .iter()
            .all(|profile| profile.flood_joins == 0)
    );
    let text = format!("{TWO}flood_joins = 7\n[ui]\nflood_joins = 0\n");
    let config = load_text(&text, &environment).unwrap();
    assert_eq!(config.flood_joins, 0);
    let joins: Vec<_> = config.profiles.iter().map(|one| one.flood_joins).collect();
    assert_eq!(joins, [7, 0]);
}

#[test]
fn the_flag_overrides_the_variable_which_overrides_the_file() {
    let text = format!("profile = \"work\"\n{TWO}");
    let variable = [("GROUPDESK_PROFILE", "home")];
    assert_eq!(chosen(TWO, None, &[]).unwrap(), OWN);
    assert_eq!(chosen(&text, None, &[]).unwrap(), "work");
    assert_eq!(chosen(&text, None, &variable).unwrap(), "home");
    assert_eq!(chosen(&text, Some("work"), &variable).unwrap(), "work");
    assert_eq!(chosen(&text, Some(OWN), &variable).unwrap(), OWN);
}

#[test]
fn an_unknown_profile_is_refused_with_the_list_of_profiles() {
    assert_eq!(
        chosen(TWO, Some("wrok"), &[]).unwrap_err(),
        "--profile: there is no profile `wrok`; there are home, work, local"
    );
    assert_eq!(
        chosen("", None, &[("GROUPDESK_PROFILE", "work")]).unwrap_err(),
        "GROUPDESK_PROFILE: there is no profile `work`; there are local"
    );
    assert_eq!(
        chosen(&format!("profile = \"x\"\n{TWO}"), None, &[]).unwrap_err(),
        "config.toml:1: there is no profile `x`; there are home, work, local"
    );
}

#[test]
fn errors_in_a_profile_name_their_line() {
    for (text, expected) in [
        (
            "[profiles.a]\ntoken_env = \"X\"",
            "config.toml:1: profile `a` needs the gateway's address: url = \"https://gateway.example.com\"",
        ),
        (
            "[profiles.a]\nurl = \"https://a.example\"",
            "config.toml:1: profile `a` needs exactly one of token_env, token_file, token_command, token_prompt",
        ),
        (
            "[profiles.a]\nurl = \"https://a.example\"\ntoken_env = \"X\"\ntoken_prompt = true",
            "config.toml:1: profile `a` needs exactly one of token_env, token_file, token_command, token_prompt",
        ),
        (
            "[profiles.a]\nurl = \"http://a.example\"\ntoken_env = \"X\"",
            "config.toml:2: `http://a.example` is not encrypted, so the token would be readable on the network: use https, or set allow_insecure in a profile",
        ),
        (
            "[profiles.a]\nurl = \"https://a.example\"\ntoken_command = []",
            "config.toml:3: this must name a program and its arguments, such as [\"pass\", \"show\", \"groupdesk\"]",
        ),
        (
            "[profiles.a]\nurl = \"https://a.example\"\ntoken_command = \"pass show x\"",
            "config.toml:3: `profiles.a.token_command` must be a list of texts, such as [\"a\", \"b\"]",
        ),
        (
            "[profiles.a]\nurl = \"https://a.example\"\ntoken_prompt = true\nproxy = \"http://me:secret@p.example\"",
            "config.toml:4: the proxy must not hold credentials: leave `proxy` out and set HTTPS_PROXY, which may",
        ),
        (
            "[profiles.a]\n\ntoken = \"wa_secret\"",
            "config.toml:3: unknown key `token` in [profiles.a]; allowed are url, token_env, token_file, token_command, token_prompt, sessions, ca_file, proxy, allow_insecure, flood_joins",
        ),
        (
            "[profiles.local]\nurl = \"https://a.example\"",
            "config.toml:1: `local` is the own gateway on this machine; choose another name",
        ),
        (
            "[profiles.\"a b\"]\nurl = \"https://a.example\"",
            "config.toml:1: a profile's name has letters, digits, `-` and `_`, at most 40 of them",
        ),
        (
            "[profiles]\nwork = \"https://a.example\"",
            "config.toml:2: `work` must be a section: [profiles.work]",
        ),
        (
            "profile = 1",
            "config.toml:1: `profile` must be a text in quotes",
        ),
    ] {
        let error = load_text(text, &[]).unwrap_err();
        assert_eq!(error.0, expected);
        assert!(!error.0.contains("secret"), "{error}");
    }
}
