//! TLS from certificate files.

use super::sandbox;
use crate::support::process::{Process, complaint, until};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::Value;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A certificate and its key as files.
struct Files {
    directory: tempfile::TempDir,
    /// The certificate in PEM.
    cert: String,
}

impl Files {
    fn make() -> Self {
        let files = Self {
            directory: tempfile::tempdir().expect("a directory"),
            cert: String::new(),
        };
        files.renew()
    }

    /// The same files with another certificate.
    fn renew(mut self) -> Self {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(names).expect("a certificate");
        self.cert = cert.pem();
        std::fs::write(self.path("cert.pem"), &self.cert).expect("written");
        std::fs::write(self.path("key.pem"), signing_key.serialize_pem()).expect("written");
        self.mode(0o600);
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn mode(&self, mode: u32) {
        std::fs::set_permissions(self.path("key.pem"), Permissions::from_mode(mode))
            .expect("the file is ours");
    }

    fn flags(&self) -> Vec<String> {
        let text = |name| self.path(name).to_str().expect("UTF-8").to_owned();
        vec![
            "--tls-cert".to_owned(),
            text("cert.pem"),
            "--tls-key".to_owned(),
            text("key.pem"),
        ]
    }

    fn serve(&self) -> Process {
        let flags = self.flags();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        sandbox(&flags, &[])
    }

    fn complaint(&self) -> String {
        let flags = self.flags();
        let mut all = vec!["serve", "--sandbox", "--listen", "127.0.0.1:0"];
        all.extend(flags.iter().map(String::as_str));
        complaint(&all)
    }

    /// A client that trusts only this certificate.
    fn client(&self) -> reqwest::Client {
        groupdesk::client::install_tls();
        let cert = reqwest::Certificate::from_pem(self.cert.as_bytes()).expect("a certificate");
        reqwest::Client::builder()
            .tls_certs_only([cert])
            .build()
            .expect("a client")
    }
}

#[tokio::test]
async fn a_client_that_trusts_the_certificate_is_served() {
    let files = Files::make();
    let server = files.serve();
    assert!(
        server.origin().starts_with("https://"),
        "{}",
        server.origin()
    );
    let ticket: Value = files
        .client()
        .post(server.url("/realtime/ticket"))
        .bearer_auth(server.key(0, "events"))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let url = ticket["url"].as_str().expect("a url");
    assert!(url.starts_with("wss://"), "{url}");

    let stranger = Files::make().client().get(server.url("/sessions")).send();
    assert!(stranger.await.expect_err("not trusted").is_connect());
    let mut plain = TcpStream::connect(server.address())
        .await
        .expect("accepted");
    plain
        .write_all(b"GET /healthz HTTP/1.1\r\n\r\n")
        .await
        .expect("sent");
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/"), "plain HTTP was answered");
}

#[tokio::test]
async fn sighup_reloads_the_certificate() {
    let old = Files::make();
    let server = old.serve();
    let health = format!("{}/healthz", server.origin());
    let before = old.client();
    before.get(&health).send().await.expect("trusted");

    // An unusable file changes nothing.
    old.mode(0o644);
    server.signal("HUP");
    server
        .until_logged("the certificate was not reloaded")
        .await;
    old.client()
        .get(&health)
        .send()
        .await
        .expect("still trusted");

    let new = old.renew();
    server.signal("HUP");
    until("the new certificate", async || {
        new.client().get(&health).send().await.ok()
    })
    .await;
    before
        .get(&health)
        .send()
        .await
        .expect("an open connection goes on");
}

#[test]
fn unusable_files_are_named_with_a_remedy() {
    let files = Files::make();
    let key = std::fs::read_to_string(files.path("key.pem")).expect("readable");
    files.mode(0o644);
    let complaint = files.complaint();
    assert!(
        complaint.contains("chmod 600") && complaint.contains("key.pem"),
        "{complaint}"
    );
    files.mode(0o640);

    let other = Files::make();
    std::fs::copy(other.path("key.pem"), files.path("key.pem")).expect("copied");
    assert!(files.complaint().contains("do not work together"));

    std::fs::write(files.path("key.pem"), "no key\n").expect("written");
    let complaint = files.complaint();
    assert!(
        complaint.contains("one private key in PEM form"),
        "{complaint}"
    );

    std::fs::write(files.path("cert.pem"), &key).expect("written");
    let complaint = files.complaint();
    assert!(
        complaint.contains("a certificate in PEM form"),
        "{complaint}"
    );
    assert!(
        !complaint.contains(key.lines().nth(1).expect("a body")),
        "{complaint}"
    );

    std::fs::remove_file(files.path("cert.pem")).expect("removed");
    assert!(files.complaint().contains("cannot read"));
}
