//! The desk over TLS with a certificate of its profile: calls and realtime.

use super::headless::Headless;
use super::{BINARY, code, link};
use crate::support::pty::Pty;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn calls_and_realtime_work_over_tls() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| {
        let path = directory.path().join(name);
        path.to_str().expect("UTF-8").to_owned()
    };
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(names).expect("a certificate");
    let (cert_file, key_file, config) = (path("cert.pem"), path("key.pem"), path("config.toml"));
    std::fs::write(&cert_file, cert.pem()).expect("a file");
    std::fs::write(&key_file, signing_key.serialize_pem()).expect("a file");
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&key_file, private).expect("an own file");
    let gateway = Headless::serve(&["--tls-cert", &cert_file, "--tls-key", &key_file], &[]);
    assert!(gateway.url().starts_with("https://"), "{}", gateway.url());

    let desk = |trusted: &str| {
        let profile = format!(
            "[profiles.secure]\nurl = \"{}\"\ntoken_env = \"GATEWAY_TOKEN\"\n{trusted}\n",
            gateway.url()
        );
        std::fs::write(&config, profile).expect("a file");
        let data = directory.path().to_str().expect("UTF-8");
        Pty::spawn(
            120,
            40,
            BINARY,
            &[
                "--config",
                &config,
                "--profile",
                "secure",
                "--data-dir",
                data,
            ],
            &[("GATEWAY_TOKEN", gateway.key("all")), ("HOME", data)],
        )
    };
    let mut pty = desk(&format!("ca_file = {cert_file:?}"));
    pty.wait_for("3 of 5 connected");
    // The stream's first frame has arrived.
    pty.wait_for("live");
    pty.send("j");
    pty.wait_for("▌● Support line");
    pty.send("/weekvol");
    pty.wait_for("1 of 65");
    pty.send("\r\r");
    pty.wait_until("the code of the shown link", |screen| {
        link(screen).is_some() && code(screen) == link(screen)
    });
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);

    let mut pty = desk("");
    pty.wait_for("gateway away");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}
