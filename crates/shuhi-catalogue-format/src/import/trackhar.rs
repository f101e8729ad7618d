use std::collections::HashMap;

use super::collect::Collected;
use super::pattern;
use super::{File, ImportError};
use crate::SetService;

/// The built script is not run: who an adapter is of, and its endpoints, stand in it as constants.
pub(super) fn read(file: &File<'_>, collected: &mut Collected) -> Result<(), ImportError> {
    if !file.text.contains("endpointUrls") {
        return Err(file.other_shape(file.kind.wanted()));
    }
    let (mut names, mut defining): (HashMap<&str, &str>, Option<&str>) = (HashMap::new(), None);
    let (mut tracker, mut listing) = (None, false);
    for line in file.text.lines() {
        let bare = line.trim().trim_end_matches(',');
        if let Some(constant) = line.strip_prefix("const ").and_then(|rest| rest.strip_suffix("$var$tracker = {")) {
            defining = Some(constant);
        } else if line.starts_with('}') {
            defining = None;
        } else if let (Some(constant), Some(name)) = (defining, bare.strip_prefix("name: ")) {
            names.insert(constant, name.trim_matches(['"', '\'', '`']));
        } else if let Some(constant) = bare.strip_prefix("tracker: ").and_then(|rest| rest.strip_suffix("$var$tracker"))
        {
            tracker = names.get(constant).copied();
        } else if bare.starts_with("endpointUrls: [") {
            listing = true;
        } else if bare.starts_with(']') {
            listing = false;
        } else if listing && !bare.starts_with("//") {
            endpoint(bare, tracker, file, collected);
        }
    }
    Ok(())
}

fn endpoint(text: &str, tracker: Option<&str>, file: &File<'_>, collected: &mut Collected) {
    let Some(tracker) = tracker else { return collected.leave_out(file.name, text, "belongs to nobody") };
    let hosts = match text.strip_prefix('/') {
        Some(expression) => {
            let rest = expression.trim_start_matches('^').split_once(":\\/\\/").map(|(_, rest)| rest);
            let host = rest.map(|rest| rest.split("\\/").next().unwrap_or(rest));
            host.map(pattern::domains).unwrap_or_default()
        }
        None => url::Url::parse(text.trim_matches(['"', '\'', '`']))
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .into_iter()
            .collect(),
    };
    if hosts.is_empty() {
        return collected.leave_out(file.name, text, "names no domain of its own");
    }
    let domains = collected.claims(hosts.iter().map(String::as_str), file.name);
    collected.add(SetService { recipient: Some(tracker.to_owned()), domains, ..SetService::default() });
}
