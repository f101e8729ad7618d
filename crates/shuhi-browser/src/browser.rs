use std::io::Write;

use serde_json::json;

use crate::process::{Pipe, Process};
use crate::recording::{EventLog, Recording, text};
use crate::visit::Visit;
use crate::{BrowserError, BrowserSettings, Observation, Summary};

/// A browser, and the settings to start another when this one was used: every observation has a fresh profile.
#[derive(Debug)]
pub struct Browser {
    settings: BrowserSettings,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    process: Process,
    pipe: Pipe,
}

impl Browser {
    /// Starts the browser.
    ///
    /// # Errors
    /// The program is missing or does not come up.
    pub fn start(settings: &BrowserSettings) -> Result<Self, BrowserError> {
        let mut browser = Self { settings: settings.clone(), running: None };
        browser.running = Some(browser.launch()?);
        Ok(browser)
    }

    /// Opens the pages of an observation and writes every event to the log.
    ///
    /// # Errors
    /// The browser went away or the log cannot be written; the log holds what came before. What goes wrong with a page is a fault in the log and in the summary.
    pub fn observe(&mut self, observation: &Observation, log: &mut dyn Write) -> Result<Summary, BrowserError> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.launch()?,
        };
        let mut summary = Summary { command: running.process.command().to_vec(), ..Summary::default() };
        {
            let log = EventLog::new(log, self.settings.limits.log_bytes);
            let mut recording = Recording::begin(&running.pipe, &running.process, &self.settings, log)?;
            observe(&mut recording, observation, &mut summary)?;
            summary.faults = std::mem::take(&mut recording.faults);
            let _ = recording.call(None, "Browser.close", json!({}));
            let end = json!({"ended_at": jiff::Timestamp::now().to_string()});
            recording.log.own("Shuhi.end", end, None)?;
            recording.log.flush()?;
        }
        running.process.wait_for_end();
        Ok(summary)
    }

    fn launch(&self) -> Result<Running, BrowserError> {
        let (process, pipe) = Process::start(&self.settings)?;
        Ok(Running { process, pipe })
    }
}

fn observe(
    recording: &mut Recording<'_>,
    observation: &Observation,
    summary: &mut Summary,
) -> Result<(), BrowserError> {
    summary.browser.clone_from(&recording.browser);
    let context = recording.call(None, "Target.createBrowserContext", json!({"disposeOnDetach": true}))?;
    let context = text(&context, "/browserContextId").to_owned();
    for url in &observation.urls {
        for screen in &observation.screens {
            let visit = Visit {
                index: summary.visits.len(),
                url,
                screen: *screen,
                context: &context,
                waits: &observation.waits,
            };
            summary.visits.push(visit.run(recording)?);
        }
    }
    Ok(())
}
