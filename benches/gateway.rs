//! Requests per second of `GET /groups` (2,000 groups) and `GET /invite`, beside a bare axum handler
//! that returns the same bytes, under the same load in the same run.
//!
//! `cargo bench --bench gateway`

// What it measures, it prints.
#![allow(clippy::print_stdout)]

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use groupdesk::api::{Capabilities, SessionRole};
use groupdesk::gateway::auth::MemoryKey;
use groupdesk::gateway::whatsapp::Backend;
use groupdesk::gateway::whatsapp::sandbox::{World, WorldOptions};
use groupdesk::gateway::{self, Config, Limits};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const GROUPS: usize = 2_000;
const CONNECTIONS: usize = 16;
/// Rounds alternate between the two servers, so that a busy neighbour slows both.
const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(800);
const KEY: &str = "wa_bench_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let world = World::load(WorldOptions {
        seed: Some(7),
        groups: Some(GROUPS),
        ..WorldOptions::default()
    })?;
    let organization = world.organizations()[0].0.clone();
    let shutdown = CancellationToken::new();
    let handle = gateway::start(
        Config {
            database: directory.path().join("bench.sqlite"),
            gateway_id: "bench".to_owned(),
            seed: world.seed_sessions(),
            limits: Limits::default().without_call_limits(),
            connect: true,
            backend: Backend::Sandbox(world),
            login: None,
            memory_keys: vec![MemoryKey {
                secret: KEY.to_owned(),
                id: "bench".to_owned(),
                organization,
                capabilities: Capabilities::all(),
                own: true,
            }],
        },
        TcpListener::bind("127.0.0.1:0").await?,
        shutdown.clone(),
    )
    .await?;
    let address = handle.address();
    let (groups_path, invite_path) = paths(address).await?;

    for (name, path) in [("GET /groups", groups_path), ("GET /invite", invite_path)] {
        let body = fetch(address, &path).await?;
        let bare = bare(body.clone()).await?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(load(address, &path).await?);
            theirs.push(load(bare, "/").await?);
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!(
            "{name}: {} bytes, {ours:.0} requests/s, bare handler {theirs:.0} requests/s, ratio {:.2}",
            body.len(),
            ours / theirs,
        );
    }
    shutdown.cancel();
    handle.stopped().await;
    Ok(())
}

/// The paths of the first session's groups and of an invite link, once the session has them all.
async fn paths(address: SocketAddr) -> anyhow::Result<(String, String)> {
    loop {
        let sessions: serde_json::Value =
            serde_json::from_slice(&fetch(address, "/api/v1/sessions").await?)?;
        let session = sessions["data"][0].clone();
        if session["status"] == "working" && session["groupCount"].as_u64() >= Some(GROUPS as u64) {
            let base = format!(
                "/api/v1/sessions/{}/groups",
                session["id"].as_str().unwrap_or_default()
            );
            let groups: serde_json::Value = serde_json::from_slice(&fetch(address, &base).await?)?;
            let mine = groups["data"]
                .as_array()
                .and_then(|groups| {
                    groups
                        .iter()
                        .find(|group| group["myRole"] == SessionRole::Admin.as_str())
                })
                .ok_or_else(|| anyhow::anyhow!("no group to invite to"))?;
            let invite = format!(
                "{base}/{}/invite",
                mine["groupJid"].as_str().unwrap_or_default()
            );
            return Ok((base, invite));
        }
        tokio::task::yield_now().await;
    }
}

/// The least that axum can do for these bytes.
async fn bare(body: Bytes) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new().route(
        "/",
        get(move || {
            let body = body.clone();
            async move { ([(CONTENT_TYPE, "application/json")], body) }
        }),
    );
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Requests per second that the connections get together in one round.
async fn load(address: SocketAddr, path: &str) -> anyhow::Result<f64> {
    let begin = Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let path = path.to_owned();
            tokio::spawn(async move {
                let mut connection = Connection::open(address, &path).await?;
                let mut answered = 0u32;
                while begin.elapsed() < ROUND {
                    connection.ask().await?;
                    answered += 1;
                }
                anyhow::Ok(answered)
            })
        })
        .collect();
    let mut answered = 0;
    for task in tasks {
        answered += task.await??;
    }
    Ok(f64::from(answered) / begin.elapsed().as_secs_f64())
}

async fn fetch(address: SocketAddr, path: &str) -> anyhow::Result<Bytes> {
    let mut connection = Connection::open(address, path).await?;
    let length = connection.ask().await?;
    Ok(Bytes::copy_from_slice(
        &connection.buffer[connection.buffer.len() - length..],
    ))
}

/// A keep-alive connection that does as little as a client can, so that the servers do the work.
struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr, path: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            request: format!(
                "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {KEY}\r\n\r\n"
            )
            .into_bytes(),
            buffer: Vec::new(),
        })
    }

    /// Sends the request, reads the whole answer, returns its body's length.
    async fn ask(&mut self) -> anyhow::Result<usize> {
        self.stream.write_all(&self.request).await?;
        self.buffer.clear();
        let (head, length) = loop {
            anyhow::ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "closed");
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = std::str::from_utf8(&self.buffer[..end])?;
                anyhow::ensure!(head.starts_with("HTTP/1.1 200"), "{head}");
                let length = head
                    .lines()
                    .find_map(|line| {
                        line.to_ascii_lowercase()
                            .strip_prefix("content-length: ")?
                            .parse()
                            .ok()
                    })
                    .ok_or_else(|| anyhow::anyhow!("no content-length: {head}"))?;
                break (end + 4, length);
            }
        };
        while self.buffer.len() < head + length {
            anyhow::ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "closed");
        }
        Ok(length)
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
