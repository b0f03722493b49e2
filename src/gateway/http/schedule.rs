//! `/sessions/{session}/groups/{gid}/schedule` and `/schedules`: opening hours (an extension).

use super::extract::AuthedRequest;
use super::fields::{array, owned_text, text};
use super::respond::{self, Reply};
use crate::api::{PutSchedule, ScheduleRule, Weekday};
use serde_json::Value;

pub(super) async fn list(request: &mut AuthedRequest) -> Reply {
    respond::list(request.engine.list_schedules(&request.caller)?)
}

pub(super) async fn get(request: &mut AuthedRequest) -> Reply {
    let (session, group) = request.session_and_group()?;
    respond::ok(&request.engine.schedule(&session, &group).await?)
}

pub(super) async fn put(request: &mut AuthedRequest) -> Reply {
    let (session, group) = request.session_and_group()?;
    let mut fields = request.fields().await?;
    let zone = fields.required("zone", owned_text);
    let rules = fields.required("rules", |rules| array(rules, rule));
    let body = zone.zip(rules);
    let body = fields.finish(body.map(|(zone, rules)| PutSchedule { zone, rules }))?;
    let set = request
        .engine
        .set_schedule(&request.caller, &session, &group, body);
    respond::ok(&set.await?)
}

pub(super) async fn clear(request: &mut AuthedRequest) -> Reply {
    let (session, group) = request.session_and_group()?;
    request
        .engine
        .clear_schedule(&request.caller, &session, &group)
        .await?;
    Ok(respond::no_content())
}

/// A rule of the right form; its values are checked with the others.
fn rule(value: &Value) -> Result<ScheduleRule, String> {
    let object = value.as_object().ok_or("must be an object")?;
    if let Some(unknown) = object
        .keys()
        .find(|name| !["days", "open", "close"].contains(&name.as_str()))
    {
        return Err(format!(
            "unknown field {unknown:?}; allowed are days, open, close"
        ));
    }
    let member = |name: &'static str| object.get(name).ok_or(format!("{name} is required"));
    let time = |name| {
        text(member(name)?)
            .map(str::to_owned)
            .map_err(|fault| format!("{name} {fault}"))
    };
    let day = |value: &Value| {
        let word = text(value)?;
        let mut days = Weekday::ALL.into_iter();
        days.find(|day| day.as_str() == word)
            .ok_or_else(|| "must be one of mon, tue, wed, thu, fri, sat, sun".to_owned())
    };
    Ok(ScheduleRule {
        days: array(member("days")?, day).map_err(|fault| format!("days{fault}"))?,
        open: time("open")?,
        close: time("close")?,
    })
}
