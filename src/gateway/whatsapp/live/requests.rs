//! The query for a group's requests to join.
//!
//! The library's own query (`GetMembershipRequestsIq`, version 0.7) drops the `phone_number` that
//! WhatsApp sends beside a LID, as it does for participants; an upstream `MembershipRequest` with that
//! attribute replaces this file.

use super::convert::{member_jid, millis, phone};
use crate::gateway::whatsapp::MembershipRequest;
use whatsapp_rust::anyhow::{self, Context as _};
use whatsapp_rust::wacore::iq::groups::GetMembershipRequestsIq;
use whatsapp_rust::wacore::iq::spec::IqSpec;
use whatsapp_rust::wacore::request::InfoQuery;
use whatsapp_rust::wacore_binary::NodeRef;

pub(super) struct Requests(pub(super) GetMembershipRequestsIq);

impl IqSpec for Requests {
    type Response = Vec<MembershipRequest>;

    fn build_iq(&self) -> InfoQuery<'static> {
        self.0.build_iq()
    }

    fn parse_response(&self, response: &NodeRef<'_>) -> anyhow::Result<Self::Response> {
        let list = response
            .get_optional_child("membership_approval_requests")
            .context("the answer lists no requests")?;
        let mut requests = Vec::new();
        for one in list.get_children_by_tag("membership_approval_request") {
            let mut attrs = one.attrs();
            let jid = attrs.optional_jid("jid").context("a request of nobody")?;
            let number = attrs.optional_jid("phone_number");
            let at = attrs.optional_string("request_time");
            let Some(person) = member_jid(&jid) else {
                continue;
            };
            requests.push(MembershipRequest {
                person,
                phone: number.as_ref().and_then(phone).or_else(|| phone(&jid)),
                at: at.and_then(|at| at.parse().ok()).and_then(millis),
            });
        }
        Ok(requests)
    }
}
