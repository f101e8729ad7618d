//! What can go wrong in the vault.

use shuhi_keys::KeyError;
use shuhi_law::vocabulary::{Bilingual, Language};
use shuhi_ledger::LedgerError;
use shuhi_machine::DiskError;
use shuhi_segment::SegmentError;

use crate::counsel::{Opinion, Reason};

/// Why the vault did not do it. Messages name what was at fault; [`VaultError::help`] says what to do. `Display` is in
/// English; what refuses by a rule is there in both languages.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A segment.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// The catalog.
    #[error("the catalog: {0}")]
    Catalog(redb::Error),
    /// A row of the catalog cannot be read.
    #[error("row `{id}` of the catalog's table `{table}` cannot be read")]
    DamagedRow {
        /// The table.
        table: String,
        /// The row's id.
        id: String,
    },
    /// A file of the vault is not as it was written.
    #[error("`{file}` is damaged: {what}")]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// There is already something there.
    #[error("`{0}` already holds a vault")]
    AlreadyThere(String),
    /// No vault is there.
    #[error("`{0}` holds no vault")]
    NotThere(String),
    /// The settings or a file a person wrote.
    #[error("{0}")]
    Faults(String),
    /// Facts that the law cannot read.
    #[error("the facts cannot be judged: {0}")]
    Facts(String),
    /// The law does not permit it, or cannot tell.
    #[error("{}", refused(.what, .opinion))]
    NotPermitted {
        /// What is refused.
        what: Bilingual,
        /// What the law says.
        opinion: Box<Opinion>,
    },
    /// A rule of the vault itself forbids it.
    #[error("{}", what.en)]
    Refused {
        /// What and why.
        what: Bilingual,
        /// What to do.
        help: Bilingual,
    },
    /// Nothing of that id is there.
    #[error("there is no {what} `{id}`")]
    Unknown {
        /// Request, hold, grant, segment, source.
        what: &'static str,
        /// The id.
        id: String,
    },
}

impl VaultError {
    pub(crate) fn damaged_row(table: &str, id: &str) -> Self {
        Self::DamagedRow { table: table.to_owned(), id: id.to_owned() }
    }

    /// A refusal with its remedy, each in Japanese and English.
    pub(crate) fn refused(
        what: (impl Into<String>, impl Into<String>),
        help: (impl Into<String>, impl Into<String>),
    ) -> Self {
        Self::Refused { what: bilingual(what), help: bilingual(help) }
    }

    /// What the law does not permit.
    pub(crate) fn not_permitted(what: (impl Into<String>, impl Into<String>), opinion: Opinion) -> Self {
        Self::NotPermitted { what: bilingual(what), opinion: Box::new(opinion) }
    }

    pub(crate) fn damaged(file: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Damaged { file: file.into(), what: what.into() }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Bilingual {
        let one_process = (
            "保管庫を変えられるのは一度に一つの処理だけ。終わるまで待つこと",
            "only one process may change a vault; wait until it is done",
        );
        let said = match self {
            Self::Disk(DiskError::Full(_)) => (
                "空きを作り、やり直すこと。受領を確認した分は安全",
                "free space and try again; what was acknowledged is safe",
            ),
            Self::Disk(DiskError::Locked(_)) => one_process,
            Self::Disk(_) => {
                ("ディスクとデータフォルダの権限を確かめること", "check the disk and the rights on the data folder")
            }
            Self::Catalog(redb::Error::DatabaseAlreadyOpen) => one_process,
            Self::Keys(_) | Self::Ledger(_) | Self::Segment(_) | Self::Catalog(_) | Self::DamagedRow { .. } => (
                "`shuhi vault verify` を実行し、壊れていればデータフォルダをバックアップから戻すこと",
                "run `shuhi vault verify`; restore the data folder from a backup if it confirms the damage",
            ),
            Self::Damaged { .. } => {
                ("`shuhi vault verify` で、どこに及ぶかを見ること", "run `shuhi vault verify` to see what is affected")
            }
            Self::AlreadyThere(_) => (
                "別のフォルダを指定すること。保管庫は上書きされない",
                "name another folder; a vault is never overwritten",
            ),
            Self::NotThere(_) => ("`shuhi vault init` で作ること", "make one with `shuhi vault init`"),
            Self::Faults(_) => ("ファイルを直し、やり直すこと", "mend the file and try again"),
            Self::Facts(_) => (
                "`shuhi schema --facts` に、すべての事実と答え方がある",
                "`shuhi schema --facts` lists every fact and when to answer what",
            ),
            Self::NotPermitted { opinion, .. } if opinion.missing.is_empty() => (
                "挙げた規定が認めていない。規定の求めるものは `shuhi law show 規定` で見られる",
                "the rules named forbid it; what they require is said by `shuhi law show RULE`",
            ),
            Self::NotPermitted { opinion, .. } => {
                let ja = format!("足りない事実を述べること: {}", opinion.missing.join("、"));
                return bilingual((ja, format!("state what is missing: {}", opinion.missing.join(", "))));
            }
            Self::Refused { help, .. } => return help.clone(),
            Self::Unknown { .. } => {
                ("`shuhi vault status` であるものを見られる", "`shuhi vault status` lists what there is")
            }
        };
        bilingual(said)
    }
}

fn bilingual((ja, en): (impl Into<String>, impl Into<String>)) -> Bilingual {
    Bilingual { ja: ja.into(), en: en.into() }
}

fn refused(what: &Bilingual, opinion: &Opinion) -> String {
    let cite = |reason: &Reason| format!("`{}` ({})", reason.rule, reason.cite(Language::English));
    let rules: Vec<String> = opinion.reasons.iter().map(cite).collect();
    let what = &what.en;
    match opinion.answer {
        crate::counsel::Answer::Unknown => format!("{what}: the law cannot tell; undecided: {}", rules.join(", ")),
        _ => format!("{what}: the law does not permit it: {}", rules.join(", ")),
    }
}
