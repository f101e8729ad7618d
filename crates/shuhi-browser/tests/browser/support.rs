//! A small site on loopback: every invented host, HTTP and HTTPS on one port, and a record of every request it received: what the tests hold the log against.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rcgen::{CertificateParams, KeyPair};
use sha2::{Digest as _, Sha256};
use shuhi_browser::{BrowserSettings, HostRule};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// Hosts of the site and of those it sends to; the certificate names them.
pub const HOSTS: &[&str] = &["shop.example", "tag.mihon.example", "cdn.mihon.example", "waku.example", "shop2.example"];

/// One request as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub method: String,
    /// Scheme, host, path and query.
    pub url: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// What is answered.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub then: Then,
}

/// What happens after that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The answer is whole.
    Ends,
    /// Nothing more comes, and the connection stays open.
    Hangs,
    /// Not even the beginning of an answer comes.
    NeverAnswers,
    /// Bytes come until nobody takes them.
    GoesOn,
}

impl Reply {
    pub fn of(kind: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        Self { status: 200, headers, body: body.into(), then: Then::Ends }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }
}

type Answer = dyn Fn(&Received) -> Option<Reply> + Send + Sync;

/// The running site.
pub struct Site {
    pub address: SocketAddr,
    key: String,
    received: Arc<Mutex<Vec<Received>>>,
}

struct Shared {
    received: Arc<Mutex<Vec<Received>>>,
    answer: Box<Answer>,
    folder: PathBuf,
}

