//! The world around the vault: the machine, the people, chance, the model, and what is done when the machine crashes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use shuhi_keys::{Identity, Passphrase, PassphraseCost};
use shuhi_ledger::{VerifierKey, VerifierKind};
use shuhi_machine::simulated::{Carelessness, Simulated};
use shuhi_machine::{Disk, UtcMillis};
use shuhi_records::Kind;
use shuhi_vault::{
    Answer, Folder, JudgedPolicy, Opinion, PolicyRow, PurposeRow, Settings, SourceFormat, SourceSettings, Vault,
    VaultError,
};

use crate::actions::lookup::Ask;
use crate::calendar::{DAY, HOUR, MINUTE, Period, day_of, start_of, written};
use crate::chance::Chance;
use crate::check::Watch;
use crate::model::{Model, Policy, SILENCE_HOURS, Told};
use crate::{Violation, counsel};

/// 2026-01-05 09:00 in Japan.
const BEGINNING: i64 = 1_767_571_200_000;
/// Where the data folder is.
const DATA: &str = "/vault";
/// The second replica of the epoch keys.
pub(crate) const SECOND_REPLICA: &str = "/second/epoch";
/// The name of the vault's log.
pub(crate) const LOG: &str = "mihon.example/history";
/// So many days pass at most, however few crashes there were.
const DAYS_MAX: i64 = 36_500;

/// A fault that is planted to see whether it is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Files of the spool are never synced.
    SpoolNotSynced,
    /// Folders are never synced.
    FolderNotSynced,
    /// Holds are looked at outside the transaction that marks a segment for erasure.
    HoldCheckOutsideTransaction,
    /// Keys are destroyed before the ledger knows that this is intended.
    ErasureBeforeIntent,
    /// A grant opens its answer again.
    GrantUsedTwice,
}

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Determines everything.
    pub seed: u64,
    /// After how many crashes to end.
    pub crashes: u64,
    /// A fault to plant.
    pub plant: Option<Fault>,
    /// Whether to ask the law itself about the stand-in's answers, which takes a moment.
    pub ask_the_law: bool,
    /// Whether to print every action, to see what led to a violation.
    pub trace: bool,
}

/// What happened in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Crashes.
    pub crashes: u64,
    /// Operations that failed without a crash.
    pub failures: u64,
    /// Actions.
    pub actions: u64,
    /// Days that passed.
    pub days: i64,
    /// Records and moments of sessions acknowledged.
    pub records: u64,
    /// Lookups answered.
    pub lookups: u64,
    /// Lookups, approvals and releases refused, as they must be.
    pub refusals: u64,
    /// Holds accepted.
    pub holds: u64,
    /// Segments, spools and held records erased.
    pub erasures: u64,
    /// Epochs ended.
    pub epochs: u64,
    /// Times that everything was held against the model.
    pub checks: u64,
    /// Steps of the disk.
    pub steps: u64,
    /// A sum over everything that happened; the same for the same seed.
    pub trace: u64,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// What happened.
    pub counters: Counters,
    /// The invariant that did not hold, and when.
    pub violation: Option<(Violation, String)>,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 5] = [
        Self::SpoolNotSynced,
        Self::FolderNotSynced,
        Self::HoldCheckOutsideTransaction,
        Self::ErasureBeforeIntent,
        Self::GrantUsedTwice,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SpoolNotSynced => "spool-not-synced",
            Self::FolderNotSynced => "folder-not-synced",
            Self::HoldCheckOutsideTransaction => "hold-check-outside-transaction",
            Self::ErasureBeforeIntent => "erasure-before-intent",
            Self::GrantUsedTwice => "grant-used-twice",
        }
    }

    /// The fault of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    fn carelessness(self) -> Carelessness {
        match self {
            Self::SpoolNotSynced => {
                Carelessness { files_not_synced_below: Some("spool".to_owned()), ..Carelessness::default() }
            }
            Self::FolderNotSynced => Carelessness { folders_not_synced: true, ..Carelessness::default() },
            _ => Carelessness::default(),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counters = &self.counters;
        writeln!(
            f,
            "seed {}: {} crashes, {} failures, {} days, {} actions, {} disk steps, {} checks",
            self.seed,
            counters.crashes,
            counters.failures,
            counters.days,
            counters.actions,
            counters.steps,
            counters.checks,
        )?;
        writeln!(
            f,
            "  {} records, {} lookups, {} refusals, {} holds, {} erasures, {} epochs",
            counters.records, counters.lookups, counters.refusals, counters.holds, counters.erasures, counters.epochs,
        )?;
        match &self.violation {
            None => write!(f, "  lost 0"),
            Some((violation, at)) => write!(f, "  {at}\n{violation}"),
        }
    }
}

