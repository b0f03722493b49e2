//! Puts the document together.

use super::examples;
use super::operation::{Answer, Content, Operation, Query, Tag};
use super::schemas::Schemas;
use super::{operations, refusals};
use crate::api::{Capability, ErrorBody, ErrorObject, MEMBER_QUERY_MAX, MEMBER_QUERY_MIN, pattern};
use crate::gateway::Page;
use crate::gateway::http::route::RouteInfo;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const ABOUT: &str = "A gateway to the WhatsApp groups of an organization.

JSON in camelCase and UTF-8. Times are milliseconds since the Unix epoch (UTC). A field whose value is not known is left out. New fields, and new words where words are listed, may come with any version: ignore what you do not know.

Every answer has the header `x-request-id`; the gateway's log knows the request by it. Every answer outside 2xx is an `ErrorBody`: a code for programs, a message for people, details for both. When several errors apply, the first of these is told: 401, 403 for a missing capability, 404 for the session, 400, 501, 404 for the group, 403 for a group that refuses. A path that does not exist is 404 with or without credentials; a path that exists, with another method, is 405 with `Allow`. What belongs to another organization does not exist.

A body is one JSON value of at most 1 MiB. Unknown fields are refused by name, and so is `null`. In a path, `@` may be written as it is or as `%40`.";

/// The whole document.
pub(super) fn document(routes: impl Iterator<Item = RouteInfo>) -> Value {
    let mut schemas = Schemas::new();
    let needs: BTreeMap<_, _> = routes
        .map(|route| ((route.method, route.path), route.capability))
        .collect();
    let all = operations::all();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut refused = BTreeMap::new();
    for operation in &all {
        let capability = needs
            .get(&(operation.method, operation.path))
            .copied()
            .flatten();
        let refusals = refusals::of(operation, capability);
        let entry = entry(operation, capability, &refusals, &all, &mut schemas);
        refused.extend(refusals);
        paths
            .entry(operation.path)
            .or_default()
            .insert(operation.method.to_lowercase(), entry);
    }
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "groupdesk gateway",
            "version": "v1",
            "summary": "WhatsApp groups over HTTP",
            "description": ABOUT,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/", "description": "The gateway that serves this document" }],
        "security": [{ "bearer": [] }, { "apiKey": [] }],
        "tags": Tag::ALL.map(|tag| {
            let (name, about) = tag.words();
            json!({ "name": name, "description": about })
        }),
        "paths": paths,
        "components": {
            "securitySchemes": security(),
            "parameters": parameters(),
            "headers": headers(),
            "examples": refused.into_iter().map(example).collect::<Map<_, _>>(),
            "schemas": schemas.finish(),
        },
    })
}

fn entry(
    operation: &Operation,
    capability: Option<Capability>,
    refusals: &BTreeMap<&'static str, ErrorObject>,
    all: &[Operation],
    schemas: &mut Schemas,
) -> Value {
    let mut entry = json!({
        "operationId": operation.id,
        "tags": [operation.tag.words().0],
        "summary": operation.summary,
        "responses": responses(operation, refusals, all, schemas),
    });
    let needs = capability.map(|capability| format!("Needs the capability `{capability}`."));
    let description: Vec<_> = [Some(operation.description.to_owned()), needs]
        .into_iter()
        .flatten()
        .filter(|paragraph| !paragraph.is_empty())
        .collect();
    if !description.is_empty() {
        entry["description"] = json!(description.join("\n\n"));
    }
    let path = operation.parameters().into_iter().map(str::to_owned);
    let query = operation
        .query
        .iter()
        .map(|query| query_name(*query).to_owned());
    let parameters: Vec<_> = path
        .chain(query)
        .map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }))
        .collect();
    if !parameters.is_empty() {
        entry["parameters"] = json!(parameters);
    }
    if let Some(body) = &operation.body {
        entry["requestBody"] = json!({
            "required": body.required,
            "content": { "application/json": {
                "schema": schemas.request(body.content.schema),
                "examples": { "example": { "value": body.content.example } },
            } },
        });
    }
    if operation.local {
        entry["security"] = json!([{}, { "bearer": [] }, { "apiKey": [] }]);
    } else if capability.is_none() {
        entry["security"] = json!([]);
    }
    entry
}

