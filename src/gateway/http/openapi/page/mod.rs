//! `/docs`: the document as a page without scripts and external resources.
//!
//! Everything on it comes from the document, and every text is escaped; the content security policy
//! allows the page's own style only. Swagger UI, Redoc and the like are scripts of one to several megabytes
//! that draw the same document in the browser, so they would need a policy that allows scripts.

mod html;
mod schema;
mod value;

use axum::body::Bytes;
use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use html::Html;
use serde_json::Value;
use sha2::{Digest, Sha256};
use value::{items, members, text};

const STYLE: &str = include_str!("style.css");
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

pub(crate) struct Page {
    pub html: Bytes,
    /// `Content-Security-Policy`
    pub policy: HeaderValue,
}

pub(super) fn render(document: &Value) -> Page {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let mut html = Html::new();
    whole(&mut html, document);
    Page {
        html: html.into_string().into(),
        // Base64 and words, so always a header.
        policy: HeaderValue::from_str(&policy)
            .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'")),
    }
}

fn whole(html: &mut Html, document: &Value) {
    let title = text(&document["info"]["title"]);
    html.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>");
    html.text(title);
    html.raw("</title><style>");
    html.raw(STYLE);
    html.raw("</style></head><body>");
    let operations = operations(document);
    contents(html, document, &operations);
    html.raw("<main><h1>");
    html.text(title);
    html.raw("</h1>");
    html.prose(text(&document["info"]["description"]));
    html.raw("<p>For programs: <a href=\"/api/v1/openapi.json\">openapi.json</a></p>");
    html.raw("<h2 id=\"callers\">Callers</h2><dl>");
    for (_, scheme) in members(&document["components"]["securitySchemes"]) {
        html.raw("<dt><code>");
        html.text(match text(&scheme["type"]) {
            "http" => "Authorization: Bearer …",
            _ => "x-api-key: …",
        });
        html.raw("</code></dt><dd>");
        html.prose(text(&scheme["description"]));
        html.raw("</dd>");
    }
    html.raw("</dl>");
    for tag in items(&document["tags"]) {
        let name = text(&tag["name"]);
        html.raw("<h2 id=\"");
        html.text(&anchor(name));
        html.raw("\">");
        html.text(name);
        html.raw("</h2>");
        html.prose(text(&tag["description"]));
        for operation in operations
            .iter()
            .filter(|operation| operation.tag() == name)
        {
            operation.render(html, document);
        }
    }
    html.raw("<h2 id=\"schemas\">Schemas</h2>");
    for (name, schema) in members(&document["components"]["schemas"]) {
        schema::section(html, name, schema);
    }
    html.raw("</main></body></html>\n");
}

fn contents(html: &mut Html, document: &Value, operations: &[Operation<'_>]) {
    html.raw("<nav><ul><li><a href=\"#callers\">Callers</a></li>");
    for tag in items(&document["tags"]) {
        let name = text(&tag["name"]);
        html.raw("<li><a href=\"#");
        html.text(&anchor(name));
        html.raw("\">");
        html.text(name);
        html.raw("</a><ul>");
        for operation in operations
            .iter()
            .filter(|operation| operation.tag() == name)
        {
            html.raw("<li><a href=\"#");
            html.text(text(&operation.value["operationId"]));
            html.raw("\">");
            html.text(text(&operation.value["summary"]));
            html.raw("</a></li>");
        }
        html.raw("</ul></li>");
    }
    html.raw("<li><a href=\"#schemas\">Schemas</a></li></ul></nav>");
}

/// An operation where it stands in the document.
struct Operation<'a> {
    method: &'static str,
    path: &'a str,
    value: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    members(&document["paths"])
        .flat_map(|(path, methods)| {
            METHODS.into_iter().filter_map(move |method| {
                let value = methods.get(method)?;
                Some(Operation {
                    method,
                    path,
                    value,
                })
            })
        })
        .collect()
}

impl Operation<'_> {
    fn tag(&self) -> &str {
        text(&self.value["tags"][0])
    }

    fn render(&self, html: &mut Html, document: &Value) {
        html.raw("<section id=\"");
        html.text(text(&self.value["operationId"]));
        html.raw("\"><h3>");
        html.text(text(&self.value["summary"]));
        html.raw("</h3><p class=\"call\"><b class=\"");
        html.raw(self.method);
        html.raw("\">");
        html.text(&self.method.to_uppercase());
        html.raw("</b> <code>");
        html.text(self.path);
        html.raw("</code></p>");
        html.prose(text(&self.value["description"]));
        if self.value["security"].as_array().is_some_and(Vec::is_empty) {
            html.prose("Needs no credentials.");
        }
        self.parameters(html, document);
        let body = &self.value["requestBody"];
        if !body.is_null() {
            html.raw("<h4>Body");
            html.raw(if body["required"] == true {
                ""
            } else {
                " (may be left out)"
            });
            html.raw("</h4>");
            content(html, body, document);
        }
        html.raw("<h4>Answers</h4><dl class=\"answers\">");
        for (status, response) in members(&self.value["responses"]) {
            html.raw("<dt class=\"");
            html.raw(if status.starts_with(['4', '5']) {
                "refused"
            } else {
                "done"
            });
            html.raw("\">");
            html.text(status);
            html.raw("</dt><dd>");
            html.prose(text(&response["description"]));
            content(html, response, document);
            html.raw("</dd>");
        }
        html.raw("</dl></section>");
    }

    fn parameters(&self, html: &mut Html, document: &Value) {
        let parameters = items(&self.value["parameters"]);
        if parameters.is_empty() {
            return;
        }
        html.raw("<h4>Parameters</h4><table>");
        for parameter in parameters {
            let parameter = resolve(parameter, document);
            html.raw("<tr><td><code>");
            html.text(text(&parameter["name"]));
            html.raw("</code></td><td>");
            html.text(text(&parameter["in"]));
            html.raw("</td><td>");
            html.prose(text(&parameter["description"]));
            schema::kind(html, &parameter["schema"]);
            html.raw("</td></tr>");
        }
        html.raw("</table>");
    }
}

/// The schema of a body or an answer, and its examples.
fn content(html: &mut Html, holder: &Value, document: &Value) {
    for (media_type, content) in members(&holder["content"]) {
        // Every refusal has the same body, as the page says at its top.
        if !schema::is_error(&content["schema"]) {
            html.raw("<p><code>");
            html.text(media_type);
            html.raw("</code>: ");
            schema::kind(html, &content["schema"]);
            html.raw("</p>");
        }
        for (_, example) in members(&content["examples"]) {
            let example = resolve(example, document);
            html.raw("<details><summary>");
            let summary = text(&example["summary"]);
            html.text(if summary.is_empty() {
                "example"
            } else {
                summary
            });
            html.raw("</summary><pre>");
            html.text(&format!("{:#}", example["value"]));
            html.raw("</pre></details>");
        }
    }
}

/// Resolves a `$ref`.
fn resolve<'a>(value: &'a Value, document: &'a Value) -> &'a Value {
    let reference = value["$ref"].as_str().and_then(|at| at.strip_prefix('#'));
    reference
        .and_then(|at| document.pointer(at))
        .unwrap_or(value)
}

/// A name as the address of a section.
fn anchor(name: &str) -> String {
    format!("tag-{}", name.to_lowercase().replace(' ', "-"))
}
