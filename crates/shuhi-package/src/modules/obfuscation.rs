use serde::Serialize;

/// How much of the code cannot be told by its names: an estimate, never proof that the rest is what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Obfuscation {
    /// Share of the code whose origin its names no longer show, in percent, rounded up; known libraries are not counted.
    /// 100 where the code is hidden.
    pub percent: u8,
    /// On what the figure rests, the decisive first.
    pub basis: Vec<Basis>,
}

/// A count that the estimate rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// What was counted.
    pub indicator: Indicator,
    /// How many.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// Whether the figure follows from it, or it only adds to the picture.
    pub decisive: bool,
}

/// What is counted for the estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Indicator {
    /// Classes with a name without meaning, in a package that has one.
    RenamedClasses,
    /// Classes outside of any package that means something.
    FlattenedClasses,
    /// Components that the manifest names and no code defines: it is loaded from elsewhere, or unpacked when run.
    MissingComponents,
    /// DEX files that could not be read whole.
    UnreadCode,
    /// Classes that do not name the source file they were made from.
    ClassesWithoutSource,
    /// Kotlin is used, but classes lack its metadata.
    ClassesWithoutKotlinMetadata,
    /// Programs of an iOS app that are encrypted, as those from the App Store are.
    EncryptedPrograms,
    /// Programs of an iOS app without the names of their functions; libraries built into them do not show.
    StrippedPrograms,
}

impl Indicator {
    /// What is counted, in Japanese.
    pub fn ja(self) -> &'static str {
        match self {
            Self::RenamedClasses => "名前が無意味な文字に置き換えられたクラス",
            Self::FlattenedClasses => "意味のあるパッケージに属さないクラス",
            Self::MissingComponents => "マニフェストにあるがコードが見つからない部品",
            Self::UnreadCode => "全部又は一部を読み取れなかったコードのファイル",
            Self::ClassesWithoutSource => "元のソースファイル名を持たないクラス",
            Self::ClassesWithoutKotlinMetadata => "Kotlinのメタデータを持たないクラス",
            Self::EncryptedPrograms => "暗号化されたプログラム",
            Self::StrippedPrograms => "関数名が除かれたプログラム",
        }
    }

    /// What is counted, in English.
    pub fn en(self) -> &'static str {
        match self {
            Self::RenamedClasses => "classes renamed to letters without meaning",
            Self::FlattenedClasses => "classes in no package that means anything",
            Self::MissingComponents => "components in the manifest without code",
            Self::UnreadCode => "files of code not read whole",
            Self::ClassesWithoutSource => "classes that do not name their source file",
            Self::ClassesWithoutKotlinMetadata => "classes without Kotlin metadata",
            Self::EncryptedPrograms => "encrypted programs",
            Self::StrippedPrograms => "programs whose function names were removed",
        }
    }
}

/// What the estimate is made from, for an Android app.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    /// Classes defined, known libraries left out.
    pub classes: usize,
    pub renamed: usize,
    pub flattened: usize,
    pub without_source: usize,
    pub kotlin_used: bool,
    pub without_kotlin: usize,
    pub components: usize,
    pub missing_components: usize,
    pub dex_files: usize,
    pub unread_dex_files: usize,
}

impl Counts {
    pub fn estimate(&self) -> Obfuscation {
        let of = self.classes;
        let mut basis = Vec::new();
        let names = percent(self.renamed + self.flattened, of);
        let hidden = percent(self.missing_components, self.components);
        let unread = percent(self.unread_dex_files, self.dex_files);
        // Most components without code: what the package shows is the wrapper, not the app.
        let hidden = if hidden > 50 { 100 } else { hidden };
        let most = names.max(hidden).max(unread);
        let mut tell = |indicator, count, of, share: u8| {
            if of > 0 {
                basis.push(Basis { indicator, count, of, decisive: share == most });
            }
        };
        tell(Indicator::RenamedClasses, self.renamed, of, names);
        tell(Indicator::FlattenedClasses, self.flattened, of, names);
        tell(Indicator::MissingComponents, self.missing_components, self.components, hidden);
        tell(Indicator::UnreadCode, self.unread_dex_files, self.dex_files, unread);
        basis.sort_by_key(|basis| !basis.decisive);
        let mut add = |indicator, count, of| basis.push(Basis { indicator, count, of, decisive: false });
        add(Indicator::ClassesWithoutSource, self.without_source, of);
        if self.kotlin_used {
            add(Indicator::ClassesWithoutKotlinMetadata, self.without_kotlin, of);
        }
        Obfuscation { percent: most, basis }
    }
}

/// A share in percent, rounded up: what is there is never shown as 0.
pub(crate) fn percent(count: usize, of: usize) -> u8 {
    if of == 0 {
        return 0;
    }
    let share = count.saturating_mul(100).div_ceil(of).min(100);
    u8::try_from(share).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates() {
        let counts = Counts { classes: 1_000, renamed: 1, components: 10, ..Counts::default() };
        assert_eq!(counts.estimate().percent, 1);
        assert_eq!(counts.estimate().basis[0].indicator, Indicator::RenamedClasses);
        let packed = Counts { classes: 3, components: 10, missing_components: 9, ..Counts::default() };
        let estimate = packed.estimate();
        assert_eq!((estimate.percent, estimate.basis[0].indicator), (100, Indicator::MissingComponents));
        let damaged = Counts { dex_files: 2, unread_dex_files: 1, ..Counts::default() };
        assert_eq!(damaged.estimate().percent, 50);
    }
}
