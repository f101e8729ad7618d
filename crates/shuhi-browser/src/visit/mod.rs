//! One visit of one page.

mod steps;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::recording::{Activity, Recording, SessionId, text};
use crate::{BrowserError, Observation, Screen, VisitSummary, Wish, consent, honey, kept, pages, picture};

/// How long a new tab may take to be there.
const TAB_WAIT: Duration = Duration::from_secs(10);

/// What is visited, and how.
pub(crate) struct Visit<'v> {
    pub index: usize,
    pub url: &'v str,
    pub screen: Screen,
    /// The visitor: a profile of the browser of its own.
    pub context: &'v str,
    pub plan: &'v Observation,
    pub stage: Stage,
    /// Whether the links of the page are wanted.
    pub wants_links: bool,
}

/// How far the visitor has come with the consent banner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Signs in; chooses nothing.
    SigningIn,
    /// Carries out the wish when a banner is there.
    Choosing(Wish),
    /// Has chosen on an earlier page.
    Chosen(Wish),
}

/// What a visit came to.
#[derive(Debug, Default)]
pub(crate) struct Visited {
    pub summary: VisitSummary,
    pub links: Vec<String>,
    /// Whether a banner was found and clicked.
    pub chose: bool,
}

impl Visit<'_> {
    /// Opens the page, does what is to be done there, leaves it. What goes wrong with the page is a fault in the log.
    pub fn run(&self, recording: &mut Recording<'_>) -> Result<Visited, BrowserError> {
        let began = Instant::now();
        recording.activity = Activity::default();
        recording.screen = self.screen;
        recording.place = self.url.to_owned();
        recording.doing = format!("`{}` was being visited", self.url);
        let mut visited = Visited::default();
        match open_tab(recording, self.context, self.screen) {
            Ok((target_id, session)) => self.within(recording, &target_id, &session, &mut visited)?,
            Err(error) if error.is_final() => return Err(error),
            Err(error) => recording.fault(format!("no tab could be opened: {error}"), "the whole page")?,
        }
        recording.log.flush()?;
        visited.summary.url = self.url.to_owned();
        visited.summary.width_px = self.screen.width_px();
        visited.summary.requests = recording.activity.requests;
        visited.summary.bytes = recording.activity.bytes;
        visited.summary.milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(visited)
    }

    fn within(
        &self,
        recording: &mut Recording<'_>,
        target_id: &str,
        session: &str,
        visited: &mut Visited,
    ) -> Result<(), BrowserError> {
        let page = json!({"index": self.index, "url": self.url, "started_at": jiff::Timestamp::now().to_string(),
            "width_px": self.screen.width_px(), "height_px": self.screen.height_px(),
            "sign_in": self.stage == Stage::SigningIn});
        recording.log.own("Shuhi.page", page, Some(session))?;
        let (choice, by) = match self.stage {
            Stage::Chosen(wish) => (consent::choice(wish), "chosen on an earlier page"),
            _ => ("before", "nothing was clicked"),
        };
        self.phase(recording, choice, by, visited)?;
        recording.activity = Activity::of_page();
        let end = Instant::now() + recording.settings.limits.visit;
        let done = match self.stage {
            Stage::SigningIn => self.sign_in(recording, session, end),
            _ => self.look(recording, session, end, visited),
        };
        self.forgive(recording, session, done)?;
        let left = self.leave(recording, target_id, session);
        self.forgive(recording, session, left)
    }

    fn look(
        &self,
        recording: &mut Recording<'_>,
        session: &str,
        end: Instant,
        visited: &mut Visited,
    ) -> Result<(), BrowserError> {
        honey::before(recording, self.index, session, self.url, &self.plan.honey)?;
        if !self.show(recording, session, end)? {
            return Ok(());
        }
        if self.wants_links {
            visited.links = pages::links(recording, session)?;
        }
        if !self.plan.honey.is_empty() && recording.activity.cut.is_none() {
            honey::fields(recording, self.index, session, &self.plan.honey)?;
            self.settle(recording, end)?;
        }
        self.picture(recording, session, visited)?;
        if let Stage::Choosing(wish) = self.stage
            && wish != Wish::Nothing
        {
            self.choose(recording, session, wish, end, visited)?;
        }
        kept::write_down(recording, self.index, self.context, session, &visited.summary.choice)
    }

    fn choose(
        &self,
        recording: &mut Recording<'_>,
        session: &str,
        wish: Wish,
        end: Instant,
        visited: &mut Visited,
    ) -> Result<(), BrowserError> {
        let (index, context, choice) = (self.index, self.context, consent::choice(wish));
        let clicked = consent::choose(recording, session, wish, &self.plan.buttons, |recording, by| {
            kept::write_down(recording, index, context, session, "before")?;
            recording.seen.phase(index, choice);
            let params = json!({"page": index, "choice": choice, "by": by});
            recording.log.own("Shuhi.choice", params, None)
        })?;
        if !clicked {
            return Ok(());
        }
        visited.chose = true;
        visited.summary.choice = choice.to_owned();
        self.settle(recording, end)?;
        self.picture(recording, session, visited)
    }

    fn phase(
        &self,
        recording: &mut Recording<'_>,
        choice: &'static str,
        by: &str,
        visited: &mut Visited,
    ) -> Result<(), BrowserError> {
        visited.summary.choice = choice.to_owned();
        recording.seen.phase(self.index, choice);
        recording.log.own("Shuhi.choice", json!({"page": self.index, "choice": choice, "by": by}), None)
    }

    fn picture(&self, recording: &mut Recording<'_>, session: &str, visited: &mut Visited) -> Result<(), BrowserError> {
        let Some(folder) = &self.plan.pictures else { return Ok(()) };
        let name = format!("page-{:03}-{}px-{}.png", self.index, self.screen.width_px(), visited.summary.choice);
        match picture::take(recording, session, None) {
            Ok(bytes) => {
                picture::write(folder, &name, &bytes)?;
                visited.summary.pictures.push(name);
                Ok(())
            }
            Err(error) if matches!(error, BrowserError::Refused { .. }) => {
                recording.fault(format!("no picture could be taken: {error}"), "the picture")
            }
            Err(error) => Err(error),
        }
    }
}

/// A new tab of a visitor, with everything watched: its target and its session.
pub(crate) fn open_tab(
    recording: &mut Recording<'_>,
    context: &str,
    screen: Screen,
) -> Result<(String, SessionId), BrowserError> {
    let params = json!({"url": "about:blank", "browserContextId": context, "newWindow": true,
        "width": screen.width_px(), "height": screen.height_px()});
    let created = recording.call_within(None, "Target.createTarget", params, TAB_WAIT)?;
    let target_id = text(&created, "/targetId").to_owned();
    recording.wait_until(Instant::now() + TAB_WAIT, |now| now.targets.page_of(&target_id).is_some())?;
    let session = recording.targets.page_of(&target_id).cloned().ok_or_else(|| BrowserError::NoAnswer {
        method: "Target.attachedToTarget".to_owned(),
        milliseconds: TAB_WAIT.as_millis(),
    })?;
    // A page that goes to another process before its first one has answered would be seen too late.
    recording.call_within(Some(&session), "Page.getFrameTree", json!({}), TAB_WAIT)?;
    Ok((target_id, session))
}

/// The error of a navigation, where it failed.
fn failed(answer: &Value) -> Option<&str> {
    answer.get("errorText").and_then(Value::as_str)
}
