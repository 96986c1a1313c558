//! Random changes of what is right: nothing panics, nothing changed is believed.

use std::sync::LazyLock;

use deskbridge::clock::Instant;
use deskbridge::seal::{
    Chain, Entry, Envelope, Grant, Header, History, NoteSeal, OpenRequest, Party, Rejected,
    canonical, sha,
};
use proptest::prelude::{Strategy, any, prop};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

use super::making::Making;
use super::people::{NOW, tenant};
use super::reader;
use super::reads::{Cast, cast};

/// What is made once: making keys takes longer than trying them.
struct Right {
    cast: Cast,
    making: Making,
    histories: Vec<History>,
    grant: String,
}

static RIGHT: LazyLock<Right> = LazyLock::new(|| {
    let cast = cast();
    let making = cast.note("mutations");
    let grant = making.fill(&[], &cast.jonathan, &cast.nero).0.compact();
    let histories = cast.all().map(|person| {
        let party = Party::parse(&person.account).unwrap();
        let texts = person.texts();
        History::parse(
            tenant().parse().unwrap(),
            party,
            texts.iter().map(String::as_bytes),
        )
        .unwrap()
    });
    Right {
        histories: histories.into(),
        cast,
        making,
        grant,
    }
});

/// One change of a text: at a place that is a fraction of its length.
#[derive(Clone, Debug)]
enum Change {
    Flip(prop::sample::Index, u8),
    Write(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index, u8),
    Repeat(prop::sample::Index, u8),
    Swap(prop::sample::Index, prop::sample::Index),
    Cut(prop::sample::Index),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let index = any::<prop::sample::Index>;
    let letters = prop::sample::select(b"AQgw01\"{}[],:.-_ \\u\x00\xff".to_vec());
    let one = proptest::prop_oneof![
        (index(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (index(), letters.clone()).prop_map(|(at, with)| Change::Write(at, with)),
        (index(), letters).prop_map(|(at, with)| Change::Insert(at, with)),
        (index(), 1..40_u8).prop_map(|(at, length)| Change::Remove(at, length)),
        (index(), 1..40_u8).prop_map(|(at, length)| Change::Repeat(at, length)),
        (index(), index()).prop_map(|(one, other)| Change::Swap(one, other)),
        index().prop_map(Change::Cut),
    ];
    prop::collection::vec(one, 1..4)
}

fn changed(text: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match change {
            Change::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Change::Write(at, with) => bytes[at.index(length)] = *with,
            Change::Insert(at, with) => bytes.insert(at.index(length), *with),
            Change::Remove(at, many) => {
                let start = at.index(length);
                bytes.drain(start..length.min(start + usize::from(*many)));
            }
            Change::Repeat(at, many) => {
                let start = at.index(length);
                let part = bytes[start..length.min(start + usize::from(*many))].to_vec();
                bytes.splice(start..start, part);
            }
            Change::Swap(one, other) => bytes.swap(one.index(length), other.index(length)),
            Change::Cut(at) => bytes.truncate(at.index(length)),
        }
    }
    bytes
}

/// Runs `believed` on changed bytes; it must refuse all but the text itself.
fn never_believed(cases: u32, text: &str, believed: impl Fn(&[u8]) -> Result<(), Rejected>) {
    assert_eq!(believed(text.as_bytes()), Ok(()), "unchanged");
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    });
    let outcome = runner.run(&changes(), |changes| {
        let bytes = changed(text, &changes);
        if bytes != text.as_bytes() && believed(&bytes).is_ok() {
            return Err(TestCaseError::fail(
                String::from_utf8_lossy(&bytes).into_owned(),
            ));
        }
        Ok(())
    });
    outcome.unwrap();
}

/// Signed records travel as text; bytes that are none do not get that far.
fn text_of(bytes: &[u8]) -> Result<&str, Rejected> {
    std::str::from_utf8(bytes).map_err(|_| Rejected::NotCanonical)
}

