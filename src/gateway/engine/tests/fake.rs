//! A driver whose answers are set by the test.

use crate::api::{EpochMillis, MemberRole, Missed, Setting, SettingField};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::whatsapp::error::PRIVATE;
use crate::gateway::whatsapp::{
    Account, Backend, Driver, DriverError, DriverEvent, GroupChange, GroupEvent, GroupSnapshot,
    Identity, JoinOutcome, Member, MemberChange, MembershipRequest, UnreadGroup,
};
use async_trait::async_trait;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::sync::mpsc::UnboundedSender;

/// How a call fails.
#[derive(Clone)]
pub enum Fault {
    Error(DriverError),
    Hang,
    Panic,
}

/// The state of a fake account.
#[derive(Default)]
pub struct World {
    pub groups: BTreeMap<String, GroupSnapshot>,
    /// Groups of the list that cannot be read.
    pub unread: Vec<UnreadGroup>,
    pub faults: HashMap<&'static str, Fault>,
    /// How settings of single groups fail, by group.
    pub group_faults: HashMap<String, DriverError>,
    pub paired: bool,
    pub calls: Vec<String>,
    /// When `connect` was first called.
    pub dialled: Option<Instant>,
    pub resets: u32,
    /// Whether joining needs an admin's approval.
    pub asks_admins: bool,
    /// Requests to join of every group.
    pub requests: Vec<MembershipRequest>,
    /// Until when WhatsApp has restricted the account.
    pub restricted_until: Option<EpochMillis>,
    /// How much of what it missed has arrived.
    pub missed: Option<Missed>,
    /// Suppresses the echo of its own changes.
    pub mute: bool,
    /// The outcome of the next `connect`, once.
    pub turned_away: Option<DriverEvent>,
    /// The outcome of a logout.
    pub farewell: Option<String>,
    pub events: Option<UnboundedSender<DriverEvent>>,
}

/// The world of every session, by session id; created when a session opens.
#[derive(Clone, Default)]
pub struct Worlds(Arc<Mutex<HashMap<String, Arc<Mutex<World>>>>>);

impl Worlds {
    pub fn of(&self, session: &str) -> Arc<Mutex<World>> {
        let mut worlds = self.0.lock().unwrap();
        Arc::clone(worlds.entry(session.to_owned()).or_default())
    }

    pub fn send(&self, session: &str, event: DriverEvent) {
        let world = self.of(session);
        let world = world.lock().unwrap();
        world.events.as_ref().unwrap().send(event).unwrap();
    }

    pub fn backend(&self) -> Backend {
        let worlds = self.clone();
        Backend::Custom(Arc::new(move |account: Account, events| {
            let world = worlds.of(account.session.as_str());
            world.lock().unwrap().events = Some(events);
            Arc::new(Fake(world))
        }))
    }
}

pub fn me() -> MemberJid {
    MemberJid::parse("111@lid").unwrap()
}

pub fn identity() -> Identity {
    Identity {
        phone_number: "628123456789".to_owned(),
        jid: MemberJid::parse("628123456789@s.whatsapp.net").unwrap(),
        lid: me(),
        business_name: None,
        platform: None,
    }
}

pub fn member(lid: &str, role: MemberRole) -> Member {
    let lid = MemberJid::parse(lid).unwrap();
    Member {
        is_me: lid == me(),
        lid,
        role,
        phone: None,
        joined_via: None,
    }
}

pub fn group(number: u64) -> GroupSnapshot {
    GroupSnapshot {
        subject: format!("Group {number}"),
        owner: Some(me()),
        created_at: Some(1),
        members: vec![
            member("111@lid", MemberRole::Superadmin),
            member("222@lid", MemberRole::Member),
        ],
        ..GroupSnapshot::new(GroupJid::parse(&format!("{number}@g.us")).unwrap())
    }
}

struct Fake(Arc<Mutex<World>>);

