//! `/api/v1/openapi.json` and `/docs`.

use super::extract::Visit;
use super::respond::{self, Reply};
use axum::http::{HeaderValue, header};

/// `GET /api/v1/openapi.json`
pub(super) async fn json(visit: &mut Visit) -> Reply {
    Ok(respond::ready_json(visit.server.document.json.clone()))
}

/// `GET /docs`
pub(super) async fn html(visit: &mut Visit) -> Reply {
    let page = &visit.server.document.page;
    let mut response = respond::ready_json(page.html.clone());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CONTENT_SECURITY_POLICY, page.policy.clone());
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    Ok(response)
}
