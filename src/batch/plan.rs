//! Planning a batch: what will be sent for each group, or why nothing can be.
//!
//! A row is skipped only for what is known to fail; what WhatsApp might allow is sent.

use super::change::{Change, Step};
use crate::api::{
    Group, Session, SessionRole, Setting, SettingField, check_description, check_subject,
};
use crate::text::clean_line;
use std::collections::HashSet;

/// A group of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The session's id.
    pub session: String,
    /// The group's JID.
    pub group: String,
    /// Its subject, cleaned; its JID where it has none.
    pub name: String,
}

/// A marked group, as the gateway's rows show it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub session: &'a Session,
    pub group: &'a Group,
}

/// A row of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    pub target: Target,
    pub plan: RowPlan,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowPlan {
    Send {
        step: Step,
        /// The text that is replaced, where the step replaces one: the row is not sent if the group has another
        /// one by then.
        old: Option<String>,
    },
    /// Why nothing can be sent, in words such as "not an admin".
    Skip(String),
}

/// What a batch will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub change: Change,
    pub rows: Vec<PlannedRow>,
}

impl Plan {
    /// How many rows will be sent.
    #[must_use]
    pub fn sent(&self) -> usize {
        let is_sent = |row: &&PlannedRow| matches!(row.plan, RowPlan::Send { .. });
        self.rows.iter().filter(is_sent).count()
    }
}

/// Plans a change for groups, in their order. A group that is marked in several accounts is changed through the
/// first one that can.
#[must_use]
pub fn plan<'a>(change: &Change, groups: impl IntoIterator<Item = Candidate<'a>>) -> Plan {
    let mut taken = HashSet::new();
    let rows = groups.into_iter().map(|candidate| {
        let Candidate { session, group } = candidate;
        let subject = group.subject.as_deref().map(clean_line);
        let name = match subject.as_deref().map(str::trim) {
            None | Some("") => clean_line(&group.group_jid).into_owned(),
            Some(subject) => subject.to_owned(),
        };
        PlannedRow {
            target: Target {
                session: session.id.clone(),
                group: group.group_jid.clone(),
                name,
            },
            plan: match step(change, session, group) {
                Ok(_) if !taken.insert(group.group_jid.as_str()) => {
                    RowPlan::Skip("it is done through another account".to_owned())
                }
                Ok((step, old)) => RowPlan::Send { step, old },
                Err(why) => RowPlan::Skip(why),
            },
        }
    });
    Plan {
        change: change.clone(),
        rows: rows.collect(),
    }
}

/// What is sent for a group, with the text that it replaces.
///
/// # Errors
/// Why nothing can be sent.
fn step(
    change: &Change,
    session: &Session,
    group: &Group,
) -> Result<(Step, Option<String>), String> {
    if session.status.is_disconnected() {
        return Err("the account is not connected".to_owned());
    }
    match change {
        Change::Reset => {
            needs_admin(group)?;
            Ok((Step::Reset, None))
        }
        Change::Set(setting) => {
            may_change(group, setting.field())?;
            if is_current(group) && is_so(group, setting) == Some(true) {
                return Err("it is so already".to_owned());
            }
            let old = match setting {
                Setting::Subject(_) => Some(group.subject.clone().unwrap_or_default()),
                Setting::Description(_) => Some(group.description.clone().unwrap_or_default()),
                _ => None,
            };
            Ok((Step::Set(setting.clone()), old))
        }
        Change::AppendDescription(text) => {
            may_change(group, SettingField::Description)?;
            let old = known_text(group, group.description.as_ref(), "description")?;
            if old == *text || old.ends_with(&format!("\n{text}")) {
                return Err("the description ends with it already".to_owned());
            }
            let new = match old.trim_end() {
                "" => text.clone(),
                kept => format!("{kept}\n{text}"),
            };
            let new =
                check_description(&new).map_err(|fault| format!("the description {fault}"))?;
            Ok((Step::Set(Setting::Description(new)), Some(old)))
        }
        Change::ReplaceInSubject { find, with } => {
            may_change(group, SettingField::Subject)?;
            let old = known_text(group, group.subject.as_ref(), "name")?;
            if find.is_empty() || !old.contains(find.as_str()) {
                return Err("the name does not have the text".to_owned());
            }
            let new = old.replace(find.as_str(), with);
            let new = check_subject(&new).map_err(|fault| format!("the name {fault}"))?;
            if new == old {
                return Err("it is so already".to_owned());
            }
            Ok((Step::Set(Setting::Subject(new)), Some(old)))
        }
    }
}

