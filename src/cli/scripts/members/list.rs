//! `groupdesk members list`

use super::arguments::List;
use crate::api::GroupMember;
use crate::cli::output::{
    CallKind, Column, CommandError, ListFormat, Table, csv_text, print_list, time,
};
use crate::cli::scripts::context::{CommandContext, left_out};
use crate::cli::scripts::find::Found;
use crate::cli::scripts::named_group::NamedGroup;
use crate::console::{phone, words};
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    group: NamedGroup<'a>,
    members: &'a [GroupMember],
}

impl CommandContext<'_> {
    pub(super) async fn list_members(&self, list: &List) -> Result<(), CommandError> {
        let found = self
            .find(&list.which.group, list.which.session.as_deref())
            .await?;
        let members = self.members_of(&found).await?;
        let document = || Document {
            group: (&found).into(),
            members: &members,
        };
        print_list(
            list.format,
            document,
            |format| csv(&members, format),
            || table(&members),
        )
    }

    /// The stored members of a group.
    pub(in crate::cli::scripts) async fn members_of(
        &self,
        found: &Found,
    ) -> Result<Vec<GroupMember>, CommandError> {
        let (session, group) = (&found.session.id, &found.group.group_jid);
        let members = self.client.members(session, group).await;
        let members = members.map_err(|error| CommandError::of_call(error, CallKind::Stored))?;
        left_out(members.unreadable, "member", "members");
        Ok(members.rows)
    }
}

fn via(member: &GroupMember) -> &'static str {
    member.joined_via.map_or("", |via| via.as_str())
}

/// A gateway that does not say it leaves 0.
fn since(member: &GroupMember) -> String {
    match member.first_seen_at {
        0 => String::new(),
        at => time(at),
    }
}

fn table(members: &[GroupMember]) -> Table {
    phone::load();
    let mut table = Table::new(&[
        Column::name("NAME"),
        Column::text("NUMBER"),
        Column::text("ROLE"),
        Column::text("JOINED"),
        Column::text("SINCE"),
        Column::text("ID"),
    ]);
    for member in members {
        let number = member.phone_number.as_deref();
        table.row([
            member.name.clone().unwrap_or_default(),
            number.map(words::phone).unwrap_or_default(),
            member.role.as_str().to_owned(),
            via(member).to_owned(),
            since(member),
            member.lid.clone(),
        ]);
    }
    table
}

fn csv(members: &[GroupMember], format: ListFormat) -> String {
    let rows = members.iter().map(|member| {
        [
            member.lid.clone(),
            member.name.clone().unwrap_or_default(),
            member.phone_number.clone().unwrap_or_default(),
            member.role.as_str().to_owned(),
            via(member).to_owned(),
            since(member),
        ]
    });
    let header = [
        "lid",
        "name",
        "phoneNumber",
        "role",
        "joinedVia",
        "firstSeenAt",
    ];
    csv_text(format, header, rows)
}