fn json_content(content: &Content, schemas: &mut Schemas) -> Value {
    json!({ "application/json": {
        "schema": schemas.answer(content.schema),
        "examples": { "example": { "value": content.example } },
    } })
}

fn responses(
    operation: &Operation,
    refusals: &BTreeMap<&'static str, ErrorObject>,
    all: &[Operation],
    schemas: &mut Schemas,
) -> Value {
    let mut responses = Map::new();
    let describe =
        |says| json!({ "description": says, "headers": { "x-request-id": header("RequestId") } });
    let mut success = describe(operation.says);
    match &operation.answer {
        Answer::Json(content) => success["content"] = json_content(content, schemas),
        Answer::Other(media_type) => {
            let kind = if *media_type == "application/json" {
                "object"
            } else {
                "string"
            };
            success["content"] = json!({ *media_type: { "schema": { "type": kind } } });
        }
        Answer::Nothing => {}
    }
    if let Some((parameter, from)) = operation.offers {
        success["links"] = links(operation, parameter, from, all);
    }
    responses.insert(operation.status.to_string(), success);
    if let Some((status, says, content)) = &operation.other {
        let mut other = describe(says);
        other["content"] = json_content(content, schemas);
        responses.insert(status.to_string(), other);
    }
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for (name, error) in refusals {
        by_status.entry(error.code.status()).or_default().push(name);
    }
    for (status, names) in by_status {
        let mut headers = json!({ "x-request-id": header("RequestId") });
        match status {
            401 => headers["www-authenticate"] = header("Authenticate"),
            429 => headers["retry-after"] = header("RetryAfter"),
            503 => headers["retry-after"] = header("MayRetryAfter"),
            _ => {}
        }
        let examples: Map<_, _> = names
            .into_iter()
            .map(|name| {
                let reference = json!({ "$ref": format!("#/components/examples/{name}") });
                (name.to_owned(), reference)
            })
            .collect();
        let response = json!({
            "description": refusal(status),
            "headers": headers,
            "content": { "application/json": { "schema": schemas.error(), "examples": examples } },
        });
        responses.insert(status.to_string(), response);
    }
    Value::Object(responses)
}

/// To the operations below this one's path that need one parameter more, and get it from its answer.
fn links(operation: &Operation, parameter: &str, from: &str, all: &[Operation]) -> Value {
    let own = operation.parameters();
    let mut links = Map::new();
    for target in all {
        let wanted = target.parameters();
        let Some((last, rest)) = wanted.split_last() else {
            continue;
        };
        let below = target.path.strip_prefix(operation.path);
        if *last != parameter
            || rest != own.as_slice()
            || !below.is_some_and(|rest| rest.starts_with("/{"))
        {
            continue;
        }
        let mut parameters: Map<_, _> = own
            .iter()
            .map(|name| ((*name).to_owned(), json!(format!("$request.path.{name}"))))
            .collect();
        parameters.insert(
            parameter.to_owned(),
            json!(format!("$response.body#{from}")),
        );
        links.insert(
            target.id.to_owned(),
            json!({ "operationId": target.id, "parameters": parameters }),
        );
    }
    Value::Object(links)
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

fn example((name, error): (&'static str, ErrorObject)) -> (String, Value) {
    let summary = error.message.clone();
    let value = json!(ErrorBody { error });
    (
        name.to_owned(),
        json!({ "summary": summary, "value": value }),
    )
}

/// The description of a status.
fn refusal(status: u16) -> &'static str {
    match status {
        400 => {
            "`validation_error`: the request is not what it should be; `details.errors` says where."
        }
        401 => "`unauthorized`: no credentials, or none that count. One message for every cause.",
        403 => "`forbidden`: the caller lacks the capability, or the group refuses.",
        404 => "`not_found`: it does not exist, or belongs to another organization.",
        409 => "`conflict`: it goes against how things stand.",
        429 => {
            "`rate_limited`: too many requests, or WhatsApp asks to wait; `details.limit` says which bound was met."
        }
        500 => "`internal`: something is wrong in the gateway; its log says what.",
        501 => "`not_implemented`: the session is not connected.",
        503 => {
            "`gateway_unavailable`: the gateway is shutting down or full, or WhatsApp did not answer in time."
        }
        _ => "Refused.",
    }
}

fn security() -> Value {
    json!({
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "login JWT or api-key",
            "description": "A login JWT of the organization's own frontend, or an api-key (`wa_...`). A JWT of an owner or admin may do everything, one of a member `read`, `send` and `events`; a key what it was made for.",
        },
        "apiKey": {
            "type": "apiKey",
            "in": "header",
            "name": "x-api-key",
            "description": "An api-key, where `Authorization` is taken.",
        },
    })
}

