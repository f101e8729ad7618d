//! Who is enrolled, by whom, and since when.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use shuhi_keys::{Identity, KeyPlaces, KeyStore, Passphrase, PassphraseCost, PublicIdentity, Signature};
use shuhi_ledger::identities::{
    ENROLMENT_CONTEXT, Identities, IdentityError, SignedBy, WITHDRAWAL_CONTEXT, enrolment, enrolment_statement,
    founding, withdrawal, withdrawal_statement,
};
use shuhi_ledger::{Event, Field, KeyId, Ledger, LedgerReader, UtcMillis};
use shuhi_machine::Machine;
use support::{ORIGIN, START, TestKeys, create, finding, folder, simulated};

fn person(machine: &Machine, name: &str) -> Identity {
    let passphrase =
        Passphrase::new("correct horse battery staple").unwrap().with_cost(PassphraseCost::CHEAP_FOR_TESTS);
    let (file, _) = Identity::create(machine, name, &passphrase).unwrap();
    file.unlock(&passphrase).unwrap()
}

fn later(seconds: i64) -> UtcMillis {
    UtcMillis(START.0 + seconds * 1000)
}

fn signed(by: &Identity, context: &str, statement: &[u8]) -> SignedBy {
    SignedBy { id: by.public().id(), signature: by.sign(context, statement).unwrap() }
}

fn enrol(who: &PublicIdentity, at: UtcMillis, by: [&Identity; 2]) -> Event {
    let statement = enrolment_statement(ORIGIN, who, at);
    enrolment(who, at, &by.map(|by| signed(by, ENROLMENT_CONTEXT, &statement)), KeyId([1; 16]))
}

fn withdraw(who: &PublicIdentity, at: UtcMillis, by: [&Identity; 2]) -> Event {
    let statement = withdrawal_statement(ORIGIN, who, at, "left");
    withdrawal(who, at, &by.map(|by| signed(by, WITHDRAWAL_CONTEXT, &statement)), "left")
}

fn found(one: &Identity, other: &Identity) -> [Event; 2] {
    let by = [one, other].map(|who| {
        let statement = enrolment_statement(ORIGIN, who.public(), START);
        [one, other].map(|by| signed(by, ENROLMENT_CONTEXT, &statement))
    });
    founding([one.public(), other.public()], START, &by, [KeyId([1; 16]); 2])
}

struct Company {
    keys: TestKeys,
    ledger: Ledger,
    people: [Identity; 4],
}

fn company() -> Company {
    let (_, machine) = simulated(1);
    let keys = TestKeys::default();
    keys.key(1);
    let people = ["見本 花子", "見本 太郎", "見本 次郎", "見本 三郎"].map(|name| person(&machine, name));
    let mut ledger = create(&machine);
    ledger.append(&found(&people[0], &people[1]), &keys).unwrap();
    Company { keys, ledger, people }
}

impl Company {
    fn append(&mut self, event: Event) -> Result<(), IdentityError> {
        let checked = Identities::fold(&self.ledger).unwrap().check(std::slice::from_ref(&event));
        self.ledger.append(&[event], &self.keys).unwrap();
        let folded = Identities::fold(&self.ledger).unwrap();
        let last = self.ledger.size() - 1;
        let ignored = folded.ignored().iter().find(|(leaf, _)| *leaf == last).map(|(_, error)| error.clone());
        assert_eq!(checked.clone().err(), ignored, "asked before and read after, the answer is the same");
        checked
    }

    fn enrolled(&self, who: usize, at: UtcMillis) -> bool {
        Identities::fold(&self.ledger).unwrap().enrolled(&self.people[who].public().id(), at).is_some()
    }
}

#[test]
fn two_founders_enrol_a_third_who_then_enrols_too() {
    let mut company = company();
    let [a, b, c, d] = &company.people;
    let (third, fourth) = (enrol(c.public(), later(10), [a, b]), enrol(d.public(), later(20), [c, a]));
    company.append(third).unwrap();
    company.append(fourth).unwrap();
    assert!(company.enrolled(0, START) && company.enrolled(1, START));
    assert!(!company.enrolled(2, later(9)) && company.enrolled(2, later(10)));
    assert!(company.enrolled(3, later(1000)));
    let folded = Identities::fold(&company.ledger).unwrap();
    let id = company.people[0].public().id();
    assert_eq!(folded.name(&id, &company.ledger, &company.keys).unwrap().unwrap().as_str(), "見本 花子");
    assert!(folded.get(&id).unwrap().founder && !folded.get(&company.people[2].public().id()).unwrap().founder);
    let bytes: Vec<u8> = (0..company.ledger.size()).flat_map(|leaf| company.ledger.leaf(leaf).unwrap()).collect();
    let name = "見本".as_bytes();
    assert!(!bytes.windows(name.len()).any(|window| window == name), "a name in the clear");
}

