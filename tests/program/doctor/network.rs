//! Names, ports, proxies, health checks and clocks.

use crate::doctor::certificates::{Authority, Valid};
use crate::doctor::patient::Patient;
use crate::doctor::stub::{self, Answer, well};

#[test]
fn an_unknown_host_name_is_reported() {
    // Longer than a name can be, so no name server is asked.
    let name = "a".repeat(64);
    let report = Patient::new(&format!("https://{name}.invalid")).examine();
    report.fails_only("resolve", "name_not_found");
    assert_eq!(report.step("connect").0, "skip");
    assert_eq!(report.step("realtime").0, "skip");
}

#[test]
fn a_closed_port_is_reported() {
    let url = format!("http://127.0.0.1:{}", stub::closed());
    let report = Patient::new(&url).examine();
    report.fails_only("connect", "connection_refused");
    assert_eq!(report.step("health").0, "skip");
}

#[test]
fn a_gateway_that_hangs_is_reported() {
    let url = format!("http://127.0.0.1:{}", stub::silent());
    let report = Patient::new(&url).patience(1).examine();
    report.fails_only("health", "hangs");
    assert_eq!(report.step("access").0, "skip");
}

#[test]
fn an_unhealthy_gateway_is_reported() {
    let port = stub::plain(|question| match question.path.as_str() {
        "/healthz" => Answer::new(503, "out of order"),
        _ => well(question),
    });
    let report = Patient::new(&format!("http://127.0.0.1:{port}")).examine();
    report.fails_only("health", "unhealthy");
    // The examination continues to find further faults.
    assert_eq!(report.step("access").0, "ok");
}

#[test]
fn a_gateway_that_is_not_ready_is_reported() {
    let port = stub::plain(|question| match question.path.as_str() {
        "/readyz" => Answer::new(503, "draining"),
        _ => well(question),
    });
    let report = Patient::new(&format!("http://127.0.0.1:{port}")).examine();
    report.fails_only("health", "not_ready");
}

#[test]
fn a_redirect_is_reported() {
    let port = stub::plain(|_| Answer::new(302, "").header("Location", "https://login.example/"));
    let report = Patient::new(&format!("http://127.0.0.1:{port}")).examine();
    report.fails_only("health", "redirects");
}

#[test]
fn a_gateway_without_health_checks_is_no_fault() {
    let port = stub::plain(|question| match question.path.as_str() {
        "/healthz" | "/readyz" => Answer::new(404, "no such page"),
        _ => well(question),
    });
    let report = Patient::new(&format!("http://127.0.0.1:{port}")).examine();
    report.passes();
    assert_eq!(report.step("health").0, "skip");
    assert_eq!(report.step("clock").0, "ok");
}

#[test]
fn clocks_that_differ() {
    for (ahead, expected) in [
        (600, ("fail", "clock_skew")),
        (-600, ("fail", "clock_skew")),
        (120, ("warn", "clock_skew")),
        (0, ("ok", "ok")),
    ] {
        let port = stub::plain(move |question| well(question).ahead(ahead));
        let report = Patient::new(&format!("http://127.0.0.1:{port}")).examine();
        assert_eq!(report.step("clock"), expected, "{ahead}");
    }
}

#[test]
fn proxies() {
    let authority = Authority::new("Proxied");
    let port = stub::encrypted(authority.server("localhost", &Valid::Now), well);
    let url = format!("https://localhost:{port}");
    let through = |proxy: u16| {
        let patient = Patient::new(&url);
        let file = patient.file("ca.pem", &authority.pem, 0o644);
        patient
            .line("ca_file", file.to_str().unwrap())
            .line("proxy", &format!("http://127.0.0.1:{proxy}"))
            .examine()
    };
    let report = through(stub::proxy(None));
    report.passes();
    for step in ["proxy", "tls", "health", "access"] {
        assert_eq!(report.step(step).0, "ok", "{step}: {:#}", report.json);
    }
    through(stub::proxy(Some(407))).fails_only("proxy", "proxy_wants_credentials");
    through(stub::proxy(Some(403))).fails_only("proxy", "proxy_refused");
    through(stub::closed()).fails_only("connect", "connection_refused");
}

