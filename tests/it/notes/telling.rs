//! People are told once, by names and a link alone.

use deskbridge::app::config::StoreKind;
use std::time::Duration;

use deskbridge::audit::Action;
use deskbridge_playground::{Fault, Moment, site};
use serde_json::json;

use super::bed::Bed;
use super::{TEXT, body, path, sealed, shared};
use crate::harness::on_each_store;

on_each_store!(
    n14_n15_one_comment_names_author_and_readers,
    n16_one_reader_without_and_three_with_commas,
    n48_the_words_secure_notes_lead_to_the_request_or_to_the_issue,
    n13_who_the_comment_does_not_reach_is_notified_and_nobody_twice,
    n17_no_byte_of_a_note_leaves_with_comment_or_mail,
    n40_a_failing_host_gets_one_comment_in_the_end,
    n47_taken_back_in_time_is_shredded_and_never_told,
);

async fn n14_n15_one_comment_names_author_and_readers(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let (nero, jonathan) = (bed.account("nero"), bed.account("jonathan"));
    shared(&niro, &browser, &[&nero, &jonathan]).await;
    bed.until("the comment", async || bed.comments("ITH-1").len() == 1)
        .await;
    let comment = bed.comments("ITH-1").remove(0);
    let text = site::to_text(&comment.body).replace('@', "");
    assert_eq!(
        text.trim(),
        "Niro Feldmann has shared a secure note with Nero Okafor and Jonathan Reyes. \
         Please click on Secure Notes to view it."
    );
    // The agent is mentioned; a portal-only customer has nothing to be mentioned by.
    assert_eq!(site::mentions(&comment.body), [nero.to_string()]);
    assert!(comment.public);
}

async fn n16_one_reader_without_and_three_with_commas(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let [nero, jonathan, ana] = ["nero", "jonathan", "ana"].map(|slug| bed.account(slug));
    for (readers, words) in [
        (vec![&nero], " with Nero Okafor. Please "),
        (vec![&nero, &jonathan, &ana], ", "),
    ] {
        let before = bed.comments("ITH-1").len();
        shared(&niro, &browser, &readers).await;
        bed.until("the comment", async || bed.comments("ITH-1").len() > before)
            .await;
        let text = site::to_text(&bed.comments("ITH-1")[before].body).replace('@', "");
        assert!(text.contains(words), "{text}");
        assert_eq!(text.contains(" and "), readers.len() > 1, "{text}");
    }
}

async fn n48_the_words_secure_notes_lead_to_the_request_or_to_the_issue(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let (nero, jonathan) = (bed.account("nero"), bed.account("jonathan"));
    shared(&niro, &browser, &[&nero]).await;
    bed.until("the first", async || bed.comments("ITH-1").len() == 1)
        .await;
    shared(&niro, &browser, &[&jonathan]).await;
    bed.until("the second", async || bed.comments("ITH-1").len() == 2)
        .await;
    let comments = bed.comments("ITH-1");
    let internal = comments
        .iter()
        .find(|c| !c.public)
        .unwrap()
        .body
        .to_string();
    let public = comments.iter().find(|c| c.public).unwrap().body.to_string();
    assert!(internal.contains("/browse/ITH-1\""), "{internal}");
    assert!(public.contains("/portal"), "{public}");
    for comment in [internal, public] {
        assert!(comment.contains("\"text\":\"Secure Notes\""), "{comment}");
    }
}

async fn n13_who_the_comment_does_not_reach_is_notified_and_nobody_twice(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    // Kofi sees the request through an organization alone: the host mails him nothing.
    let kofi = bed.account("kofi");
    bed.host
        .change(|site| {
            let organization = site.organizations[0].id;
            site.organizations[0].members.insert(kofi.to_string());
            let issue = site
                .issues
                .iter_mut()
                .find(|(_, issue)| issue.key == "ITH-1")
                .unwrap();
            issue
                .1
                .request
                .as_mut()
                .unwrap()
                .organizations
                .insert(organization);
            Ok::<_, ()>(((), Vec::new()))
        })
        .unwrap();
    let (nero, jonathan) = (bed.account("nero"), bed.account("jonathan"));
    shared(&niro, &browser, &[&nero, &jonathan, &kofi]).await;
    bed.until("the notice", async || bed.host.site().notices.len() == 1)
        .await;
    assert_eq!(bed.host.site().notices[0].to, [kofi.to_string()]);
    assert_eq!(bed.comments("ITH-1").len(), 1);
}

