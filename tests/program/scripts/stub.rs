//! A gateway with the answers of a test.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A response.
pub enum Answer {
    Json(u16, Value),
    /// With this `Retry-After`.
    Pause(u64, Value),
    Html,
    /// The connection closes without an answer.
    Nothing,
}

pub struct Stub {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// Answers each request, given as `GET /sessions`; `earlier` has the requests before it.
    pub fn start(answer: impl Fn(&str, &[String]) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(request) = read(&stream) else {
                    continue;
                };
                let mut heard = heard.lock().expect("no test panics with it");
                let answer = answer(&request, &heard);
                heard.push(request);
                write(stream, answer);
            }
        });
        Self { url, asked }
    }

    /// How often it received this request.
    pub fn count(&self, request: &str) -> usize {
        let asked = self.asked.lock().expect("no test panics with it");
        asked.iter().filter(|one| *one == request).count()
    }
}

fn read(stream: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream);
    let mut first = String::new();
    lines.read_line(&mut first).ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        if line.trim_end().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    lines.read_exact(&mut vec![0; length]).ok()?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    Some(format!("{method} {}", path.strip_prefix("/api/v1")?))
}

fn write(mut stream: TcpStream, answer: Answer) {
    let (status, extra, kind, body) = match answer {
        Answer::Json(status, body) => (status, String::new(), "application/json", body.to_string()),
        Answer::Pause(seconds, body) => (
            429,
            format!("retry-after: {seconds}\r\n"),
            "application/json",
            body.to_string(),
        ),
        Answer::Html => (
            200,
            String::new(),
            "text/html",
            "<h1>Log in</h1>".to_owned(),
        ),
        Answer::Nothing => return,
    };
    let head = format!(
        "HTTP/1.1 {status} Stub\r\ncontent-type: {kind}\r\n{extra}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // The client may have disconnected.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body.as_bytes());
}
