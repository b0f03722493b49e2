//! Changing a group's description.
//!
//! WhatsApp replaces a description only for a client that names the present one's id, and answers 409
//! otherwise. Some descriptions have the literal `undefined` as their id, written by a client with a
//! fault; WhatsApp answers 409 to every change of these, whatever id is named.
//!
//! The library reads the id itself (`PreviousDescription::Resolve`), but keeps it, so its
//! `DescriptionConflict` does not tell the two cases apart. It also needs a group that its parser does
//! not refuse (see `every_group`). So the id alone is read here.
//! No fix upstream is known; a `DescriptionConflict` with the id replaces this query.

use whatsapp_rust::features::{GroupDescription, GroupError, PreviousDescription};
use whatsapp_rust::wacore::iq::groups::GroupQueryIq;
use whatsapp_rust::wacore::iq::spec::IqSpec;
use whatsapp_rust::wacore::request::InfoQuery;
use whatsapp_rust::wacore_binary::NodeRef;
use whatsapp_rust::{Client, Jid, anyhow};

/// The id of a description that WhatsApp never lets anybody change.
const FROZEN: &str = "undefined";

/// Why a description was not changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotDescribed {
    #[error("the description is frozen")]
    Frozen,
    #[error("{0}")]
    Group(#[from] GroupError),
}

/// Replaces the description; `None` deletes it.
pub(super) async fn set(
    client: &Client,
    group: Jid,
    text: Option<GroupDescription>,
) -> Result<(), NotDescribed> {
    let present = client.execute(DescriptionId(&group)).await;
    let present = present.map_err(GroupError::from)?;
    let previous = PreviousDescription::from(present.as_deref());
    let groups = client.groups();
    match groups.set_description(group, text, previous).await {
        // Asked all the same: WhatsApp may mend it one day.
        Err(GroupError::DescriptionConflict) if present.as_deref() == Some(FROZEN) => {
            Err(NotDescribed::Frozen)
        }
        outcome => Ok(outcome?),
    }
}

/// Queries a group and reads only the id of its description.
struct DescriptionId<'a>(&'a Jid);

impl IqSpec for DescriptionId<'_> {
    /// `None` for a group without a description.
    type Response = Option<String>;

    fn build_iq(&self) -> InfoQuery<'static> {
        GroupQueryIq::new(self.0).build_iq()
    }

    fn parse_response(&self, response: &NodeRef<'_>) -> anyhow::Result<Self::Response> {
        let group = ["group", "community"]
            .into_iter()
            .find_map(|tag| response.get_optional_child(tag));
        let group = group.ok_or_else(|| anyhow::anyhow!("the answer describes no group"))?;
        let description = group.get_optional_child("description");
        Ok(description
            .and_then(|description| description.get_attr("id"))
            .map(|id| id.as_str().into_owned()))
    }
}