/// Whether the gateway keeps the group's row as WhatsApp has it. Gateways of our own kind do, which know the account's role in
/// every group; the public one answers a change with 204 and goes on to report the old texts and switches.
pub(super) fn is_current(group: &Group) -> bool {
    group.my_role.is_some()
}

/// A text of the group that a part is added to or replaced in: what is not known would be lost.
fn known_text(group: &Group, text: Option<&String>, what: &str) -> Result<String, String> {
    match text {
        Some(text) if is_current(group) => Ok(text.clone()),
        Some(_) => Err(format!(
            "this gateway may report an old {what}, and a change would lose the present one"
        )),
        None => Err(format!("the gateway does not report the {what}")),
    }
}

fn needs_admin(group: &Group) -> Result<(), String> {
    match &group.my_role {
        Some(SessionRole::None) => Err("the account is not in the group".to_owned()),
        Some(SessionRole::Member) => Err("the account is not an admin".to_owned()),
        // Not known: WhatsApp decides.
        Some(_) | None => Ok(()),
    }
}

fn may_change(group: &Group, field: SettingField) -> Result<(), String> {
    let restricted = group.restricted.as_ref();
    if let Some(why) = restricted.and_then(|restricted| restricted.get(field.as_str())) {
        return Err(clean_line(why).into_owned());
    }
    if field.is_extension() && !carries(group, field) {
        return Err("the gateway does not offer this setting".to_owned());
    }
    let by_members = matches!(field, SettingField::Subject | SettingField::Description)
        && group.is_locked != Some(true);
    match &group.my_role {
        Some(SessionRole::None) => Err("the account is not in the group".to_owned()),
        _ if by_members => Ok(()),
        _ => needs_admin(group),
    }
}

/// Whether the group's row has the field. A gateway that leaves an extension out does not accept it.
fn carries(group: &Group, field: SettingField) -> bool {
    match field {
        SettingField::InviteBy => group.invite_by.is_some(),
        SettingField::JoinApproval => group.join_approval.is_some(),
        SettingField::AddBy => group.add_by.is_some(),
        SettingField::EphemeralSeconds => group.ephemeral_seconds.is_some(),
        _ => true,
    }
}

