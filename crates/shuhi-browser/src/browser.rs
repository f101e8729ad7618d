use std::fs::File;
use std::io::{BufReader, Write, sink};

use serde_json::{Value, json};

use crate::inspect::inspect;
use crate::netlog::NetLog;
use crate::observe::observe;
use crate::process::{Pipe, Process};
use crate::recording::{EventLog, Recording, Redactor, Seen};
use crate::{
    AliasError, BrowserError, BrowserSettings, Inspection, NameServer, Observation, PageBox, Resolver, Screen, Summary,
    alias, netlog,
};

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
    /// The browser went away or the log cannot be written; the log holds what came before, and why. What goes wrong with a page is a fault in the log and in the summary.
    pub fn observe(&mut self, observation: &Observation, log: &mut dyn Write) -> Result<Summary, BrowserError> {
        let Running { mut process, pipe } = self.take()?;
        let mut summary = Summary { command: process.command().to_vec(), ..Summary::default() };
        let secrets = observation.login.as_ref().map(crate::Login::secrets).unwrap_or_default();
        let (redactor, most) = (Redactor::new(&secrets), self.settings.limits.log_bytes);
        let seen = self.record(&process, &pipe, (&mut *log, redactor.clone()), observation, &mut summary)?;
        process.wait_for_end();
        let mut log = EventLog::new(log, most, redactor);
        self.afterwards(&process, &mut log, &seen, &mut summary)?;
        summary.faults = seen.faults;
        log.own("Shuhi.end", json!({"ended_at": jiff::Timestamp::now().to_string()}), None)?;
        log.flush()?;
        Ok(summary)
    }

    /// Opens a page on a screen, waits until it is idle, and runs a script in it: an expression, whose promise is awaited and whose value is returned as JSON. Then takes pictures of the parts of the page that
    /// `boxes` reads from that value. Nothing is clicked.
    ///
    /// # Errors
    /// The browser went away, the page did not load, or the script threw.
    pub fn inspect(
        &mut self,
        url: &str,
        screen: Screen,
        script: &str,
        boxes: &dyn Fn(&Value) -> Vec<PageBox>,
    ) -> Result<Inspection, BrowserError> {
        let Running { process, pipe } = self.take()?;
        let mut nowhere = sink();
        let log = EventLog::new(&mut nowhere, u64::MAX, Redactor::default());
        let mut recording = Recording::begin(&pipe, &process, &self.settings, log)?;
        inspect(&mut recording, url, screen, script, boxes)
    }

    fn record(
        &self,
        process: &Process,
        pipe: &Pipe,
        (out, redactor): (&mut dyn Write, Redactor),
        observation: &Observation,
        summary: &mut Summary,
    ) -> Result<Seen, BrowserError> {
        let log = EventLog::new(out, self.settings.limits.log_bytes, redactor);
        let mut recording = Recording::begin(pipe, process, &self.settings, log)?;
        let done = observe(&mut recording, observation, summary);
        if let Err(error) = done {
            // Kept as far as it goes, with the reason.
            recording.fault(error.to_string(), "everything after that")?;
            recording.log.flush()?;
            return Err(error);
        }
        let _ = recording.call(None, "Browser.close", json!({}));
        Ok(recording.seen)
    }

    /// What is known only when the browser has ended: its network log, and the names behind hosts.
    fn afterwards(
        &self,
        process: &Process,
        log: &mut EventLog<'_>,
        seen: &Seen,
        summary: &mut Summary,
    ) -> Result<(), BrowserError> {
        match File::open(process.net_log()) {
            Ok(file) => {
                let net_log = NetLog::read(&mut BufReader::new(file));
                netlog::write_down(log, &net_log, seen)?;
                summary.outside = net_log.outside;
            }
            Err(error) => {
                let what = format!("the network log of the browser could not be read: {error}");
                let params = json!({"place": "network log", "what": what, "missing": "what the browser itself sent"});
                log.own("Shuhi.fault", params, None)?;
            }
        }
        let (given, system) = (&self.settings.resolver, NameServer::of_system());
        let nobody = AliasError::NoServer("only loopback may be asked".to_owned());
        let resolver = match (given, &system) {
            (Some(given), _) => Ok(given.as_ref()),
            (None, _) if self.settings.loopback_only => Err(&nobody),
            (None, Ok(system)) => Ok(system as &dyn Resolver),
            (None, Err(error)) => Err(error),
        };
        alias::write_down(log, &seen.hosts, resolver)
    }

    fn take(&mut self) -> Result<Running, BrowserError> {
        match self.running.take() {
            Some(running) => Ok(running),
            None => self.launch(),
        }
    }

    fn launch(&self) -> Result<Running, BrowserError> {
        let (process, pipe) = Process::start(&self.settings)?;
        Ok(Running { process, pipe })
    }
}
