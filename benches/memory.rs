//! Memory of one process with 0, 1, 50 and 500 connected live sessions of 100 groups each; and the time
//! in which an account with 1,000 groups of 200 members is imported. The WhatsApp server on loopback
//! runs in another process.
//!
//! `cargo bench --bench memory`, or with numbers of sessions: `cargo bench --bench memory -- 1 50`

// A fault here ends the measurement, which is all that can be done about it.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/loopback/mod.rs"]
#[allow(dead_code)]
mod loopback;

use groupdesk::gateway::auth::MemoryKey;
use groupdesk::gateway::domain::{OrganizationId, SessionId};
use groupdesk::gateway::whatsapp::live::{self, Limits, Live, Options};
use groupdesk::gateway::whatsapp::sandbox::{BulkAccounts, World};
use groupdesk::gateway::whatsapp::{Account, Backend, DriverEvent};
use groupdesk::gateway::{self, Config, SeedSession};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;
use whatsapp_rust::bot::Bot;
use whatsapp_rust::store::SqliteStore;
use whatsapp_rust::transport::TokioWebSocketTransportFactory;
use whatsapp_rust::types::events::Event;
use whatsapp_rust::wacore::iq::groups::GroupParticipatingIq;

/// What this process is, when it is not the one that was started by hand: `server DIRECTORY SESSIONS
/// GROUPS MEMBERS`, the same with `engine`, `driver` or `library` and the server's address.
const ROLE: &str = "MEMORY_BENCH_ROLE";
const KEY: &str = "wa_bench_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const SESSIONS: &str = "sessions";
/// After the last session is ready: what logging in left behind is given back.
const SETTLE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_mins(15);
const IMPORTS: usize = 5;

fn main() {
    let role = std::env::var(ROLE).unwrap_or_default();
    let words: Vec<&str> = role.split(' ').collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match words[..] {
        ["server", directory, sessions, groups, members] => {
            runtime.block_on(serve(
                Path::new(directory),
                crowd(sessions, groups, members),
            ));
        }
        ["engine", directory, sessions, groups, members, url] => {
            let crowd = crowd(sessions, groups, members);
            runtime.block_on(run_engine(Path::new(directory), crowd, url));
        }
        ["library", directory, sessions, groups, members, url] => {
            let crowd = crowd(sessions, groups, members);
            runtime.block_on(run_library(Path::new(directory), crowd, url));
        }
        ["driver", directory, sessions, groups, members, url] => {
            let crowd = crowd(sessions, groups, members);
            runtime.block_on(run_driver(Path::new(directory), crowd, url));
        }
        _ => measure(),
    }
}

fn measure() {
    let asked: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let steps = if asked.is_empty() {
        vec![0, 1, 50, 500]
    } else {
        asked
    };
    for sessions in steps {
        on_a_server(&format!("{sessions} 100 20"), &["engine"]);
    }
    println!("import of 1,000 groups of 200 members:");
    for _ in 0..IMPORTS {
        on_a_server("1 1000 200", &["library", "driver", "engine"]);
    }
}

/// Runs processes one after the other against a server of their own.
fn on_a_server(crowd: &str, roles: &[&str]) {
    for role in roles {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path().display();
        let mut server = again(&format!("server {directory} {crowd}"));
        let mut url = String::new();
        let said = BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut url);
        assert!(said.unwrap() > 0, "the server ended");
        let mut other = again(&format!("{role} {directory} {crowd} {}", url.trim()));
        for line in BufReader::new(other.stdout.take().unwrap()).lines() {
            println!("{}", line.unwrap());
        }
        assert!(other.wait().unwrap().success());
        server.kill().unwrap();
        server.wait().unwrap();
    }
}

