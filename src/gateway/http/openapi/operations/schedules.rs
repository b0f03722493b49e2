//! `/sessions/{session}/groups/{gid}/schedule` and `/schedules`

use super::super::examples;
use super::super::operation::{Operation, Tag};
use super::super::refusals::no_stored_group;
use crate::api::PutSchedule;
use crate::gateway::Error;
use crate::gateway::engine::{too_many_schedules, unknown_zone};

pub(super) fn operations() -> Vec<Operation> {
    let row = |method, path, id, summary| Operation::new(Tag::Schedules, method, path, id, summary);
    vec![
        row(
            "GET",
            "/api/v1/sessions/{session}/groups/{gid}/schedule",
            "getSchedule",
            "Get a group's opening hours",
        )
        .about("Without `zone` and with no rules where the group has none. `lastOutcome` tells how the last attempt went: a refusal is tried again after 1, 5 and 30 minutes, then at the next change; while the session is not connected, nothing is tried.")
        .gives(200, "The opening hours.", &examples::schedule())
        .refuses([no_stored_group()]),
        row(
            "PUT",
            "/api/v1/sessions/{session}/groups/{gid}/schedule",
            "putSchedule",
            "Set a group's opening hours",
        )
        .about("They replace those that it has. What they say of now is applied at once: `announce` is off while the group is open, on while it is closed. A change of `announce` by hand holds until the next opening or closing. Of times that were missed, only the last counts. A local time that the clock skips is as much later as the clock is set forward; one that comes twice is the first of the two.")
        .takes(&PutSchedule {
            zone: "Europe/Berlin".to_owned(),
            rules: examples::schedule().rules,
        })
        .gives(200, "The opening hours.", &examples::schedule())
        .refuses([
            no_stored_group(),
            ("unknown_zone", unknown_zone()),
            (
                "overlapping_rules",
                Error::field("rules[1]", "overlaps rules[0]"),
            ),
            ("too_many_schedules", too_many_schedules()),
        ]),
        row(
            "DELETE",
            "/api/v1/sessions/{session}/groups/{gid}/schedule",
            "deleteSchedule",
            "Remove a group's opening hours",
        )
        .about("The group stays open or closed as it is.")
        .becomes(204, "It has none.")
        .refuses([no_stored_group()]),
        row(
            "GET",
            "/api/v1/schedules",
            "listSchedules",
            "List the groups with opening hours",
        )
        .about("By session and group.")
        .gives(
            200,
            "The opening hours.",
            &examples::page(examples::scheduled()),
        ),
    ]
}
