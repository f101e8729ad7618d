//! Identities: what they sign, open, and refuse.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use proptest::prelude::*;
use shuhi_keys::{Identity, IdentityFile, KeyError, Passphrase, PassphraseCost, PublicIdentity, Signature};
use shuhi_machine::simulated::Simulated;
use shuhi_machine::{Machine, UtcMillis};

fn machine(seed: u64) -> Machine {
    Simulated::new(seed, UtcMillis(0)).machine()
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap().with_cost(PassphraseCost::CHEAP_FOR_TESTS)
}

fn made(seed: u64) -> (IdentityFile, PublicIdentity) {
    Identity::create(&machine(seed), "見本 花子", &passphrase("ひみつ")).unwrap()
}

#[test]
fn a_signature_fits_one_identity_one_context_and_one_text() {
    let (file, public) = made(1);
    let identity = file.unlock(&passphrase("ひみつ")).unwrap();
    assert_eq!(identity.public(), &public);
    let signature = identity.sign("approve a lookup", b"grant 1").unwrap();
    public.verify("approve a lookup", b"grant 1", &signature).unwrap();
    assert_eq!(signature.to_string().parse::<Signature>().unwrap(), signature);
    let refused = |context: &str, bytes: &[u8], public: &PublicIdentity| {
        matches!(public.verify(context, bytes, &signature), Err(KeyError::BadSignature(_)))
    };
    assert!(refused("approve a lookup", b"grant 2", &public));
    assert!(refused("request a lookup", b"grant 1", &public));
    // The border between context and text is signed too.
    assert!(refused("approve a lookupg", b"rant 1", &public));
    assert!(refused("approve a lookup", b"grant 1", &made(2).1));
    assert!(identity.sign("", b"grant 1").is_err() && identity.sign(&"x".repeat(256), b"").is_err());
}

#[test]
fn what_is_sealed_to_an_identity_opens_for_it_alone() {
    let (file, public) = made(3);
    let identity = file.unlock(&passphrase("ひみつ")).unwrap();
    let sealed = public.seal_to(&machine(4), "answer", b"203.0.113.7").unwrap();
    assert!(!sealed.windows(4).any(|part| part == b"203."));
    assert_ne!(sealed, public.seal_to(&machine(5), "answer", b"203.0.113.7").unwrap());
    assert_eq!(identity.open_sealed("answer", &sealed).unwrap().as_slice(), b"203.0.113.7");
    assert!(matches!(identity.open_sealed("another", &sealed), Err(KeyError::DoesNotOpen)));
    let (other, _) = made(6);
    let other = other.unlock(&passphrase("ひみつ")).unwrap();
    assert!(matches!(other.open_sealed("answer", &sealed), Err(KeyError::DoesNotOpen)));
    for length in 0..sealed.len() {
        assert!(identity.open_sealed("answer", &sealed[..length]).is_err());
    }
}

#[test]
fn a_file_reads_back_and_tells_a_wrong_passphrase_from_damage() {
    let (file, public) = made(7);
    let again = IdentityFile::parse(file.bytes()).unwrap();
    assert_eq!(again.public(), &public);
    assert_eq!(again.unlock(&passphrase("ひみつ")).unwrap().public().id(), public.id());
    assert!(matches!(again.unlock(&passphrase("秘密")), Err(KeyError::WrongPassphrase(_))));
    let text = String::from_utf8(file.bytes().to_vec()).unwrap();
    assert!(text.contains("name: 見本 花子\n") && text.contains(&format!("id: {}\n", public.id())), "{text}");
    assert_eq!(public.id().len(), 16);
    let renamed = text.replace("花子", "太郎");
    assert!(matches!(IdentityFile::parse(renamed.as_bytes()), Err(KeyError::DamagedIdentity(_))));
    assert_eq!(PublicIdentity::parse(public.to_text().as_bytes()).unwrap(), public);
}

#[test]
fn a_cheap_or_monstrous_passphrase_cost_is_refused_before_it_is_paid() {
    let (file, _) = made(8);
    let text = String::from_utf8(file.bytes().to_vec()).unwrap();
    let guarded = Passphrase::new("ひみつ").unwrap();
    assert!(matches!(file.unlock(&guarded), Err(KeyError::CostOutOfBounds { .. })));
    for cost in ["memory-kib=1073741824 passes=1 lanes=1", "memory-kib=65536 passes=4000000000 lanes=1"] {
        let (body, _) = text.rsplit_once("check: ").unwrap();
        let body = body.replace("memory-kib=8 passes=1 lanes=1", cost);
        let sum = ring::digest::digest(&ring::digest::SHA256, body.as_bytes());
        let sum: String = sum.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let altered = IdentityFile::parse(format!("{body}check: {sum}\n").as_bytes()).unwrap();
        assert!(matches!(altered.unlock(&guarded), Err(KeyError::CostOutOfBounds { .. })), "{cost}");
    }
}

#[test]
fn a_changed_passphrase_opens_the_same_identity() {
    let (file, public) = made(14);
    let changed = file.unlock(&passphrase("ひみつ")).unwrap().locked(&machine(15), &passphrase("new")).unwrap();
    assert!(matches!(changed.unlock(&passphrase("ひみつ")), Err(KeyError::WrongPassphrase(_))));
    assert_eq!(changed.unlock(&passphrase("new")).unwrap().public(), &public);
}

#[test]
fn nothing_secret_is_printed() {
    let (file, _) = made(9);
    let secret = passphrase("ひみつ");
    let identity = file.unlock(&secret).unwrap();
    assert_eq!(format!("{secret:?}"), "Passphrase(..)");
    assert_eq!(format!("{identity:?}"), format!("Identity({})", identity.public().id()));
}

#[test]
fn names_that_would_break_the_file_are_refused() {
    for name in ["", " ", "a\nb", "a\u{85}b", " a", &"x".repeat(129)] {
        let made = Identity::create(&machine(10), name, &passphrase("ひみつ"));
        assert!(matches!(made, Err(KeyError::BadName { .. })), "{name:?}");
    }
    assert!(matches!(Passphrase::new(""), Err(KeyError::BadPassphrase(_))));
    assert!(matches!(Passphrase::new("x".repeat(1025)), Err(KeyError::BadPassphrase(_))));
}

#[test]
fn the_standard_cost_works() {
    let made = Identity::create(&machine(11), "witness", &Passphrase::new("ひみつ").unwrap()).unwrap();
    assert!(made.0.unlock(&Passphrase::new("ひみつ").unwrap()).is_ok());
}

#[test]
fn every_flipped_bit_of_a_file_is_an_error() {
    let (file, public) = made(12);
    for text in [file.bytes().to_vec(), public.to_text().into_bytes()] {
        for bit in 0..text.len() * 8 {
            let mut altered = text.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(IdentityFile::parse(&altered).is_err() && PublicIdentity::parse(&altered).is_err(), "bit {bit}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(IdentityFile::parse(&bytes).is_err());
        prop_assert!(PublicIdentity::parse(&bytes).is_err());
        let (file, _) = made(13);
        prop_assert!(file.unlock(&passphrase("ひみつ")).unwrap().open_sealed("answer", &bytes).is_err());
    }
}
