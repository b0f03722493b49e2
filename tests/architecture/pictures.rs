//! The README's pictures: small, well-formed, and without anything that a renderer of Markdown refuses.

use std::path::Path;

fn picture(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets")
        .join(name);
    std::fs::read_to_string(file).expect("a picture")
}

/// The first mistake of a document that has elements, attributes and text only.
fn mistake(document: &str) -> Option<String> {
    let mut open = Vec::new();
    let mut rest = document;
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        let is_entity = |after: &str| {
            let known = ["amp;", "lt;", "gt;", "quot;"];
            known.iter().any(|name| after.starts_with(name))
        };
        if let Some(bare) = text.split('&').skip(1).find(|after| !is_entity(after)) {
            return Some(format!("a bare `&` before {bare:?}"));
        }
        let Some(length) = rest[start..].find('>') else {
            return Some("a tag that does not end".to_owned());
        };
        let tag = &rest[start + 1..start + length];
        if !tag.matches('"').count().is_multiple_of(2) {
            return Some(format!("an open quote in {tag:?}"));
        }
        let name = tag.trim_start_matches('/');
        let name = name.split([' ', '/']).next().unwrap_or_default();
        if let Some(closed) = tag.strip_prefix('/') {
            if open.pop() != Some(closed) {
                return Some(format!("`{closed}` is closed and was not open"));
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[start + length + 1..];
    }
    open.pop().map(|name| format!("`{name}` is not closed"))
}

#[test]
fn mistakes_are_found() {
    assert_eq!(mistake("<a><b x=\"1\"/>&amp; text</a>"), None);
    for wrong in ["<a>", "<a></b>", "<a>&</a>", "<a x=\"></a>", "<a"] {
        assert!(mistake(wrong).is_some(), "{wrong}");
    }
}

#[test]
fn the_pictures_are_small_well_formed_and_without_scripts() {
    for name in ["screen.svg", "tour.svg"] {
        let text = picture(name);
        assert!(text.len() < 300_000, "{name}: {} bytes", text.len());
        assert_eq!(mistake(&text), None, "{name}");
        for refused in ["<script", "javascript:", "<foreignObject", "href", "url("] {
            assert!(!text.contains(refused), "{name} contains {refused}");
        }
    }
    let tour = picture("tour.svg");
    assert!(tour.contains("@keyframes") && tour.contains("prefers-reduced-motion"));
}
