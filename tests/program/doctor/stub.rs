//! Servers with prepared answers, plain or with TLS.

use jiff::Timestamp;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

/// A request.
pub struct Question {
    pub method: String,
    pub path: String,
}

/// A response.
pub struct Answer {
    status: u16,
    headers: String,
    body: String,
    /// Seconds by which the server's clock is ahead.
    ahead: i64,
}

impl Answer {
    pub fn new(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: String::new(),
            body: body.to_owned(),
            ahead: 0,
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers = format!("{}{name}: {value}\r\n", self.headers);
        self
    }

    pub fn ahead(mut self, seconds: i64) -> Self {
        self.ahead = seconds;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let now = Timestamp::now().as_second() + self.ahead;
        let date = Timestamp::from_second(now).unwrap();
        let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT");
        format!(
            "HTTP/1.1 {} Stub\r\nDate: {date}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}",
            self.status,
            self.body.len(),
            self.headers,
            self.body
        )
        .into_bytes()
    }
}

/// A gateway of the contract with no sessions and none of the extensions.
pub fn well(question: &Question) -> Answer {
    let missing = Answer::new(
        404,
        r#"{"error":{"code":"not_found","message":"not found"}}"#,
    );
    match (question.method.as_str(), question.path.as_str()) {
        ("GET", "/healthz" | "/readyz") => Answer::new(200, "ok"),
        ("GET", "/api/v1/sessions") => Answer::new(200, r#"{"data":[],"nextCursor":""}"#),
        _ => missing,
    }
}

/// Listens on a free port, with a thread for each connection.
fn listen(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            std::thread::spawn(move || serve(stream));
        }
    });
    address
}

/// A plain server; returns its port.
pub fn plain(answer: impl Fn(&Question) -> Answer + Clone + Send + 'static) -> u16 {
    listen(move |mut stream| exchange(&mut stream, &answer)).port()
}

/// A server with TLS.
pub fn encrypted(
    config: Arc<rustls::ServerConfig>,
    answer: impl Fn(&Question) -> Answer + Clone + Send + 'static,
) -> u16 {
    let serve = move |stream| {
        let session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = rustls::StreamOwned::new(session, stream);
        exchange(&mut stream, &answer);
        stream.conn.send_close_notify();
        let _ = stream.flush();
    };
    listen(serve).port()
}

/// Accepts connections and never sends anything.
pub fn silent() -> u16 {
    let wait = |mut stream: TcpStream| {
        let mut heard = [0; 1024];
        while stream.read(&mut heard).is_ok_and(|length| length > 0) {}
    };
    listen(wait).port()
}

/// Sends these bytes whatever the request, and closes.
pub fn babbling(words: &'static [u8]) -> u16 {
    let answer = move |mut stream: TcpStream| {
        // The request is read first, so that closing does not reset the connection.
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(words);
    };
    listen(answer).port()
}

/// A proxy that connects to the requested address, or answers with a status.
pub fn proxy(refuse: Option<u16>) -> u16 {
    let serve = move |mut stream: TcpStream| {
        let Some(question) = hear(&mut stream) else {
            return;
        };
        if let Some(status) = refuse {
            let _ = stream.write_all(&Answer::new(status, "").bytes());
            return;
        }
        assert_eq!(question.method, "CONNECT");
        let to = TcpStream::connect(&question.path).unwrap();
        stream.write_all(b"HTTP/1.1 200 Go on\r\n\r\n").unwrap();
        relay(stream, to);
    };
    listen(serve).port()
}

/// A SOCKS5 proxy (RFC 1928) without authentication that connects to names.
pub fn socks_proxy() -> u16 {
    let serve = |mut stream: TcpStream| {
        let mut head = [0; 2];
        // A connection check sends no request.
        if stream.read_exact(&mut head).is_err() {
            return;
        }
        let mut methods = vec![0; head[1].into()];
        stream.read_exact(&mut methods).unwrap();
        stream.write_all(&[5, 0]).unwrap();
        let mut request = [0; 5];
        stream.read_exact(&mut request).unwrap();
        // CONNECT to a name.
        assert_eq!(request[..4], [5, 1, 0, 3]);
        let mut target = vec![0; usize::from(request[4]) + 2];
        stream.read_exact(&mut target).unwrap();
        let (name, port) = target.split_at(target.len() - 2);
        let name = std::str::from_utf8(name).unwrap();
        let to = TcpStream::connect((name, u16::from_be_bytes([port[0], port[1]]))).unwrap();
        stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).unwrap();
        relay(stream, to);
    };
    listen(serve).port()
}

fn relay(mut stream: TcpStream, mut to: TcpStream) {
    let (mut back, mut there) = (to.try_clone().unwrap(), stream.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut back, &mut there);
        let _ = there.shutdown(std::net::Shutdown::Write);
    });
    let _ = std::io::copy(&mut stream, &mut to);
    let _ = to.shutdown(std::net::Shutdown::Write);
}

/// Accepts connections, and closes after the first bytes.
pub fn cutting() -> u16 {
    // Unread bytes reset a connection when it is closed.
    let cut = |stream: TcpStream| drop(stream.peek(&mut [0]));
    listen(cut).port()
}

/// A port without a listener.
pub fn closed() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn exchange(stream: &mut (impl Read + Write), answer: &impl Fn(&Question) -> Answer) {
    // A connection check sends no request.
    if let Some(question) = hear(stream) {
        let _ = stream.write_all(&answer(&question).bytes());
        let _ = stream.flush();
    }
}

fn hear(stream: &mut impl Read) -> Option<Question> {
    // One byte at a time: what follows a head may be the start of a TLS handshake.
    let mut lines = BufReader::with_capacity(1, stream);
    let mut first = String::new();
    lines.read_line(&mut first).ok()?;
    let mut words = first.split_whitespace();
    let question = Question {
        method: words.next()?.to_owned(),
        path: words.next()?.to_owned(),
    };
    let mut length = 0;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some(question)
}
