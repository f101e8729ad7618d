//! Names as people write them.

/// Whether two legal names are the same, however they are written.
///
/// ```
/// use shuhi_notice::same_name;
/// assert!(same_name("株式会社見本解析", "（株）見本解析"));
/// assert!(!same_name("株式会社見本解析", "株式会社見本広告"));
/// ```
pub fn same_name(one: &str, other: &str) -> bool {
    let (one, other) = (bare_name(one), bare_name(other));
    !one.is_empty() && one == other
}

/// A legal name without form of company, spaces, marks and differences of width and case.
pub fn bare_name(name: &str) -> String {
    const JAPANESE: [&str; 10] = [
        "株式会社",
        "合同会社",
        "有限会社",
        "(株)",
        "(同)",
        "一般社団法人",
        "コーポレーション",
        "インク",
        "エルエルシー",
        "リミテッド",
    ];
    const LATIN: [&str; 20] = [
        "corporation",
        "incorporated",
        "limited",
        "company",
        "coltd",
        "inc",
        "llc",
        "ltd",
        "corp",
        "gmbh",
        "plc",
        "pbc",
        "pteltd",
        "pte",
        "bv",
        "ab",
        "sa",
        "sas",
        "ag",
        "co",
    ];
    let mut name = normalised(name);
    for form in JAPANESE {
        name = name.replace(form, "");
    }
    while let Some(bare) =
        LATIN.iter().find_map(|form| name.strip_suffix(form).filter(|rest| rest.chars().count() >= 3))
    {
        name = bare.to_owned();
    }
    name
}

/// Lower case, half width, without spaces and marks.
pub fn normalised(text: &str) -> String {
    half_width(text).filter(|c| c.is_alphanumeric() || "()ー".contains(*c)).collect()
}

/// Lower case, half width.
pub(crate) fn half_width(text: &str) -> impl Iterator<Item = char> {
    let half = |c: char| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '　' => ' ',
        other => other,
    };
    text.chars().map(half).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_names_are_the_same_however_they_are_written() {
        assert!(same_name("Mihon Analytics, Inc.", "MIHON ANALYTICS INC"));
        assert!(same_name("Ｍｉｈｏｎ株式会社", "Mihon 株式会社"));
        assert_eq!(bare_name("Google LLC"), "google");
        assert!(!same_name("株式会社", "合同会社"));
        assert_eq!(bare_name("Kakuu Reach Example Inc."), "kakuureachexample");
    }
}
