use std::collections::{BTreeMap, HashMap};

use crate::capture::{Capture, Choice};
use crate::devtools::events::Event;
use crate::devtools::extra::Joined;
use crate::devtools::own::Own;
use crate::devtools::reports::Reports;
use crate::faults::Faults;
use crate::initiator::StackFrame;
use crate::json::Json as _;
use crate::request::{Aliases, RequestIndex};

/// What is known while a log is being read.
#[derive(Debug, Default)]
pub(super) struct State {
    pub capture: Capture,
    pub faults: Faults,
    /// Requests by session and request id, with all their hops.
    pub joined: HashMap<RequestKey, Joined>,
    /// Requests whose id was used again.
    pub settled: Vec<Joined>,
    /// The sessions under which a request id is known.
    pub sessions_of: HashMap<String, Vec<String>>,
    pub sessions: HashMap<String, Session>,
    /// Contexts of workers by their targets; a worker's script is fetched under its target's id.
    pub workers: HashMap<String, usize>,
    pub frames: HashMap<String, Frame>,
    /// Whether the log has events of frames at all.
    pub page_events: bool,
    /// The outermost frame, in logs without events of frames.
    pub first_frame: Option<String>,
    /// The outermost frame of the page that goes on.
    pub page_frame: Option<String>,
    /// Contexts by the loader of their document.
    pub loaders: HashMap<String, usize>,
    /// Places in [`Capture::scripts`] by the scripts' ids.
    pub scripts: HashMap<String, usize>,
    /// Stacks kept for other debuggers to refer to.
    pub outer_stacks: HashMap<String, Vec<StackFrame>>,
    /// Some stack goes on in another debugger.
    pub stacks_go_on: bool,
    /// Forms about to be sent, by frame.
    pub forms: HashMap<String, String>,
    /// What a preflight is for, by the id the browser gives.
    pub preflights: Vec<(RequestIndex, RequestKey)>,
    pub aliases: HashMap<String, Aliases>,
    pub reports: Reports,
    pub own: Own,
    pub page: Option<usize>,
    pub choice: Choice,
    /// Wall time minus the browser's own clock, in seconds.
    pub clock: Option<f64>,
    /// Events that nothing here reads, by method.
    pub strange: BTreeMap<String, usize>,
    pub requests_dropped: usize,
    /// Connections with more messages than are kept.
    pub messages_cut: Vec<RequestIndex>,
}

/// A request as the browser names it: session and request id.
pub(super) type RequestKey = (String, String);

/// A connection to one target.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// The worker's context; documents are found by their frames.
    pub worker: Option<usize>,
    /// The frame that is the root of this target.
    pub frame: Option<String>,
}

/// A frame, whatever document it shows.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub parent: Option<String>,
    pub context: Option<usize>,
    /// The call that attached it.
    pub stack: Vec<StackFrame>,
    /// Its page, where it is the outermost.
    pub page: Option<usize>,
}

impl State {
    /// Takes one event.
    pub fn take(&mut self, event: Event) {
        let (params, session, place) = (&event.params, event.session.as_str(), event.place.as_str());
        if let Some(own) = event.method.strip_prefix("Shuhi.") {
            return self.take_own(own, params, session, place);
        }
        if let Some(time) = params.number(&["timestamp"])
            && self.clock.is_none()
            && let Some(wall) = params.number(&["wallTime"])
        {
            self.clock = Some(wall - time);
        }
        match event.method.as_str() {
            "Network.requestWillBeSent" => self.request_will_be_sent(params, session, place),
            "Network.requestWillBeSentExtraInfo" => self.request_extra(params, session, place),
            "Network.responseReceived" => self.response_received(params, session, place),
            "Network.responseReceivedExtraInfo" => self.response_extra(params, session, place),
            "Network.requestServedFromCache" => self.served_from_cache(params, session),
            "Network.dataReceived" => self.data_received(params, session),
            "Network.loadingFinished" => self.loading_finished(params, session, place),
            "Network.loadingFailed" => self.loading_failed(params, session, place),
            "Network.webSocketCreated" => self.socket_created(params, session, place),
            "Network.webSocketWillSendHandshakeRequest" => self.socket_handshake(params, session, place),
            "Network.webSocketHandshakeResponseReceived" => self.socket_answered(params, session, place),
            "Network.webSocketFrameSent" => self.socket_frame(params, session, place, true),
            "Network.webSocketFrameReceived" => self.socket_frame(params, session, place, false),
            "Network.webSocketFrameError" => self.socket_error(params, session),
            "Network.webTransportCreated" => self.transport_created(params, session, place),
            "Network.eventSourceMessageReceived" => self.event_source_message(params, session, place),
            "Network.reportingApiReportAdded" | "Network.reportingApiReportUpdated" => self.report(params, place),
            "Network.reportingApiEndpointsChangedForOrigin" => self.report_endpoints(params),
            "Page.frameAttached" => self.frame_attached(params, session),
            "Page.frameNavigated" => self.frame_navigated(params, session),
            "Page.navigatedWithinDocument" => {}
            "Page.frameRequestedNavigation" | "Page.frameScheduledNavigation" => self.navigation_requested(params),
            "Target.attachedToTarget" => self.attached(params, session),
            "Debugger.scriptParsed" => self.script_parsed(params, session),
            other => self.strange(other),
        }
    }

    /// Events of the network that this reader does not know are told at the end; others say nothing about requests.
    fn strange(&mut self, method: &str) {
        const SILENT: [&str; 16] = [
            "Network.resourceChangedPriority",
            "Network.webSocketClosed",
            "Network.webTransportConnectionEstablished",
            "Network.webTransportClosed",
            "Network.signedExchangeReceived",
            "Network.trustTokenOperationDone",
            "Network.policyUpdated",
            "Network.responseReceivedEarlyHints",
            "Network.requestIntercepted",
            "Network.subresourceWebBundleMetadataReceived",
            "Network.subresourceWebBundleMetadataError",
            "Network.subresourceWebBundleInnerResponseParsed",
            "Network.subresourceWebBundleInnerResponseError",
            "Network.deviceBoundSessionsAdded",
            "Network.deviceBoundSessionEventOccurred",
            "Network.enable",
        ];
        if method.starts_with("Network.") && !SILENT.contains(&method) {
            *self.strange.entry(method.to_owned()).or_default() += 1;
        }
    }

    /// The point in time of an event.
    pub fn time_of(&self, params: &serde_json::Value) -> Option<String> {
        let wall = params.number(&["wallTime"]).filter(|time| *time > 0.0);
        let seconds = wall.or_else(|| Some(params.number(&["timestamp"])? + self.clock?));
        crate::time::from_seconds(seconds?)
    }
}