fn headers() -> Value {
    json!({
        "RequestId": {
            "description": "The request's id in the gateway's log.",
            "required": true,
            "schema": { "type": "string", "pattern": pattern::ULID },
        },
        "RetryAfter": {
            "description": "Seconds to wait before the next try.",
            "required": true,
            "schema": { "type": "integer", "minimum": 1 },
        },
        "MayRetryAfter": {
            "description": "Seconds to wait before the next try, where they are known.",
            "schema": { "type": "integer", "minimum": 1 },
        },
        "Authenticate": {
            "description": "How to authenticate.",
            "required": true,
            "schema": { "type": "string", "const": "Bearer" },
        },
    })
}

fn query_name(query: Query) -> &'static str {
    match query {
        Query::Limit => "limit",
        Query::Cursor => "cursor",
        Query::Session => "ofSession",
        Query::Group => "ofGroup",
        Query::Members => "membersBy",
        Query::Ticket => "ticket",
    }
}

fn parameters() -> Value {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let path = |name: &str, about: &str, schema: Value, example: &str| {
        json!({
            "name": name, "in": "path", "required": true,
            "description": about, "schema": schema, "example": example,
        })
    };
    let query = |name: &str, about: &str, schema: Value, example: Value| {
        json!({
            "name": name, "in": "query",
            "description": about, "schema": schema, "example": example,
        })
    };
    let mut ticket = query(
        "ticket",
        "From `POST /api/v1/realtime/ticket`. It is the credential of this call.",
        json!({ "type": "string" }),
        json!(examples::TICKET),
    );
    ticket["required"] = json!(true);
    let mut members = query(
        "query",
        "A part of the name, the number or the LID. Case is ignored.",
        json!({
            "type": "string", "minLength": MEMBER_QUERY_MIN, "maxLength": MEMBER_QUERY_MAX,
            "pattern": pattern::MEMBER_QUERY,
        }),
        json!("sari"),
    );
    members["required"] = json!(true);
    json!({
        "session": path("session", "A session's id.", text(pattern::ULID), examples::SESSION),
        "gid": path("gid", "A group's JID.", text(pattern::GROUP_JID), examples::GROUP),
        "code": path("code", "The code of an invite link.", text(pattern::INVITE_CODE), "AbCdEf1234567890XyZ12"),
        "jid": path("jid", "A person's JID.", text(pattern::MEMBER_JID), examples::MEMBER),
        "id": path("id", "An api-key's id.", text(pattern::ULID), examples::KEY),
        "limit": query(
            "limit",
            "The most entries in a page.",
            json!({ "type": "integer", "minimum": 1, "maximum": Page::MOST }),
            json!(50),
        ),
        "cursor": query(
            "cursor",
            "The `nextCursor` of the page before. Opaque: nothing else is a cursor, and an empty one is none.",
            json!({ "type": "string" }),
            json!(""),
        ),
        "ofSession": query("session", "Only entries about this session.", text(pattern::ULID), json!(examples::SESSION)),
        "ofGroup": query("group", "Only entries about this group.", text(pattern::GROUP_JID), json!(examples::GROUP)),
        "membersBy": members,
        "ticket": ticket,
    })
}
