//! What can be settled only when the whole log was read.

use std::collections::HashMap;

use crate::capture::Capture;
use crate::channel::{Told, by_answer, channel};
use crate::context::ContextKind;
use crate::devtools::state::State;
use crate::faults::Faults;
use crate::initiator::Initiator;
use crate::request::{Aliases, Channel, RequestIndex};
use crate::storage::StoredCookie;

/// Makes the capture out of all that was read.
pub(super) fn finish(mut state: State, reading: Faults) -> Capture {
    state.settle_opened();
    state.settle_outer_stacks();
    state.settle_preflights();
    state.settle_workers();
    state.settle_extras();
    state.settle_channels();
    state.settle_cookies_in_headers();
    state.settle_reports();
    state.settle_guarded();
    state.settle_aliases();
    state.settle_stored_cookies();
    state.tell_what_is_missing();
    let mut faults = reading.into_list();
    faults.extend(state.faults.into_list());
    state.capture.faults = faults;
    state.capture
}

impl State {
    fn settle_preflights(&mut self) {
        for (index, key) in std::mem::take(&mut self.preflights) {
            let of = self.joined.get(&key).and_then(|joined| joined.hops.first().copied()).or_else(|| {
                let session = self.sessions_of.get(&key.1)?.first()?;
                self.joined.get(&(session.clone(), key.1.clone()))?.hops.first().copied()
            });
            let Some(request) = self.capture.requests.get_mut(index) else { continue };
            request.channel = Channel::Preflight;
            if let Some(of) = of.filter(|of| *of != index) {
                request.initiator = Initiator::Preflight { of };
            }
        }
    }

    /// The headers that really went say more than those the browser first told.
    fn settle_channels(&mut self) {
        for request in &mut self.capture.requests {
            let told =
                Told { method: &request.method, url: &request.url, headers: &request.headers, ..Told::default() };
            let mime = request.response.as_ref().and_then(|response| response.mime.as_deref());
            let better = match (request.channel, channel(&told)) {
                (Channel::Document | Channel::Script | Channel::Fetch | Channel::Other, Channel::Prefetch) => {
                    Channel::Prefetch
                }
                (Channel::Script, better @ (Channel::Worker | Channel::ServiceWorker)) => better,
                (Channel::Frame, Channel::Object) => Channel::Object,
                (Channel::Other, Channel::Other) => by_answer(&told, mime),
                (Channel::Other, better) => better,
                (known, _) => known,
            };
            if request.channel != Channel::Other || !matches!(better, Channel::Document | Channel::Form) {
                request.channel = better;
            }
        }
    }

    fn settle_cookies_in_headers(&mut self) {
        for request in &mut self.capture.requests {
            crate::cookies::drop_pseudo(&mut request.headers);
            crate::cookies::add_sent(&request.headers, &mut request.cookies);
            let now = request.started_at.clone();
            if let Some(response) = &mut request.response {
                crate::cookies::drop_pseudo(&mut response.headers);
                crate::cookies::add_set(response, now.as_deref());
            }
        }
    }

    /// Which request fetched a worker's script: the one under its target's id, else the last before it with its address.
    fn settle_workers(&mut self) {
        for (target, context) in std::mem::take(&mut self.workers) {
            let sessions = self.sessions_of.get(&target).cloned().unwrap_or_default();
            let joined = sessions.into_iter().find_map(|session| self.joined.get(&(session, target.clone())));
            let fetched = joined.and_then(|joined| joined.hops.last().copied());
            if let Some(context) = self.capture.contexts.get_mut(context) {
                context.request = fetched;
            }
        }
        let mut by_address: HashMap<(Option<usize>, &str), RequestIndex> = HashMap::new();
        for (index, request) in self.capture.requests.iter().enumerate() {
            if matches!(request.channel, Channel::Worker | Channel::ServiceWorker | Channel::Script | Channel::Other) {
                by_address.entry((request.page, request.url.as_str())).or_insert(index);
            }
        }
        for context in &mut self.capture.contexts {
            if is_worker(context.kind) && context.request.is_none() {
                let url = crate::address::clean_url(&context.url);
                context.request = by_address.get(&(context.page, url.as_str())).copied();
            }
        }
        for number in 0..self.capture.contexts.len() {
            self.worker_script(number);
        }
    }

