//! The file that says how an app's traffic is secured.

use serde::Serialize;

use super::value::Value;
use super::xml::Element;

/// How traffic is secured, as a file of the app says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NetworkSecurity {
    /// Whether traffic without encryption is allowed where no domain is named, where that is said.
    pub cleartext_traffic: Option<bool>,
    /// Whether certificates that the user installed are trusted.
    pub trusts_user_certificates: bool,
    /// What is said for domains.
    pub domains: Vec<DomainSecurity>,
}

/// What is said for a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DomainSecurity {
    /// The domain.
    pub domain: String,
    /// Whether it holds for everything below the domain too.
    pub subdomains: bool,
    /// Whether traffic without encryption is allowed, where that is said.
    pub cleartext_traffic: Option<bool>,
}

/// Reads the file from its root element.
pub(crate) fn of(root: &Element) -> NetworkSecurity {
    let mut security = NetworkSecurity::default();
    for base in root.all("base-config") {
        security.cleartext_traffic = bool(base, "cleartextTrafficPermitted");
        security.trusts_user_certificates |= trusts_user(base);
    }
    let mut open: Vec<&Element> = root.all("domain-config").collect();
    // The tree's depth is bounded, so this ends.
    while let Some(config) = open.pop() {
        security.trusts_user_certificates |= trusts_user(config);
        open.extend(config.all("domain-config"));
        for domain in config.all("domain") {
            security.domains.push(DomainSecurity {
                domain: domain.text.clone(),
                subdomains: bool(domain, "includeSubdomains").unwrap_or(false),
                cleartext_traffic: bool(config, "cleartextTrafficPermitted"),
            });
        }
    }
    security
}

fn trusts_user(config: &Element) -> bool {
    let certificates = config.all("trust-anchors").flat_map(|anchors| anchors.all("certificates"));
    certificates.into_iter().any(|certificates| text(certificates, "src").as_deref() == Some("user"))
}

fn bool(element: &Element, name: &str) -> Option<bool> {
    match &element.attributes.iter().find(|known| known.name == name)?.value {
        Value::Bool(value) => Some(*value),
        Value::Number(number) => Some(*number != 0),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn text(element: &Element, name: &str) -> Option<String> {
    element.attributes.iter().find(|known| known.name == name)?.value.text()
}
