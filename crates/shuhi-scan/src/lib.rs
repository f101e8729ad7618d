//! What a site or app really sends, held against what was declared and published.
//!
//! [`observe`] turns a capture into an [`Observation`]: who received what, from which tag, with the reason for each item; [`observe_app`] does so for an app package.
//! [`compare`] holds an observation against what a register [`Declared`] and says each [`Difference`]. [`Report`], [`Evidence`] and the outputs put it before people and programs.
//! Nothing here judges: what a difference means is for the law.

mod app;
mod compare;
mod declared;
mod difference;
mod evidence;
mod har;
mod items;
mod join;
mod kept;
mod matching;
mod missing;
mod newest;
mod notice;
mod observation;
mod observe;
mod output;
mod report;
mod sections;
mod summary;
mod tags;
mod terminal;
mod unseen;
mod yaml;

pub use app::{observe_app, signatures};
pub use compare::compare;
pub use declared::{Declared, DeclaredNotice, DeclaredRecipient, DeclaredService, DeclaredTransmission, is_below};
pub use difference::{Difference, Kind, Text};
pub use evidence::{About, Evidence, EvidenceError, EvidenceFile, hex};
pub use har::to_har;
pub use join::join;
pub use kept::kept_on_terminal;
pub use matching::declared_for;
pub use missing::missing_yaml;
pub use newest::{differences_json, newest_differences};
pub use notice::READ;
pub use observation::{
    Measured, Name, NoticeEntry, Observation, ObservedItem, ObservedNotice, ObservedRecipient, ObservedTransmission,
    Observer, Party, Surface,
};
pub use observe::{Means, observe};
pub use output::{difference_suites, scan_json, scan_junit, scan_sarif};
pub use report::{Kept, Report, Tree, TreeLeaf, TreeNode};
pub use sections::{Section, app_sections};
pub use summary::Summary;
pub use tags::{step_in_words, tag_trees};
pub use unseen::unseen_ja;
pub use yaml::{read_observations, to_yaml};