    /// The request of a worker's script goes through a channel of its own, on behalf of whatever started the worker.
    fn worker_script(&mut self, number: usize) {
        let Some(context) = self.capture.contexts.get(number).filter(|context| is_worker(context.kind)) else { return };
        let channel = if context.kind == ContextKind::ServiceWorker { Channel::ServiceWorker } else { Channel::Worker };
        let (parent, made_by) = (context.parent, context.made_by.clone());
        let document = parent.and_then(|parent| Some(self.capture.contexts.get(parent)?.url.clone()));
        let around = self.documents_around(parent);
        let context_request = context.request;
        let Some(request) = context_request.and_then(|index| self.capture.requests.get_mut(index)) else { return };
        request.channel = channel;
        if parent.is_some() {
            (request.context, request.document_url, request.frames) = (parent, document, around);
        }
        let Some(mut first) = context_request else { return };
        // The call stands behind the first hop.
        while let Some(Initiator::Redirect { from }) =
            self.capture.requests.get(first).map(|request| &request.initiator)
        {
            if *from >= first {
                break;
            }
            first = *from;
        }
        if let Some(request) = self.capture.requests.get_mut(first).filter(|_| made_by != Initiator::NotKnown) {
            request.initiator = made_by;
        }
    }

    fn settle_aliases(&mut self) {
        for request in &mut self.capture.requests {
            let host = url::Url::parse(&request.url).ok().and_then(|url| url.host_str().map(str::to_ascii_lowercase));
            let known = host.and_then(|host| self.aliases.get(&host));
            request.aliases = known.cloned().unwrap_or(Aliases::NotResolved);
        }
    }

    /// Cookies that responses and scripts set, unless the browser said at the end what it held; who set those it held.
    fn settle_stored_cookies(&mut self) {
        let mut set = crate::storage::set_by_responses(&self.capture.requests);
        for cookie in std::mem::take(&mut self.own.script_cookies) {
            set.extend(crate::storage::set_by_script(&cookie.line, &cookie.document).map(|set| StoredCookie {
                set_by: Some(cookie.script),
                page: cookie.page,
                choice: cookie.choice,
                ..set
            }));
        }
        for held in &mut self.capture.cookies {
            let by = set.iter().rev().find(|cookie| cookie.name == held.name && is_of(cookie, held));
            if let Some(by) = by {
                (held.set_by, held.by_script) = (by.set_by.clone(), by.by_script);
            }
        }
        for cookie in set {
            if !self.capture.cookies.iter().any(|held| held.name == cookie.name && is_of(&cookie, held)) {
                self.capture.cookies.push(cookie);
            }
        }
    }

    fn tell_what_is_missing(&mut self) {
        if self.own.begun && !self.own.ended {
            self.faults.add("the end of the log", "the log is cut: it has no `Shuhi.end`", "whatever was sent later");
        }
        if self.capture.requests.is_empty() && !self.own.begun {
            self.faults.add("the log", "it tells of no request", "what was sent: this log cannot show it");
        }
        for (method, count) in std::mem::take(&mut self.strange) {
            let what = format!("{count} events `{method}`, which are not understood");
            self.faults.add("the log", what, "what they tell, should they tell of requests");
        }
        if self.requests_dropped > 0 {
            let what = format!("{} requests beyond the limit (`REQUESTS_MAX`)", self.requests_dropped);
            self.faults.add("the end of the log", what, "these requests");
        }
    }
}

fn is_worker(kind: ContextKind) -> bool {
    !matches!(kind, ContextKind::Page | ContextKind::Frame)
}

/// Whether a cookie that was set is one that is held: of the same domain or of a host below it.
fn is_of(set: &StoredCookie, held: &StoredCookie) -> bool {
    let (set, held) = (set.domain.trim_start_matches('.'), held.domain.trim_start_matches('.'));
    set.eq_ignore_ascii_case(held) || set.strip_suffix(held).is_some_and(|below| below.ends_with('.'))
}
