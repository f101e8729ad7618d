//! One visit of one page.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::recording::{Activity, Recording, SessionId, text};
use crate::{BrowserError, Screen, VisitSummary, Waits};

/// How long a new tab may take to be there.
const TAB_WAIT: Duration = Duration::from_secs(10);
/// How long what a page sends when it is left is waited for.
const LEAVE_WAIT: Duration = Duration::from_millis(1_500);
/// Nothing moved for so long: what a page sends when it is left is on its way.
const LEAVE_IDLE: Duration = Duration::from_millis(150);
/// Scrolls to the end a screen at a time, so that what loads when seen is loaded; then back.
const SCROLL: &str = include_str!("scroll.js");

/// What is visited, and how.
pub(crate) struct Visit<'v> {
    pub index: usize,
    pub url: &'v str,
    pub screen: Screen,
    pub context: &'v str,
    pub waits: &'v Waits,
}

impl Visit<'_> {
    /// Opens the page, waits, leaves it. What goes wrong with the page is a fault in the log.
    pub fn run(&self, recording: &mut Recording<'_>) -> Result<VisitSummary, BrowserError> {
        let began = Instant::now();
        recording.activity = Activity::default();
        recording.screen = self.screen;
        recording.place = self.url.to_owned();
        recording.doing = format!("`{}` was being visited", self.url);
        let (target_id, session) = match self.open(recording) {
            Ok(opened) => opened,
            Err(error) if error.is_final() => return Err(error),
            Err(error) => {
                recording.fault(format!("no tab could be opened: {error}"), "the whole page")?;
                return Ok(self.summary(recording, began));
            }
        };
        let end = began + recording.settings.limits.visit;
        let shown = self.show(recording, &session, end);
        forgive(recording, shown)?;
        let left = self.leave(recording, &target_id, &session);
        forgive(recording, left)?;
        recording.log.flush()?;
        Ok(self.summary(recording, began))
    }

    fn open(&self, recording: &mut Recording<'_>) -> Result<(String, SessionId), BrowserError> {
        let params = json!({"url": "about:blank", "browserContextId": self.context,
            "width": self.screen.width_px(), "height": self.screen.height_px()});
        let created = recording.call_within(None, "Target.createTarget", params, TAB_WAIT)?;
        let target_id = text(&created, "/targetId").to_owned();
        recording.wait_until(Instant::now() + TAB_WAIT, |now| now.targets.page_of(&target_id).is_some())?;
        let session = recording.targets.page_of(&target_id).cloned().ok_or_else(|| BrowserError::NoAnswer {
            method: "Target.attachedToTarget".to_owned(),
            milliseconds: TAB_WAIT.as_millis(),
        })?;
        let page = json!({"index": self.index, "url": self.url, "started_at": jiff::Timestamp::now().to_string(),
            "width_px": self.screen.width_px(), "height_px": self.screen.height_px()});
        recording.log.own("Shuhi.page", page, Some(&session))?;
        Ok((target_id, session))
    }

    fn show(&self, recording: &mut Recording<'_>, session: &str, end: Instant) -> Result<(), BrowserError> {
        recording.activity = Activity::default();
        let wait = end.saturating_duration_since(Instant::now());
        let answer = recording.call_within(Some(session), "Page.navigate", json!({"url": self.url}), wait)?;
        if let Some(error) = answer.get("errorText").and_then(Value::as_str) {
            recording.fault(format!("the page did not load: {error}"), "the whole page")?;
            return Ok(());
        }
        self.settle(recording, end)?;
        if self.waits.scroll && recording.activity.cut.is_none() {
            let params = json!({"expression": SCROLL, "awaitPromise": true, "returnByValue": true});
            recording.call(Some(session), "Runtime.evaluate", params)?;
            self.settle(recording, end)?;
        }
        Ok(())
    }

    /// Waits until nothing moves any more.
    fn settle(&self, recording: &mut Recording<'_>, end: Instant) -> Result<(), BrowserError> {
        let end = end.min(Instant::now() + self.waits.idle_at_most);
        let (idle, stalled) = (self.waits.idle, self.waits.stalled);
        let settled =
            recording.wait_until(end, |now| now.activity.cut.is_some() || now.activity.is_idle(idle, stalled))?;
        if !settled {
            let open = recording.activity.open();
            recording.fault(
                format!("the page was not idle within its time, {open} requests were open"),
                "what it sends later",
            )?;
        }
        Ok(())
    }

    /// Leaves the page as a visitor would, so that its unload handlers run, then closes the tab.
    fn leave(
        &self,
        recording: &mut Recording<'_>,
        target_id: &str,
        session: &str,
    ) -> Result<(), BrowserError> {
        if !recording.targets.is_gone(session) {
            recording.call(Some(session), "Page.navigate", json!({"url": "about:blank"}))?;
            let end = Instant::now() + LEAVE_WAIT;
            recording.wait_until(end, |now| now.activity.is_idle(LEAVE_IDLE, LEAVE_WAIT))?;
        }
        recording.call(None, "Target.closeTarget", json!({"targetId": target_id}))?;
        Ok(())
    }

    fn summary(&self, recording: &Recording<'_>, began: Instant) -> VisitSummary {
        VisitSummary {
            url: self.url.to_owned(),
            width_px: self.screen.width_px(),
            requests: recording.activity.requests,
            bytes: recording.activity.bytes,
            milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// What a page did not answer is a fault of the page; that the browser is gone ends everything.
fn forgive(recording: &mut Recording<'_>, outcome: Result<(), BrowserError>) -> Result<(), BrowserError> {
    match outcome {
        Err(error) if !error.is_final() => recording.fault(error.to_string(), "what the page would have sent later"),
        outcome => outcome,
    }
}
