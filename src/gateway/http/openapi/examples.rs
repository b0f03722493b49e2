//! Values for the examples: one small world, of the types that serve the requests.

use crate::api::{
    ApiKey, Audience, AuditAction, AuditEntry, AuditHead, AuditOutcome, AuditTrimmed, BudgetWindow,
    Capability, CreatedKey, EpochMillis, FoundMember, Group, GroupInfo, GroupKind, GroupMember,
    GroupSchedule, InviteLink, InvitePreview, JoinedVia, List, MemberRole, MembershipRequest,
    PairingCode, PasskeyAnswer, PasskeyAssertion, PasskeyRequest, PasskeyResponse, PasskeyStep,
    PendingRequest, QrCode, ScheduleOutcome, ScheduleRule, ScheduledGroup, Session, SessionBudget,
    SessionMe, SessionRole, SessionStatus, Ticket, Weekday,
};
use serde_json::json;

pub(super) const SESSION: &str = "01JD3Q4V5W6X7Y8Z9A0B1C2D3E";
pub(super) const GROUP: &str = "120363041234567890@g.us";
pub(super) const MEMBER: &str = "628123456789@s.whatsapp.net";
pub(super) const KEY: &str = "01JD3Q8N9P0Q1R2S3T4V5W6X7Y";
pub(super) const TICKET: &str = "rt_2Vn8s0qLZr4kXcTqv1mYbH6dJw";
const LID: &str = "123456789012345@lid";
const ENTRY: &str = "01JD3R0A1B2C3D4E5F6G7H8J9K";
/// The hash of [`entry`] as the first of its organization.
const HASH: &str = "6f15aa757851e0cbf199697327648cfa721ec824adb53aca1ba0194cafb39551";
const ORGANIZATION: &str = "saint-mary";
const SUBJECT: &str = "Weekend Volunteers";
pub(super) const THEN: EpochMillis = 1_794_823_200_000;
const NOW: EpochMillis = 1_794_912_000_000;

pub(super) fn page<T>(one: T) -> List<T> {
    List {
        data: vec![one],
        next_cursor: String::new(),
    }
}

pub(super) fn session() -> Session {
    Session {
        id: SESSION.to_owned(),
        organization_id: ORGANIZATION.to_owned(),
        gateway_id: "gateway-1".to_owned(),
        status: SessionStatus::Working,
        label: Some("Parish office".to_owned()),
        phone_number: Some("628123456789".to_owned()),
        wa_jid: Some(MEMBER.to_owned()),
        wa_lid: Some(LID.to_owned()),
        rate_per_min: 20,
        rate_per_hour: 200,
        last_connected_at: Some(NOW),
        created_at: THEN,
        updated_at: NOW,
        group_count: Some(43),
        last_traffic_at: Some(NOW),
        budget: Some(budget()),
        ..Session::default()
    }
}

fn budget() -> SessionBudget {
    let window = |window_seconds, limit| BudgetWindow {
        window_seconds,
        limit,
        left: limit,
        resets_at: None,
    };
    SessionBudget {
        create: vec![window(3600, 5), window(86_400, 15)],
        join: vec![window(3600, 5), window(86_400, 20)],
        add: vec![window(3600, 20)],
        reset: vec![BudgetWindow {
            left: 18,
            resets_at: Some(NOW),
            ..window(3600, 20)
        }],
        read: vec![window(30, 20)],
    }
}

/// As it is right after `POST /sessions`.
pub(super) fn new_session() -> Session {
    Session {
        status: SessionStatus::Starting,
        phone_number: None,
        wa_jid: None,
        wa_lid: None,
        last_connected_at: None,
        group_count: Some(0),
        last_traffic_at: None,
        updated_at: THEN,
        ..session()
    }
}

pub(super) fn me() -> SessionMe {
    let session = session();
    SessionMe {
        session_id: session.id,
        connected: session.status.is_connected(),
        status: session.status,
        phone_number: session.phone_number,
        wa_jid: session.wa_jid,
        wa_lid: session.wa_lid,
    }
}