async fn n17_no_byte_of_a_note_leaves_with_comment_or_mail(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let jonathan = bed.account("jonathan");
    let note = sealed(&niro, &browser, &[&jonathan], TEXT).await;
    assert_eq!(niro.post("/api/notes", &body(&note)).await.status, 201);
    bed.until("the comment", async || bed.comments("ITH-1").len() == 1)
        .await;
    // Everything the bridge ever told the site lies in the site's state and deliveries.
    let told = format!("{:?} {:?}", bed.host.site(), bed.host.deliveries());
    assert!(
        told.contains(&note.id.to_string()),
        "the comment's property was looked at"
    );
    let recipient = note.envelope["recipients"][0].clone();
    for secret in [
        TEXT,
        note.envelope["ciphertext"].as_str().unwrap(),
        note.envelope["protected"].as_str().unwrap(),
        note.envelope["tag"].as_str().unwrap(),
        recipient["encrypted_key"].as_str().unwrap(),
        &note.seal,
    ] {
        assert!(!told.contains(secret), "{secret}");
    }
}

async fn n40_a_failing_host_gets_one_comment_in_the_end(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let comment = |moment| Fault {
        method: Some("POST".to_owned()),
        path: Some("/rest/api/3/issue/*/comment".to_owned()),
        status: Some(500),
        moment,
        times: Some(1),
        ..Fault::default()
    };
    // The first try is refused, the second carried out with its answer lost.
    bed.host
        .set_faults(vec![comment(Moment::Before), comment(Moment::After)]);
    shared(&niro, &browser, &[&bed.account("nero")]).await;
    bed.until("the comment", async || !bed.comments("ITH-1").is_empty())
        .await;
    let announced = async || bed.audited(Action::NoteAnnounced).await == 1;
    bed.patiently("announced", announced).await;
    assert_eq!(bed.comments("ITH-1").len(), 1);
    assert_eq!(niro.cards().await.len(), 1);
}

async fn n47_taken_back_in_time_is_shredded_and_never_told(on: StoreKind) {
    let bed = Bed::with(on, 10).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let jonathan = bed.person("jonathan", "ITH-1");
    let note = shared(&niro, &browser, &[&jonathan.account]).await;
    let card = niro.cards().await.remove(0);
    assert!(card["takeBackUntil"].as_i64().unwrap() >= bed.now());

    let by_reader = jonathan.post(&path(&note, "take-back"), &json!({})).await;
    assert_eq!(by_reader.status, 403);
    let taken = niro.post(&path(&note, "take-back"), &json!({})).await;
    assert_eq!(taken.status, 204, "{}", taken.body);
    let again = niro.post(&path(&note, "take-back"), &json!({})).await;
    assert_eq!(again.status, 204, "a lost answer is asked for again");
    assert_eq!(niro.cards().await[0]["state"], "taken-back");
    assert_eq!(super::authorise(&niro, &note).await.status, 410);

    // Another note's announcement in the same lane comes after the time of this one.
    let other = shared(&niro, &browser, &[&jonathan.account]).await;
    bed.clock.advance(Duration::from_secs(11));
    bed.until("the other's comment", async || {
        !bed.comments("ITH-1").is_empty()
    })
    .await;
    let told = format!("{:?}", bed.comments("ITH-1"));
    assert!(told.contains(&other.id.to_string()) && !told.contains(&note.id.to_string()));
    let late = niro.post(&path(&other, "take-back"), &json!({})).await;
    assert_eq!(late.status, 409, "{}", late.body);
    assert!(bed.host.site().notices.is_empty());
}