impl Fake {
    async fn call(&self, name: &'static str) -> Result<(), DriverError> {
        let fault = {
            let mut world = self.0.lock().unwrap();
            world.calls.push(name.to_owned());
            world.faults.get(name).cloned()
        };
        match fault {
            None => Ok(()),
            Some(Fault::Error(error)) => Err(error),
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Panic) => panic!("the fake driver panics as the test requested"),
        }
    }

    fn change<T>(
        &self,
        group: &GroupJid,
        change: impl FnOnce(&mut GroupSnapshot) -> T,
    ) -> Result<T, DriverError> {
        let mut world = self.0.lock().unwrap();
        let group = world.groups.get_mut(group.as_str());
        Ok(change(group.ok_or(DriverError::NoSuchGroup)?))
    }

    fn tell(&self, event: DriverEvent) {
        let world = self.0.lock().unwrap();
        // A closing engine does not receive any more.
        let _ = world.events.as_ref().unwrap().send(event);
    }

    fn echo(&self, group: &GroupJid, change: GroupChange) {
        if self.0.lock().unwrap().mute {
            return;
        }
        self.tell(DriverEvent::Group(GroupEvent {
            group: group.clone(),
            by: Some(me()),
            at: 5,
            change,
        }));
    }
}

#[async_trait]
impl Driver for Fake {
    async fn connect(&self) -> Result<(), DriverError> {
        self.0
            .lock()
            .unwrap()
            .dialled
            .get_or_insert_with(Instant::now);
        self.tell(DriverEvent::Connecting);
        self.call("connect").await?;
        let end = self.0.lock().unwrap().turned_away.take();
        if let Some(end) = end {
            self.tell(end);
            return Ok(());
        }
        if self.0.lock().unwrap().paired {
            self.tell(DriverEvent::Connected(identity()));
        } else {
            self.tell(DriverEvent::QrCode {
                code: "2@pairing-secret".to_owned(),
                expires_at: i64::MAX,
            });
        }
        Ok(())
    }

    async fn disconnect(&self) {
        let _ = self.call("disconnect").await;
    }

    async fn pair_with_code(&self, _phone: &str) -> Result<String, DriverError> {
        self.call("pair_with_code").await?;
        Ok("ABCD1234".to_owned())
    }

    async fn log_out(&self) -> Result<(), DriverError> {
        self.call("log_out").await?;
        let farewell = {
            let mut world = self.0.lock().unwrap();
            world.paired = false;
            world.farewell.take()
        };
        if let Some(reason) = farewell {
            self.tell(DriverEvent::LoggedOut { reason });
        }
        Ok(())
    }

    async fn erase(&self) -> Result<(), DriverError> {
        self.call("erase").await
    }

    async fn list_groups(
        &self,
        found: UnboundedSender<GroupSnapshot>,
    ) -> Result<Vec<UnreadGroup>, DriverError> {
        for group in self.0.lock().unwrap().groups.values() {
            let _ = found.send(group.clone());
        }
        self.call("list_groups").await?;
        Ok(self.0.lock().unwrap().unread.clone())
    }

    async fn group(&self, group: &GroupJid) -> Result<GroupSnapshot, DriverError> {
        self.call("group").await?;
        self.change(group, |group| group.clone())
    }

    async fn set(&self, group: &GroupJid, setting: &Setting) -> Result<(), DriverError> {
        self.call(match setting.field() {
            SettingField::Subject => "subject",
            SettingField::Description => "description",
            SettingField::Announce => "announce",
            SettingField::Locked => "locked",
            SettingField::InviteBy => "inviteBy",
            SettingField::JoinApproval => "joinApproval",
            SettingField::AddBy => "addBy",
            SettingField::EphemeralSeconds => "ephemeralSeconds",
        })
        .await?;
        if let Some(fault) = self.0.lock().unwrap().group_faults.get(group.as_str()) {
            return Err(fault.clone());
        }
        self.change(group, |group| match setting.clone() {
            Setting::Subject(text) => group.subject = text,
            Setting::Description(text) => group.description = text,
            Setting::Announce(on) => group.announce = on,
            Setting::Locked(on) => group.locked = on,
            Setting::InviteBy(who) => group.invite_by = Some(who),
            Setting::JoinApproval(on) => group.join_approval = on,
            Setting::AddBy(who) => group.add_by = Some(who),
            Setting::EphemeralSeconds(seconds) => group.ephemeral_seconds = seconds,
        })?;
        self.echo(group, GroupChange::Setting(setting.clone()));
        Ok(())
    }

