//! The API document, which every answer must match.

use serde_json::Value;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap());

/// The document's entry of a request: the path's template and the operation. `None` for a path or a method that
/// it does not have.
fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let path = path.split('?').next()?.replace("%3A", ":");
    let method = match method {
        "HEAD" => "get".to_owned(),
        other => other.to_lowercase(),
    };
    let paths = DOCUMENT["paths"].as_object()?;
    // A verb is part of the template, so the longest match is the right one.
    let (template, operations) = paths
        .iter()
        .filter(|(template, _)| matches(template, &path))
        .max_by_key(|(template, _)| template.len())?;
    Some((template, operations.get(method)?))
}

fn matches(template: &str, path: &str) -> bool {
    let (wanted, given) = (template.split('/'), path.split('/'));
    wanted.clone().count() == given.clone().count()
        && wanted.zip(given).all(|(wanted, given)| {
            match wanted
                .strip_prefix('{')
                .and_then(|rest| rest.split_once('}'))
            {
                Some((_, verb)) => given.len() > verb.len() && given.ends_with(verb),
                None => wanted == given,
            }
        })
}

/// # Panics
/// The document has the operation, but not this answer to it.
pub fn check(method: &str, path: &str, status: u16, json: &Value) {
    // The document only has methods that a path supports.
    let Some((template, operation)) = operation(method, path).filter(|_| status != 405) else {
        return;
    };
    let response = &operation["responses"][status.to_string()];
    assert!(
        response.is_object(),
        "{method} {template} answers {status}, which docs/openapi.json does not say: {json}"
    );
    let schema = &response["content"]["application/json"]["schema"];
    if method != "HEAD" && schema.is_object() {
        keep(schema, json, &format!("{method} {template} {status}"));
    }
}

/// The part of JSON Schema for objects: required fields, optional fields, enumerations.
fn keep(schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = DOCUMENT.pointer(&reference[1..]);
        return keep(target.expect("a reference leads somewhere"), value, at);
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at} is {value}, not of {words:?}");
    }
    if let Some(kind) = schema["type"].as_str() {
        let is = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        assert_eq!(is, kind, "{at}: {value}");
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        assert!(value.get(name).is_some(), "{at} lacks {name}: {value}");
    }
    if let Some(known) = schema["properties"].as_object() {
        for (name, value) in value.as_object().into_iter().flatten() {
            let known = known.get(name);
            let known = known.unwrap_or_else(|| panic!("{at} does not tell of {name}: {value}"));
            keep(known, value, &format!("{at}.{name}"));
        }
    }
    for value in value.as_array().into_iter().flatten() {
        keep(&schema["items"], value, &format!("{at}[]"));
    }
}
