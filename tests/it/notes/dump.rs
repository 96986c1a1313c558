//! What somebody gets who takes the whole store and has listened to every word.

use std::collections::HashSet;

use deskbridge::app::config::StoreKind;
use deskbridge::seal::base64;

use super::bed::{Bed, Person};
use super::browser::Sealed;
use super::{posted, read, sealed};
use crate::harness::{on_each_store, scaled};
use crate::store::proxy::Proxy;

on_each_store!(a_thousand_notes_leave_neither_text_nor_key_in_store_or_traffic);

/// So many bytes of something secret are looked for.
const PIECE: usize = 16;

/// Pieces of secrets, in every spelling in which they could be written down.
#[derive(Default)]
struct Needles(HashSet<Vec<u8>>);

impl Needles {
    fn add(&mut self, secret: &[u8]) {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let standard = base64::encode(secret).replace('-', "+").replace('_', "/");
        for spelt in [
            secret,
            base64::encode(secret).as_bytes(),
            standard.as_bytes(),
            hex.as_bytes(),
        ] {
            self.0.insert(spelt[..PIECE].to_vec());
        }
    }

    fn found(&self, bytes: &[u8]) -> usize {
        bytes.windows(PIECE).filter(|w| self.0.contains(*w)).count()
    }
}

/// What nobody but the readers may ever see of a note, and what the server may see but not keep.
fn kept_from_all(note: &Sealed, text: &[u8], secrets: &mut Needles, wraps: &mut Needles) {
    secrets.add(&note.key);
    secrets.add(text);
    for recipient in note.envelope["recipients"].as_array().unwrap() {
        let wrap = recipient["encrypted_key"].as_str().unwrap();
        wraps.add(&base64::decode(wrap).unwrap());
    }
}

async fn a_thousand_notes_leave_neither_text_nor_key_in_store_or_traffic(on: StoreKind) {
    let bed = Bed::start(on).await;
    let port = bed.url.rsplit(':').next().unwrap().parse().unwrap();
    let wire = Proxy::to(port).await;
    let heard = format!("http://127.0.0.1:{}", wire.port);
    let niro = bed.person("niro", "ITH-1").through(&heard);
    let nero = bed.person("nero", "ITH-1").through(&heard);
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let mut secrets = Needles::default();
    for half in author
        .private_halves()
        .into_iter()
        .chain(reader.private_halves())
    {
        secrets.add(&half);
    }
    let mut wraps = Needles::default();
    let mut notes = Vec::new();
    for n in 0..scaled(30) {
        // Incompressible, and at no fixed place of the plaintext.
        let text = format!(
            "{}{}",
            "x".repeat(n % 40),
            base64::encode(&author.entropy.bytes::<24>())
        );
        let note = sealed(&niro, &author, &[&nero.account], &text).await;
        let answer = posted(&niro, &note).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        kept_from_all(&note, &text.as_bytes()[n % 40..], &mut secrets, &mut wraps);
        if n % 10 == 0 {
            assert_eq!(read(&nero, &reader, &note).await, Some(text));
        }
        notes.push(note);
    }
    let said = wire.recorded();
    let id = notes[0].id.to_string();
    let holds = |bytes: &[u8]| bytes.windows(id.len()).any(|w| w == id.as_bytes());
    assert!(holds(&said) && holds(&bed.dump()), "these are the notes");
    assert!(
        wraps.found(&said) > 0,
        "what is sent is found in what was heard"
    );
    assert_eq!(secrets.found(&said), 0, "in the traffic");
    let kept = bed.dump();
    assert_eq!(secrets.found(&kept), 0, "in the store");
    assert_eq!(wraps.found(&kept), 0, "wraps lie under their shred keys");

    delete_all(&bed, &niro, &notes, &kept).await;
    let left = secrets.found(&bed.dump()) + wraps.found(&bed.dump());
    assert_eq!(left, 0, "after the end");
}

/// Until every key is destroyed; `kept` is the store before.
async fn delete_all(bed: &Bed, author: &Person<'_>, notes: &[Sealed], kept: &[u8]) {
    let mut bodies = Needles::default();
    for note in notes {
        let ciphertext = note.envelope["ciphertext"].as_str().unwrap();
        bodies.add(&base64::decode(ciphertext).unwrap());
        let deleted = author.delete(&format!("/api/notes/{}", note.id)).await;
        assert_eq!(deleted.status, 204, "{}", deleted.body);
    }
    assert!(bodies.found(kept) > 0, "bodies are kept as they are");
    bed.until("all keys are destroyed", async || {
        let cards = author.cards().await;
        cards.iter().all(|card| !card["shreddedAt"].is_null())
    })
    .await;
}
