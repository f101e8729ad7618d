//! What can be settled only when the whole log was read.

use std::collections::HashMap;

use crate::capture::Capture;
use crate::context::ContextKind;
use crate::devtools::state::State;
use crate::faults::Faults;
use crate::initiator::Initiator;
use crate::request::{Aliases, Channel, RequestIndex};
use crate::storage::StoredCookie;

/// Makes the capture out of all that was read.
pub(super) fn finish(mut state: State, reading: Faults) -> Capture {
    state.settle_preflights();
    state.settle_extras();
    state.settle_cookies_in_headers();
    state.settle_reports();
    state.settle_guarded();
    state.settle_workers();
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

    /// Which request fetched a worker's script: the last before it with its address, where one was seen.
    fn settle_workers(&mut self) {
        let mut fetched: HashMap<(Option<usize>, &str), RequestIndex> = HashMap::new();
        for (index, request) in self.capture.requests.iter().enumerate() {
            if matches!(request.channel, Channel::Worker | Channel::ServiceWorker | Channel::Script | Channel::Other) {
                fetched.entry((request.page, request.url.as_str())).or_insert(index);
            }
        }
        for context in &mut self.capture.contexts {
            let worker = !matches!(context.kind, ContextKind::Page | ContextKind::Frame);
            if worker && context.request.is_none() {
                let url = crate::address::clean_url(&context.url);
                context.request = fetched.get(&(context.page, url.as_str())).copied();
            }
        }
        for context in &self.capture.contexts {
            let channel = match context.kind {
                ContextKind::Worker | ContextKind::SharedWorker => Channel::Worker,
                ContextKind::ServiceWorker => Channel::ServiceWorker,
                ContextKind::Page | ContextKind::Frame => continue,
            };
            if let Some(request) = context.request.and_then(|index| self.capture.requests.get_mut(index)) {
                request.channel = channel;
            }
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

/// Whether a cookie that was set is one that is held: of the same domain or of a host below it.
fn is_of(set: &StoredCookie, held: &StoredCookie) -> bool {
    let (set, held) = (set.domain.trim_start_matches('.'), held.domain.trim_start_matches('.'));
    set.eq_ignore_ascii_case(held) || set.strip_suffix(held).is_some_and(|below| below.ends_with('.'))
}
