//! The command line of the browser.

use std::path::Path;

use crate::{BrowserSettings, Sandbox};

/// Parts of Chromium that would send something of their own, or change what a page sends.
const FEATURES_OFF: &[&str] = &[
    // A page kept alive in the background does not run its unload handlers.
    "BackForwardCache",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "AutofillServerCommunication",
    "CertificateTransparencyComponentUpdater",
    "DialMediaRouteProvider",
    "MediaRouter",
    "OptimizationHints",
    "OptimizationGuideModelDownloading",
    "OptimizationHintsFetching",
    "InterestFeedContentSuggestions",
    "SafeBrowsingRealTimeUrlLookups",
    "NetworkTimeServiceQuerying",
    "Translate",
];

/// What silences Chromium's own traffic and its windows.
const QUIET: &[&str] = &[
    "--headless",
    "--remote-debugging-pipe",
    "--no-startup-window",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-search-engine-choice-screen",
    "--disable-field-trial-config",
    "--disable-print-preview",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-proxy-server",
    "--no-service-autorun",
    "--password-store=basic",
    "--lang=ja",
    "--accept-lang=ja,en-US,en",
    // Reports that the browser would keep for a minute go out while it is watched.
    "--short-reporting-delay",
    "--net-log-capture-mode=IncludeSensitive",
    "--net-log-max-size-mb=256",
];

/// The arguments for these settings.
pub(crate) fn flags(settings: &BrowserSettings, profile: &Path, net_log: &Path) -> Vec<String> {
    let mut flags: Vec<String> = QUIET.iter().map(|flag| (*flag).to_owned()).collect();
    flags.push(format!("--disable-features={}", FEATURES_OFF.join(",")));
    flags.push(format!("--user-data-dir={}", profile.display()));
    flags.push(format!("--log-net-log={}", net_log.display()));
    if !settings.says_automated {
        flags.push("--disable-blink-features=AutomationControlled".to_owned());
    }
    if settings.allows_popups {
        flags.push("--disable-popup-blocking".to_owned());
    }
    let rules = host_rules(settings);
    if !rules.is_empty() {
        flags.push(format!("--host-resolver-rules={rules}"));
    }
    if !settings.trusted_keys.is_empty() {
        flags.push(format!("--ignore-certificate-errors-spki-list={}", settings.trusted_keys.join(",")));
    }
    let sandbox = match settings.sandbox {
        Sandbox::Auto => !rustix::process::geteuid().is_root(),
        Sandbox::On => true,
        Sandbox::Off => false,
    };
    if !sandbox {
        flags.push("--no-sandbox".to_owned());
    }
    flags
}

/// The name of the same version with a window.
pub(crate) fn user_agent(major: &str) -> String {
    format!(
        "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"
    )
}

fn host_rules(settings: &BrowserSettings) -> String {
    let mut rules: Vec<String> = settings.hosts.iter().map(|rule| format!("MAP {} {}", rule.host, rule.to)).collect();
    if settings.loopback_only {
        rules.push("MAP * ~NOTFOUND".to_owned());
        rules.extend(["127.0.0.1", "[::1]", "localhost"].map(|host| format!("EXCLUDE {host}")));
    }
    rules.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HostRule;

    #[test]
    fn guard_comes_after_the_hosts_that_are_mapped() {
        let rule = HostRule { host: "*.example".to_owned(), to: "127.0.0.1:8443".to_owned() };
        let settings = BrowserSettings { hosts: vec![rule], loopback_only: true, ..BrowserSettings::default() };
        assert_eq!(
            host_rules(&settings),
            "MAP *.example 127.0.0.1:8443, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE [::1], EXCLUDE localhost"
        );
    }

    #[test]
    fn sandbox_is_off_only_where_said_or_for_root() {
        let with = |sandbox| {
            let settings = BrowserSettings { sandbox, ..BrowserSettings::default() };
            flags(&settings, Path::new("p"), Path::new("n")).contains(&"--no-sandbox".to_owned())
        };
        assert!(!with(Sandbox::On));
        assert!(with(Sandbox::Off));
        assert_eq!(with(Sandbox::Auto), rustix::process::geteuid().is_root());
    }
}