/// What became of something that was asked of the vault.
pub(crate) enum Done<T> {
    /// It was done.
    Yes(T),
    /// The vault or the law refused.
    Refused(VaultError),
    /// The machine crashed, or the disk failed; whether it was done is not known. The vault is open again.
    Interrupted,
}

/// Everything a simulation consists of.
pub(crate) struct World {
    pub(crate) simulated: Simulated,
    pub(crate) vault: Option<Vault>,
    pub(crate) chance: Chance,
    pub(crate) model: Model,
    pub(crate) people: Vec<Arc<Identity>>,
    pub(crate) counters: Counters,
    pub(crate) watch: Watch,
    pub(crate) asks: Vec<Ask>,
    /// Moments of sessions on their way, with when they arrive.
    pub(crate) on_their_way: BTreeMap<(i64, u64), Told>,
    pub(crate) serial: u64,
    /// When records last came in or were moved.
    pub(crate) touched_at: i64,
    options: Options,
    passphrase: Passphrase,
    /// A crash is set.
    armed: bool,
    /// A failing step is set.
    failing: bool,
    /// Actions until the full disk has room again.
    full_for: u64,
    last_action: &'static str,
}

/// Runs a simulation.
#[must_use]
pub fn run(options: &Options) -> Outcome {
    let mut violation = None;
    let counters = match World::new(*options) {
        Ok(mut world) => {
            if let Err(found) = world.live() {
                let now = written(world.now());
                let at = format!(
                    "violated after {} crashes, in action {} ({}), disk step {}, {now}",
                    world.counters.crashes,
                    world.counters.actions,
                    world.last_action,
                    world.simulated.disk.steps(),
                );
                if options.trace {
                    world.tell_more(&found.found);
                }
                violation = Some((found, at));
            }
            world.counters.days = day_of(world.now()) - day_of(BEGINNING);
            world.counters.steps = world.simulated.disk.steps();
            world.counters
        }
        Err(found) => {
            violation = Some((found, "before the first action".to_owned()));
            Counters::default()
        }
    };
    Outcome { seed: options.seed, counters, violation }
}

impl World {
    fn new(options: Options) -> Result<Self, Violation> {
        if options.ask_the_law {
            counsel::agrees_with_the_law()?;
        }
        let simulated = Simulated::new(options.seed, UtcMillis(BEGINNING));
        let passphrase =
            Passphrase::new("a passphrase of the sample").map_err(|error| unexpected("a passphrase", &error))?;
        let passphrase = passphrase.with_cost(PassphraseCost::CHEAP_FOR_TESTS);
        let machine = simulated.machine();
        let made = Vault::create(&machine, Folder::new(DATA), settings(), &passphrase);
        let vault = made.map_err(|error| unexpected("a vault is made", &error))?;
        let mut people = Vec::new();
        for name in ["見本 花子", "架空 太郎", "例示 次郎", "仮名 三郎"] {
            let made = Identity::create(&machine, name, &passphrase).and_then(|(file, _)| file.unlock(&passphrase));
            people.push(Arc::new(made.map_err(|error| unexpected("an identity is made", &error))?));
        }
        let mut world = Self {
            simulated,
            vault: Some(vault),
            chance: Chance::new(options.seed ^ 0xACE),
            model: Model { policies: policies(), ..Model::default() },
            people,
            counters: Counters::default(),
            watch: Watch::default(),
            asks: Vec::new(),
            on_their_way: BTreeMap::new(),
            serial: 0,
            touched_at: 0,
            options,
            passphrase,
            armed: false,
            failing: false,
            full_for: 0,
            last_action: "create",
        };
        world.begin().map_err(|error| unexpected("the vault begins", &error))?;
        world.watch.verifier = Some(world.verifier()?);
        if let Some(fault) = options.plant {
            world.simulated.disk.be_careless(fault.carelessness());
        }
        Ok(world)
    }

