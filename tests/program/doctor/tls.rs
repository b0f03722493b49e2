//! Certificates and TLS.

use crate::doctor::certificates::{Authority, Valid};
use crate::doctor::patient::{Patient, Report};
use crate::doctor::stub::{self, Question, well};

/// Examines a server with this certificate, trusting this authority.
fn examine(server: &Authority, host: &str, valid: &Valid, trusted: &Authority) -> Report {
    let port = stub::encrypted(server.server(host, valid), well);
    trusting(&format!("https://localhost:{port}"), trusted)
}

fn trusting(url: &str, trusted: &Authority) -> Report {
    let patient = Patient::new(url).patience(3);
    let file = patient.file("ca.pem", &trusted.pem, 0o644);
    patient.line("ca_file", file.to_str().unwrap()).examine()
}

#[test]
fn a_valid_certificate_passes() {
    let ours = Authority::new("Ours");
    let report = examine(&ours, "localhost", &Valid::Now, &ours);
    report.passes();
    assert_eq!(report.step("tls"), ("ok", "ok"));
    assert!(report.json.to_string().contains("valid until 4090-01-01"));
    // The desk's own client accepts it too.
    assert_eq!(report.step("access").0, "ok");
}

#[test]
fn a_certificate_of_another_authority_is_reported() {
    let (ours, theirs) = (Authority::new("Ours"), Authority::new("Theirs"));
    let report = examine(&theirs, "localhost", &Valid::Now, &ours);
    report.fails_only("tls", "unknown_issuer");
    assert_eq!(report.step("health").0, "skip");
}

#[test]
fn expired_and_future_certificates_are_reported() {
    let ours = Authority::new("Ours");
    examine(&ours, "localhost", &Valid::Past, &ours).fails_only("tls", "certificate_expired");
    examine(&ours, "localhost", &Valid::Future, &ours)
        .fails_only("tls", "certificate_not_yet_valid");
}

#[test]
fn a_certificate_for_another_host_is_reported() {
    let ours = Authority::new("Ours");
    let report = examine(&ours, "gateway.example", &Valid::Now, &ours);
    report.fails_only("tls", "wrong_host_name");
    assert!(report.json.to_string().contains("gateway.example"));
}

#[test]
fn a_certificate_that_is_not_for_servers_is_reported() {
    let ours = Authority::new("Ours");
    let port = stub::encrypted(ours.client("localhost"), well);
    let report = trusting(&format!("https://localhost:{port}"), &ours);
    report.fails_only("tls", "bad_certificate");
}

// On other systems no variable replaces the system's certificate authorities.
#[cfg(not(target_vendor = "apple"))]
#[test]
fn a_machine_without_authorities_is_reported() {
    let ours = Authority::new("Ours");
    let port = stub::encrypted(ours.server("localhost", &Valid::Now), well);
    let report = Patient::new(&format!("https://localhost:{port}"))
        .variable("SSL_CERT_FILE", "/dev/null")
        .examine();
    report.fails_only("tls", "no_authorities");
    assert_eq!(report.step("health").0, "skip");
}

// On other systems no variable replaces the system's certificate authorities.
#[cfg(not(target_vendor = "apple"))]
#[test]
fn authorities_that_disappear_during_the_run_are_reported() {
    let ours = Authority::new("Ours");
    let system = tempfile::NamedTempFile::new().unwrap();
    let file = system.path().to_owned();
    std::fs::write(&file, &ours.pem).unwrap();
    let vanish = move |question: &Question| {
        if question.path == "/healthz" {
            std::fs::write(&file, "").unwrap();
        }
        well(question)
    };
    let port = stub::encrypted(ours.server("localhost", &Valid::Now), vanish);
    let report = Patient::new(&format!("https://localhost:{port}"))
        .variable("SSL_CERT_FILE", system.path().to_str().unwrap())
        .examine();
    report.fails_only("access", "unusable");
    assert_eq!(report.step("health").0, "ok");
    assert_eq!(report.step("capability.read").0, "skip");
}

#[test]
fn plain_http_instead_of_tls_and_the_reverse_are_reported() {
    let ours = Authority::new("Ours");
    let port = stub::plain(well);
    trusting(&format!("https://localhost:{port}"), &ours).fails_only("tls", "not_tls");
    let port = stub::encrypted(ours.server("localhost", &Valid::Now), well);
    trusting(&format!("http://localhost:{port}"), &ours).fails_only("tls", "speaks_tls");
}

#[test]
fn a_port_that_accepts_and_never_answers_is_reported() {
    let ours = Authority::new("Ours");
    let report = trusting(&format!("https://localhost:{}", stub::silent()), &ours);
    report.fails_only("tls", "tls_timeout");
}

#[test]
fn a_file_without_authorities_is_reported() {
    let patient = Patient::new("https://localhost:1");
    let file = patient.file("ca.pem", "not a certificate", 0o644);
    let report = patient.line("ca_file", file.to_str().unwrap()).examine();
    report.fails_only("config", "ca_file");
}

#[test]
fn failed_handshakes_are_reported() {
    let ours = Authority::new("Ours");
    let at = |port: u16| trusting(&format!("https://localhost:{port}"), &ours);
    // A fatal alert: the handshake failed.
    let refusal = b"\x15\x03\x03\x00\x02\x02\x28";
    at(stub::babbling(refusal)).fails_only("tls", "tls_refused");
    at(stub::babbling(b"")).fails_only("tls", "tls_broken");
}
