//! `/metrics`: the text is valid, and its values change with what they count.

use crate::support::{Ask, Gateway, Key};
use serde_json::json;
use std::collections::BTreeMap;

/// The exposed metrics: the type of each family, and every sample by its name with its labels.
struct Exposed {
    types: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
}

impl Exposed {
    async fn read(gateway: &Gateway) -> Self {
        let answer = gateway
            .client
            .get(gateway.at("/metrics"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.headers()["content-type"],
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        );
        Self::parse(&answer.text().await.unwrap())
    }

    /// Parses the text as strictly as a scraper.
    fn parse(text: &str) -> Self {
        let mut exposed = Self {
            types: BTreeMap::new(),
            samples: BTreeMap::new(),
        };
        let body = text.strip_suffix("# EOF\n").expect("the end mark");
        for line in body.lines() {
            if let Some(comment) = line.strip_prefix("# ") {
                let mut words = comment.splitn(3, ' ');
                let (kind, family) = (words.next().unwrap(), words.next().unwrap());
                let rest = words.next().unwrap();
                match kind {
                    "TYPE" => {
                        let seen = exposed.types.insert(family.to_owned(), rest.to_owned());
                        assert_eq!(seen, None, "{family} twice");
                    }
                    "HELP" | "UNIT" => assert!(!rest.is_empty(), "{line}"),
                    other => panic!("{other}: {line}"),
                }
                continue;
            }
            let (sample, value) = line.rsplit_once(' ').unwrap();
            let name = sample.split('{').next().unwrap();
            let suffixes = ["_total", "_bucket", "_sum", "_count", ""];
            let known = suffixes.iter().any(|suffix| {
                name.strip_suffix(suffix)
                    .is_some_and(|family| exposed.types.contains_key(family))
            });
            assert!(known, "no family for {line}");
            let seen = exposed
                .samples
                .insert(sample.to_owned(), value.parse().unwrap());
            assert_eq!(seen, None, "{sample} twice");
        }
        exposed
    }

    /// The sum of the counters of this name whose labels contain all of these.
    fn sum(&self, name: &str, labels: &[&str]) -> u64 {
        self.samples
            .iter()
            .filter(|(sample, _)| sample.split('{').next() == Some(name))
            .filter(|(sample, _)| labels.iter().all(|label| sample.contains(label)))
            .map(|(_, value)| *value as u64)
            .sum()
    }
}

#[tokio::test]
async fn requests_are_counted_by_route_and_code() {
    let gateway = Gateway::start().await;
    let route = [r#"route="/api/v1/sessions/{session}""#, r#"code="404""#];
    let before = Exposed::read(&gateway).await;
    assert_eq!(before.sum("groupdesk_http_requests_total", &route), 0);
    for wrong in ["one", "two", "three"] {
        gateway
            .get(&format!("/api/v1/sessions/{wrong}"))
            .await
            .error(404, "not_found");
        gateway
            .get(&format!("/{wrong}"))
            .await
            .error(404, "not_found");
    }
    let odd = Ask::new("BREW", "/api/v1/sessions").to(&gateway).await;
    assert_eq!(odd.status, 405);
    let after = Exposed::read(&gateway).await;
    let requests = |labels: &[&str]| after.sum("groupdesk_http_requests_total", labels);
    assert_eq!(requests(&route), 3);
    assert_eq!(requests(&[r#"route="(none)""#, r#"code="404""#]), 3);
    assert_eq!(requests(&[r#"method="(other)""#, r#"code="405""#]), 1);
    // Text from a client is never a label.
    assert!(!after.samples.keys().any(|sample| sample.contains("BREW")));
    assert!(!after.samples.keys().any(|sample| sample.contains("three")));
}

#[tokio::test]
async fn durations_are_consistent_histograms() {
    let gateway = Gateway::start().await;
    gateway.get("/api/v1/sessions").await.ok(200);
    let exposed = Exposed::read(&gateway).await;
    assert!(exposed.types.values().any(|kind| kind == "histogram"));
    for (family, kind) in &exposed.types {
        let samples = exposed.samples.keys();
        if kind != "histogram" {
            continue;
        }
        assert!(
            samples.clone().any(|name| name.starts_with(family)),
            "{family} is empty"
        );
        for (sample, count) in &exposed.samples {
            let Some(labels) = sample.strip_prefix(&format!("{family}_count")) else {
                continue;
            };
            let labels = labels.trim_matches(['{', '}']);
            let all = exposed.sum(&format!("{family}_bucket"), &[labels, r#"le="+Inf""#]);
            assert_eq!(*count as u64, all, "{sample}");
        }
    }
    assert!(exposed.sum("groupdesk_store_wait_seconds_count", &[]) > 0);
    assert!(exposed.sum("groupdesk_store_commit_seconds_count", &[]) > 0);
}

#[tokio::test]
async fn each_route_has_its_own_durations() {
    let gateway = Gateway::start().await;
    let labels = [r#"method="GET""#, r#"route="/api/v1/keys""#];
    let family = "groupdesk_http_request_duration_seconds";
    let read = async || {
        let exposed = Exposed::read(&gateway).await;
        let all = [&labels[..], &[r#"le="+Inf""#]].concat();
        let sum: f64 = exposed
            .samples
            .iter()
            .filter(|(sample, _)| sample.starts_with(&format!("{family}_sum")))
            .filter(|(sample, _)| labels.iter().all(|label| sample.contains(label)))
            .map(|(_, value)| value)
            .sum();
        let count = exposed.sum(&format!("{family}_count"), &labels);
        assert_eq!(exposed.sum(&format!("{family}_bucket"), &all), count);
        (count, sum)
    };
    assert_eq!(read().await, (0, 0.0));
    for _ in 0..3 {
        gateway.get("/api/v1/keys").await.ok(200);
    }
    let (count, sum) = read().await;
    assert_eq!(count, 3);
    assert!(sum > 0.0 && sum < 60.0, "{sum}");
    // Requests of another route are not included.
    gateway.get("/api/v1/sessions").await.ok(200);
    assert_eq!(read().await, (count, sum));
}

#[tokio::test]
async fn sessions_are_counted_by_status() {
    let gateway = Gateway::start().await;
    gateway
        .post(&format!("{}:logout", gateway.support()), json!({}))
        .await
        .ok(200);
    let new = gateway.session("New phone");
    gateway
        .post(&format!("/api/v1/sessions/{new}:start"), json!({}))
        .await
        .ok(200);
    gateway.until_status(&new, "scan_qr_code").await;
    gateway.post("/api/v1/sessions", json!({})).await.ok(201);
    // Sessions may still be connecting between the two reads: they agree when that is over.
    let statuses = gateway
        .until("the same in both", async || {
            let mut listed: BTreeMap<String, u64> = BTreeMap::new();
            for key in [Key::All, Key::Other] {
                let list = Ask::get("/api/v1/sessions").key(key).to(&gateway).await;
                for session in list.ok(200)["data"].as_array().unwrap() {
                    let status = session["status"].as_str().unwrap();
                    *listed.entry(status.to_owned()).or_default() += 1;
                }
            }
            let exposed = Exposed::read(&gateway).await;
            let exposed_count = |status: &str| {
                exposed.sum("groupdesk_sessions", &[&format!("status=\"{status}\"")])
            };
            let all = exposed.sum("groupdesk_sessions", &[]);
            let same = listed
                .iter()
                .all(|(status, count)| exposed_count(status) == *count);
            (same && all == listed.values().sum::<u64>()).then_some(listed)
        })
        .await;
    for status in ["working", "stopped", "scan_qr_code", "logged_out"] {
        assert!(statuses.contains_key(status), "{status}: {statuses:?}");
    }
}

#[tokio::test]
async fn calls_to_whatsapp_are_counted_by_outcome() {
    let gateway = Gateway::start().await;
    let calls = async |operation: &str, outcome: &str| {
        let labels = [
            format!("operation=\"{operation}\""),
            format!("outcome=\"{outcome}\""),
        ];
        let exposed = Exposed::read(&gateway).await;
        exposed.sum(
            "groupdesk_driver_operations_total",
            &labels.each_ref().map(String::as_str),
        )
    };
    assert_eq!(calls("invite", "ok").await, 0);
    let group = gateway.support_group("Weekend Volunteers");
    gateway.get(&format!("{group}/invite")).await.ok(200);
    assert_eq!(calls("invite", "ok").await, 1);
    let group = gateway.support_group("School Volleyball");
    let refused = gateway.get(&format!("{group}/invite")).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(calls("invite", "not_admin").await, 1);
    assert!(calls("list_groups", "ok").await >= 1);
}

#[tokio::test]
async fn gauges_show_the_current_state() {
    let gateway = Gateway::start().await;
    let exposed = Exposed::read(&gateway).await;
    let working = [r#"status="working""#];
    let stopped = [r#"status="stopped""#];
    let before = exposed.sum("groupdesk_sessions", &working);
    assert!(before >= 2);
    assert_eq!(exposed.sum("groupdesk_realtime_subscribers", &[]), 0);
    let idle = exposed.sum("groupdesk_sessions", &stopped);

    let stream = crate::support::Stream::open(&gateway, Key::Events, json!({})).await;
    gateway
        .post(&format!("{}:stop", gateway.support()), json!({}))
        .await
        .ok(200);
    let exposed = Exposed::read(&gateway).await;
    assert_eq!(exposed.sum("groupdesk_realtime_subscribers", &[]), 1);
    assert_eq!(exposed.sum("groupdesk_sessions", &stopped), idle + 1);
    drop(stream);
    gateway
        .until("the stream is gone", async || {
            let exposed = Exposed::read(&gateway).await;
            (exposed.sum("groupdesk_realtime_subscribers", &[]) == 0).then_some(())
        })
        .await;
}

#[tokio::test]
async fn through_a_proxy_metrics_need_a_key_with_manage() {
    let gateway = Gateway::start().await;
    let ask = |key: Key| {
        Ask::get("/metrics")
            .key(key)
            .header("x-real-ip", "1.2.3.4")
            .to(&gateway)
    };
    ask(Key::None).await.error(401, "unauthorized");
    let details = ask(Key::Read).await.error(403, "forbidden");
    assert_eq!(details["capability"], "manage");
    let answer = gateway
        .client
        .get(gateway.at("/metrics"))
        .header("x-real-ip", "1.2.3.4")
        .header("x-api-key", Key::Manage.secret())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}