    fn begin(&mut self) -> Result<(), VaultError> {
        let judged: Vec<JudgedPolicy> = self.model.policies.iter().map(judged).collect();
        let Some(vault) = &mut self.vault else { return Ok(()) };
        vault.adopt(&judged)?;
        if let [first, second, others @ ..] = self.people.as_slice() {
            vault.found([first, second])?;
            others.iter().try_for_each(|other| vault.enrol(other.public(), [first, second]))?;
        }
        plant(vault, self.options.plant)
    }

    /// Lives until there were enough crashes.
    fn live(&mut self) -> Result<(), Violation> {
        while self.counters.crashes < self.options.crashes && self.now() < BEGINNING + DAYS_MAX * DAY {
            let minutes = self.chance.between(5, 4 * 60);
            let before = day_of(self.now());
            if day_of(self.now() + minutes * MINUTE) != before && self.a_hold_ends_tonight() && !self.chance.one_in(4) {
                self.act("change a hold")?;
            }
            self.simulated.clock.advance(minutes * MINUTE);
            if day_of(self.now()) != before {
                self.end_of_day()?;
            }
            let action = self.next_action();
            self.act(action)?;
        }
        self.calm_down()?;
        self.check_everything()
    }

    fn a_hold_ends_tonight(&self) -> bool {
        let midnight = start_of(day_of(self.now()) + 1);
        self.model.holds.iter().any(|hold| hold.surely_runs(self.now()) && hold.until.0 == Some(midnight))
    }

    fn end_of_day(&mut self) -> Result<(), Violation> {
        // Sealing waits a while for late records.
        let earliest = start_of(day_of(self.now())) + 15 * MINUTE;
        if self.now() < earliest {
            self.simulated.clock.set(UtcMillis(earliest));
        }
        self.act("take in sessions")?;
        if !self.chance.one_in(12) {
            self.act("seal")?;
        }
        if !self.chance.one_in(12) {
            self.act("sweep")?;
        }
        if self.chance.one_in(9) {
            self.act("end the epoch")?;
        }
        Ok(())
    }