pub(super) fn qr() -> QrCode {
    QrCode {
        code: "2@mF3kQ9vT7xLw,8rYc5bN1hJzK4pDs=,Xe6GuA0oViRt2MlC=".to_owned(),
        expires_at: Some(NOW),
    }
}

pub(super) fn pairing_code() -> PairingCode {
    PairingCode {
        code: "7KQM2XWP".to_owned(),
    }
}

const COMMUNITY: &str = "120363049876543210@g.us";
pub(super) fn passkey_step() -> PasskeyStep {
    let request = r#"{"challenge":"qrS7zN3u_w","timeout":600000,"rpId":"whatsapp.com","allowCredentials":[],"userVerification":"required"}"#;
    PasskeyStep {
        request: PasskeyRequest::parse(request).ok(),
        code: None,
    }
}

pub(super) fn passkey_answer() -> PasskeyAnswer {
    let id = "c2lnbmVkLWJ5LWEtcGFzc2tleQ".to_owned();
    PasskeyAnswer::Assertion(PasskeyAssertion {
        id: id.clone(),
        raw_id: id,
        r#type: "public-key".to_owned(),
        response: PasskeyResponse {
            client_data_json: "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoicXJTN3pOM3VfdyJ9"
                .to_owned(),
            authenticator_data: "SZYN5YgOjGh0NBcPZHZg".to_owned(),
            signature: "MEUCIQC3y1cA".to_owned(),
            user_handle: Some("dXNlcg".to_owned()),
        },
    })
}

pub(super) fn group() -> Group {
    Group {
        id: "01JD3Q5A6B7C8D9E0F1G2H3J4K".to_owned(),
        group_jid: GROUP.to_owned(),
        subject: Some(SUBJECT.to_owned()),
        description: Some("Who helps on Saturday and Sunday.".to_owned()),
        owner_jid: Some(LID.to_owned()),
        participant_count: Some(87),
        is_announce: Some(false),
        is_locked: Some(true),
        created_at_wa: Some(THEN),
        first_seen_at: THEN,
        updated_at: NOW,
        my_role: Some(SessionRole::Admin),
        kind: Some(GroupKind::General),
        community_jid: Some(COMMUNITY.to_owned()),
        community_subject: Some("Riverside Community".to_owned()),
        invite_by: Some(Audience::Admins),
        join_approval: Some(true),
        add_by: Some(Audience::Members),
        ephemeral_seconds: Some(604_800),
        pending_requests: Some(2),
        restricted: None,
    }
}

pub(super) fn preview() -> InvitePreview {
    let group = group();
    InvitePreview {
        group_jid: group.group_jid,
        subject: group.subject,
        description: group.description,
        participant_count: group.participant_count,
        join_approval: group.join_approval,
        kind: group.kind,
    }
}

pub(super) fn group_info() -> GroupInfo {
    let group = group();
    GroupInfo {
        group_jid: group.group_jid,
        subject: group.subject,
        description: Some(String::new()),
        owner_jid: group.owner_jid,
        participants: Some(2),
        is_announce: Some(false),
        is_locked: Some(false),
    }
}

pub(super) fn invite() -> InviteLink {
    InviteLink::from_code("AbCdEf1234567890XyZ12")
}

pub(super) fn member() -> GroupMember {
    GroupMember {
        id: format!("{}-123456789012345", group().id),
        session_id: SESSION.to_owned(),
        group_jid: GROUP.to_owned(),
        lid: LID.to_owned(),
        role: MemberRole::Admin,
        tag: None,
        first_seen_at: THEN,
        last_seen_at: NOW,
        name: Some("Sari Wulandari".to_owned()),
        phone_number: Some("6280100005510".to_owned()),
        joined_via: Some(JoinedVia::Link),
    }
}

