//! Rendering schemas.

use super::html::Html;
use super::value::{items, members, text};
use serde_json::Value;

/// A named schema: what it is about and its fields.
pub(super) fn section(html: &mut Html, name: &str, schema: &Value) {
    html.raw("<section id=\"schema-");
    html.text(name);
    html.raw("\"><h3>");
    html.text(name);
    html.raw("</h3>");
    html.prose(text(&schema["description"]));
    let required = items(&schema["required"]);
    let mut fields = members(&schema["properties"]).peekable();
    if fields.peek().is_none() {
        html.raw("<p>");
        kind(html, schema);
        html.raw("</p></section>");
        return;
    }
    html.raw("<table>");
    for (field, schema) in fields {
        html.raw("<tr><td><code>");
        html.text(field);
        html.raw("</code></td><td>");
        html.raw(if required.iter().any(|name| name == field) {
            "always"
        } else {
            ""
        });
        html.raw("</td><td>");
        html.prose(text(&schema["description"]));
        kind(html, schema);
        html.raw("</td></tr>");
    }
    html.raw("</table></section>");
}

/// A one-line description of a value.
pub(super) fn kind(html: &mut Html, schema: &Value) {
    html.raw("<span class=\"kind\">");
    words(html, schema);
    html.raw("</span>");
}

fn words(html: &mut Html, schema: &Value) {
    if let Some(name) = reference(schema) {
        html.raw("<a href=\"#schema-");
        html.text(name);
        html.raw("\">");
        html.text(name);
        html.raw("</a>");
        return;
    }
    if let Some(options) = schema["anyOf"].as_array() {
        for (at, option) in options.iter().enumerate() {
            html.raw(if at == 0 { "" } else { " or " });
            words(html, option);
        }
        return;
    }
    if schema["type"] == "array" {
        html.raw("list of ");
        words(html, &schema["items"]);
    } else {
        html.text(schema["type"].as_str().unwrap_or("anything"));
    }
    for (at, word) in items(&schema["enum"]).iter().enumerate() {
        html.raw(if at == 0 { ": <code>" } else { ", <code>" });
        html.text(text(word));
        html.raw("</code>");
    }
    for (limit, name) in [
        ("format", ", "),
        ("minimum", ", at least "),
        ("maximum", ", at most "),
        ("minLength", ", characters at least "),
        ("maxLength", ", characters at most "),
        ("minItems", ", entries at least "),
        ("maxItems", ", entries at most "),
        ("minProperties", ", fields at least "),
    ] {
        if let Some(value) = schema.get(limit) {
            html.raw(name);
            html.text(
                &value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
            );
        }
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        html.raw(", like <code>");
        html.text(pattern);
        html.raw("</code>");
    }
}

/// Whether it is the error body.
pub(super) fn is_error(schema: &Value) -> bool {
    reference(schema) == Some("ErrorBody")
}

fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"]
        .as_str()?
        .strip_prefix("#/components/schemas/")
}