/// This program once more, as something else.
fn again(role: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .env(ROLE, role)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn crowd(sessions: &str, groups: &str, members: &str) -> BulkAccounts {
    BulkAccounts {
        sessions: sessions.parse().unwrap(),
        groups: groups.parse().unwrap(),
        members: members.parse().unwrap(),
    }
}

/// What the server tells about its sessions: their ids, one on a line. The world itself would count as
/// the engine's memory.
fn sessions(directory: &Path) -> Vec<SeedSession> {
    let ids = std::fs::read_to_string(directory.join(SESSIONS)).unwrap();
    ids.lines()
        .map(|id| SeedSession {
            account: Account {
                session: SessionId::parse(id).unwrap(),
                organization: organization(),
            },
            label: None,
            identity: None,
            start: true,
            groups: Vec::new(),
        })
        .collect()
}

fn organization() -> OrganizationId {
    OrganizationId::parse("local").unwrap()
}

async fn serve(directory: &Path, crowd: BulkAccounts) {
    let world = World::still(7).unwrap();
    let sessions = world.add_bulk_accounts(&organization(), crowd);
    let server = loopback::Server::start(world).await.unwrap();
    let ids: Vec<_> = sessions
        .iter()
        .map(|session| session.account.session.as_str())
        .collect();
    std::fs::write(directory.join(SESSIONS), ids.join("\n")).unwrap();
    for session in sessions {
        let identity = session.identity.unwrap();
        server
            .seed_linked(&directory.join("keys"), session.account, identity)
            .await
            .unwrap();
    }
    println!("{}", server.url());
    std::future::pending::<()>().await;
}

fn live(directory: &Path, url: &str) -> Arc<Live> {
    let options = Options {
        url: Some(url.to_owned()),
        limits: Limits {
            call: Duration::from_mins(1),
            ..Limits::default()
        },
        ..Options::new(directory.join("keys"))
    };
    Live::new(options).unwrap()
}

/// An engine with every session of the world: its memory, and how long the import took.
async fn run_engine(directory: &Path, crowd: BulkAccounts, url: &str) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let shutdown = CancellationToken::new();
    let config = Config {
        database: directory.join("groupdesk.sqlite"),
        gateway_id: "bench".to_owned(),
        backend: Backend::Live(live(directory, url)),
        login: None,
        memory_keys: vec![MemoryKey {
            secret: KEY.to_owned(),
            id: "bench".to_owned(),
            organization: organization(),
            capabilities: groupdesk::api::Capabilities::all(),
            own: true,
        }],
        seed: sessions(directory),
        limits: gateway::Limits::default().without_call_limits(),
        connect: true,
    };
    let handle = gateway::start(config, listener, shutdown.clone())
        .await
        .unwrap();
    let engine = handle.engine().clone();
    let caller = engine.authenticate(KEY).unwrap();
    let begin = Instant::now();
    let mut connected = None;
    loop {
        let sessions = engine.list_sessions(&caller).unwrap();
        if connected.is_none() && sessions.iter().all(|session| session.status.is_connected()) {
            connected = Some(Instant::now());
        }
        let complete = |session: &groupdesk::api::Session| {
            session.status.is_connected() && session.group_count == Some(crowd.groups as u64)
        };
        if sessions.iter().all(complete) {
            break;
        }
        assert!(begin.elapsed() < PATIENCE, "the sessions did not connect");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    if crowd.members == 200 {
        let import = connected.unwrap().elapsed();
        println!(
            "  the engine, from connected to stored {} ms",
            import.as_millis()
        );
    } else {
        tokio::time::sleep(SETTLE).await;
        let (now, most) = resident();
        println!(
            "{:>4} sessions of {} groups: {now:.1} MB resident, {most:.1} MB at most, ready after {:.1?}",
            crowd.sessions,
            crowd.groups,
            begin.elapsed().saturating_sub(SETTLE)
        );
    }
    shutdown.cancel();
    handle.stopped().await;
}

/// The client library alone: asking for the same answer and reading it, into types of its own.
async fn run_library(directory: &Path, crowd: BulkAccounts, url: &str) {
    let (connected, mut is_connected) = unbounded_channel();
    let session = sessions(directory).remove(0).account.session;
    let file = directory.join("keys").join(format!("{session}.sqlite"));
    let store = SqliteStore::new(file.to_str().unwrap()).await.unwrap();
    let bot = Bot::builder()
        .with_backend(store)
        .with_transport_factory(TokioWebSocketTransportFactory::new().with_url(url.to_owned()))
        .with_version((2, 3000, 1_023_000_000))
        .skip_history_sync()
        .on_event(move |event, _client| {
            if matches!(*event, Event::Connected(_)) {
                connected.send(()).unwrap();
            }
            std::future::ready(())
        })
        .build()
        .await
        .unwrap()
        .spawn();
    is_connected.recv().await.unwrap();
    let begin = Instant::now();
    let answer = bot.client().execute(GroupParticipatingIq::new()).await;
    let took = begin.elapsed();
    assert_eq!(answer.unwrap().groups.len(), crowd.groups);
    println!(
        "  the library, asking and reading      {} ms",
        took.as_millis()
    );
    let begin = Instant::now();
    bot.client().groups().get_participating().await.unwrap();
    let took = begin.elapsed();
    println!(
        "  the same, remembering everybody      {} ms",
        took.as_millis()
    );
    bot.shutdown().await;
}

/// The driver without an engine: the same, into the engine's types.
async fn run_driver(directory: &Path, crowd: BulkAccounts, url: &str) {
    let (report, mut events) = unbounded_channel();
    let account = sessions(directory).remove(0).account;
    let driver = live::open(live(directory, url), account, report);
    driver.connect().await.unwrap();
    while !matches!(events.recv().await.unwrap(), DriverEvent::Connected(_)) {}
    let begin = Instant::now();
    let groups = driver.joined_groups().await.unwrap();
    let took = begin.elapsed();
    assert_eq!(groups.len(), crowd.groups);
    println!(
        "  the driver, asking and reading       {} ms",
        took.as_millis()
    );
    driver.disconnect().await;
}

/// Megabytes resident now, and at most so far.
fn resident() -> (f64, f64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        let kibibytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kibibytes * 1024.0 / 1e6
    };
    (of("VmRSS:"), of("VmHWM:"))
}
