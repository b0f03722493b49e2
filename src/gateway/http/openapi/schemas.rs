//! The schemas of the wire types.

use crate::api::{
    AuthCodePayload, AuthQrPayload, Capability, Envelope, ErrorBody, FieldError,
    GroupParticipantPayload, GroupUpdatePayload, Reason, SessionStatus, SessionStatusPayload,
};
use crate::gateway::budget::BudgetKind;
use crate::gateway::error::Limit;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// The JSON pointer of the components.
const COMPONENTS: &str = "/components/schemas";

/// Collects the schemas that the operations ask for.
pub(super) struct Schemas {
    /// Requests: fields with a default are optional.
    requests: SchemaGenerator,
    /// Answers: only fields that can be skipped are optional.
    answers: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = COMPONENTS.into();
                settings.meta_schema = None;
            })
        };
        let mut answers = settings().for_serialize().into_generator();
        // Types of the stream, which no operation returns.
        answers.subschema_for::<Envelope>();
        answers.subschema_for::<SessionStatusPayload>();
        answers.subschema_for::<AuthQrPayload>();
        answers.subschema_for::<AuthCodePayload>();
        answers.subschema_for::<GroupUpdatePayload>();
        answers.subschema_for::<GroupParticipantPayload>();
        Self {
            requests: settings().for_deserialize().into_generator(),
            answers,
        }
    }

    pub(super) fn request(&mut self, schema: fn(&mut SchemaGenerator) -> Schema) -> Value {
        plain(schema(&mut self.requests))
    }

    pub(super) fn answer(&mut self, schema: fn(&mut SchemaGenerator) -> Schema) -> Value {
        plain(schema(&mut self.answers))
    }

    pub(super) fn error(&mut self) -> Value {
        self.answer(SchemaGenerator::subschema_for::<ErrorBody>)
    }

    /// All schemas used so far, by name.
    pub(super) fn finish(mut self) -> Map<String, Value> {
        let details = self.details();
        let mut all = self.requests.take_definitions(true);
        all.extend(self.answers.take_definitions(true));
        let mut all: Map<_, _> = all
            .into_iter()
            .map(|(name, mut schema)| {
                tidy(&mut schema);
                (name, schema)
            })
            .collect();
        if let Some(known) = all
            .get_mut("ErrorObject")
            .and_then(|error| error.pointer_mut("/properties/details"))
        {
            *known = details;
        }
        all
    }

    /// The fields of an error's `details`: a map in the types, because other gateways may send
    /// anything.
    fn details(&mut self) -> Value {
        let reason = self.answer(SchemaGenerator::subschema_for::<Reason>);
        let capability = self.answer(SchemaGenerator::subschema_for::<Capability>);
        let fault = self.answer(SchemaGenerator::subschema_for::<FieldError>);
        let status = self.answer(SchemaGenerator::subschema_for::<SessionStatus>);
        let about = |schema: Value, text: &str| {
            let mut schema = schema;
            schema["description"] = json!(text);
            schema
        };
        json!({
            "type": "object",
            "description": "More for programs. Which members there are depends on the code.",
            "properties": {
                "reason": about(reason, "A word that is finer than the code."),
                "capability": about(capability, "What the caller lacks (`forbidden`)."),
                "status": about(
                    status,
                    "The status of the session that is not connected (`not_implemented`).",
                ),
                "statusReason": {
                    "type": "string",
                    "description": "The reason of the status, if known (`not_implemented`).",
                },
                "errors": {
                    "type": "array",
                    "items": fault,
                    "description": "What is wrong with the request, field by field (`validation_error`).",
                },
                "retryAfterSeconds": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "As in the header `Retry-After` (`rate_limited`).",
                },
                "limit": {
                    "type": "string",
                    "enum": limits(),
                    "description": "Which of the gateway's own bounds was met (`rate_limited`).",
                },
                "applied": {
                    "type": "array",
                    "items": { "type": "string" },
                    "description": "What stays done although the whole was not: settings of a PATCH, JIDs, or a word for the change (`invite`, `join`, `leave`, `create`).",
                },
                "failed": {
                    "description": "What was refused: the setting of a PATCH, or the JIDs with a message each.",
                },
                "notAttempted": {
                    "type": "array",
                    "items": { "type": "string" },
                    "description": "The settings of a PATCH that were never tried.",
                },
                "whatsappCode": {
                    "type": "integer",
                    "description": "WhatsApp's own code of an error that has no other word.",
                },
            },
        })
    }
}

fn plain(schema: Schema) -> Value {
    let mut schema = schema.to_value();
    tidy(&mut schema);
    schema
}

/// Adapts a schema to the wire format: no field is ever `null` (unknown fields are left out, `null`
/// is refused), and unit variants become one enumeration.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            // Defaults of deserialization are not part of the wire format.
            object.remove("default");
            without_null(object);
            one_enumeration(object);
            unwrapped(object);
            object.values_mut().for_each(tidy);
        }
        Value::Array(values) => values.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}

fn without_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            object.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(options)) = object.get_mut("anyOf") {
        options.retain(|option| !is_null(option));
        if let [one] = options.as_mut_slice() {
            let one = one.take();
            object.remove("anyOf");
            if let Value::Object(one) = one {
                for (name, value) in one {
                    object.entry(name).or_insert(value);
                }
            }
        }
    }
}

/// Turns one schema per word into one for all, whose description explains them.
fn one_enumeration(object: &mut Map<String, Value>) {
    let several = ["oneOf", "anyOf"];
    let Some((kind, Value::Array(options))) = several
        .into_iter()
        .find_map(|kind| Some((kind, object.get(kind)?)))
    else {
        return;
    };
    let mut words = Vec::new();
    let mut meanings = Vec::new();
    for option in options {
        if let Some(word) = option["const"].as_str() {
            words.push(json!(word));
            if let Some(meaning) = option["description"].as_str() {
                meanings.push(format!("`{word}`: {}", lines(meaning)));
            }
        } else if let (Some(several), None) = (option["enum"].as_array(), option.get("description"))
        {
            words.extend(several.iter().cloned());
        } else {
            return;
        }
    }
    if let Some(about) = object.get("description").and_then(Value::as_str) {
        meanings.insert(0, about.to_owned());
    }
    object.remove(kind);
    object.insert("type".to_owned(), json!("string"));
    object.insert("enum".to_owned(), Value::Array(words));
    if !meanings.is_empty() {
        object.insert("description".to_owned(), json!(meanings.join("\n\n")));
    }
}

/// Comments are broken into lines where the source ends; paragraphs stay.
fn unwrapped(object: &mut Map<String, Value>) {
    if let Some(Value::String(text)) = object.get_mut("description") {
        *text = text
            .split("\n\n")
            .map(lines)
            .collect::<Vec<_>>()
            .join("\n\n");
    }
}

fn lines(paragraph: &str) -> String {
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The values of `details.limit`.
fn limits() -> Vec<&'static str> {
    let limits = Limit::ALL.into_iter().map(Limit::as_str);
    let budgets = BudgetKind::ALL.into_iter().map(BudgetKind::as_str);
    limits.chain(budgets).collect()
}