    fn next_action(&mut self) -> &'static str {
        let weights = [
            ("take in records", 10),
            ("take in sessions", 14),
            ("take in records and give up", 1),
            ("look up", 10),
            ("go on with a lookup", 6),
            ("seal", 1),
            ("sweep", 1),
            ("hold", 5),
            ("change a hold", 6),
            ("change a policy", 1),
            ("disk full", 1),
            ("failing step", 3),
            ("wait", 2),
            ("check", 1),
        ];
        let total = weights.iter().map(|(_, weight)| weight).sum();
        let mut left = self.chance.below(total);
        for (action, weight) in weights {
            if left < weight {
                return action;
            }
            left -= weight;
        }
        "wait"
    }

    fn act(&mut self, action: &'static str) -> Result<(), Violation> {
        self.counters.actions += 1;
        self.last_action = action;
        let crashes = self.counters.crashes;
        if self.options.trace {
            let (now, steps) = (written(self.now()), self.simulated.disk.steps());
            eprintln!("{:5} {now} step {steps} {action}", self.counters.actions);
        }
        if !matches!(action, "look up" | "go on with a lookup" | "wait" | "check") {
            self.touched_at = self.now();
        }
        match action {
            "take in records" => self.take_in_records()?,
            "take in sessions" => self.take_in_sessions()?,
            "take in records and give up" => self.take_in_and_give_up()?,
            "look up" => self.look_up()?,
            "go on with a lookup" => self.go_on_with_a_lookup()?,
            "seal" => self.seal()?,
            "sweep" => self.sweep()?,
            "hold" => self.hold()?,
            "change a hold" => self.change_a_hold()?,
            "change a policy" => self.change_a_policy()?,
            "end the epoch" => self.end_the_epoch()?,
            "disk full" => self.fill_the_disk(),
            "failing step" => self.let_a_step_fail(),
            "wait" => {
                let hours = self.chance.between(1, 11);
                self.simulated.clock.advance(hours * HOUR);
            }
            _ => self.check_everything()?,
        }
        self.counters.trace = self.counters.trace.wrapping_mul(31).wrapping_add(self.simulated.disk.steps());
        if self.full_for > 0 {
            self.full_for -= 1;
            if self.full_for == 0 {
                self.simulated.disk.set_capacity(None);
            }
        }
        if self.counters.crashes > crashes {
            self.check_everything()?;
        }
        Ok(())
    }

    fn fill_the_disk(&mut self) {
        let used: usize = self.simulated.disk.files().iter().map(|(_, bytes)| bytes.len()).sum();
        let room = self.chance.below(20_000);
        self.simulated.disk.set_capacity(Some(u64::try_from(used).unwrap_or(u64::MAX).saturating_add(room)));
        self.full_for = 1 + self.chance.below(4);
    }

    fn let_a_step_fail(&mut self) {
        let steps = self.chance.below(60);
        self.simulated.disk.fail_after(steps);
        self.failing = true;
    }

    /// Takes back faults that are set, so that what follows must succeed.
    pub(crate) fn calm_down(&mut self) -> Result<(), Violation> {
        self.simulated.disk.set_capacity(None);
        self.full_for = 0;
        if self.armed || self.failing {
            self.armed = false;
            self.failing = false;
            self.restart(false)?;
        }
        Ok(())
    }

    /// Asks something of the vault while a crash may come at any step.
    pub(crate) fn attempt<T>(
        &mut self,
        what: &str,
        ask: impl FnOnce(&mut Vault) -> Result<T, VaultError>,
    ) -> Result<Done<T>, Violation> {
        if !self.armed && self.chance.one_in(6) {
            let wide = 4 << self.chance.below(6);
            let steps = self.chance.below(wide);
            self.simulated.disk.crash_after(steps);
            self.armed = true;
        }
        let Some(vault) = &mut self.vault else {
            return Err(Violation::new("the vault always opens after a crash", "an open vault", "none"));
        };
        let done = ask(vault);
        if self.simulated.disk.has_crashed() {
            self.counters.crashes += 1;
            self.trace(|| format!("      crash in: {what}"));
            self.restart(true)?;
            return Ok(Done::Interrupted);
        }
        match done {
            Ok(done) => Ok(Done::Yes(done)),
            Err(error) if is_refusal(&error) => Ok(Done::Refused(error)),
            Err(error) if self.failing || self.full_for > 0 => {
                self.counters.failures += 1;
                self.trace(|| format!("      {what}: {error}"));
                // With a full disk it is not known which of the two it was.
                self.failing = self.failing && self.full_for > 0;
                self.reopen()?;
                Ok(Done::Interrupted)
            }
            Err(error) => Err(unexpected(what, &error)),
        }
    }

    pub(crate) fn trace(&self, text: impl FnOnce() -> String) {
        if self.options.trace {
            eprintln!("{}", text());
        }
    }

    /// Closes the vault and opens it again, on a machine that did not crash.
    fn reopen(&mut self) -> Result<(), Violation> {
        self.vault = None;
        match self.open() {
            Ok(()) => Ok(()),
            // With a full disk nothing can be put in order; with room again it must.
            Err(_) if self.failing || self.full_for > 0 || self.simulated.disk.has_crashed() => {
                self.simulated.disk.set_capacity(None);
                self.full_for = 0;
                self.failing = false;
                self.restart(false)
            }
            Err(error) => Err(unexpected("the vault always opens", &error)),
        }
    }

    /// Starts the machine again, and perhaps crashes while the vault recovers.
    fn restart(&mut self, and_crash_again: bool) -> Result<(), Violation> {
        self.vault = None;
        self.armed = false;
        self.failing = false;
        self.simulated.disk.restart();
        if and_crash_again && self.chance.one_in(4) {
            let steps = self.chance.below(60);
            self.simulated.disk.crash_after(steps);
            self.armed = true;
        }
        let opened = self.open();
        if self.simulated.disk.has_crashed() {
            self.counters.crashes += 1;
            return self.restart(true);
        }
        match opened {
            Ok(()) => Ok(()),
            Err(_) if self.full_for > 0 => {
                self.simulated.disk.set_capacity(None);
                self.full_for = 0;
                self.restart(false)
            }
            Err(error) => Err(unexpected("the vault always opens after a crash", &error)),
        }
    }

    fn open(&mut self) -> Result<(), VaultError> {
        let machine = self.simulated.machine();
        let mut vault = Vault::open(&machine, Folder::new(DATA), settings(), &self.passphrase)?;
        plant(&mut vault, self.options.plant)?;
        self.vault = Some(vault);
        Ok(())
    }

    pub(crate) fn passphrase(&self) -> &Passphrase {
        &self.passphrase
    }

    pub(crate) fn now(&self) -> i64 {
        self.simulated.machine().now().0
    }

    pub(crate) fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    fn verifier(&self) -> Result<VerifierKey, Violation> {
        let keys = self.keys_of(&self.copy_of_the_disk(&|_| true))?;
        let signer = keys.signer("ledger").map_err(|error| unexpected("the log's key opens", &error))?;
        VerifierKey::new(LOG, VerifierKind::Log, &signer.public_key())
            .map_err(|error| unexpected("the log has a verifier key", &error))
    }

    /// Another machine with the files of this one for which `with` says yes.
    pub(crate) fn copy_of_the_disk(&self, with: &dyn Fn(&std::path::Path) -> bool) -> Simulated {
        let copy = Simulated::new(1, UtcMillis(self.now()));
        for (path, bytes) in self.simulated.disk.backup(&|path| !with(path)) {
            copy.disk.put(&path, &bytes);
        }
        for folder in folder().all() {
            // Making a folder never fails on a simulated disk that did not crash.
            let _ = copy.disk.make_folder(&folder);
        }
        copy
    }
}

