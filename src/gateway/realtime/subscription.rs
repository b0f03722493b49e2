//! One listener: replayed events first, then live ones.

use crate::gateway::auth::Lease;
use crate::gateway::hub::{Buffered, Hub};
use crate::gateway::scope::Scope;
use crate::gateway::store::{Store, within};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use ulid::Ulid;

/// Events read from the log at a time.
const PAGE: u32 = 256;
/// Bytes of them that one listener keeps until it has sent them; the rest is read again.
const PAGE_BYTES: usize = 256 * 1024;

/// What a ticket was issued for: the listener and the events it receives.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// The listener's name in the audit log.
    pub actor: String,
    pub scope: Scope,
    /// The listener's credentials; the stream ends with them.
    pub lease: Lease,
    /// Only this session's events.
    pub session: Option<String>,
    /// Only events of these names; `None` for all.
    pub kinds: Option<Vec<String>>,
    /// Replay what came after this event.
    pub since: Option<Ulid>,
}

impl Filter {
    fn wants(&self, session: &str, kind: &str) -> bool {
        self.session.as_deref().is_none_or(|only| only == session)
            && self
                .kinds
                .as_ref()
                .is_none_or(|kinds| kinds.iter().any(|wanted| wanted == kind))
    }
}

/// A redeemed ticket: replayed events first, then live ones, each once, in the order of their ids.
pub struct Subscription {
    store: Store,
    filter: Filter,
    live: Receiver<Buffered>,
    /// The last event that was passed on or passed over.
    seen: Ulid,
    /// Read from the log, not passed on yet.
    replay: VecDeque<(Ulid, Arc<str>)>,
    /// The log may hold more than the listener has.
    behind: bool,
}

impl Subscription {
    /// `None` once the engine stops.
    pub(crate) fn open(hub: &Hub, store: Store, filter: Filter) -> Option<Self> {
        // Subscribe before reading the log: events committed in between are in both, and are
        // recognized by their ids.
        let (live, latest) = hub.listen()?;
        Some(Self {
            store,
            live,
            seen: filter.since.unwrap_or(latest),
            behind: filter.since.is_some(),
            filter,
            replay: VecDeque::new(),
        })
    }