/// Whether a group's row has this value; `None` where the row does not say.
#[must_use]
pub(super) fn is_so(group: &Group, setting: &Setting) -> Option<bool> {
    match setting {
        Setting::Subject(subject) => {
            (group.subject.as_deref()).map(|stored| stored.trim() == subject.trim())
        }
        // An empty description may be absent.
        Setting::Description(text) => {
            Some(group.description.as_deref().unwrap_or_default() == text)
        }
        Setting::Announce(on) => group.is_announce.map(|stored| stored == *on),
        Setting::Locked(on) => group.is_locked.map(|stored| stored == *on),
        Setting::InviteBy(who) => group.invite_by.as_ref().map(|stored| stored == who),
        Setting::JoinApproval(on) => group.join_approval.map(|stored| stored == *on),
        Setting::AddBy(who) => group.add_by.as_ref().map(|stored| stored == who),
        Setting::EphemeralSeconds(seconds) => {
            group.ephemeral_seconds.map(|stored| stored == *seconds)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Audience, GroupKind, SessionStatus};

    fn session() -> Session {
        Session {
            id: "01S".to_owned(),
            status: SessionStatus::Working,
            ..Session::default()
        }
    }

    fn group() -> Group {
        Group {
            group_jid: "1@g.us".to_owned(),
            subject: Some("Choir 2025".to_owned()),
            description: Some("Sing.".to_owned()),
            is_announce: Some(false),
            is_locked: Some(false),
            my_role: Some(SessionRole::Admin),
            ..Group::default()
        }
    }

    fn planned(change: &Change, session: &Session, group: &Group) -> RowPlan {
        let mut plan = plan(change, [Candidate { session, group }]);
        plan.rows.remove(0).plan
    }

    fn why(change: &Change, group: &Group) -> String {
        match planned(change, &session(), group) {
            RowPlan::Skip(why) => why,
            sent @ RowPlan::Send { .. } => panic!("{sent:?}"),
        }
    }

    fn append(text: &str) -> Change {
        Change::AppendDescription(text.to_owned())
    }

    fn replace(find: &str, with: &str) -> Change {
        Change::ReplaceInSubject {
            find: find.to_owned(),
            with: with.to_owned(),
        }
    }

    #[test]
    fn a_row_has_what_is_sent_and_the_text_before() {
        let sent = |change: &Change| planned(change, &session(), &group());
        let expected = |setting, old: Option<&str>| RowPlan::Send {
            step: Step::Set(setting),
            old: old.map(str::to_owned),
        };
        assert_eq!(
            sent(&append("Rules: be kind.")),
            expected(
                Setting::Description("Sing.\nRules: be kind.".to_owned()),
                Some("Sing.")
            )
        );
        assert_eq!(
            sent(&replace("2025", "2026")),
            expected(
                Setting::Subject("Choir 2026".to_owned()),
                Some("Choir 2025")
            )
        );
        let announce = Setting::Announce(true);
        assert_eq!(
            sent(&Change::Set(announce.clone())),
            expected(announce, None)
        );
    }

    #[test]
    fn a_text_that_is_not_known_is_not_added_to() {
        let foreign = Group {
            my_role: None,
            ..group()
        };
        for change in [append("Rules: be kind."), replace("2025", "2026")] {
            let why = why(&change, &foreign);
            assert!(why.contains("may report an old"), "{why}");
        }
        let absent = Group {
            description: None,
            ..group()
        };
        let why = why(&append("Rules: be kind."), &absent);
        assert!(why.contains("does not report the description"), "{why}");
        // What an old row says about a switch is no reason to leave the group out.
        let off = Change::Set(Setting::Announce(false));
        let sent = planned(&off, &session(), &foreign);
        assert!(matches!(sent, RowPlan::Send { .. }), "{sent:?}");
    }

    #[test]
    fn what_is_known_to_fail_is_skipped_with_the_reason() {
        let member = Group {
            my_role: Some(SessionRole::Member),
            ..group()
        };
        let announce = Change::Set(Setting::Announce(true));
        assert!(why(&Change::Reset, &member).contains("not an admin"));
        assert!(why(&announce, &member).contains("not an admin"));
        // Members may rename until the group is locked.
        let sent = planned(&replace("Choir", "Band"), &session(), &member);
        assert!(matches!(sent, RowPlan::Send { .. }), "{sent:?}");
        let locked = Group {
            is_locked: Some(true),
            ..member
        };
        assert!(why(&replace("Choir", "Band"), &locked).contains("not an admin"));
        let gone = Group {
            my_role: Some(SessionRole::None),
            ..group()
        };
        assert!(why(&replace("Choir", "Band"), &gone).contains("not in the group"));
        let community = Group {
            restricted: GroupKind::Announcements.restricted(),
            ..group()
        };
        assert!(why(&announce, &community).contains("announcement group"));
        assert!(why(&Change::Set(Setting::Announce(false)), &group()).contains("already"));
        let invite = Change::Set(Setting::InviteBy(Audience::Admins));
        assert!(why(&invite, &group()).contains("does not offer"));
        let off = Session {
            status: SessionStatus::Stopped,
            ..session()
        };
        let skipped = planned(&Change::Reset, &off, &group());
        assert_eq!(
            skipped,
            RowPlan::Skip("the account is not connected".to_owned())
        );
    }

    #[test]
    fn a_group_of_two_accounts_is_changed_once() {
        let (one, other) = (
            Group {
                my_role: Some(SessionRole::Member),
                ..group()
            },
            group(),
        );
        let second = Session {
            id: "01T".to_owned(),
            ..session()
        };
        let rows = [
            (session(), one),
            (second.clone(), other.clone()),
            (second, other),
        ];
        let marked = rows
            .iter()
            .map(|(session, group)| Candidate { session, group });
        let plan = plan(&Change::Reset, marked);
        assert_eq!(plan.sent(), 1);
        assert!(matches!(plan.rows[1].plan, RowPlan::Send { .. }));
        let again = RowPlan::Skip("it is done through another account".to_owned());
        assert_eq!(plan.rows[2].plan, again);
    }

    #[test]
    fn what_is_not_known_is_left_to_whatsapp() {
        let unknown = Group {
            my_role: None,
            is_announce: None,
            ..group()
        };
        for change in [Change::Reset, Change::Set(Setting::Announce(true))] {
            let sent = planned(&change, &session(), &unknown);
            assert!(matches!(sent, RowPlan::Send { .. }), "{sent:?}");
        }
    }

    #[test]
    fn texts_that_do_not_fit_are_skipped() {
        let full = Group {
            description: Some("x".repeat(2040)),
            ..group()
        };
        assert!(why(&append("123456789"), &full).contains("2050"));
        assert!(why(&replace("2025", &"y".repeat(100)), &group()).contains("106"));
        assert!(why(&replace("Choir 2025", " "), &group()).contains("empty"));
        assert!(why(&replace("choir", "Band"), &group()).contains("does not have"));
        let twice = Group {
            description: Some("Sing.\nRules".to_owned()),
            ..group()
        };
        assert!(why(&append("Rules"), &twice).contains("already"));
    }
}