impl Site {
    /// Starts the site: `answer` goes first, then the files of `tests/site`, then what every host answers below `/hit/`.
    pub fn start(answer: impl Fn(&Received) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = HOSTS.iter().map(|host| (*host).to_owned()).collect();
        let certificate = CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
        let spki = rcgen::PublicKeyData::subject_public_key_info(&key);
        let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/site");
        let shared = Arc::new(Shared { received: received.clone(), answer: Box::new(answer), folder });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(accept(listener, TlsAcceptor::from(Arc::new(config)), shared));
        });
        Self { address, key: STANDARD.encode(Sha256::digest(spki)), received }
    }

    /// Settings with which a browser finds the site and nothing else.
    pub fn settings(&self) -> BrowserSettings {
        let to = self.address.to_string();
        let hosts = HOSTS.iter().map(|host| HostRule { host: (*host).to_owned(), to: to.clone() }).collect();
        BrowserSettings {
            hosts,
            loopback_only: true,
            trusted_keys: vec![self.key.clone()],
            ..BrowserSettings::default()
        }
    }

    /// What came in so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn accept(listener: std::net::TcpListener, tls: TlsAcceptor, shared: Arc<Shared>) {
    let listener = TcpListener::from_std(listener).unwrap();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (tls, shared) = (tls.clone(), shared.clone());
        tokio::spawn(async move {
            // The first byte of a TLS connection is 22.
            let mut first = [0];
            if stream.peek(&mut first).await.is_err() {
                return;
            }
            if first == [22] {
                if let Ok(stream) = tls.accept(stream).await {
                    serve(stream, "https", shared).await;
                }
            } else {
                serve::<TcpStream>(stream, "http", shared).await;
            }
        });
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    scheme: &'static str,
    shared: Arc<Shared>,
) {
    let service = service_fn(move |request| {
        let shared = shared.clone();
        async move { Ok::<_, Infallible>(answer(request, scheme, &shared).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let _ = connection.with_upgrades().await;
}

type Body = BoxBody<Bytes, Infallible>;

async fn answer(request: Request<Incoming>, scheme: &str, shared: &Arc<Shared>) -> Response<Body> {
    let header = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: BTreeMap<String, String> =
        request.headers().iter().map(|(name, value)| (name.to_string(), header(value))).collect();
    let host = headers.get("host").cloned().unwrap_or_default();
    let url = format!("{scheme}://{host}{}", request.uri());
    let method = request.method().to_string();
    if headers.get("upgrade").is_some_and(|upgrade| upgrade == "websocket") {
        let received = Received { method, url: url.replacen("http", "ws", 1), headers, body: Vec::new() };
        return socket(request, received, shared);
    }
    let body = request.into_body().collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    let received = Received { method, url, headers, body };
    shared.received.lock().unwrap().push(received.clone());
    let reply =
        (shared.answer)(&received).or_else(|| file(&shared.folder, &received)).unwrap_or_else(|| hit(&received));
    respond(reply, &received).await
}

async fn respond(reply: Reply, received: &Received) -> Response<Body> {
    if reply.then == Then::NeverAnswers {
        std::future::pending::<()>().await;
    }
    let first = Bytes::from(reply.body);
    let then = reply.then;
    let body = match then {
        Then::Ends => Full::new(first).boxed(),
        _ => http_body_util::BodyExt::boxed(StreamBody::new(endless(first, then))),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap();
    let origin = received.headers.get("origin").cloned().unwrap_or_else(|| "*".to_owned());
    let everyone = [
        ("access-control-allow-origin", origin.as_str()),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-headers", "x-mihon, content-type"),
        ("access-control-allow-methods", "GET, POST, PUT"),
        ("cache-control", "no-store"),
    ];
    let given = reply.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in everyone.into_iter().chain(given) {
        let name = HeaderName::try_from(name).unwrap();
        response.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
    }
    response
}

fn endless(first: Bytes, then: Then) -> impl futures_util::Stream<Item = Result<Frame<Bytes>, Infallible>> + Send {
    futures_util::stream::unfold(Some(first), move |first| async move {
        match (first, then) {
            (Some(first), _) => Some((Ok(Frame::data(first)), None)),
            (None, Then::GoesOn) => Some((Ok(Frame::data(Bytes::from(vec![b' '; 1 << 18]))), None)),
            (None, _) => std::future::pending().await,
        }
    })
}

fn socket(mut request: Request<Incoming>, received: Received, shared: &Arc<Shared>) -> Response<Body> {
    let key = derive_accept_key(received.headers["sec-websocket-key"].as_bytes());
    shared.received.lock().unwrap().push(received.clone());
    let shared = shared.clone();
    tokio::spawn(async move {
        let Ok(upgraded) = hyper::upgrade::on(&mut request).await else { return };
        let mut socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        while let Some(Ok(message)) = socket.next().await {
            if message.is_text() || message.is_binary() {
                let body = message.into_data().to_vec();
                let sent = Received { method: "MESSAGE".to_owned(), body, ..received.clone() };
                shared.received.lock().unwrap().push(sent);
                let _ = socket.send(Message::text("受領")).await;
            }
        }
    });
    let mut response = Response::new(Full::new(Bytes::new()).boxed());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    for (name, value) in [("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-accept", &key)] {
        response.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
    }
    response
}

/// The path of an address, without query.
pub fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |place| &rest[place..]);
    path.split('?').next().unwrap_or("/")
}

fn file(folder: &Path, received: &Received) -> Option<Reply> {
    let name = path(&received.url).trim_start_matches('/');
    if name.contains("..") {
        return None;
    }
    let text = std::fs::read(folder.join(name)).ok()?;
    Some(Reply::of(kind(name), text))
}

/// What every host answers to what is sent there.
fn hit(received: &Received) -> Reply {
    let name = path(&received.url);
    let body: Vec<u8> = match name.rsplit('.').next() {
        Some("png" | "ico") => STANDARD
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
            .unwrap(),
        Some("html") => b"<!doctype html><p>mihon</p>".to_vec(),
        Some("svg") => b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>".to_vec(),
        Some("vtt") => b"WEBVTT\n\n00:00.000 --> 00:01.000\nmihon\n".to_vec(),
        Some("json") => b"{}".to_vec(),
        Some("js" | "css") => b"/* mihon */".to_vec(),
        _ => Vec::new(),
    };
    Reply::of(kind(name), body)
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("wav") => "audio/wav",
        Some("mp4") => "video/mp4",
        Some("vtt") => "text/vtt",
        Some("json" | "webmanifest") => "application/json",
        Some("xml") => "application/xml",
        _ => "text/plain",
    }
}
