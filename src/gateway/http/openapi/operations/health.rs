//! `/healthz`, `/readyz`, and the document itself

use super::super::operation::{Operation, Tag};
use super::super::refusals;
use crate::api::{Capability, Health};
use crate::gateway::Error;

pub(super) fn operations() -> Vec<Operation> {
    let row = |path, id, summary| Operation::new(Tag::Operation, "GET", path, id, summary);
    let health = |status: &str| Health {
        status: status.to_owned(),
    };
    vec![
        row("/healthz", "isAlive", "Whether the process is up").gives(200, "It is.", &health("ok")),
        row("/readyz", "isReady", "Whether work is accepted")
            .about("The store can be written and the gateway is not shutting down.")
            .gives(200, "It is.", &health("ready"))
            .refuses([
                ("draining", Error::Draining),
                ("store_unavailable", refusals::store_unavailable()),
            ]),
        row("/metrics", "getMetrics", "Get the metrics")
            .about("Needs no credentials on the gateway's own machine, unless behind a proxy; from other machines it needs the capability `manage`.")
            .gives_other(200, "OpenMetrics text, for Prometheus.", "application/openmetrics-text")
            .open_on_its_own_machine()
            .refuses([
                ("unauthorized", Error::Unauthorized),
                ("lacks_manage", Error::MissingCapability(Capability::Manage)),
                ("draining", Error::Draining),
            ]),
        row("/api/v1/openapi.json", "getDocument", "Get this document").gives_other(
            200,
            "OpenAPI 3.1.",
            "application/json",
        ),
        row("/docs", "getReference", "Read this document").gives_other(
            200,
            "A page for people, which loads nothing else.",
            "text/html",
        ),
    ]
}
