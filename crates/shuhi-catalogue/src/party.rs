use serde::Serialize;
use shuhi_catalogue_format::Host;

/// What first and third party mean here, in Japanese.
pub const PARTY_DEFINITION_JA: &str = "\
送信先のホストの登録可能ドメイン（Public Suffix Listによる、直接登録できる最も短いドメイン名。例：www.example.co.jpについてはexample.co.jp）が、\
利用者が開いたページのものと同じとき、又は送信先が登録簿で姉妹ドメインと申告したドメインかその下にあるときは「自サイト」（first party）、それ以外は「他サイト」\
（third party）とする。名前解決で得た別名（CNAME）の連なりが自サイトの外のドメインに出るときは、ホスト名にかかわらず他サイトとし、その別名を示す。\
IPアドレスとドットのないホスト名は、ページのホストと完全に一致するときだけ自サイトとする。ポート番号、大文字小文字、末尾のドット、国際化ドメイン名の表記の違いは区別しない。";

/// What first and third party mean here, in English.
pub const PARTY_DEFINITION_EN: &str = "\
A destination is first party where its registrable domain (by the Public Suffix List, the shortest name that can be registered: \
example.co.jp of www.example.co.jp) is that of the page the user opened, or where it is, or lies below, a domain declared in the \
register as a sister domain. Everything else is third party. Where the chain of aliases (CNAME) found on resolving the name leaves \
the first party's domains, the destination is third party whatever its name, and the alias is shown. IP addresses and names without \
a dot are first party only where they equal the page's host. Ports, capitals, trailing dots and the spelling of internationalised \
names make no difference.";

/// Which party a destination is to a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "party", rename_all = "snake_case")]
pub enum Party {
    /// The site itself.
    First {
        /// Why.
        because: FirstBecause,
    },
    /// Somebody else.
    Third {
        /// Why.
        because: ThirdBecause,
    },
    /// One of the hosts is none, so that nothing can be said.
    Undetermined,
}

/// Why a destination is first party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstBecause {
    /// It has the page's registrable domain, which is given.
    SameDomain(String),
    /// It is or lies below this declared sister domain.
    SisterDomain(String),
}

/// Why a destination is third party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThirdBecause {
    /// It has this registrable domain.
    OtherDomain(String),
    /// By its name it is first party, but it is an alias.
    AliasOf {
        /// The first name in the chain that lies outside.
        alias: String,
        /// That name's registrable domain.
        domain: String,
    },
}

impl Party {
    /// Whether it is somebody else.
    pub fn is_third(&self) -> bool {
        matches!(self, Self::Third { .. })
    }
}

/// Which party a host is to the site of a page, by [`PARTY_DEFINITION_EN`], aliases not considered.
///
/// `site_host` is the host of the page the user opened; sister domains that are public suffixes count for nothing.
///
/// ```
/// use shuhi_catalogue::party;
/// let sisters = ["mihon-cdn.example".to_owned()];
/// assert!(!party("img.mihon.co.jp", "www.mihon.co.jp", &sisters).is_third());
/// assert!(!party("a.mihon-cdn.example", "www.mihon.co.jp", &sisters).is_third());
/// assert!(party("www.kaku.co.jp", "www.mihon.co.jp", &sisters).is_third());
/// ```
pub fn party(host: &str, site_host: &str, sister_domains: &[String]) -> Party {
    party_behind_aliases(host, &[], site_host, sister_domains)
}

/// [`party`] with the chain of aliases (CNAME) that resolving the host gave, in its order, without the host itself.
pub fn party_behind_aliases(host: &str, aliases: &[String], site_host: &str, sister_domains: &[String]) -> Party {
    let (Some(host), Some(site)) = (Host::parse(host), Host::parse(site_host)) else { return Party::Undetermined };
    let sisters: Vec<Host> = sister_domains
        .iter()
        .filter_map(|domain| Host::parse(domain.trim_start_matches("*.").trim_start_matches('.')))
        .filter(|domain| !domain.is_registry_suffix())
        .collect();
    let because = match first(&host, &site, &sisters) {
        Some(because) => because,
        None => return Party::Third { because: ThirdBecause::OtherDomain(host.site().to_owned()) },
    };
    let outside = |alias: &Host| first(alias, &site, &sisters).is_none();
    match aliases.iter().filter_map(|alias| Host::parse(alias)).find(outside) {
        Some(alias) => {
            let domain = alias.site().to_owned();
            Party::Third { because: ThirdBecause::AliasOf { alias: alias.to_string(), domain } }
        }
        None => Party::First { because },
    }
}

