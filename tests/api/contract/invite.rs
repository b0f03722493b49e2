//! `/sessions/{s}/groups/{gid}/invite` and joining.

use crate::support::{Ask, Gateway};
use serde_json::{Value, json};

fn code(answer: &Value) -> &str {
    let link = answer["invite"].as_str().unwrap();
    link.strip_prefix("https://chat.whatsapp.com/").unwrap()
}

#[tokio::test]
async fn the_link_is_read_and_reset() {
    let gateway = Gateway::start().await;
    let path = format!("{}/invite", gateway.support_group("Weekend Volunteers"));
    let first = gateway.get(&path).await.ok(200);
    assert_eq!(first.as_object().unwrap().len(), 1);
    assert!(code(&first).len() > 10);
    assert_eq!(gateway.get(&path).await.ok(200), first);
    let second = gateway.delete(&path).await.ok(200);
    assert_ne!(second, first);
    assert_eq!(gateway.get(&path).await.ok(200), second);
}

#[tokio::test]
async fn only_admins_read_and_reset_links() {
    let gateway = Gateway::start().await;
    let path = format!("{}/invite", gateway.support_group("School Volleyball"));
    for method in ["GET", "DELETE"] {
        let reply = Ask::new(method, &path).to(&gateway).await;
        let details = reply.error(403, "forbidden");
        assert_eq!(details["reason"], "not_admin", "{method}");
        assert_eq!(details.get("capability"), None);
    }
}

#[tokio::test]
async fn a_link_admits_people_until_it_is_reset() {
    let gateway = Gateway::start().await;
    let sales = format!("/api/v1/sessions/{}", gateway.session("Sales"));
    gateway
        .until_status(&gateway.session("Sales"), "working")
        .await;
    // Support is an admin, Sales is not a member.
    let link = format!("{}/invite", gateway.support_group("Book keepers"));
    let old = gateway.get(&link).await.ok(200);
    let join = async |invite: &str| {
        gateway
            .post(&format!("{sales}/groups:join"), json!({ "invite": invite }))
            .await
    };
    let jid = gateway.group("Book keepers");
    for invite in [
        old["invite"].as_str().unwrap(),
        code(&old),
        &format!("chat.whatsapp.com/{}?mode=x", code(&old)),
    ] {
        assert_eq!(join(invite).await.ok(200), json!({ "groupJid": jid }));
    }
    let joined = gateway.get(&format!("{sales}/groups/{jid}")).await.ok(200);
    assert_eq!(joined["myRole"], "member");

    gateway.delete(&link).await.ok(200);
    for dead in [code(&old), "AbCdEf1234567890XyZ12"] {
        let reply = join(dead).await;
        assert_eq!(reply.json["error"]["details"]["reason"], "dead_invite");
        assert_eq!(reply.invalid(), ["invite"]);
    }
}

#[tokio::test]
async fn joining_a_group_that_needs_approval_is_pending() {
    let gateway = Gateway::start().await;
    gateway
        .until_status(&gateway.session("Sales"), "working")
        .await;
    let link = format!("{}/invite", gateway.support_group("ועד הבית – הרצל 12"));
    let invite = gateway.get(&link).await.ok(200);
    let sales = format!("/api/v1/sessions/{}", gateway.session("Sales"));
    let jid = gateway.group("ועד הבית – הרצל 12");
    for _ in 0..2 {
        let asked = gateway
            .post(&format!("{sales}/groups:join"), invite.clone())
            .await
            .ok(202);
        assert_eq!(asked, json!({ "groupJid": jid, "pending": true }));
    }
    let stored = gateway.get(&format!("{sales}/groups/{jid}")).await;
    stored.error(404, "not_found");
}
