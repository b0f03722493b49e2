//! What WhatsApp pushes about groups, as the engine's events.

use super::convert::{Me, Naming, group_jid, member_jid};
use crate::api::{MemberRole, Setting};
use crate::gateway::domain::{GroupJid, MemberJid};
use crate::gateway::whatsapp::{GroupChange, GroupEvent};
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::GroupUpdate;
use whatsapp_rust::wacore::stanza::groups::{
    GroupNotificationAction as Action, GroupParticipantInfo,
};

/// A pushed change, as far as it can be told at once.
#[derive(Debug, PartialEq)]
pub(super) enum Notice {
    Change(GroupEvent),
    /// The account came into a group, which WhatsApp does not describe: it has to be asked for.
    Entered {
        group: GroupJid,
        by: Option<MemberJid>,
        at: i64,
    },
}

/// `None` for what the engine keeps no record of: disappearing messages, community links, join
/// requests, a member's changed number (a LID stays the same).
pub(super) fn read(update: &GroupUpdate, me: &Me) -> Option<Notice> {
    let group = group_jid(&update.group_jid)?;
    let by = update.participant.as_ref().and_then(member_jid);
    let at = update.timestamp.timestamp_millis();
    let change = match &update.action {
        Action::Subject { subject, .. } => GroupChange::Setting(Setting::Subject(subject.clone())),
        Action::Description { description, .. } => GroupChange::Setting(Setting::Description(
            description.clone().unwrap_or_default(),
        )),
        Action::Announce => GroupChange::Setting(Setting::Announce(true)),
        Action::NotAnnounce => GroupChange::Setting(Setting::Announce(false)),
        Action::Locked { .. } => GroupChange::Setting(Setting::Locked(true)),
        Action::Unlocked => GroupChange::Setting(Setting::Locked(false)),
        Action::RevokeInvite => GroupChange::InviteReset(None),
        Action::Add { participants, .. } => {
            if participants.iter().any(|one| is_me(me, one)) {
                return Some(Notice::Entered { group, by, at });
            }
            let mut naming = Naming::new(me);
            GroupChange::Joined(
                participants
                    .iter()
                    .filter_map(|one| naming.member(&one.jid, one.lid.as_ref(), MemberRole::Member))
                    .collect(),
            )
        }
        // Somebody came by the link: the person is who caused the notification.
        Action::Invite { .. } => {
            let joiner = update.participant.as_ref()?;
            if me.is(joiner) {
                return Some(Notice::Entered { group, by, at });
            }
            let member = Naming::new(me).member(joiner, None, MemberRole::Member)?;
            GroupChange::Joined(vec![member])
        }
        Action::Create { .. } => return Some(Notice::Entered { group, by, at }),
        Action::Remove { participants, .. } => {
            if participants.iter().any(|one| is_me(me, one)) {
                GroupChange::Exited
            } else {
                GroupChange::Left(names(participants, me))
            }
        }
        Action::Promote { participants } => GroupChange::Promoted(names(participants, me)),
        Action::Demote { participants } => GroupChange::Demoted(names(participants, me)),
        Action::Delete { .. } => GroupChange::Exited,
        _ => return None,
    };
    Some(Notice::Change(GroupEvent {
        group,
        by,
        at,
        change,
    }))
}

fn is_me(me: &Me, one: &GroupParticipantInfo) -> bool {
    let is = |jid: Option<&Jid>| jid.is_some_and(|jid| me.is(jid));
    me.is(&one.jid) || is(one.lid.as_ref()) || is(one.phone_number.as_ref())
}

fn names(participants: &[GroupParticipantInfo], me: &Me) -> Vec<MemberJid> {
    let mut naming = Naming::new(me);
    participants
        .iter()
        .filter_map(|one| naming.member(&one.jid, one.lid.as_ref(), MemberRole::Member))
        .map(|member| member.lid)
        .collect()
}
