//! Which classes belong together by their names.

/// Second parts of names that say nothing yet: `jp.co.…`, `com.github.…`.
const GENERIC_SECOND: [&str; 17] = [
    "example",
    "co",
    "ne",
    "or",
    "ac",
    "go",
    "gr",
    "ed",
    "ad",
    "lg",
    "github",
    "gitlab",
    "bitbucket",
    "google",
    "com",
    "net",
    "org",
];

/// The package that a class's company or project has for itself: two parts, or more where those say nothing yet.
pub(crate) fn group_of(class: &str) -> &str {
    let package = class.rsplit_once('.').map_or("", |(package, _)| package);
    let mut parts = package.split('.');
    let second = parts.nth(1).unwrap_or_default();
    let wanted = match (package, second) {
        (package, _) if package.starts_with("com.google.android.gms.") => 5,
        (package, _) if package.starts_with("com.google.android.") || package.starts_with("com.google.firebase.") => 4,
        (_, second) if GENERIC_SECOND.contains(&second) => 3,
        _ => 2,
    };
    let end = package.match_indices('.').nth(wanted - 1).map_or(package.len(), |(at, _)| at);
    package.get(..end).unwrap_or(package)
}

/// Whether a name was made meaningless: one or two letters, maybe with a digit.
fn is_renamed(name: &str) -> bool {
    let letters = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let short = name.len() <= 3 && letters.len() <= 2 && !letters.is_empty();
    short && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        || name.chars().any(|letter| !letter.is_ascii() && !letter.is_alphabetic())
        || confusable(name)
}

/// Names of nothing but letters that look alike, as some tools for hiding write them.
fn confusable(name: &str) -> bool {
    name.len() >= 4 && name.bytes().all(|byte| matches!(byte, b'l' | b'I' | b'1' | b'i' | b'O' | b'0' | b'o'))
}

/// Short parts of packages that mean something: countries, and names of well-known projects.
const SHORT_PARTS: [&str; 40] = [
    "jp", "co", "io", "me", "tv", "eu", "uk", "de", "fr", "us", "ru", "cn", "kr", "tw", "in", "it", "nl", "se", "ch",
    "at", "be", "au", "ca", "br", "ad", "ne", "or", "id", "ui", "db", "rx", "os", "ads", "app", "dev", "com", "net",
    "org", "xyz", "api",
];

/// How a class's name was treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// It means something.
    Named,
    /// The class has a name without meaning inside a package that has a meaning.
    Renamed,
    /// The class has no package that means anything.
    Flattened,
}

pub(crate) fn naming_of(class: &str) -> Naming {
    let (package, name) = class.rsplit_once('.').unwrap_or(("", class));
    // R8 names `$$` what it makes itself; that says nothing.
    let outer = name.split('$').find(|part| !part.is_empty()).unwrap_or(name);
    // `R` is the class of an app's resources.
    let renamed = outer != "R" && is_renamed(outer);
    let package_means_nothing =
        package.is_empty() || package.split('.').all(|part| is_renamed(part) && !SHORT_PARTS.contains(&part));
    match (renamed, package_means_nothing) {
        (_, true) if renamed || !package.is_empty() => Naming::Flattened,
        (true, _) => Naming::Renamed,
        _ => Naming::Named,
    }
}

/// Whether a class is below a prefix: equal, or going on with a dot or as a class inside it.
pub(crate) fn is_below(class: &str, prefix: &str) -> bool {
    class.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '$']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups() {
        for (class, group) in [
            ("com.mihon.sdk.Tracker", "com.mihon"),
            ("jp.co.mihon.sdk.a.B", "jp.co.mihon"),
            ("io.github.mihon.C", "io.github.mihon"),
            ("com.google.android.gms.ads.AdView", "com.google.android.gms.ads"),
            ("com.google.firebase.analytics.FirebaseAnalytics", "com.google.firebase.analytics"),
            ("com.google.zxing.X", "com.google.zxing"),
            ("mihon.X", "mihon"),
            ("X", ""),
        ] {
            assert_eq!(group_of(class), group, "{class}");
        }
    }

    #[test]
    fn namings() {
        for (class, naming) in [
            ("com.mihon.Tracker", Naming::Named),
            ("com.mihon.a", Naming::Renamed),
            ("com.mihon.a$b", Naming::Renamed),
            ("a.b.c", Naming::Flattened),
            ("a", Naming::Flattened),
            ("a1.C", Naming::Flattened),
            ("Main", Naming::Named),
            ("com.mihon.lIlIlI", Naming::Renamed),
            ("jp.mihon.Ad", Naming::Renamed),
            ("io.mihon.Tracker$1", Naming::Named),
        ] {
            assert_eq!(naming_of(class), naming, "{class}");
        }
    }

    #[test]
    fn prefixes_end_at_a_dot() {
        assert!(is_below("com.mihon.sdk.A", "com.mihon.sdk") && is_below("com.mihon.Sdk$A", "com.mihon.Sdk"));
        assert!(!is_below("com.mihon.sdkx.A", "com.mihon.sdk") && !is_below("com.mihon", "com.mihon.sdk"));
    }
}
