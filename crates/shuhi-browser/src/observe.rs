//! An observation from its first line to its last: every wish is a run over all pages by a visitor who was never there before.

use std::time::Instant;

use serde_json::json;

use crate::pages::Queue;
use crate::recording::{Recording, text};
use crate::visit::{Stage, Visit, open_tab};
use crate::{BrowserError, Observation, Summary, Wish};

/// Opens all pages for all wishes.
pub(crate) fn observe(
    recording: &mut Recording<'_>,
    observation: &Observation,
    summary: &mut Summary,
) -> Result<(), BrowserError> {
    summary.browser.clone_from(&recording.browser);
    let mut queue = begin(recording, observation)?;
    for (place, wish) in observation.wishes.iter().enumerate() {
        let context = visitor(recording, observation)?;
        let mut run = Run { observation, context: &context, wish: *wish, stage: Stage::Choosing(*wish), last: None };
        if observation.login.is_some() {
            run.sign_in(recording, summary)?;
        }
        if place == 0 {
            while let Some(url) = queue.next() {
                run.page(recording, &mut queue, &url, summary)?;
            }
        } else {
            for url in queue.opened.clone() {
                run.page(recording, &mut queue, &url, summary)?;
            }
        }
        run.end(recording)?;
    }
    Ok(())
}

/// One visitor with one wish.
struct Run<'o> {
    observation: &'o Observation,
    context: &'o str,
    wish: Wish,
    stage: Stage,
    /// When the last visit ended.
    last: Option<Instant>,
}

impl Run<'_> {
    fn sign_in(&mut self, recording: &mut Recording<'_>, summary: &mut Summary) -> Result<(), BrowserError> {
        let Some(login) = &self.observation.login else { return Ok(()) };
        let stage = std::mem::replace(&mut self.stage, Stage::SigningIn);
        let screen = self.observation.screens.first().copied().unwrap_or_default();
        let visit = self.visit(summary, login.url(), screen, false);
        let visited = visit.run(recording)?;
        summary.visits.push(visited.summary);
        self.stage = stage;
        Ok(())
    }

    fn page(
        &mut self,
        recording: &mut Recording<'_>,
        queue: &mut Queue,
        url: &str,
        summary: &mut Summary,
    ) -> Result<(), BrowserError> {
        for screen in &self.observation.screens {
            let chose = self.open(recording, queue, url, *screen, summary)?;
            if chose {
                // A visitor who comes again with this choice is shown another page.
                self.stage = Stage::Chosen(self.wish);
                self.open(recording, queue, url, *screen, summary)?;
            }
        }
        Ok(())
    }

    fn open(
        &mut self,
        recording: &mut Recording<'_>,
        queue: &mut Queue,
        url: &str,
        screen: crate::Screen,
        summary: &mut Summary,
    ) -> Result<bool, BrowserError> {
        if let Some(last) = self.last {
            recording.wait_until(last + queue.delay, |_| false)?;
        }
        let visited = self.visit(summary, url, screen, queue.wants_links()).run(recording)?;
        self.last = Some(Instant::now());
        for link in &visited.links {
            queue.found(recording, link)?;
        }
        summary.visits.push(visited.summary);
        Ok(visited.chose)
    }

    fn visit<'v>(&'v self, summary: &Summary, url: &'v str, screen: crate::Screen, wants_links: bool) -> Visit<'v> {
        Visit {
            index: summary.visits.len(),
            url,
            screen,
            context: self.context,
            plan: self.observation,
            stage: self.stage,
            wants_links,
        }
    }

    fn end(&self, recording: &mut Recording<'_>) -> Result<(), BrowserError> {
        if self.wish != Wish::Nothing && self.stage == Stage::Choosing(self.wish) {
            let what = match self.wish {
                Wish::Refuse => "no button that refuses was found on any page",
                _ => "no button that accepts was found on any page",
            };
            recording.fault(what, "what is sent after that choice")?;
        }
        let params = json!({"browserContextId": self.context});
        match recording.call(None, "Target.disposeBrowserContext", params) {
            Err(error) if error.is_final() => Err(error),
            _ => Ok(()),
        }
    }
}

/// The pages; what we fetch of the site ourselves is fetched by a visitor of its own.
fn begin(recording: &mut Recording<'_>, observation: &Observation) -> Result<Queue, BrowserError> {
    recording.doing = "the pages were being looked up".to_owned();
    let context = new_context(recording)?;
    let (_, session) = open_tab(recording, &context, crate::Screen::Desktop)?;
    let queue = Queue::begin(recording, &session, &observation.pages, &observation.politeness)?;
    let _ = recording.call(None, "Target.disposeBrowserContext", json!({"browserContextId": context}));
    Ok(queue)
}

/// A visitor who was never there before.
fn visitor(recording: &mut Recording<'_>, observation: &Observation) -> Result<String, BrowserError> {
    let context = new_context(recording)?;
    if observation.honey.contains_key("latitude") {
        let params = json!({"permissions": ["geolocation"], "browserContextId": context});
        recording.call(None, "Browser.grantPermissions", params)?;
    }
    Ok(context)
}

/// A profile of the browser that nobody has used.
pub(crate) fn new_context(recording: &mut Recording<'_>) -> Result<String, BrowserError> {
    let created = recording.call(None, "Target.createBrowserContext", json!({"disposeOnDetach": true}))?;
    let context = text(&created, "/browserContextId").to_owned();
    let downloads = json!({"behavior": "deny", "eventsEnabled": true, "browserContextId": context});
    recording.call(None, "Browser.setDownloadBehavior", downloads)?;
    Ok(context)
}
