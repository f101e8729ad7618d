use serde::{Deserialize, Serialize};

use crate::capture::Choice;
use crate::initiator::Initiator;

/// The place of a request in [`crate::Capture::requests`].
pub type RequestIndex = usize;

/// One request that left the terminal, or was about to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The page whose visit it belongs to, by its place in [`crate::Capture::pages`].
    pub page: Option<usize>,
    /// What the visitor had chosen by then.
    pub choice: Choice,
    /// Through which channel it was sent.
    pub channel: Channel,
    /// The method, upper case.
    pub method: String,
    /// The whole address, without fragment.
    pub url: String,
    /// The document on whose behalf it was sent (that of its frame or worker).
    pub document_url: Option<String>,
    /// The documents around it, innermost first, ending with the page: empty for the page's own frame.
    pub frames: Vec<String>,
    /// The document or worker that sent it, by its place in [`crate::Capture::contexts`], where known.
    #[serde(default)]
    pub context: Option<usize>,
    /// Headers as sent, in order; cookies stand in `cookies` as well.
    pub headers: Vec<Header>,
    /// Cookies that went with it.
    pub cookies: Vec<SentCookie>,
    /// What was posted.
    pub body: Option<Body>,
    /// Messages sent over it, for WebSockets and the like.
    pub messages: Vec<Message>,
    /// What came back.
    pub response: Option<Response>,
    /// What the browser says caused it.
    pub initiator: Initiator,
    /// Whether it left the terminal.
    pub outcome: Outcome,
    /// Other names of its host, as resolved when it was captured.
    pub aliases: Aliases,
    /// When it was sent, RFC 3339 in UTC.
    pub started_at: Option<String>,
    /// Where the capture has it: `entry 12`, `line 3042`, for whoever looks it up.
    pub place: String,
}

/// Through which channel something is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A page itself.
    Document,
    /// A document in a frame.
    Frame,
    /// `object` and `embed`.
    Object,
    /// A script.
    Script,
    /// A style sheet, also by `@import`.
    Style,
    /// An image.
    Image,
    /// A font.
    Font,
    /// Sound and film.
    Media,
    /// Subtitles and the like.
    Track,
    /// `fetch()`.
    Fetch,
    /// `XMLHttpRequest`.
    Xhr,
    /// `navigator.sendBeacon`, `a ping`, keep-alive fetches of unload handlers.
    Beacon,
    /// A WebSocket; see `messages`.
    WebSocket,
    /// WebTransport.
    WebTransport,
    /// Server-sent events.
    EventSource,
    /// The script of a worker.
    Worker,
    /// The script of a service worker.
    ServiceWorker,
    /// Reports on violations of the content security policy.
    CspReport,
    /// Other reports: Reporting API, network errors.
    Report,
    /// The icon of the page.
    Favicon,
    /// The manifest of a web application.
    Manifest,
    /// Fetched ahead of need: `prefetch`, `preload`, `modulepreload`, speculation rules.
    Prefetch,
    /// A form.
    Form,
    /// A preflight request.
    Preflight,
    /// What the capture does not say.
    #[default]
    Other,
}

/// A header, name as sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A cookie that went with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A cookie that a response set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetCookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// For which domain; none for the host alone.
    pub domain: Option<String>,
    /// How long it is kept, in seconds; none until the browser is closed.
    pub max_age_seconds: Option<i64>,
    /// Why the browser did not take it, where it did not.
    pub blocked: Option<String>,
}

/// What was posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Its media type as stated.
    pub mime: Option<String>,
    /// The bytes as far as the capture has them.
    #[serde(with = "bytes_as_base64")]
    pub bytes: Vec<u8>,
    /// Whether the capture has less than was sent.
    pub incomplete: bool,
}

/// One message over a WebSocket or an event stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Whether the terminal sent it; else it came in.
    pub sent: bool,
    /// Text, or base64 where `binary`.
    pub text: String,
    /// Whether it was binary.
    pub binary: bool,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The status, 0 where there was none.
    pub status: u16,
    /// Its media type.
    pub mime: Option<String>,
    /// Headers, in order.
    pub headers: Vec<Header>,
    /// Cookies it set.
    pub cookies: Vec<SetCookie>,
    /// Size of the body in bytes, where known.
    pub body_bytes: Option<u64>,
    /// The address it came from.
    pub remote_address: Option<String>,
    /// Whether a cache or a service worker answered, so that nothing left the terminal by this request itself.
    pub from_cache: bool,
}

/// Whether a request left the terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outcome {
    /// It was sent.
    #[default]
    Sent,
    /// It was answered on the terminal: cache, service worker, `data:`.
    Local,
    /// It was stopped before it left: policy, mixed content, an extension, our own guard.
    Blocked {
        /// Why, in the browser's word.
        reason: String,
    },
    /// It was tried and failed; what it carried may or may not have left.
    Failed {
        /// The browser's word for it.
        error: String,
    },
}

/// Other names of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Aliases {
    /// Nobody asked when it was captured: HAR files, event logs.
    #[default]
    NotResolved,
    /// Our own resolver asked: the names behind it, in order; empty where it is no alias.
    Resolved {
        /// CNAME targets in order.
        names: Vec<String>,
    },
    /// Our own resolver asked and had no answer.
    Failed {
        /// Why.
        error: String,
    },
}

mod bytes_as_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}