    /// The listener's name in the audit log.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.filter.actor
    }

    /// The lease on the listener's credentials.
    #[must_use]
    pub fn lease(&self) -> Lease {
        self.filter.lease.clone()
    }

    /// The next event as the JSON text of its envelope, shared between listeners; `None` when the
    /// engine stops. May be dropped and called again without losing anything.
    pub async fn next(&mut self) -> Option<Arc<str>> {
        loop {
            if let Some((id, text)) = self.replay.pop_front() {
                self.seen = self.seen.max(id);
                return Some(text);
            }
            if self.behind {
                self.read_log().await?;
                continue;
            }
            match self.live.recv().await {
                Ok(event) if event.id <= self.seen => {}
                Ok(event) => {
                    let wanted = self.filter.scope.covers(&event.organization)
                        && self.filter.wants(&event.session, event.kind.as_str());
                    match event.text {
                        _ if !wanted => self.seen = event.id,
                        Some(text) => {
                            self.seen = event.id;
                            return Some(text);
                        }
                        // Too large for the buffer: the log has it.
                        None => self.behind = true,
                    }
                }
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Reads the next page of what was missed; `None` when the store is closed.
    async fn read_log(&mut self) -> Option<()> {
        let scope = self.filter.scope.clone();
        let since = self.seen;
        let page = self
            .store
            .read(move |rows| rows.events(&within(rows, &scope)?, since, PAGE))
            .await
            .inspect_err(|error| tracing::warn!(%error, "reading the events log failed"))
            .ok()?;
        self.behind = page.len() >= PAGE as usize;
        let mut bytes = 0;
        for event in page {
            if self.filter.wants(&event.session, &event.kind) {
                bytes += event.text.len();
                if bytes > PAGE_BYTES && !self.replay.is_empty() {
                    self.behind = true;
                    break;
                }
                self.replay.push_back((event.id, event.text));
            } else if self.replay.is_empty() {
                self.seen = self.seen.max(event.id);
            } else {
                // Passed over after those that wait: remembered with the last of them.
                if let Some(last) = self.replay.back_mut() {
                    last.0 = event.id;
                }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::EventKind;
    use crate::gateway::store::contract::{TestStore, organization, session, store};

    /// Publishes group updates with these notes, with events between them that the listener filters out.
    async fn publish(place: &TestStore, notes: std::ops::Range<usize>) {
        place
            .store
            .write(move |w| {
                for note in notes {
                    let acme = organization("acme");
                    w.publish(&acme, &session(1), EventKind::GroupUpdate, &note)?;
                    if note % 3 == 0 {
                        w.publish(&acme, &session(1), EventKind::SessionStatus, &note)?;
                    }
                }
                Ok(())
            })
            .await
            .unwrap();
    }

    fn filter(since: Option<Ulid>) -> Filter {
        Filter {
            actor: "key:one".to_owned(),
            scope: organization("acme").into(),
            lease: Lease::default(),
            session: None,
            kinds: Some(vec!["group.update".to_owned()]),
            since,
        }
    }

    async fn note(listener: &mut Subscription) -> usize {
        let text = listener.next().await.unwrap();
        let event: crate::api::Envelope = serde_json::from_str(&text).unwrap();
        serde_json::from_value(event.payload).unwrap()
    }

    #[tokio::test]
    async fn replay_then_live_without_gap_or_repeat() {
        let place = store();
        publish(&place, 0..1).await;
        let first = place
            .store
            .read(|rows| rows.events(&[organization("acme")], Ulid::nil(), 1))
            .await
            .unwrap()[0]
            .id;
        publish(&place, 1..600).await;
        let mut listener =
            Subscription::open(&place.hub, place.store.clone(), filter(Some(first))).unwrap();
        publish(&place, 600..620).await;
        for index in 1..620 {
            assert_eq!(note(&mut listener).await, index);
        }
        place.hub.close();
        assert!(listener.next().await.is_none());
    }

    #[tokio::test]
    async fn a_slow_listener_catches_up_from_the_log() {
        let place = store();
        publish(&place, 0..9).await;
        let mut listener =
            Subscription::open(&place.hub, place.store.clone(), filter(None)).unwrap();
        let count = crate::gateway::hub::BUFFER + 300;
        publish(&place, 0..count).await;
        for index in 0..count {
            assert_eq!(note(&mut listener).await, index);
        }
    }
    /// Publishes events with payloads of this size, each starting with its number.
    async fn publish_large(place: &TestStore, numbers: std::ops::Range<usize>, size: usize) {
        place
            .store
            .write(move |w| {
                for number in numbers {
                    let payload = format!("{number} {}", "x".repeat(size));
                    let kind = EventKind::GroupUpdate;
                    w.publish(&organization("acme"), &session(1), kind, &payload)?;
                }
                Ok(())
            })
            .await
            .unwrap();
    }

    async fn number(listener: &mut Subscription) -> usize {
        let text = listener.next().await.unwrap();
        let event: crate::api::Envelope = serde_json::from_str(&text).unwrap();
        let payload = event.payload.as_str().unwrap();
        payload.split(' ').next().unwrap().parse().unwrap()
    }

    #[tokio::test]
    async fn large_events_are_read_from_the_log_and_none_is_lost() {
        let place = store();
        let open = || Subscription::open(&place.hub, place.store.clone(), filter(None)).unwrap();
        let mut listener = open();
        let mut others = open();
        publish_large(&place, 0..3, 10).await;
        publish_large(&place, 3..40, crate::gateway::hub::BUFFERED_MAX).await;
        publish_large(&place, 40..43, 10).await;
        // The shared buffer of all listeners holds only small events.
        for _ in 0..43 {
            let event = others.live.try_recv().unwrap();
            let text = event.text.as_deref().unwrap_or_default();
            assert!(text.len() <= crate::gateway::hub::BUFFERED_MAX);
        }
        for expected in 0..43 {
            assert_eq!(number(&mut listener).await, expected);
            let replay = listener.replay.iter().map(|(_, text)| text.len());
            assert!(replay.sum::<usize>() <= PAGE_BYTES);
        }
    }
}
