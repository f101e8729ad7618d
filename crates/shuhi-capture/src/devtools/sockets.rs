//! WebSockets, WebTransport and event streams.

use serde_json::Value;

use crate::address::clean_url;
use crate::devtools::requests::headers_of;
use crate::devtools::responses::response_of;
use crate::devtools::state::State;
use crate::initiator::{Initiator, StackFrame};
use crate::json::Json as _;
use crate::limits::{MESSAGE_BYTES_MAX, MESSAGES_MAX};
use crate::request::{Channel, Message, Outcome, Request, RequestIndex};

impl State {
    pub fn socket_created(&mut self, params: &Value, session: &str, place: &str) {
        self.opened(params, session, place, "requestId", Channel::WebSocket);
    }

    pub fn transport_created(&mut self, params: &Value, session: &str, place: &str) {
        self.opened(params, session, place, "transportId", Channel::WebTransport);
    }

    fn opened(&mut self, params: &Value, session: &str, place: &str, id: &str, channel: Channel) {
        let (Some(id), Some(url)) = (params.filled(&[id]), params.filled(&["url"])) else {
            return self.faults.add(place, "a connection has no id or no address", "this connection");
        };
        let key = (session.to_owned(), id.to_owned());
        if self.joined.get(&key).is_some_and(|joined| !joined.hops.is_empty()) {
            return self.faults.add(
                place,
                format!("connection `{id}` is told twice"),
                "nothing: the second is left out",
            );
        }
        let said = params.at(&["initiator"]).and_then(|initiator| self.initiator(initiator, session, place));
        let initiator = said.unwrap_or_default();
        let stack = if let Initiator::Script { stack } = &initiator { stack.as_slice() } else { &[] };
        let context = self.context_of_stack(stack).or_else(|| self.session_context(session));
        let request = Request {
            page: context.and_then(|context| self.capture.contexts.get(context)?.page).or(self.page),
            choice: self.choice,
            channel,
            method: if channel == Channel::WebTransport { "CONNECT".into() } else { "GET".into() },
            url: clean_url(url),
            document_url: context.and_then(|context| Some(self.capture.contexts.get(context)?.url.clone())),
            frames: self.documents_around(context),
            context,
            initiator,
            started_at: self.time_of(params),
            place: place.to_owned(),
            ..Request::default()
        };
        if let Some(index) = self.add_request(request) {
            self.begin(&key, index, &Value::Null);
        }
    }

    /// The document or worker whose script called: connections do not name their frame.
    pub fn context_of_stack(&self, stack: &[StackFrame]) -> Option<usize> {
        let id = stack.iter().find_map(|frame| frame.script.as_ref())?;
        self.capture.scripts.get(*self.scripts.get(id)?)?.context
    }

    pub fn socket_handshake(&mut self, params: &Value, session: &str, place: &str) {
        let time = self.time_of(params);
        let Some(index) = self.socket(params, session, place) else { return };
        let Some(request) = self.capture.requests.get_mut(index) else { return };
        request.headers = headers_of(params.at(&["request", "headers"]));
        request.started_at = time.or(request.started_at.take());
    }

    pub fn socket_answered(&mut self, params: &Value, session: &str, place: &str) {
        let Some(index) = self.socket(params, session, place) else { return };
        let Some(request) = self.capture.requests.get_mut(index) else { return };
        let answer = params.at(&["response"]).cloned().unwrap_or_default();
        let real = headers_of(answer.at(&["requestHeaders"]));
        if !real.is_empty() {
            request.headers = real;
        }
        request.response = Some(response_of(&answer));
    }

    pub fn socket_frame(&mut self, params: &Value, session: &str, place: &str, sent: bool) {
        const TEXT: u64 = 1;
        const BINARY: u64 = 2;
        let Some(index) = self.socket(params, session, place) else { return };
        let opcode = params.count(&["response", "opcode"]).unwrap_or(TEXT);
        if opcode <= BINARY {
            self.message(
                index,
                Message { sent, text: params.owned(&["response", "payloadData"]), binary: opcode == BINARY },
            );
        }
    }

    pub fn socket_error(&mut self, params: &Value, session: &str) {
        let error = params.filled(&["errorMessage"]).unwrap_or("failed").to_owned();
        let Some(request) = self.current(params, session).and_then(|index| self.capture.requests.get_mut(index)) else {
            return;
        };
        if request.response.is_none() && request.messages.is_empty() {
            request.outcome = Outcome::Failed { error };
        }
    }

    pub fn event_source_message(&mut self, params: &Value, session: &str, place: &str) {
        let Some(index) = self.current(params, session) else {
            return self.faults.add(
                place,
                "a message of an event stream that the log does not have",
                "the event stream",
            );
        };
        self.message(index, Message { sent: false, text: params.owned(&["data"]), binary: false });
    }

    /// The connection of an event; one that was opened before the log begins is added without an address.
    fn socket(&mut self, params: &Value, session: &str, place: &str) -> Option<RequestIndex> {
        if let Some(index) = self.current(params, session) {
            return Some(index);
        }
        let id = params.filled(&["requestId"])?.to_owned();
        self.faults.add(place, format!("WebSocket `{id}` was opened before the log begins"), "its address and cause");
        let request = Request {
            page: self.page,
            choice: self.choice,
            channel: Channel::WebSocket,
            place: place.to_owned(),
            ..Request::default()
        };
        let index = self.add_request(request)?;
        self.begin(&(session.to_owned(), id), index, &Value::Null);
        Some(index)
    }

    fn message(&mut self, index: RequestIndex, message: Message) {
        let Some(request) = self.capture.requests.get_mut(index) else { return };
        if !keep_message(&mut request.messages, message) {
            let place = request.place.clone();
            if !self.messages_cut.contains(&index) {
                self.messages_cut.push(index);
                self.faults.add(place, "more messages than are kept", "the later messages of this connection");
            }
        }
    }
}

/// Adds a message unless there are too many; says whether it was kept.
pub(crate) fn keep_message(messages: &mut Vec<Message>, message: Message) -> bool {
    let size: usize = messages.iter().map(|message| message.text.len()).sum();
    let fits = messages.len() < MESSAGES_MAX && size.saturating_add(message.text.len()) <= MESSAGE_BYTES_MAX;
    if fits {
        messages.push(message);
    }
    fits
}
