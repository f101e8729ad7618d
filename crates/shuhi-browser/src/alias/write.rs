//! Asks for every host that was met and writes the answers down.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Mutex;

use serde_json::json;

use super::{AliasError, Resolver};
use crate::BrowserError;
use crate::recording::EventLog;

/// Questions asked at the same time.
const AT_ONCE: usize = 8;
/// Hosts that are asked for; a visit that meets more is told.
const HOSTS_MAX: usize = 5_000;

/// Writes `Shuhi.alias` for each host, in their order.
pub(crate) fn write_down(
    log: &mut EventLog<'_>,
    hosts: &BTreeSet<String>,
    resolver: Result<&dyn Resolver, &AliasError>,
) -> Result<(), BrowserError> {
    let hosts: Vec<&String> = hosts.iter().filter(|host| is_name(host)).collect();
    let (asked, rest) = hosts.split_at(hosts.len().min(HOSTS_MAX));
    let answers = match resolver {
        Ok(resolver) => ask_all(asked, resolver),
        Err(error) => asked.iter().map(|_| Err(error.clone())).collect(),
    };
    for (host, answer) in asked.iter().zip(answers) {
        let params = match answer {
            Ok(names) => json!({"host": host, "names": names}),
            Err(error) => json!({"host": host, "error": error.to_string()}),
        };
        log.own("Shuhi.alias", params, None)?;
    }
    for host in rest {
        let error = format!("not asked: more than {HOSTS_MAX} hosts");
        log.own("Shuhi.alias", json!({"host": host, "error": error}), None)?;
    }
    Ok(())
}

fn ask_all(hosts: &[&String], resolver: &dyn Resolver) -> Vec<Result<Vec<String>, AliasError>> {
    let next = Mutex::new(hosts.iter().enumerate());
    let answers = Mutex::new(vec![Err(AliasError::NoServer("it was not asked".to_owned())); hosts.len()]);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(hosts.len()) {
            scope.spawn(|| {
                loop {
                    let taken = next.lock().ok().and_then(|mut next| next.next());
                    let Some((place, host)) = taken else { return };
                    let answer = resolver.names(host);
                    if let Ok(mut answers) = answers.lock()
                        && let Some(slot) = answers.get_mut(place)
                    {
                        *slot = answer;
                    }
                }
            });
        }
    });
    answers.into_inner().unwrap_or_default()
}

/// An address has no names behind it.
fn is_name(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_err() && host != "localhost" && !host.is_empty()
}
