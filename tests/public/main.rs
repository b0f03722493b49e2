//! The client against the public gateway of the same contract: what is absent there is told apart
//! from what is broken.

mod gateway;

use gateway::{ASLEEP, CHOIR, KEY, PublicGateway, SESSION, VOLUNTEERS};
use groupdesk::api::{ErrorBody, ErrorCode, MemberRole, SessionStatus, SettingsPatch};
use groupdesk::client::realtime::{self, RealtimeEvent};
use groupdesk::client::{AuditFilter, Client, ClientError, Secret};
use tokio::sync::mpsc;

async fn public() -> (PublicGateway, Client) {
    let gateway = PublicGateway::start(404).await;
    let client = Client::new(&gateway.base, &Secret::new(KEY), false).expect("a client");
    (gateway, client)
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, ClientError>) -> (u16, ErrorCode) {
    match outcome {
        Err(ClientError::Api { status, error, .. }) => (status, error.code),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_it_does_not_offer_is_refused_in_the_contracts_words() {
    let (_gateway, client) = public().await;
    assert_eq!(
        refusal(client.list_sessions().await),
        (403, ErrorCode::Forbidden)
    );
    assert_eq!(
        refusal(client.audit(&AuditFilter::default()).await),
        (404, ErrorCode::NotFound)
    );
    let members = ["901@lid".to_owned()];
    assert_eq!(
        refusal(client.approve_members(SESSION, VOLUNTEERS, &members).await),
        (501, ErrorCode::NotImplemented)
    );
    assert_eq!(
        refusal(client.invite(SESSION, CHOIR).await),
        (500, ErrorCode::Internal)
    );
}

#[test]
fn details_of_another_shape_do_not_hide_the_code() {
    for details in ["null", "[]", "[\"manage\"]", "\"no\"", "7"] {
        let body = format!(r#"{{"error": {{"code": "forbidden", "details": {details}}}}}"#);
        let ErrorBody { error } = serde_json::from_str(&body).expect("an error");
        assert_eq!(error.code, ErrorCode::Forbidden, "{details}");
    }
}

#[tokio::test]
async fn nulls_absences_and_the_unknown_are_read() {
    let (_gateway, client) = public().await;
    let session = client.get_session(SESSION).await.unwrap();
    assert_eq!(session.status, SessionStatus::Working);
    assert_eq!((session.label, session.rate_per_hour), (None, 0));
    let asleep = client.get_session(ASLEEP).await.unwrap();
    assert_eq!(
        asleep.status,
        SessionStatus::Other("hibernating".to_owned())
    );
    assert!(client.list_groups(ASLEEP).await.unwrap().rows.is_empty());
    let groups = client.list_groups(SESSION).await.unwrap().rows;
    assert_eq!(groups.len(), 3);
    assert!(groups.iter().all(|group| group.my_role.is_none()));
    assert!(
        client
            .members(SESSION, VOLUNTEERS)
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    let members = client.members(SESSION, CHOIR).await.unwrap().rows;
    assert_eq!(members[2].role, MemberRole::Other("moderator".to_owned()));
}

#[tokio::test]
async fn the_seeds_three_calls_work() {
    let (gateway, client) = public().await;
    let old = client.invite(SESSION, VOLUNTEERS).await.unwrap().invite;
    let new = client.reset_invite(SESSION, VOLUNTEERS).await.unwrap();
    assert_ne!(new.invite, old);
    assert_eq!(client.invite(SESSION, VOLUNTEERS).await.unwrap(), new);
    let patch = SettingsPatch {
        subject: Some("Helpers".to_owned()),
        ..SettingsPatch::default()
    };
    client
        .update_settings(SESSION, VOLUNTEERS, &patch)
        .await
        .unwrap();
    let group = client.get_group(SESSION, VOLUNTEERS).await.unwrap();
    assert_eq!(group.subject.as_deref(), Some("Helpers"));
    assert_eq!(gateway.changes().len(), 2);
}

#[tokio::test]
async fn missing_realtime_is_told_whichever_way_it_is_missing() {
    for status in [404, 405, 501, 503] {
        let gateway = PublicGateway::start(status).await;
        let client = Client::new(&gateway.base, &Secret::new(KEY), false).unwrap();
        let (sink, mut events) = mpsc::channel(1);
        tokio::spawn(realtime::run(client, None, sink));
        let event = events.recv().await.expect("an event");
        let RealtimeEvent::Unavailable { reason } = event else {
            panic!("{status}: {event:?}")
        };
        assert!(reason.contains("no realtime"), "{reason}");
    }
}
