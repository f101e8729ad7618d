use super::category::kind_of;
use super::collect::Collected;
use super::{File, ImportError, ImportKind};
use crate::SetService;

/// Filter lists: rules of whole domains (`||domain^`) or of the beginnings of paths (`||domain/path/`). Exceptions, rules of
/// elements and patterns say nothing of who receives and are counted as left out.
///
/// AdGuard's list of CNAME trackers names the company in a comment before its rules.
pub(super) fn read(file: &File<'_>, collected: &mut Collected) -> Result<(), ImportError> {
    let mut company: Option<String> = None;
    let mut title: Option<String> = None;
    for (number, line) in (1..).zip(file.text.lines()) {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix(['!', '#', '[']) {
            let (key, value) =
                comment.split_once(':').map(|(key, value)| (key.trim(), value.trim())).unwrap_or_default();
            let value = || Some(value.to_owned());
            match key.to_lowercase().as_str() {
                "company" if file.kind == ImportKind::CnameTrackers => company = value(),
                "title" => title = value(),
                "version" | "timeupdated" | "last modified" if collected.stated.version.is_none() => {
                    collected.stated.version = value();
                }
                "licence" | "license" if collected.stated.licence.is_none() => collected.stated.licence = value(),
                _ => {}
            }
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let place = format!("{}:{number}", file.name);
        let Some((domain, path)) = whole_domain(line) else {
            collected.leave_out(&place, line, "is no rule of a whole domain");
            continue;
        };
        let Some(claim) = collected.claim(domain, path, &place) else { continue };
        let category = if company.is_some() { None } else { title.clone() };
        let domains = vec![claim];
        collected.add(SetService {
            name: company.clone(),
            recipient: company.clone(),
            kind: category.as_deref().and_then(kind_of),
            category,
            domains,
            ..SetService::default()
        });
    }
    Ok(())
}

/// The domain and path of a rule; options behind `$` only narrow it down, but `domain=` binds it to some pages.
fn whole_domain(rule: &str) -> Option<(&str, Option<&str>)> {
    let rest = rule.strip_prefix("||")?;
    let (pattern, options) = rest.split_once('$').unwrap_or((rest, ""));
    let bound = options.split(',').any(|option| option.starts_with("domain=") || option.starts_with("badfilter"));
    let pattern = pattern.strip_suffix('|').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('*').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('^').unwrap_or(pattern);
    if bound || pattern.is_empty() || pattern.trim_start_matches("*.").contains(['*', '^', '|', '#', '?', '=', ' ']) {
        return None;
    }
    match pattern.find('/') {
        Some(slash) => {
            let (domain, path) = pattern.split_at(slash);
            Some((domain, (path.len() > 1).then_some(path)))
        }
        None => Some((pattern, None)),
    }
}

/// Hosts files, and lists of one domain a line.
pub(super) fn read_hosts(file: &File<'_>, collected: &mut Collected) -> Result<(), ImportError> {
    const LOCAL: [&str; 6] =
        ["localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost", "ip6-loopback"];
    for (number, line) in (1..).zip(file.text.lines()) {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let hosts = match words.as_slice() {
            [] => continue,
            [one] => std::slice::from_ref(one),
            [address, hosts @ ..] if address.parse::<std::net::IpAddr>().is_ok() => hosts,
            [first, ..] => {
                collected.leave_out(
                    &format!("{}:{number}", file.name),
                    first,
                    "is neither an address nor the only domain",
                );
                continue;
            }
        };
        let place = format!("{}:{number}", file.name);
        for host in hosts.iter().filter(|host| !LOCAL.contains(host) && host.parse::<std::net::IpAddr>().is_err()) {
            let domains = collected.claims([*host], &place);
            collected.add(SetService { domains, ..SetService::default() });
        }
    }
    Ok(())
}
