//! What is done with a page: shown, settled, left, and freed where it is stuck.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Visit, failed};
use crate::BrowserError;
use crate::recording::{Quiet, Recording, TargetKind};

/// How long what a page sends when it is left is waited for.
const LEAVE_WAIT: Duration = Duration::from_millis(2_000);
/// Nothing moved for so long: what a page sends when it is left is on its way.
const LEAVE_IDLE: Duration = Duration::from_millis(200);
/// How long a page may take to answer after its script was ended.
const FREED_WAIT: Duration = Duration::from_secs(2);
/// Scrolls to the end a screen at a time, so that what loads when seen is loaded; then back.
const SCROLL: &str = include_str!("scroll.js");

impl Visit<'_> {
    /// Goes to the page and waits until nothing moves; false where it did not load.
    pub(super) fn show(
        &self,
        recording: &mut Recording<'_>,
        session: &str,
        end: Instant,
    ) -> Result<bool, BrowserError> {
        let url = crate::honey::address(self.url, &self.plan.honey);
        let wait = end.saturating_duration_since(Instant::now());
        let answer = recording.call_within(Some(session), "Page.navigate", json!({"url": url}), wait)?;
        if let Some(error) = failed(&answer) {
            recording.fault(format!("the page did not load: {error}"), "the whole page")?;
            return Ok(false);
        }
        self.wait_idle(recording, end, self.plan.waits.idle / 2)?;
        if self.plan.waits.scroll && recording.activity.cut.is_none() {
            recording.evaluate(session, SCROLL, recording.settings.limits.answer)?;
        }
        if recording.activity.cut.is_none() {
            // A browser with a window fetches the manifest by itself, to learn whether the page can be installed.
            recording.call(Some(session), "Page.getAppManifest", json!({}))?;
        }
        self.settle(recording, end)?;
        Ok(true)
    }

    /// Waits until nothing moves any more.
    pub(super) fn settle(&self, recording: &mut Recording<'_>, end: Instant) -> Result<(), BrowserError> {
        self.wait_idle(recording, end, self.plan.waits.idle)
    }

    fn wait_idle(&self, recording: &mut Recording<'_>, end: Instant, idle: Duration) -> Result<(), BrowserError> {
        let waits = &self.plan.waits;
        let end = end.min(Instant::now() + waits.idle_at_most);
        recording.activity.moved();
        let settled =
            recording.wait_until(end, |now| now.activity.cut.is_some() || now.activity.is_idle(idle, waits.stalled))?;
        if settled {
            return Ok(());
        }
        let open = recording.activity.open();
        recording.fault(format!("the page was not idle in time: {open} requests were open"), "what it sends later")
    }

    pub(super) fn sign_in(
        &self,
        recording: &mut Recording<'_>,
        session: &str,
        end: Instant,
    ) -> Result<(), BrowserError> {
        let steps = self.plan.login.iter().flat_map(|login| &login.steps);
        for (place, step) in steps.enumerate() {
            let done = step.carry_out(recording, session);
            if !matches!(done, Ok(true)) {
                if let Err(error) = done
                    && error.is_final()
                {
                    return Err(error);
                }
                let what = format!("step {} of the login failed: {}", place + 1, step.name());
                return recording.fault(what, "the signed-in pages");
            }
            self.settle(recording, end)?;
        }
        Ok(())
    }

    /// Leaves the page as a visitor would, so that its unload handlers run, then closes the tab and what it opened.
    pub(super) fn leave(
        &self,
        recording: &mut Recording<'_>,
        target_id: &str,
        session: &str,
    ) -> Result<(), BrowserError> {
        recording.activity.visiting = false;
        let hanging = recording.activity.hanging(self.plan.waits.stalled);
        if let Some(first) = hanging.first() {
            let what = format!("{} requests had no whole answer when the page was left: {first}", hanging.len());
            recording.fault(what, "what comes of those answers")?;
        }
        if !recording.targets.is_gone(session) {
            self.hide(recording)?;
            self.hold_what_is_sent(recording)?;
            let (before, end) = (recording.activity.navigations, Instant::now() + LEAVE_WAIT);
            recording.call(Some(session), "Page.navigate", json!({"url": "about:blank"}))?;
            recording.wait_until(end, |now| now.activity.navigations > before)?;
            recording.activity.moved();
            recording.wait_until(end, |now| now.activity.is_idle(LEAVE_IDLE, LEAVE_WAIT))?;
        }
        self.close_all(recording, target_id)
    }

    /// Closes the page, the windows it opened, and the tab before it.
    fn close_all(&self, recording: &mut Recording<'_>, target_id: &str) -> Result<(), BrowserError> {
        let pages = recording
            .targets
            .iter()
            .filter(|(_, target)| target.kind == TargetKind::Page && target.context == self.context);
        let mut ids: Vec<String> = pages.map(|(_, target)| target.id.clone()).collect();
        ids.push(target_id.to_owned());
        for id in &ids {
            recording.tell(None, "Target.closeTarget", json!({"targetId": id}), Quiet::Ignored)?;
        }
        let closed = |now: &Recording<'_>| ids.iter().all(|id| now.targets.page_of(id).is_none());
        recording.wait_until(Instant::now() + LEAVE_WAIT, closed)?;
        Ok(())
    }

    /// Puts another tab before the page: much of what is sent on leaving is sent when a page is no longer seen, and as long as it lives it tells who sent it.
    fn hide(&self, recording: &mut Recording<'_>) -> Result<(), BrowserError> {
        let params = json!({"url": "about:blank", "browserContextId": self.context});
        recording.call(None, "Target.createTarget", params)?;
        recording.activity.moved();
        recording.wait_until(Instant::now() + LEAVE_WAIT, |now| now.activity.is_idle(LEAVE_IDLE, LEAVE_WAIT))?;
        Ok(())
    }

    /// A document that is torn down tells DevTools nothing any more; the browser itself still does, when it holds requests up.
    fn hold_what_is_sent(&self, recording: &mut Recording<'_>) -> Result<(), BrowserError> {
        let documents = recording.targets.iter().filter(|(_, target)| {
            matches!(target.kind, TargetKind::Page | TargetKind::Frame) && target.context == self.context
        });
        let sessions: Vec<String> = documents.map(|(session, _)| session.clone()).collect();
        for session in sessions {
            let params = json!({"patterns": [{"urlPattern": "*", "requestStage": "Request"}]});
            recording.tell(Some(&session), "Fetch.enable", params, Quiet::Ignored)?;
        }
        Ok(())
    }

    /// What a page did not answer is a fault of the page, and the page is freed; that the browser is gone ends everything.
    pub(super) fn forgive(
        &self,
        recording: &mut Recording<'_>,
        session: &str,
        outcome: Result<(), BrowserError>,
    ) -> Result<(), BrowserError> {
        match outcome {
            Err(error) if error.is_final() => Err(error),
            Err(_) if recording.targets.is_gone(session) => Ok(()),
            Err(error) => {
                recording.fault(error.to_string(), "what the page would have sent later")?;
                self.free(recording, session)
            }
            Ok(()) => Ok(()),
        }
    }

    /// Ends a script that never yields; where that does not help, the page's process.
    fn free(&self, recording: &mut Recording<'_>, session: &str) -> Result<(), BrowserError> {
        if answers(recording, session)? {
            return Ok(());
        }
        recording.end_script(session)?;
        if answers(recording, session)? {
            return recording.fault("a script that did not yield was ended", "what it would have sent later");
        }
        recording.tell(Some(session), "Page.crash", json!({}), Quiet::Ignored)?;
        let page = session.to_owned();
        let gone = recording.wait_until(Instant::now() + FREED_WAIT, |now| now.targets.is_gone(&page))?;
        let how = if gone { "its process was ended" } else { "it could not be ended" };
        recording.fault(format!("the page hung and {how}"), "what the page would have sent later")
    }
}

fn answers(recording: &mut Recording<'_>, session: &str) -> Result<bool, BrowserError> {
    let params = json!({"expression": "1"});
    match recording.call_within(Some(session), "Runtime.evaluate", params, FREED_WAIT) {
        Ok(_) => Ok(true),
        Err(error) if error.is_final() => Err(error),
        Err(BrowserError::Refused { .. }) => Ok(true),
        Err(_) => Ok(false),
    }
}
