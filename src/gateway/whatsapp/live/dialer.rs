//! Opens the connections of a session and reports each attempt to the run.
//!
//! The library reports neither an unreachable server nor a connection that it gave up; a new
//! attempt is the only sign of both. No fix upstream is known; events for both replace this report.

use super::run::Run;
use async_trait::async_trait;
use std::sync::{Arc, Weak};
use whatsapp_rust::anyhow;
use whatsapp_rust::async_channel::Receiver;
use whatsapp_rust::transport::{
    TokioWebSocketTransportFactory, Transport, TransportEvent, TransportFactory,
};

pub(super) struct Dialer {
    pub(super) run: Weak<Run>,
    /// Shared by all sessions, with its TLS roots.
    pub(super) sockets: Arc<TokioWebSocketTransportFactory>,
}

#[async_trait]
impl TransportFactory for Dialer {
    async fn create_transport(
        &self,
    ) -> Result<(Arc<dyn Transport>, Receiver<TransportEvent>), anyhow::Error> {
        if let Some(run) = self.run.upgrade() {
            run.dialling();
        }
        let opened = self.sockets.create_transport().await;
        match (&opened, self.run.upgrade()) {
            (Ok(_), Some(run)) => run.reached(),
            (Err(error), _) => tracing::info!(%error, "cannot reach WhatsApp"),
            _ => {}
        }
        opened
    }
}