pub(crate) fn folder() -> Folder {
    Folder::new(DATA)
}

/// A failure that nothing explains.
pub(crate) fn unexpected(what: &str, error: &dyn fmt::Display) -> Violation {
    Violation::new("nothing fails without a reason", what.to_owned(), error.to_string())
}

fn is_refusal(error: &VaultError) -> bool {
    matches!(
        error,
        VaultError::Refused { .. }
            | VaultError::NotPermitted { .. }
            | VaultError::Unknown { .. }
            | VaultError::Facts(_)
    )
}

fn plant(vault: &mut Vault, fault: Option<Fault>) -> Result<(), VaultError> {
    match fault {
        Some(Fault::HoldCheckOutsideTransaction) => vault.plant(shuhi_vault::Fault::HoldCheckOutsideTransaction),
        Some(Fault::ErasureBeforeIntent) => vault.plant(shuhi_vault::Fault::ErasureBeforeIntentDurable),
        Some(Fault::GrantUsedTwice) => vault.plant(shuhi_vault::Fault::GrantUsedTwice),
        _ => Ok(()),
    }
}

/// The places of the policies in the model.
pub(crate) const NAT: usize = 0;
pub(crate) const RADIUS: usize = 1;
pub(crate) const WEB: usize = 2;
pub(crate) const GUEST: usize = 3;

fn policies() -> Vec<Policy> {
    let policy = |id, register_kind, period| Policy { id, register_kind, versions: vec![(i64::MIN, period)] };
    vec![
        policy("nat", "address_translation", Period::Days(20)),
        policy("radius", "connection_auth", Period::Months(1)),
        policy("web", "login", Period::Days(9)),
        policy("guest", "connection_auth", Period::Days(4)),
    ]
}

/// A policy as the register and the law would hand it over.
pub(crate) fn judged(policy: &Policy) -> JudgedPolicy {
    let row = PolicyRow {
        register_kind: policy.register_kind.to_owned(),
        period: policy.period().written(),
        purposes: vec![PurposeRow { purpose: "security".to_owned(), period: "3 days".to_owned() }],
        adopted_at: 0,
        rulebook: "00".repeat(32),
    };
    let opinion = Opinion {
        answer: Answer::Permitted,
        reasons: Vec::new(),
        missing: Vec::new(),
        law_of: "2026-01-05".to_owned(),
        rulebook: "00".repeat(32),
    };
    JudgedPolicy { id: policy.id.to_owned(), policy: Some(row), opinion }
}

fn settings() -> Settings {
    let source = |name: &str, policy: &str| SourceSettings {
        name: name.to_owned(),
        format: SourceFormat::Csv,
        policy: policy.to_owned(),
        zone_hours: 9,
        profile: None,
        silence_hours: SILENCE_HOURS,
        untranslated: false,
    };
    Settings {
        log: LOG.to_owned(),
        register: "../register".into(),
        replicas: vec!["keys/epoch".into(), SECOND_REPLICA.into()],
        snapshots: false,
        hourly: vec![Kind::Login],
        sources: vec![source("nat", "nat"), source("radius", "radius"), source("web", "web"), source("guest", "guest")],
        single_release: true,
    }
}
