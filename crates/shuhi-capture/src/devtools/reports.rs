//! Reports of the Reporting API: the browser process sends them, so that no request is told.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::capture::Choice;
use crate::devtools::state::State;
use crate::initiator::Initiator;
use crate::json::Json as _;
use crate::request::{Body, Channel, Header, Outcome, Request};

/// What is known of reports until the end.
#[derive(Debug, Default)]
pub(super) struct Reports {
    /// By id, the last state of each.
    by_id: HashMap<String, usize>,
    list: Vec<Report>,
    /// Endpoints by origin and group.
    endpoints: HashMap<(String, String), String>,
}

#[derive(Debug)]
struct Report {
    value: Value,
    page: Option<usize>,
    choice: Choice,
    place: String,
}

impl State {
    pub fn report(&mut self, params: &Value, place: &str) {
        let Some(value) = params.at(&["report"]).cloned() else { return };
        let id = value.owned(&["id"]);
        match self.reports.by_id.get(&id).and_then(|index| self.reports.list.get_mut(*index)) {
            Some(known) => known.value = value,
            None => {
                self.reports.by_id.insert(id, self.reports.list.len());
                self.reports.list.push(Report { value, page: self.page, choice: self.choice, place: place.to_owned() });
            }
        }
    }

    pub fn report_endpoints(&mut self, params: &Value) {
        let origin = params.owned(&["origin"]);
        for endpoint in params.list(&["endpoints"]) {
            let group = endpoint.owned(&["groupName"]);
            self.reports.endpoints.insert((origin.clone(), group), endpoint.owned(&["url"]));
        }
    }

    /// Reports as requests, except to addresses where the sending itself was seen.
    pub fn settle_reports(&mut self) {
        let reports = std::mem::take(&mut self.reports);
        let seen: HashSet<String> = self
            .capture
            .requests
            .iter()
            .filter(|request| request.channel == Channel::Report)
            .map(|request| request.url.clone())
            .collect();
        for report in reports.list {
            let from = report.value.owned(&["initiatorUrl"]);
            let origin = url::Url::parse(&from).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
            let group = report.value.owned(&["destination"]);
            let Some(url) = reports.endpoints.get(&(origin, group.clone())).filter(|url| !url.is_empty()) else {
                let what = format!("a report to group `{group}`, whose address the log does not have");
                self.faults.add(report.place, what, "where the report was sent");
                continue;
            };
            if !seen.contains(url) {
                let request = request_of(&report, url, &from, crate::time::from_seconds);
                self.add_request(request);
            }
        }
    }
}

fn request_of(report: &Report, url: &str, from: &str, time: fn(f64) -> Option<String>) -> Request {
    const MIME: &str = "application/reports+json";
    let value = &report.value;
    let attempts = value.count(&["completedAttempts"]).unwrap_or(0);
    let outcome = match value.text(&["status"]).unwrap_or_default() {
        "Success" => Outcome::Sent,
        "MarkedForRemoval" if attempts == 0 => Outcome::Failed { error: "given up before it was sent".into() },
        "Queued" | "Pending" if attempts == 0 => Outcome::Failed { error: "not sent while the log was written".into() },
        _ => Outcome::Sent,
    };
    let body = serde_json::json!([{
        "type": value.owned(&["type"]),
        "url": from,
        "body": value.at(&["body"]).cloned().unwrap_or_default(),
    }]);
    Request {
        page: report.page,
        choice: report.choice,
        channel: Channel::Report,
        method: "POST".into(),
        url: crate::address::clean_url(url),
        document_url: Some(from.to_owned()),
        headers: vec![Header { name: "Content-Type".into(), value: MIME.into() }],
        body: Some(Body { mime: Some(MIME.into()), bytes: body.to_string().into_bytes(), incomplete: false }),
        initiator: Initiator::Browser { url: Some(from.to_owned()) },
        outcome,
        started_at: value.number(&["timestamp"]).and_then(time),
        place: report.place.clone(),
        ..Request::default()
    }
}
