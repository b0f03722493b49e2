//! Reading a JSON object field by field: all faults are collected, unknown fields are refused by
//! name, `null` is a wrong type. Domain types and use cases validate the values.

use super::body::{FAULTS_MAX, invalid};
use crate::api::{EpochMillis, FieldError, PARTICIPANTS_MAX};
use crate::gateway::Error;
use crate::gateway::domain::MemberJid;
use serde_json::{Map, Value};

/// An object being read.
pub(super) struct Fields {
    object: Map<String, Value>,
    known: Vec<&'static str>,
    faults: Vec<FieldError>,
}

impl Fields {
    /// # Errors
    /// The body is not an object.
    pub(super) fn of(body: Value) -> Result<Self, Error> {
        match body {
            Value::Object(object) => Ok(Self {
                object,
                known: Vec::new(),
                faults: Vec::new(),
            }),
            _ => Err(Error::field("", "the body must be a JSON object")),
        }
    }

    /// An optional field. `None` also when it is invalid, which [`Fields::finish`] reports.
    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        self.known.push(name);
        match read(&self.object.remove(name)?) {
            Ok(value) => Some(value),
            Err(message) => {
                self.fault(name, message);
                None
            }
        }
    }

    /// A required field. `None` when it is absent or invalid.
    pub(super) fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        if !self.object.contains_key(name) {
            self.fault(name, "is required".to_owned());
        }
        self.optional(name, read)
    }

    fn fault(&mut self, field: &str, message: String) {
        self.faults.push(FieldError {
            field: field.to_owned(),
            message,
        });
    }

    /// The result (`None` if a required field was missing).
    ///
    /// # Errors
    /// Every fault of the body at once.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Result<T, Error> {
        let allowed = self.known.join(", ");
        for (name, _) in std::mem::take(&mut self.object)
            .into_iter()
            .take(FAULTS_MAX)
        {
            self.fault(&name, format!("unknown field; allowed are {allowed}"));
        }
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(invalid(self.faults)),
        }
    }
}

pub(super) fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "must be a string".to_owned())
}

pub(super) fn owned_text(value: &Value) -> Result<String, String> {
    text(value).map(str::to_owned)
}

pub(super) fn flag(value: &Value) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| "must be true or false".to_owned())
}

/// `true`, and nothing else.
pub(super) fn confirmed(value: &Value) -> Result<(), String> {
    flag(value)?
        .then_some(())
        .ok_or_else(|| "must be true, or left out".to_owned())
}

/// An array, each member read by `read`.
pub(super) fn array<T>(
    value: &Value,
    read: impl Fn(&Value) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    value
        .as_array()
        .ok_or_else(|| "must be an array".to_owned())?
        .iter()
        .enumerate()
        .map(|(at, value)| read(value).map_err(|message| format!("[{at}] {message}")))
        .collect()
}

/// Members' JIDs, each once, in the order given.
pub(super) fn participants(value: &Value) -> Result<Vec<MemberJid>, String> {
    let jids = array(value, |jid| {
        MemberJid::parse(text(jid)?).map_err(|fault| fault.0)
    })?;
    if jids.len() > PARTICIPANTS_MAX {
        return Err(format!("must hold at most {PARTICIPANTS_MAX} JIDs"));
    }
    let mut seen = std::collections::HashSet::with_capacity(jids.len());
    Ok(jids
        .into_iter()
        .filter(|jid| seen.insert(jid.clone()))
        .collect())
}

/// A whole number. JSON has one kind of numbers, so `2.0` is as whole as `2`.
fn whole(value: &Value) -> Option<i64> {
    /// Up to here every integer has an exact floating-point value.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
    })
}

/// A time in epoch milliseconds.
pub(super) fn time(value: &Value) -> Result<EpochMillis, String> {
    whole(value).ok_or_else(|| "must be a time in epoch milliseconds".to_owned())
}

/// A length of time in whole seconds.
pub(super) fn seconds(value: &Value) -> Result<u32, String> {
    whole(value)
        .and_then(|seconds| seconds.try_into().ok())
        .ok_or_else(|| "must be a whole number of seconds".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_whole_number_may_have_a_decimal_point() {
        for (value, read) in [
            (json!(1258), Some(1258)),
            (json!(1258.0), Some(1258)),
            (json!(1.258e3), Some(1258)),
            (json!(-0.0), Some(0)),
            (json!(1258.5), None),
            (json!(-1.0), None),
            (json!(1e300), None),
            (json!("1258"), None),
            (json!(true), None),
        ] {
            assert_eq!(seconds(&value).ok(), read, "{value}");
        }
        assert_eq!(time(&json!(1_794_823_200_000_i64)), Ok(1_794_823_200_000));
        assert_eq!(time(&json!(1_794_823_200_000.0)), Ok(1_794_823_200_000));
    }
}
