//! A reader's side in Rust, from the product's parts: the checks of sections 8.1 and 8.3, so
//! that both languages run the same vectors.

use std::collections::BTreeMap;

use deskbridge::seal::{
    Cek, Chain, Content, Grant, Hash, Header, History, Kid, NoteSeal, Party, Place, Rejected, Wrap,
    base64, canonical, commit, open_content, open_token, open_wrap, sha,
};
use serde_json::Value;

pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().expect(name)
}

pub fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// The histories of an answer, each verified when it is asked for.
pub struct Histories<'a> {
    pub tenant: deskbridge::ids::TenantId,
    pub all: &'a Value,
}

impl Histories<'_> {
    pub fn of(&self, party: &Party) -> Result<History, Rejected> {
        let entries: Vec<String> = list(self.all, &party.to_string())
            .iter()
            .map(|entry| canonical(entry).unwrap())
            .collect();
        History::parse(
            self.tenant,
            party.clone(),
            entries.iter().map(String::as_bytes),
        )
    }
}

/// The note's chain, verified.
pub fn chain(
    header: &Header,
    hh: Hash,
    seal: &NoteSeal,
    grants: &[Value],
    histories: &Histories<'_>,
) -> Result<Chain, Rejected> {
    let mut chain = Chain::new(header, hh, seal.sha());
    let mut known: BTreeMap<Party, History> = BTreeMap::new();
    for grant in grants {
        let grant = Grant::parse(grant.as_str().unwrap())?;
        if !known.contains_key(&grant.by) {
            known.insert(grant.by.clone(), histories.of(&grant.by)?);
        }
        chain.append(&grant, &known[&grant.by])?;
    }
    Ok(chain)
}

pub struct Reading {
    pub content: Content,
    pub open: String,
}

pub fn read(vector: &Value) -> Result<Reading, Rejected> {
    let (answer, known) = (&vector["answer"], &vector["known"]);
    let protected = text(answer, "protected");
    let header = Header::parse(protected)?;
    if header.tenant.to_string() != text(known, "tenant") {
        return Err(Rejected::Tenant);
    }
    if header.place != Place::Issue(text(known, "issue").parse().unwrap()) {
        return Err(Rejected::Place);
    }
    if known["now"].as_i64().unwrap() >= header.exp {
        return Err(Rejected::Expired);
    }
    let hh = sha(&[protected.as_bytes()]);
    let histories = Histories {
        tenant: header.tenant,
        all: &answer["histories"],
    };
    let author = histories.of(&header.by.a)?;
    let key = author.key(&header.by.kid).ok_or(Rejected::Key)?;
    let seal = NoteSeal::parse(text(answer, "seal"))?;
    seal.verify(&header.by, key, &hh)?;
    let chain = chain(&header, hh, &seal, list(answer, "grants"), &histories)?;
    let me = Party::parse(text(known, "account"))?;
    if !chain.counts(&me) {
        return Err(Rejected::Reader);
    }
    let cek = unwrap(vector, &header, hh, &chain, &me)?;

    let released = &vector["released"];
    let iv: [u8; 12] = base64::decode_exact(text(released, "iv"))?;
    let ciphertext = base64::decode(text(released, "ciphertext"))?;
    let tag: [u8; 16] = base64::decode_exact(text(released, "tag"))?;
    if sha(&[&iv, &ciphertext, &tag]) != seal.ct {
        return Err(Rejected::Content);
    }
    Ok(Reading {
        content: open_content(iv, &ciphertext, &tag, &cek, protected)?,
        open: base64::encode(&open_token(&cek, header.id)),
    })
}

fn unwrap(
    vector: &Value,
    header: &Header,
    hh: Hash,
    chain: &Chain,
    me: &Party,
) -> Result<Cek, Rejected> {
    for own in list(&vector["known"], "keys") {
        let kid = Kid::parse(text(own, "kid"))?;
        let wraps = list(&vector["answer"], "recipients");
        let Some(wrap) = wraps
            .iter()
            .find(|wrap| text(wrap, "kid") == text(own, "kid"))
        else {
            continue;
        };
        let wrap = Wrap::from_parts(
            text(wrap, "kid"),
            text(wrap, "ek"),
            text(wrap, "encryptedKey"),
        )?;
        if chain
            .wrap_of(&kid)
            .is_some_and(|granted| *granted != wrap.sha())
        {
            return Err(Rejected::WrapHash);
        }
        let private: [u8; 32] = base64::decode_exact(text(&own["enc"], "d"))?;
        let cek = open_wrap(&wrap, &hh, me, &private)?;
        if commit(&cek, header.id) != header.com {
            return Err(Rejected::Commit);
        }
        return Ok(cek);
    }
    Err(Rejected::Reader)
}
