//! One operation of the document, and its builder.

use crate::gateway::Error;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

/// The tags that group the operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Sessions,
    Groups,
    Invites,
    Members,
    Requests,
    Schedules,
    Realtime,
    Audit,
    Keys,
    Operation,
}

impl Tag {
    pub(super) const ALL: [Self; 10] = [
        Self::Sessions,
        Self::Groups,
        Self::Invites,
        Self::Members,
        Self::Requests,
        Self::Schedules,
        Self::Realtime,
        Self::Audit,
        Self::Keys,
        Self::Operation,
    ];

    /// Its name and a sentence about it.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Sessions => (
                "Sessions",
                "WhatsApp accounts that the gateway keeps connected: their state, and linking them to a phone.",
            ),
            Self::Groups => (
                "Groups",
                "The groups of a session and their settings. Reading comes from the store and needs no connection; changing needs the status `working`.",
            ),
            Self::Invites => (
                "Invite links",
                "The current link of a group, a new one, and joining by one. Links are asked of WhatsApp each time, because an old one may be dead.",
            ),
            Self::Members => ("Members", "Who is in a group, and with which role."),
            Self::Requests => (
                "Requests to join",
                "Who asked to join a group, where an admin has to let people in. An extension.",
            ),
            Self::Schedules => (
                "Opening hours",
                "When a group is open: at other times only admins can post. The gateway opens and closes it, so it must run at these times. An extension.",
            ),
            Self::Realtime => (
                "Realtime",
                "What happens, as it happens, over a WebSocket that is opened with a ticket.",
            ),
            Self::Audit => (
                "Audit log",
                "Who changed what, and how it went. An extension.",
            ),
            Self::Keys => (
                "Api-keys",
                "Keys of the caller's organization. An extension.",
            ),
            Self::Operation => (
                "Running it",
                "Whether the gateway is up, how it does, and what you are reading.",
            ),
        }
    }
}

/// Which systems an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Reach {
    /// Memory and the store.
    Stored,
    /// WhatsApp, about the account.
    Account,
    /// WhatsApp, about a group that the account must be in.
    Group,
    /// WhatsApp, about a group that the account must be an admin of.
    Admin,
    /// No operation's: of errors that only some operations meet, whose rows name them.
    Named,
}

/// A JSON body: its schema and an example, both of one type.
pub(super) struct Content {
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    pub example: Value,
}

impl Content {
    fn of<T: Serialize + JsonSchema>(example: &T) -> Self {
        Self {
            schema: SchemaGenerator::subschema_for::<T>,
            // The types of the wire are structs of texts, numbers and lists, which always serialize.
            example: serde_json::to_value(example).unwrap_or_default(),
        }
    }
}

/// The success response.
pub(super) enum Answer {
    Json(Content),
    /// Of this media type; too large, or too alive, for a schema.
    Other(&'static str),
    Nothing,
}

pub(super) struct Body {
    pub content: Content,
    pub required: bool,
}

/// A parameter of the query.
#[derive(Debug, Clone, Copy)]
pub(super) enum Query {
    Limit,
    Cursor,
    Session,
    Group,
    Members,
    Ticket,
}

pub(super) struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub id: &'static str,
    pub tag: Tag,
    pub summary: &'static str,
    pub description: &'static str,
    pub reach: Reach,
    /// Needs no credentials on the gateway's own machine.
    pub local: bool,
    pub query: Vec<Query>,
    pub body: Option<Body>,
    pub status: u16,
    pub says: &'static str,
    pub answer: Answer,
    /// Another success: its status, what that means, and an example of the same type.
    pub other: Option<(u16, &'static str, Content)>,
    /// Errors beyond those that follow from the other fields, by the name of the example.
    pub refusals: Vec<(&'static str, Error)>,
    /// A path parameter of other operations, and where it stands in this one's answer.
    pub offers: Option<(&'static str, &'static str)>,
}

impl Operation {
    pub(super) fn new(
        tag: Tag,
        method: &'static str,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            id,
            tag,
            summary,
            description: "",
            reach: Reach::Stored,
            local: false,
            query: Vec::new(),
            body: None,
            status: 204,
            says: "Done.",
            answer: Answer::Nothing,
            other: None,
            refusals: Vec::new(),
            offers: None,
        }
    }

    pub(super) fn about(self, description: &'static str) -> Self {
        Self {
            description,
            ..self
        }
    }

    pub(super) fn reaches(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    pub(super) fn open_on_its_own_machine(self) -> Self {
        Self {
            local: true,
            ..self
        }
    }

    pub(super) fn query(self, query: &[Query]) -> Self {
        Self {
            query: query.to_vec(),
            ..self
        }
    }

    pub(super) fn takes<T: Serialize + JsonSchema>(self, example: &T) -> Self {
        self.body(example, true)
    }

    /// An optional body.
    pub(super) fn may_take<T: Serialize + JsonSchema>(self, example: &T) -> Self {
        self.body(example, false)
    }

    fn body<T: Serialize + JsonSchema>(self, example: &T, required: bool) -> Self {
        let content = Content::of(example);
        Self {
            body: Some(Body { content, required }),
            ..self
        }
    }

    pub(super) fn gives<T: Serialize + JsonSchema>(
        self,
        status: u16,
        says: &'static str,
        example: &T,
    ) -> Self {
        Self {
            status,
            says,
            answer: Answer::Json(Content::of(example)),
            ..self
        }
    }

    pub(super) fn or_gives<T: Serialize + JsonSchema>(
        self,
        status: u16,
        says: &'static str,
        example: &T,
    ) -> Self {
        Self {
            other: Some((status, says, Content::of(example))),
            ..self
        }
    }

    pub(super) fn gives_other(
        self,
        status: u16,
        says: &'static str,
        media_type: &'static str,
    ) -> Self {
        Self {
            status,
            says,
            answer: Answer::Other(media_type),
            ..self
        }
    }

    pub(super) fn becomes(self, status: u16, says: &'static str) -> Self {
        Self {
            status,
            says,
            answer: Answer::Nothing,
            ..self
        }
    }

    pub(super) fn refuses(self, refusals: impl IntoIterator<Item = (&'static str, Error)>) -> Self {
        Self {
            refusals: refusals.into_iter().collect(),
            ..self
        }
    }

    pub(super) fn offers(self, parameter: &'static str, from: &'static str) -> Self {
        Self {
            offers: Some((parameter, from)),
            ..self
        }
    }

    /// The names of the path's parameters, in order.
    pub(super) fn parameters(&self) -> Vec<&'static str> {
        self.path
            .split('/')
            .filter_map(|piece| Some(piece.strip_prefix('{')?.split_once('}')?.0))
            .collect()
    }
}