pub(super) fn found_member() -> FoundMember {
    let member = member();
    FoundMember {
        session_id: member.session_id,
        group_jid: member.group_jid,
        lid: member.lid,
        name: member.name,
        phone_number: member.phone_number,
    }
}

pub(super) fn request() -> MembershipRequest {
    MembershipRequest {
        jid: LID.to_owned(),
        requested_at: Some(NOW),
        name: None,
        phone_number: Some("6280100005511".to_owned()),
    }
}

pub(super) fn pending_request() -> PendingRequest {
    let request = request();
    PendingRequest {
        session_id: SESSION.to_owned(),
        group_jid: GROUP.to_owned(),
        jid: request.jid,
        requested_at: request.requested_at,
        name: request.name,
        phone_number: request.phone_number,
    }
}

pub(super) fn ticket() -> Ticket {
    Ticket {
        ticket: TICKET.to_owned(),
        expires_in_seconds: 30,
        url: format!("wss://wa.example.com/api/v1/realtime?ticket={TICKET}"),
    }
}

pub(super) fn entry() -> AuditEntry {
    AuditEntry {
        id: ENTRY.to_owned(),
        organization_id: Some(ORGANIZATION.to_owned()),
        at: NOW,
        actor: format!("key:{KEY}"),
        action: AuditAction::GroupUpdate,
        session_id: Some(SESSION.to_owned()),
        group_jid: Some(GROUP.to_owned()),
        old: Some(json!({ "subject": SUBJECT })),
        new: Some(json!({ "subject": "Weekend Volunteers 2027" })),
        outcome: AuditOutcome::Ok,
        hash: Some(HASH.to_owned()),
    }
}

pub(super) fn head() -> AuditHead {
    AuditHead {
        organization_id: Some(ORGANIZATION.to_owned()),
        id: Some(ENTRY.to_owned()),
        hash: HASH.to_owned(),
    }
}

pub(super) fn trimmed() -> AuditTrimmed {
    AuditTrimmed {
        removed: 1_204,
        last_id: Some(ENTRY.to_owned()),
        last_hash: Some(HASH.to_owned()),
    }
}

pub(super) fn schedule() -> GroupSchedule {
    GroupSchedule {
        zone: Some("Europe/Berlin".to_owned()),
        rules: vec![
            ScheduleRule {
                days: Weekday::ALL[..5].to_vec(),
                open: "08:00".to_owned(),
                close: "22:00".to_owned(),
            },
            ScheduleRule {
                days: Weekday::ALL[5..].to_vec(),
                open: "10:00".to_owned(),
                close: "02:00".to_owned(),
            },
        ],
        is_open: Some(true),
        next_change_at: Some(NOW + 7_200_000),
        last_outcome: Some(ScheduleOutcome {
            at: NOW - 43_200_000,
            announce: false,
            outcome: AuditOutcome::Ok,
        }),
        zone_unknown: false,
    }
}

pub(super) fn scheduled() -> ScheduledGroup {
    ScheduledGroup {
        session_id: SESSION.to_owned(),
        group_jid: GROUP.to_owned(),
        schedule: schedule(),
    }
}

pub(super) fn key() -> ApiKey {
    ApiKey {
        id: KEY.to_owned(),
        label: Some("Nightly report".to_owned()),
        capabilities: vec![Capability::Read],
        disabled: false,
        created_at: THEN,
        expires_at: None,
        last_used_at: Some(NOW),
    }
}

pub(super) fn created_key() -> CreatedKey {
    CreatedKey {
        // Obviously not a valid key.
        secret: "wa_this-is-what-a-secret-would-stand-in".to_owned(),
        key: key(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::audit_chain::FIRST;
    use crate::gateway::store::rows::hash;

    /// The constant was computed by Python: `json.dumps(entry, sort_keys=True, separators=(",", ":"))`.
    #[test]
    fn the_hash_of_the_example_fits_it() {
        assert_eq!(hash(&entry(), FIRST).unwrap(), HASH);
    }
}