#[test]
fn a_socks_proxy_is_used_and_not_called_encrypted() {
    let authority = Authority::new("Behind SOCKS");
    let port = stub::encrypted(authority.server("localhost", &Valid::Now), well);
    let patient = Patient::new(&format!("https://localhost:{port}"));
    let file = patient.file("ca.pem", &authority.pem, 0o644);
    let patient = patient.line("ca_file", file.to_str().unwrap()).line(
        "proxy",
        &format!("socks5h://127.0.0.1:{}", stub::socks_proxy()),
    );
    let report = patient.examine();
    report.passes();
    for step in ["health", "access"] {
        assert_eq!(report.step(step).0, "ok", "{step}: {:#}", report.json);
    }
    for step in ["proxy", "tls"] {
        assert_eq!(report.step(step).0, "skip", "{step}: {:#}", report.json);
    }
    let (_, written) = patient.run(&[]);
    assert!(written.contains("speaks SOCKS"), "{written}");
    assert!(!written.contains("itself encrypted"), "{written}");
}

#[test]
fn an_invalid_proxy_variable_is_named() {
    let report = Patient::new("https://gateway.invalid")
        .variable("HTTPS_PROXY", "http://user:pass word@[::1")
        .examine();
    report.fails_only("config", "proxy");
    let report_text = report.json.to_string();
    assert!(
        report_text.contains("HTTPS_PROXY") && !report_text.contains("pass word"),
        "{report_text}"
    );
}

#[test]
fn a_reader_that_closes_early_ends_the_doctor_without_an_error() {
    // Nothing listens there, so the doctor has a fault to report.
    let patient = Patient::new(&format!("http://127.0.0.1:{}", stub::closed()));
    for arguments in [&[][..], &["--json"]] {
        let (code, complaint) = patient.run_unread(arguments);
        assert_eq!((code, complaint.as_str()), (0, ""), "{arguments:?}");
    }
}

#[test]
fn servers_that_are_no_proxy_hang_or_disconnect_are_reported() {
    let through = |proxy: u16| {
        Patient::new("https://localhost:1")
            .line("proxy", &format!("http://127.0.0.1:{proxy}"))
            .patience(1)
            .examine()
    };
    through(stub::babbling(b"220 a mail server\r\n\r\n")).fails_only("proxy", "no_proxy");
    through(stub::silent()).fails_only("proxy", "proxy_timeout");
    through(stub::cutting()).fails_only("proxy", "proxy_broken");
}

// On other systems no variable replaces the system's certificate authorities.
#[cfg(not(target_vendor = "apple"))]
#[test]
fn a_client_that_cannot_be_built_is_reported() {
    // The way to the proxy is not encrypted, so the authorities are loaded late.
    let report = Patient::new(&format!("http://127.0.0.1:{}", stub::plain(well)))
        .line("proxy", &format!("http://127.0.0.1:{}", stub::silent()))
        .variable("SSL_CERT_FILE", "/dev/null")
        .examine();
    report.fails_only("health", "unusable");
    assert_eq!(report.step("access").0, "skip");
}

#[test]
fn a_port_with_another_protocol_is_reported() {
    let port = stub::babbling(b"SSH-2.0-OpenSSH_9.9\r\n");
    let report = Patient::new(&format!("http://127.0.0.1:{port}")).examine();
    report.fails_only("health", "broken");
}

#[test]
fn an_unencrypted_address_is_a_warning() {
    let name = "a".repeat(64);
    let report = Patient::new(&format!("http://{name}.invalid"))
        .raw("allow_insecure = true")
        .examine();
    assert_eq!(report.step("config"), ("warn", "not_encrypted"));
}