#[test]
fn nobody_enrols_alone_or_with_a_stranger() {
    let mut company = company();
    let [a, b, c, d] = &company.people;
    let alone = enrol(c.public(), later(10), [a, a]);
    let with_stranger = enrol(c.public(), later(10), [a, d]);
    let by_oneself = enrol(c.public(), later(10), [c, a]);
    let mut forged = enrol(c.public(), later(10), [a, b]);
    forged.fields.insert("signature_2".to_owned(), vec![7; 64].into());
    let mut other_time = enrol(c.public(), later(10), [a, b]);
    other_time.at = later(11);
    let mut other_keys = enrol(c.public(), later(10), [a, b]);
    other_keys.fields.insert("signing_key".to_owned(), d.public().signing_key().to_vec().into());
    let mut founder = enrol(c.public(), later(10), [a, b]);
    founder.fields.insert("founder".to_owned(), Field::Number(1));
    let [a, d, c] = [a, d, c].map(|who| who.public().id());
    assert_eq!(company.append(alone), Err(IdentityError::OneSigner(a)));
    assert_eq!(company.append(with_stranger), Err(IdentityError::NotEnrolled(d)));
    assert_eq!(company.append(by_oneself), Err(IdentityError::NotEnrolled(c.clone())));
    assert!(matches!(company.append(forged), Err(IdentityError::Signature(_))));
    assert!(matches!(company.append(other_time), Err(IdentityError::Signature(_))));
    assert_eq!(company.append(other_keys), Err(IdentityError::Id(c)));
    assert_eq!(company.append(founder), Err(IdentityError::Founders));
    assert!(!company.enrolled(2, later(1000)));
}

#[test]
fn a_withdrawn_identity_signs_no_more_and_an_old_enrolment_does_not_bring_it_back() {
    let mut company = company();
    let [a, b, c, d] = &company.people;
    let third = enrol(c.public(), later(10), [a, b]);
    let gone = withdraw(c.public(), later(20), [c, a]);
    let fourth = enrol(d.public(), later(30), [c, a]);
    let again = enrol(c.public(), later(40), [a, b]);
    let c = c.public().id();
    company.append(third.clone()).unwrap();
    assert_eq!(company.append(third.clone()), Err(IdentityError::Enrolled(c.clone())));
    company.append(gone).unwrap();
    assert!(company.enrolled(2, later(19)) && !company.enrolled(2, later(20)));
    assert_eq!(company.append(fourth), Err(IdentityError::NotEnrolled(c.clone())));
    assert_eq!(company.append(third), Err(IdentityError::Earlier(c)));
    company.append(again).unwrap();
    assert!(company.enrolled(2, later(40)) && !company.enrolled(2, later(39)));
}

#[test]
fn founders_are_two_and_each_signs_for_both() {
    let (_, machine) = simulated(2);
    let people = ["一", "二"].map(|name| person(&machine, name));
    let good = found(&people[0], &people[1]);
    let nobody = Identities::new(ORIGIN);
    nobody.check(&good).unwrap();
    assert_eq!(nobody.check(&good[..1]), Err(IdentityError::Founders));
    assert_eq!(nobody.check(&[good[0].clone(), good[0].clone()]), Err(IdentityError::Founders));
    let mut one_sided = good.clone();
    one_sided[1].fields.insert("signature_1".to_owned(), Signature([1; 64]).0.to_vec().into());
    assert!(matches!(nobody.check(&one_sided), Err(IdentityError::Signature(_))));
    assert_eq!(
        Identities::new("other.example.jp").check(&good).map_err(|error| error.to_string().contains("not valid")),
        Err(true)
    );
}

#[test]
fn a_real_key_store_seals_and_signs_across_an_epoch() {
    let (simulated, machine) = simulated(3);
    let places = KeyPlaces {
        folder: PathBuf::from("/data/keys"),
        epoch_replicas: vec![PathBuf::from("/epoch/a"), PathBuf::from("/epoch/b")],
        snapshots_declared: false,
    };
    let passphrase =
        Passphrase::new("correct horse battery staple").unwrap().with_cost(PassphraseCost::CHEAP_FOR_TESTS);
    let keys = KeyStore::create(&machine, &places, &passphrase).unwrap();
    let [kept, destroyed] = [(); 2].map(|()| keys.create_key().unwrap());
    let signer = Arc::new(keys.signer("ledger").unwrap());
    let mut ledger = Ledger::create(&machine, folder(), ORIGIN, signer).unwrap();
    let events = [finding(0).sealing(b"kept".to_vec(), kept), finding(1).sealing(vec![9; 20_000], destroyed)];
    ledger.append(&events, &keys).unwrap();
    assert_eq!(ledger.payload(1, &keys).unwrap().unwrap().len(), 20_000);
    keys.destroy(&[destroyed]).unwrap();
    assert_eq!(ledger.payload(1, &keys).unwrap(), None);
    keys.rotate_epoch().unwrap();
    drop((ledger, keys));
    simulated.disk.restart();
    let keys = KeyStore::open(&machine, &places, &passphrase).unwrap();
    let signer = Arc::new(keys.signer("ledger").unwrap());
    let ledger = Ledger::open(&machine, folder(), ORIGIN, signer).unwrap();
    assert_eq!(**ledger.payload(0, &keys).unwrap().unwrap(), *b"kept");
    assert_eq!(ledger.payload(1, &keys).unwrap(), None);
    let read = LedgerReader::open(&machine, folder(), ledger.verifier_key()).unwrap();
    assert_eq!(read.event(1).unwrap(), ledger.event(1).unwrap());
}
