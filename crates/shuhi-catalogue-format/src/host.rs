use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// Characters of a host name; longer ones exist nowhere (RFC 1035).
pub const HOST_CHARS_MAX: usize = 253;

/// A host as hosts are compared: lower case, ASCII (internationalised names in punycode), without port and trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host {
    text: String,
    address: bool,
}

impl Host {
    /// Reads a host name or an IP address, with or without a port (`example.jp:8443`, `[::1]:80`), a trailing dot, capitals,
    /// or letters outside ASCII. `None` where it is no host.
    ///
    /// ```
    /// use shuhi_catalogue_format::Host;
    /// assert_eq!(Host::parse("WWW.Example.JP.:443").unwrap().as_str(), "www.example.jp");
    /// assert_eq!(Host::parse("見本.jp").unwrap().as_str(), "xn--8pvz87e.jp");
    /// assert_eq!(Host::parse("a..jp"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > 4 * HOST_CHARS_MAX {
            return None;
        }
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            return Some(Self { text: IpAddr::V6(address).to_string(), address: true });
        }
        let bare = without_port(text)?;
        let bare = bare.strip_suffix('.').unwrap_or(bare);
        match url::Host::parse(bare).ok()? {
            url::Host::Domain(name) => Self::name(name),
            url::Host::Ipv4(address) => Some(Self { text: address.to_string(), address: true }),
            url::Host::Ipv6(address) => Some(Self { text: address.to_string(), address: true }),
        }
    }

    fn name(text: String) -> Option<Self> {
        let sound = text.len() <= HOST_CHARS_MAX && text.split('.').all(|label| !label.is_empty());
        sound.then_some(Self { text, address: false })
    }

    /// The host as it is compared.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is an IP address and no name.
    pub fn is_address(&self) -> bool {
        self.address
    }

    /// The registrable domain by the public suffix list (with its private part): `shop.example.co.jp` → `example.co.jp`.
    /// `None` for addresses, for names of one label (`localhost`), and for names that are public suffixes themselves.
    pub fn registrable(&self) -> Option<&str> {
        if self.address || !self.text.contains('.') {
            return None;
        }
        psl::domain_str(&self.text)
    }

    /// What decides whether two hosts belong together: the registrable domain, or the host itself where it has none.
    pub fn site(&self) -> &str {
        self.registrable().unwrap_or(&self.text)
    }

    /// Whether everybody registers names below it (`jp`, `co.jp`); names that a company gives to its customers
    /// (`cloudfront.net`) are not meant.
    pub fn is_registry_suffix(&self) -> bool {
        if self.address {
            return false;
        }
        let whole = |suffix: &psl::Suffix<'_>| suffix.as_bytes().len() == self.text.len();
        psl::suffix(self.text.as_bytes()).filter(whole).is_some_and(|suffix| suffix.typ() != Some(psl::Type::Private))
    }

    /// The host and every name above it, from the longest to the shortest; an address only itself.
    pub fn with_parents(&self) -> impl Iterator<Item = &str> {
        let mut next = Some(self.text.as_str());
        let address = self.address;
        std::iter::from_fn(move || {
            let current = next?;
            next = if address { None } else { current.split_once('.').map(|(_, parent)| parent) };
            Some(current)
        })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// The host without `:port`; `None` where a port is no number.
fn without_port(text: &str) -> Option<&str> {
    let (host, port) = match text.rfind(']') {
        Some(end) => text.split_at(end + 1),
        None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
    };
    match port.strip_prefix(':') {
        Some(digits) => (digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(host),
        None => port.is_empty().then_some(host),
    }
}

#[cfg(test)]
mod tests {
    use super::Host;

    fn host(text: &str) -> Host {
        Host::parse(text).unwrap_or_else(|| panic!("{text} is a host"))
    }

    #[test]
    fn hosts_are_brought_into_one_form() {
        for (given, expected) in [
            ("EXAMPLE.jp", "example.jp"),
            ("example.jp.", "example.jp"),
            ("example.jp:8443", "example.jp"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("XN--R8JZ45G.xn--zckzah", "xn--r8jz45g.xn--zckzah"),
            ("127.0.0.1:3000", "127.0.0.1"),
            ("[::1]:80", "::1"),
            ("::1", "::1"),
            ("[2001:DB8::1]", "2001:db8::1"),
            ("_dmarc.example.jp", "_dmarc.example.jp"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(host(given).as_str(), expected, "{given}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in
            ["", ".", "a..jp", ".jp", "a b.jp", "example.jp:http", "example.jp:123456", "[::1", "http://a.jp/", "a/b"]
        {
            assert_eq!(Host::parse(text), None, "{text}");
        }
        assert_eq!(Host::parse(&"a.".repeat(500)), None);
    }

    #[test]
    fn registrable_domains_follow_the_public_suffix_list() {
        for (given, expected) in [
            ("a.b.example.co.jp", Some("example.co.jp")),
            ("www.city.chiyoda.tokyo.jp", Some("city.chiyoda.tokyo.jp")),
            ("shop.example.jp", Some("example.jp")),
            ("d1.cloudfront.net", Some("d1.cloudfront.net")),
            ("co.jp", None),
            ("localhost", None),
            ("192.0.2.1", None),
            ("[::1]", None),
            ("host.internal", Some("host.internal")),
        ] {
            assert_eq!(host(given).registrable(), expected, "{given}");
        }
        assert!(host("co.jp").is_registry_suffix() && host("jp").is_registry_suffix());
        assert!(!host("cloudfront.net").is_registry_suffix() && !host("example.jp").is_registry_suffix());
    }

    #[test]
    fn parents_go_up_label_by_label() {
        assert_eq!(host("a.b.jp").with_parents().collect::<Vec<_>>(), ["a.b.jp", "b.jp", "jp"]);
        assert_eq!(host("192.0.2.1").with_parents().collect::<Vec<_>>(), ["192.0.2.1"]);
    }
}
