//! `/audit` and `/keys`

use super::super::examples;
use super::super::operation::{Operation, Query, Tag};
use crate::api::{Capability, CreateKey, RotateKey, TrimAudit, UpdateKey};
use crate::gateway::Error;
use crate::gateway::engine::{expired_key, too_many_keys};

pub(super) fn operations() -> Vec<Operation> {
    let row = |method, path, id, summary| Operation::new(Tag::Keys, method, path, id, summary);
    vec![
        Operation::new(
            Tag::Audit,
            "GET",
            "/api/v1/audit",
            "listAudit",
            "List who changed what",
        )
        .about("Newest first, a hundred to a page unless `limit` says otherwise.")
        .query(&[Query::Session, Query::Group, Query::Limit, Query::Cursor])
        .gives(
            200,
            "A page of the log.",
            &examples::page(examples::entry()),
        ),
        Operation::new(
            Tag::Audit,
            "GET",
            "/api/v1/audit/head",
            "getAuditHead",
            "Get the end of the log's hash chain",
        )
        .about("Of the caller's organization. The hash of an entry covers the entry and the hash before it: the entry's JSON object without `hash`, with a member `previous` (the hash of the entry before in the organization; 64 zeros for the first), in the canonical form of RFC 8785, as SHA-256 in lower-case hexadecimal digits. Who keeps the head elsewhere can prove later that no entry up to it was changed, removed or added.")
        .gives(200, "The newest entry and its hash.", &examples::head())
        .refuses([("no_organization", Error::NoOrganization)]),
        Operation::new(
            Tag::Audit,
            "POST",
            "/api/v1/audit:trim",
            "trimAudit",
            "Remove old entries of the log",
        )
        .about("Of the caller's organization, written before a time at least seven days ago. An entry `audit.trim` names the last entry that was removed and its hash, on which the first remaining one is chained; without old entries nothing is logged.")
        .takes(&TrimAudit {
            before: examples::THEN,
        })
        .gives(200, "What was removed.", &examples::trimmed())
        .refuses([
            ("no_organization", Error::NoOrganization),
            (
                "too_recent",
                Error::field("before", "must be at least seven days ago"),
            ),
        ]),
        row("GET", "/api/v1/keys", "listKeys", "List the api-keys")
            .about("Oldest first, without their secrets.")
            .gives(200, "The keys.", &examples::page(examples::key()))
            .offers("id", "/data/0/id"),
        row("POST", "/api/v1/keys", "createKey", "Make an api-key")
            .about(
                "With capabilities that the caller has. The secret is returned once.",
            )
            .takes(&CreateKey {
                label: Some("Nightly report".to_owned()),
                capabilities: vec![Capability::Read],
                expires_at: None,
            })
            .gives(201, "The key with its secret.", &examples::created_key())
            .refuses([
                ("no_organization", Error::NoOrganization),
                (
                    "no_capabilities",
                    Error::field("capabilities", "must name at least one"),
                ),
                ("lacks_send", Error::MissingCapability(Capability::Send)),
                ("too_many_keys", too_many_keys()),
            ])
            .offers("id", "/id"),
        row(
            "PATCH",
            "/api/v1/keys/{id}",
            "updateKey",
            "Disable or enable an api-key",
        )
        .about("A disabled key is refused like one that does not exist, and its realtime streams end at once. Enabling needs every capability of the key.")
        .takes(&UpdateKey { disabled: true })
        .gives(200, "The key.", &examples::key())
        .refuses([
            ("no_such_key", Error::NotFound("key")),
            ("lacks_send", Error::MissingCapability(Capability::Send)),
        ]),
        row(
            "POST",
            "/api/v1/keys/{id}:rotate",
            "rotateKey",
            "Give an api-key a new secret",
        )
        .about("The secret is returned once. The old one is invalid at once, its realtime streams included, or after the overlap; of several rotations, only the secret before the last one overlaps. The caller needs every capability of the key.")
        .may_take(&RotateKey {
            overlap_seconds: Some(3600),
        })
        .gives(200, "The key with its new secret.", &examples::created_key())
        .refuses([
            ("no_such_key", Error::NotFound("key")),
            ("lacks_send", Error::MissingCapability(Capability::Send)),
            ("key_expired", expired_key()),
        ]),
        row(
            "DELETE",
            "/api/v1/keys/{id}",
            "deleteKey",
            "Delete an api-key",
        )
        .about("It is refused from then on, and its realtime streams end at once.")
        .becomes(204, "It is gone.")
        .refuses([("no_such_key", Error::NotFound("key"))]),
    ]
}
