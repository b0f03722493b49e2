//! `/api/v1/openapi.json` and `/docs`.

use super::extract::PublicRequest;
use super::respond::{self, Reply};
use axum::http::{HeaderValue, header};

/// `GET /api/v1/openapi.json`
pub(super) async fn json(request: &mut PublicRequest) -> Reply {
    Ok(respond::ready_json(request.server.document.json.clone()))
}

/// `GET /docs`
pub(super) async fn html(request: &mut PublicRequest) -> Reply {
    let page = &request.server.document.page;
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