#[test]
fn changed_entries_never_join_a_history() {
    let mut niro = RIGHT.cast.niro.clone();
    niro.publish_by(0);
    let texts = niro.texts();
    never_believed(2000, &texts[1], |bytes| {
        let mut history = RIGHT.histories[0].clone();
        history.append(Entry::parse(bytes)?)
    });
}

#[test]
fn changed_headers_never_go_with_their_seal() {
    let (making, histories) = (&RIGHT.making, &RIGHT.histories);
    let seal = NoteSeal::parse(&making.seal().compact()).unwrap();
    never_believed(2000, &making.protected(), |bytes| {
        let protected = text_of(bytes)?;
        let header = Header::parse(protected)?;
        let key = histories[0].key(&header.by.kid).ok_or(Rejected::Key)?;
        seal.verify(&header.by, key, &sha(&[protected.as_bytes()]))
    });
}

#[test]
fn changed_seals_and_requests_are_never_signed() {
    let (making, cast, histories) = (&RIGHT.making, &RIGHT.cast, &RIGHT.histories);
    let header = Header::parse(&making.protected()).unwrap();
    let hh = sha(&[making.protected().as_bytes()]);
    never_believed(1000, &making.seal().compact(), |bytes| {
        let seal = NoteSeal::parse(text_of(bytes)?)?;
        seal.verify(
            &header.by,
            histories[0].key(&header.by.kid).ok_or(Rejected::Key)?,
            &hh,
        )
    });
    let jonathan = histories[2].party();
    never_believed(
        1000,
        &making.request(&cast.jonathan, "jti").compact(),
        |bytes| {
            let request = OpenRequest::parse(text_of(bytes)?)?;
            let key = histories[2].key(&request.kid()).ok_or(Rejected::Key)?;
            request.verify(jonathan, key, &hh, Instant::from_seconds(NOW))
        },
    );
}

#[test]
fn changed_grants_never_join_a_chain() {
    let (making, histories) = (&RIGHT.making, &RIGHT.histories);
    let header = Header::parse(&making.protected()).unwrap();
    let hh = sha(&[making.protected().as_bytes()]);
    let seal = NoteSeal::parse(&making.seal().compact()).unwrap();
    never_believed(2000, &RIGHT.grant, |bytes| {
        let mut chain = Chain::new(&header, hh, seal.sha());
        let grant = Grant::parse(text_of(bytes)?)?;
        let by = histories
            .iter()
            .find(|history| *history.party() == grant.by);
        chain.append(&grant, by.ok_or(Rejected::Key)?)
    });
}

/// Other people's wraps are outside what is authenticated, so a changed envelope may still be
/// read; but only ever as what the author wrote.
#[test]
fn n30_changed_envelopes_are_refused_or_read_the_same() {
    let (making, cast) = (&RIGHT.making, &RIGHT.cast);
    let envelope = canonical(&making.envelope(&[&cast.niro, &cast.jonathan])).unwrap();
    let reading = cast.reading(making);
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(1500)
    });
    let outcome = runner.run(&changes(), |changes| {
        let Ok(parsed) = Envelope::parse(&changed(&envelope, &changes)) else {
            return Ok(());
        };
        let value: Value = serde_json::from_str(&parsed.to_json().unwrap()).unwrap();
        let wraps = value["recipients"].as_array().unwrap().iter().map(|one| {
            let header = &one["header"];
            json!({"kid": header["kid"], "ek": header["ek"], "encryptedKey": one["encrypted_key"]})
        });
        let mut reading = reading.clone();
        reading["answer"]["protected"] = value["protected"].clone();
        reading["answer"]["recipients"] = wraps.collect();
        reading["released"] = value;
        match reader::read(&reading) {
            Ok(read) if read.content.text != "mutations: the code is 4711" => {
                Err(TestCaseError::fail("another text was read"))
            }
            _ => Ok(()),
        }
    });
    outcome.unwrap();
}
