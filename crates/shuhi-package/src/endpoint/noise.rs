use serde::Serialize;

/// Why a host that stands in a text is hardly ever contacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Noise {
    /// Names a vocabulary, as in XML namespaces and DTDs.
    Namespace,
    /// Reserved for examples and tests.
    Reserved,
    /// The device itself or its local network.
    Local,
    /// Documentation, licences and homepages of libraries.
    Documentation,
}

/// Hosts that stand in texts to name a vocabulary.
const NAMESPACES: [&str; 19] = [
    "schemas.android.com",
    "schemas.microsoft.com",
    "schemas.openxmlformats.org",
    "schemas.xmlsoap.org",
    "w3.org",
    "w3c.org",
    "relaxng.org",
    "saxproject.org",
    "xmlpull.org",
    "xml.org",
    "xml.apache.org",
    "ns.adobe.com",
    "purl.org",
    "java.sun.com",
    "json-schema.org",
    "ns.useplus.org",
    "iptc.org",
    "type.googleapis.com",
    // Ends of the names of OAuth clients.
    "apps.googleusercontent.com",
];

/// Hosts that stand in texts for people to read.
const DOCUMENTATION: [&str; 32] = [
    "apache.org",
    "creativecommons.org",
    "developer.android.com",
    "developer.apple.com",
    "developer.mozilla.org",
    "developers.google.com",
    "docs.flutter.dev",
    "docs.oracle.com",
    "docs.python.org",
    "docs.swmansion.com",
    "docs.unity3d.com",
    "fb.me",
    "flutter.dev",
    "github.com",
    "goo.gle",
    "google.golang.org",
    "gnu.org",
    "ietf.org",
    "issuetracker.google.com",
    "joda.org",
    "kotlinlang.org",
    "mozilla.org",
    "opensource.org",
    "react.dev",
    "reactjs.org",
    "reactnative.dev",
    "rfc-editor.org",
    "scripts.sil.org",
    "semver.org",
    "slf4j.org",
    "unicode.org",
    "youtrack.jetbrains.com",
];

/// Names that nobody can own.
const RESERVED: [&str; 8] =
    ["example.com", "example.net", "example.org", "example.jp", "example", "test", "invalid", "host.com"];

/// Names and ends of names that never leave the local network.
const LOCAL: [&str; 4] = ["localhost", "local", "localdomain", "internal"];

impl Noise {
    /// Why a host is noise, if it is.
    pub(crate) fn of(host: &str) -> Option<Self> {
        let is_below = |end: &str| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        // Names of packages stand in addresses of features: `http://javax.xml.transform.dom.DOMResult/feature`.
        let is_package = ["java.", "javax.", "android.", "androidx."].iter().any(|start| host.starts_with(start));
        if is_package || NAMESPACES.iter().any(|end| is_below(end)) {
            return Some(Self::Namespace);
        }
        // Placeholders are written so or with one label more; what is longer was made up for a sample app, which is read like any other.
        let labels = |name: &str| name.split('.').count();
        if RESERVED.iter().any(|end| is_below(end) && labels(host) <= labels(end) + 1) {
            return Some(Self::Reserved);
        }
        if LOCAL.iter().any(|end| is_below(end)) || is_local_address(host) || !host.contains(['.', ':', '%', '{', '$'])
        {
            return Some(Self::Local);
        }
        DOCUMENTATION.iter().any(|end| is_below(end)).then_some(Self::Documentation)
    }
}

fn is_local_address(host: &str) -> bool {
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return address.is_loopback()
            || address.is_private()
            || address.is_link_local()
            || address.is_unspecified()
            || address.is_broadcast()
            || address.is_documentation();
    }
    host.parse::<std::net::Ipv6Addr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noise() {
        for (host, noise) in [
            ("schemas.android.com", Some(Noise::Namespace)),
            ("www.w3.org", Some(Noise::Namespace)),
            ("javax.xml.transform.dom.domresult", Some(Noise::Namespace)),
            ("type.googleapis.com", Some(Noise::Namespace)),
            ("0123-mihon.apps.googleusercontent.com", Some(Noise::Namespace)),
            ("storage.googleapis.com", None),
            ("api.example.com", Some(Noise::Reserved)),
            ("myexample.com", None),
            ("mihon.example", Some(Noise::Reserved)),
            ("example.jp", Some(Noise::Reserved)),
            ("10.0.2.2", Some(Noise::Local)),
            ("8.8.8.8", None),
            ("localhost", Some(Noise::Local)),
            ("proxy", Some(Noise::Local)),
            ("www.apache.org", Some(Noise::Documentation)),
            ("api.github.com", Some(Noise::Documentation)),
            ("%s.mihon.example.jp", None),
            ("track.mihon.example.jp", None),
        ] {
            assert_eq!(Noise::of(host), noise, "{host}");
        }
    }
}