    async fn invite(&self, group: &GroupJid) -> Result<InviteCode, DriverError> {
        self.call("invite").await?;
        self.change(group, |_| ())?;
        let resets = self.0.lock().unwrap().resets;
        Ok(InviteCode::parse(&format!("InviteCode{resets:011}")).unwrap())
    }

    async fn reset_invite(&self, group: &GroupJid) -> Result<InviteCode, DriverError> {
        self.call("reset_invite").await?;
        self.0.lock().unwrap().resets += 1;
        self.echo(group, GroupChange::InviteReset(None));
        self.invite(group).await
    }

    async fn join(&self, _code: &InviteCode) -> Result<JoinOutcome, DriverError> {
        self.call("join").await?;
        let joined = group(900);
        let mut world = self.0.lock().unwrap();
        if world.asks_admins {
            return Ok(JoinOutcome::Pending(joined.jid));
        }
        world.groups.insert(joined.jid.to_string(), joined.clone());
        Ok(JoinOutcome::Joined(joined.jid))
    }

    async fn leave(&self, group: &GroupJid) -> Result<(), DriverError> {
        self.call("leave").await?;
        self.0.lock().unwrap().groups.remove(group.as_str());
        self.echo(group, GroupChange::Exited);
        Ok(())
    }

    async fn create(
        &self,
        subject: &str,
        _participants: &[MemberJid],
    ) -> Result<GroupSnapshot, DriverError> {
        self.call("create").await?;
        let made = GroupSnapshot {
            subject: subject.to_owned(),
            ..group(901)
        };
        let mut world = self.0.lock().unwrap();
        world.groups.insert(made.jid.to_string(), made.clone());
        Ok(made)
    }

    async fn change_members(
        &self,
        group: &GroupJid,
        change: MemberChange,
        members: &[MemberJid],
    ) -> Result<Vec<Result<(), DriverError>>, DriverError> {
        self.call("change_members").await?;
        let refused = MemberJid::parse("999@lid").unwrap();
        self.change(group, |group| {
            let outcomes = members.iter().map(|lid| {
                if *lid == refused {
                    return Err(DriverError::Refused(PRIVATE.to_owned()));
                }
                let known = group.members.iter().position(|member| member.lid == *lid);
                match (change, known) {
                    (MemberChange::Add | MemberChange::Approve, None) => {
                        group.members.push(member(lid.as_str(), MemberRole::Member));
                    }
                    (MemberChange::Remove, Some(index)) => drop(group.members.remove(index)),
                    (MemberChange::Promote, Some(index)) => {
                        group.members[index].role = MemberRole::Admin;
                    }
                    (MemberChange::Demote, Some(index)) => {
                        group.members[index].role = MemberRole::Member;
                    }
                    _ => {}
                }
                Ok(())
            });
            outcomes.collect()
        })
    }

    async fn preview(&self, _code: &InviteCode) -> Result<GroupSnapshot, DriverError> {
        self.call("preview").await?;
        Err(DriverError::DeadInvite)
    }

    fn missed(&self) -> Option<Missed> {
        self.0.lock().unwrap().missed
    }

    async fn restricted_until(&self) -> Result<Option<EpochMillis>, DriverError> {
        self.call("restricted_until").await?;
        Ok(self.0.lock().unwrap().restricted_until)
    }

    async fn membership_requests(
        &self,
        _group: &GroupJid,
    ) -> Result<Vec<MembershipRequest>, DriverError> {
        self.call("membership_requests").await?;
        Ok(self.0.lock().unwrap().requests.clone())
    }
}
