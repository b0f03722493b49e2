use super::*;
use crate::gateway::http::routes;
use crate::gateway::whatsapp::DriverError;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| document::document(routes()));

/// The command that rewrites the document in the repository.
const REWRITE: &str = "cargo run --no-default-features --example openapi > docs/openapi.json";

#[test]
fn every_route_has_an_operation_and_every_operation_a_route() {
    let routes: Vec<_> = routes().map(|route| (route.method, route.path)).collect();
    let all = operations::all();
    let operations: Vec<_> = all.iter().map(|row| (row.method, row.path)).collect();
    for route in &routes {
        assert!(
            operations.contains(route),
            "{route:?} has no operation: add a row in src/gateway/http/openapi/operations/"
        );
    }
    for operation in &operations {
        assert!(routes.contains(operation), "{operation:?} is not served");
    }
    assert_eq!(
        operations.len(),
        routes.len(),
        "an operation is listed twice"
    );
}

#[test]
fn the_document_in_the_repository_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    let kept: Value = std::fs::read_to_string(path)
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    assert!(
        kept == *DOCUMENT,
        "docs/openapi.json is not what the gateway serves; to rewrite it:\n    {REWRITE}"
    );
}

#[test]
fn every_reference_resolves() {
    fn look(value: &Value, document: &Value) {
        match value {
            Value::Object(object) => {
                if let Some(at) = object.get("$ref") {
                    let at = at.as_str().unwrap().strip_prefix('#').unwrap();
                    assert!(document.pointer(at).is_some(), "{at}");
                }
                object.values().for_each(|value| look(value, document));
            }
            Value::Array(values) => values.iter().for_each(|value| look(value, document)),
            _ => {}
        }
    }
    look(&DOCUMENT, &DOCUMENT);
}

#[test]
fn ids_are_unique_and_links_refer_to_them() {
    let all = operations::all();
    let ids: BTreeSet<_> = all.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), all.len());
    let mut links = 0;
    for path in DOCUMENT["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            for response in operation["responses"].as_object().unwrap().values() {
                for link in response["links"].as_object().into_iter().flatten() {
                    assert!(ids.contains(link.1["operationId"].as_str().unwrap()));
                    links += 1;
                }
            }
        }
    }
    assert!(links > 20, "{links}");
}

#[test]
fn an_error_example_is_the_same_in_every_operation() {
    let mut seen = BTreeMap::new();
    let needs: BTreeMap<_, _> = routes()
        .map(|route| ((route.method, route.path), route.capability))
        .collect();
    for row in operations::all() {
        for (name, error) in refusals::of(&row, needs[&(row.method, row.path)]) {
            let before = seen.insert(name, error.clone());
            assert!(before.is_none_or(|before| before == error), "{name}");
        }
    }
}

#[test]
fn every_driver_error_is_in_the_document() {
    for error in refusals::driver_errors() {
        let name = error.kind();
        let known = &DOCUMENT["components"]["examples"][name]["value"]["error"];
        assert_eq!(known["message"], error.to_string(), "{name}");
        // No wildcard: a new variant fails to compile here until it is added to the list.
        match error {
            DriverError::NotConnected
            | DriverError::NotAdmin
            | DriverError::NotInGroup
            | DriverError::NoSuchGroup
            | DriverError::DeadInvite
            | DriverError::Refused(_)
            | DriverError::PrivateInvite { .. }
            | DriverError::Conflict(_)
            | DriverError::RateLimited { .. }
            | DriverError::Paced { .. }
            | DriverError::ConnectionLost
            | DriverError::Timeout
            | DriverError::AlreadyPaired
            | DriverError::Other { .. } => {}
        }
    }
    assert_eq!(refusals::driver_errors().len(), 14);
}

#[test]
fn schemas_list_required_fields_and_no_field_is_nullable() {
    let schemas = &DOCUMENT["components"]["schemas"];
    let required = |name: &str| -> BTreeSet<String> {
        let fields = schemas[name]["required"].as_array().unwrap().iter();
        fields
            .map(|field| field.as_str().unwrap().to_owned())
            .collect()
    };
    assert!(required("Session").contains("organizationId"));
    assert!(!required("Session").contains("label"));
    assert_eq!(schemas["SettingsPatch"]["minProperties"], 1);
    assert_eq!(schemas["SettingsPatch"]["additionalProperties"], false);
    assert_eq!(
        schemas["CreateSession"]["properties"]["start"]["type"],
        "boolean"
    );
    assert!(!schemas.to_string().contains("\"null\""), "{schemas:#}");
    let statuses = schemas["SessionStatus"]["enum"].as_array().unwrap();
    assert_eq!(statuses.len(), 6);
}

#[test]
fn the_page_shows_every_operation_and_loads_nothing() {
    let page = page::render(&DOCUMENT);
    let html = std::str::from_utf8(&page.html).unwrap();
    for row in operations::all() {
        assert!(
            html.contains(&format!("<section id=\"{}\">", row.id)),
            "{}",
            row.id
        );
    }
    for forbidden in [
        "<script",
        "<link",
        "<img",
        "src=",
        "url(",
        "@import",
        "style=\"",
        "http-equiv",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert!(
        page.policy
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'; style-src 'sha256-")
    );
}
