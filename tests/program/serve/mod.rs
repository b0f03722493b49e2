//! `groupdesk serve` as a process: its output, shutdown, log, TLS, and logins.

#[cfg(unix)]
mod ending;
mod logging;
#[cfg(unix)]
mod login;
#[cfg(target_os = "linux")]
mod store;
#[cfg(unix)]
mod tls;

use crate::support::process::{self, Process, complaint_with, http};
use serde_json::json;

/// A still sandbox.
fn sandbox(arguments: &[&str], environment: &[(&str, &str)]) -> Process {
    let still = ["serve", "--sandbox", "--still", "--seed", "7"];
    Process::start_with(&[&still, arguments].concat(), environment)
}

#[tokio::test]
async fn with_real_accounts_no_key_is_printed() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let mut server = Process::start(&["serve", "--data-dir", data.to_str().expect("UTF-8")]);
    assert_eq!(server.ready, json!({ "url": server.origin() }));
    let ready = http().get(format!("{}/readyz", server.origin())).send();
    assert_eq!(ready.await.expect("an answer").status(), 200);
    assert_eq!(server.get("wa_nobody", "/sessions").await.0, 401);
    server.signal("TERM");
    assert!(server.end().success());
    assert!(data.join("groupdesk.sqlite").exists());
}

#[tokio::test]
async fn printed_keys_are_rate_limited_like_others() {
    let limit = ("GROUPDESK_LIMITS_REQUESTS_PER_MINUTE", "3");
    let server = sandbox(&[], &[limit]);
    for name in ["all", "read"] {
        let key = server.key(0, name);
        let refused = process::until("the end of what a key may ask", async || {
            let (status, answer) = server.get(key, "/sessions").await;
            (status != 200).then_some((status, answer))
        });
        let (status, answer) = refused.await;
        assert_eq!(status, 429, "{answer}");
        assert_eq!(answer["error"]["details"]["limit"], "caller");
    }
}

#[test]
fn without_tls_other_interfaces_are_refused() {
    let complaint = complaint_with(2, &["serve", "--sandbox", "--listen", "0.0.0.0:0"]);
    for part in ["--listen", "other machines", "tls_cert", "behind_proxy"] {
        assert!(complaint.contains(part), "{part}: {complaint}");
    }
}

/// The status of `/metrics` for this request.
async fn metrics(server: &Process, headers: &[(&str, &str)]) -> u16 {
    let mut request = http().get(format!("{}/metrics", server.origin()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn metrics_are_for_this_machine_or_for_keys_with_manage() {
    let alone = sandbox(&[], &[]);
    assert_eq!(metrics(&alone, &[]).await, 200);
    assert_eq!(
        metrics(&alone, &[("x-forwarded-for", "1.2.3.4")]).await,
        401
    );
    let proxied = sandbox(&["--behind-proxy"], &[]);
    assert_eq!(metrics(&proxied, &[]).await, 401);
    assert_eq!(
        metrics(&proxied, &[("x-api-key", proxied.key(0, "read"))]).await,
        403
    );
    assert_eq!(
        metrics(&proxied, &[("x-api-key", proxied.key(0, "manage"))]).await,
        200
    );
}
