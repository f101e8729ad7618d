//! Batches by HTTP: one POST, one answer, and a repeated one is not taken in twice.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use ring::digest::{SHA256, digest};
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};

use super::sockets::{Arrival, cannot};
use crate::failure::Failure;

/// No batch is larger.
const BATCH_BYTES_MAX: usize = 64 << 20;
/// No key is longer.
const KEY_BYTES_MAX: usize = 255;
/// Batches that are received at once.
const AT_ONCE: usize = 8;
/// A request must have arrived whole within this time.
const ARRIVES_WITHIN: Duration = Duration::from_secs(60);
/// How often it is looked whether to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A batch that arrived whole.
pub struct Batch {
    /// Chosen by who sends it: the same key, the same batch.
    pub key: String,
    pub bytes: Vec<u8>,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Answer>,
}

/// The answer to a batch.
pub struct Answer {
    pub status: u16,
    pub body: Json,
}

/// Listens for batches. `token` must be sent along as `Authorization: Bearer TOKEN` where it is given.
pub fn batches(
    address: SocketAddr,
    token: Option<String>,
    to: SyncSender<Arrival>,
    stop: Arc<AtomicBool>,
) -> Result<JoinHandle<()>, Failure> {
    let failed = |error| cannot("listen at", address, error);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build().map_err(failed)?;
    let listener = runtime.block_on(TcpListener::bind(address)).map_err(failed)?;
    eprintln!("http {}", listener.local_addr().unwrap_or(address));
    let gate = Arc::new(Gate { to, token: token.map(|token| hash(&token)), places: Semaphore::new(AT_ONCE) });
    Ok(thread::spawn(move || runtime.block_on(serve(listener, gate, stop))))
}

struct Gate {
    to: SyncSender<Arrival>,
    token: Option<Vec<u8>>,
    places: Semaphore,
}

fn hash(text: &str) -> Vec<u8> {
    digest(&SHA256, text.as_bytes()).as_ref().to_vec()
}

async fn serve(listener: TcpListener, gate: Arc<Gate>, stop: Arc<AtomicBool>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let Ok(accepted) = tokio::time::timeout(LOOK_EVERY, listener.accept()).await else { continue };
        let Ok((connection, _)) = accepted else {
            // Out of file descriptors, as a rule: room comes with time.
            tokio::time::sleep(LOOK_EVERY).await;
            continue;
        };
        let gate = Arc::clone(&gate);
        connections.spawn(async move {
            let service = service_fn(move |request| answered(request, Arc::clone(&gate)));
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10)).keep_alive(false);
            // A connection that breaks is its sender's to repeat, under the same key.
            let _ = builder.serve_connection(TokioIo::new(connection), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
    // What has arrived is still answered.
    let finish = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(Duration::from_secs(10), finish).await;
}

async fn answered(request: Request<Incoming>, gate: Arc<Gate>) -> Result<Response<Full<Bytes>>, Infallible> {
    let answer = match tokio::time::timeout(ARRIVES_WITHIN, answer(request, &gate)).await {
        Ok(Ok(answer) | Err(answer)) => answer,
        Err(_) => told(408, "the batch did not arrive in time", "send less at once"),
    };
    let mut response = Response::new(Full::new(Bytes::from(format!("{}\n", answer.body))));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    Ok(response)
}

async fn answer(request: Request<Incoming>, gate: &Gate) -> Result<Answer, Answer> {
    if request.method() != Method::POST {
        return Err(told(405, "only POST is answered", "send the records as the body of a POST"));
    }
    if !is_permitted(request.headers(), gate) {
        return Err(told(401, "the token is missing or wrong", "send `Authorization: Bearer TOKEN`"));
    }
    let key = key(request.headers())?;
    let _place = gate.places.acquire().await.map_err(|_| stopping())?;
    let body = Limited::new(request.into_body(), BATCH_BYTES_MAX).collect().await;
    let bytes = body.map_err(|error| match error.is::<LengthLimitError>() {
        true => told(
            413,
            &format!("a batch has at most {BATCH_BYTES_MAX} bytes"),
            "send it in parts, each with a key of its own",
        ),
        false => told(400, "the batch broke off", "send it again with the same key"),
    })?;
    let (sender, receiver) = oneshot::channel();
    let mut arrival = Arrival::Batch(Batch { key, bytes: bytes.to_bytes().to_vec(), answer: sender });
    loop {
        // The queue is filled by other threads as well: here it must not be waited for by blocking.
        match gate.to.try_send(arrival) {
            Ok(()) => break,
            Err(TrySendError::Full(back)) => {
                arrival = back;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Err(TrySendError::Disconnected(_)) => return Err(stopping()),
        }
    }
    receiver.await.map_err(|_| stopping())
}

fn is_permitted(headers: &HeaderMap, gate: &Gate) -> bool {
    let Some(token) = &gate.token else { return true };
    let sent =
        headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|text| text.strip_prefix("Bearer "));
    // Comparing hashes tells nobody by its time how much of the token was right.
    sent.is_some_and(|sent| hash(sent) == *token)
}

fn key(headers: &HeaderMap) -> Result<String, Answer> {
    let text = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if text.is_empty() || text.len() > KEY_BYTES_MAX {
        let what = format!("the header `Idempotency-Key` of 1 to {KEY_BYTES_MAX} characters is missing");
        return Err(told(400, &what, "send a key of its own with each batch, and the same again when repeating it"));
    }
    Ok(text.to_owned())
}

fn stopping() -> Answer {
    told(503, "the vault is stopping", "send the batch again later, with the same key")
}

/// An answer that says what is wrong and what to do.
pub fn told(status: u16, what: &str, help: &str) -> Answer {
    Answer { status, body: json!({"error": what, "help": help}) }
}