fn first(host: &Host, site: &Host, sisters: &[Host]) -> Option<FirstBecause> {
    if host.site() == site.site() {
        return Some(FirstBecause::SameDomain(site.site().to_owned()));
    }
    let sister = host.with_parents().find(|domain| sisters.iter().any(|sister| sister.as_str() == *domain))?;
    Some(FirstBecause::SisterDomain(sister.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{FirstBecause, Party, ThirdBecause, party, party_behind_aliases};

    fn same(domain: &str) -> Party {
        Party::First { because: FirstBecause::SameDomain(domain.into()) }
    }

    fn other(domain: &str) -> Party {
        Party::Third { because: ThirdBecause::OtherDomain(domain.into()) }
    }

    #[test]
    fn registrable_domains_decide() {
        for (host, site, expected) in [
            ("cdn.mihon.co.jp", "www.mihon.co.jp", same("mihon.co.jp")),
            ("CDN.Mihon.co.jp.:8443", "mihon.co.jp", same("mihon.co.jp")),
            ("mihon.co.jp", "kaku.co.jp", other("mihon.co.jp")),
            ("a.github.io", "b.github.io", other("a.github.io")),
            ("見本.jp", "xn--8pvz87e.jp", same("xn--8pvz87e.jp")),
            ("127.0.0.1:3000", "127.0.0.1:8000", same("127.0.0.1")),
            ("127.0.0.2", "127.0.0.1", other("127.0.0.2")),
            ("[::1]:80", "::1", same("::1")),
            ("localhost:1", "localhost", same("localhost")),
            ("intranet", "localhost", other("intranet")),
            ("localhost", "mihon.jp", other("localhost")),
            ("co.jp", "mihon.co.jp", other("co.jp")),
            ("a b", "mihon.jp", Party::Undetermined),
            ("mihon.jp", "", Party::Undetermined),
        ] {
            assert_eq!(party(host, site, &[]), expected, "{host} on {site}");
        }
    }

    #[test]
    fn sister_domains_are_the_sites_own() {
        let sisters = ["mihon-img.example".to_owned(), "*.mihon-api.example".into(), "jp".into(), "co.jp".into()];
        let sister = |domain: &str| Party::First { because: FirstBecause::SisterDomain(domain.into()) };
        assert_eq!(party("a.mihon-img.example", "mihon.jp", &sisters), sister("mihon-img.example"));
        assert_eq!(party("mihon-api.example", "mihon.jp", &sisters), sister("mihon-api.example"));
        assert_eq!(party("not-mihon-img.example", "mihon.jp", &sisters), other("not-mihon-img.example"));
        assert_eq!(party("kaku.co.jp", "mihon.jp", &sisters), other("kaku.co.jp"));
    }

    #[test]
    fn aliases_that_leave_the_site_make_a_third_party() {
        let chain = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let left = party_behind_aliases(
            "metrics.mihon.jp",
            &chain(&["m.mihon.jp", "mihon.collector.example.", "edge.example"]),
            "www.mihon.jp",
            &[],
        );
        let because =
            ThirdBecause::AliasOf { alias: "mihon.collector.example".into(), domain: "collector.example".into() };
        assert_eq!(left, Party::Third { because });
        let stays = party_behind_aliases("metrics.mihon.jp", &chain(&["m.mihon.jp"]), "www.mihon.jp", &[]);
        assert_eq!(stays, same("mihon.jp"));
        let sister = ["collector.example".to_owned()];
        let declared = party_behind_aliases("m.mihon.jp", &chain(&["x.collector.example"]), "mihon.jp", &sister);
        assert_eq!(declared, same("mihon.jp"));
    }
}
