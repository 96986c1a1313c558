//! Runs one vector and says what came of it.

use deskbridge::clock::Instant;
use deskbridge::ids::TenantId;
use deskbridge::seal::{
    Admission, Cek, Code, Envelope, Grant, Half, Header, History, Kid, LiveKeys, NoteSeal,
    OpenRequest, Party, PickupKeys, PickupPair, Point, Rejected, Seen, Slot, Wrap, admit, base64,
    code_token, commit, digits, file_key, fresh, open_slot, open_token, repeated, sha,
    token_matches,
};
use serde_json::{Value, json};

use super::reader::{self, Histories, list, text};

/// The output, or the refusal.
pub fn run(vector: &Value) -> Result<Value, Rejected> {
    match text(vector, "operation") {
        "derive" => derive(vector),
        "header" => header(vector),
        "history" => history(vector),
        "read" => read(vector),
        "create" => create(vector),
        "consent" => consent(vector),
        "append" => append(vector),
        "approve" => approve(vector),
        "code" => code(vector),
        "pickup" => pickup(vector),
        other => unreachable!("no such operation: {other}"),
    }
}

fn now(vector: &Value) -> Instant {
    Instant::from_seconds(vector["now"].as_i64().unwrap())
}

fn kids(vector: &Value, name: &str) -> Vec<Kid> {
    let all = list(vector, name).iter();
    all.map(|kid| Kid::parse(kid.as_str().unwrap()).unwrap())
        .collect()
}

fn derive(vector: &Value) -> Result<Value, Rejected> {
    let cek = Cek::from_bytes(base64::decode_exact(text(vector, "cek"))?);
    let note = text(vector, "note").parse().unwrap();
    let open = open_token(&cek, note);
    Ok(json!({
        "commit": base64::encode(&commit(&cek, note)),
        "open": base64::encode(&open),
        "oth": sha(&[&open]),
        "file": base64::encode(&file_key(&cek, note, &base64::decode_exact(text(vector, "file"))?)),
    }))
}

fn header(vector: &Value) -> Result<Value, Rejected> {
    let protected = text(vector, "protected");
    let header = Header::parse(protected)?;
    // What was read is written again byte for byte.
    assert_eq!(header.to_protected().as_deref(), Ok(protected));
    Ok(json!({"hh": sha(&[protected.as_bytes()])}))
}

fn history(vector: &Value) -> Result<Value, Rejected> {
    let tenant: TenantId = text(vector, "tenant").parse().unwrap();
    let party = Party::parse(text(vector, "account"))?;
    let entries = list(vector, "entries")
        .iter()
        .map(|entry| entry.as_str().unwrap().as_bytes());
    let history = History::parse(tenant, party, entries)?;
    let retired = kids(vector, "retired");
    let live = history.live(&retired, now(vector));
    let classes = history.keys().map(|key| key.class().as_str());
    Ok(json!({
        "kids": history.keys().map(|key| key.kid).collect::<Vec<_>>(),
        "live": live.map(|key| key.kid).collect::<Vec<_>>(),
        "classes": classes.collect::<Vec<_>>(),
    }))
}

fn entries(vector: &Value) -> Result<History, Rejected> {
    let tenant: TenantId = text(vector, "tenant").parse().unwrap();
    let party = Party::parse(text(vector, "account"))?;
    let entries = list(vector, "entries").iter();
    let entries = entries.map(|entry| entry.as_str().unwrap().as_bytes());
    History::parse(tenant, party, entries)
}

/// What an older browser checks before it shows the digits.
fn approve(vector: &Value) -> Result<Value, Rejected> {
    let history = entries(vector)?;
    let half = Half::parse(text(vector, "half").as_bytes())?;
    let (by, asked) = (text(vector, "by").parse()?, text(vector, "asked").parse()?);
    let whose = (history.tenant(), history.party());
    half.check(whose, history.head(), &by, &asked)?;
    fresh(half.iat(), now(vector))?;
    let nonce = base64::decode_exact(text(vector, "nonce"))?;
    Ok(json!({"kid": half.kid(), "digits": digits(&asked, &by, &nonce)}))
}

/// What whoever holds the paper does.
fn code(vector: &Value) -> Result<Value, Rejected> {
    let code = Code::parse(text(vector, "code"))?;
    let history = entries(vector)?;
    let kid: Kid = text(vector, "kid").parse()?;
    let mut all = history.entries().iter();
    let entry = all.find(|entry| Kid::from(entry.sha()) == kid && !history.revoked(&kid));
    let entry = entry.ok_or(Rejected::Key)?;
    let slot = Slot::from_value(&vector["slot"])?;
    let whose = (history.tenant(), history.party());
    let [enc, sig] = open_slot(&code, whose, entry, &slot)?;
    Ok(json!({
        "token": base64::encode(&code_token(&code, entry)),
        "enc": base64::encode(&*enc),
        "sig": base64::encode(&*sig),
    }))
}

fn read(vector: &Value) -> Result<Value, Rejected> {
    let reading = reader::read(vector)?;
    let names: Vec<&str> = reading
        .content
        .files
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    Ok(json!({"text": reading.content.text, "open": reading.open, "files": names}))
}

/// Live keys of everybody whose history the vector holds.
fn live(vector: &Value, tenant: TenantId, now: Instant) -> Result<LiveKeys, Rejected> {
    let histories = Histories {
        tenant,
        all: &vector["histories"],
    };
    let retired = kids(vector, "retired");
    let mut keys = LiveKeys::default();
    for account in vector["histories"].as_object().unwrap().keys() {
        let party = Party::parse(account)?;
        keys.add(&party, histories.of(&party)?.live(&retired, now));
    }
    Ok(keys)
}

fn create(vector: &Value) -> Result<Value, Rejected> {
    // `spaces` follow the envelope, so that a file need not hold half a megabyte.
    let spaces = usize::try_from(vector["spaces"].as_u64().unwrap_or(0)).unwrap();
    let sent = text(vector, "envelope").to_owned() + &" ".repeat(spaces);
    let envelope = Envelope::parse(sent.as_bytes())?;
    assert_eq!(envelope.to_json().as_deref(), Ok(text(vector, "envelope")));
    let seal = NoteSeal::parse(text(vector, "seal"))?;
    let tenant = text(vector, "tenant").parse().unwrap();
    let admission = Admission {
        tenant,
        issue: text(vector, "issue").parse().unwrap(),
        caller: &text(vector, "account").parse().unwrap(),
        now: now(vector),
    };
    admit(
        &envelope,
        &seal,
        &admission,
        &live(vector, tenant, admission.now)?,
    )?;
    Ok(json!({"hh": envelope.hh, "ct": envelope.body_sha()}))
}

fn consent(vector: &Value) -> Result<Value, Rejected> {
    let protected = text(vector, "protected");
    let header = Header::parse(protected)?;
    let reader = Party::parse(text(vector, "account"))?;
    let keys = live(vector, header.tenant, now(vector))?;
    let request = OpenRequest::parse(text(vector, "request"))?;
    let key = keys.of(&reader, &request.kid())?;
    request.verify(&reader, key, &sha(&[protected.as_bytes()]), now(vector))?;
    token_matches(&header, text(vector, "open"))?;
    if !vector["seen"].is_null() {
        let first = OpenRequest::parse(text(&vector["seen"], "request"))?;
        let at = Instant::from_seconds(vector["seen"]["at"].as_i64().unwrap());
        repeated(
            &Seen {
                sha: first.sha(),
                at,
            },
            &request,
            now(vector),
        )?;
    }
    Ok(json!({"jti": base64::encode(&request.jti)}))
}

fn append(vector: &Value) -> Result<Value, Rejected> {
    let protected = text(vector, "protected");
    let header = Header::parse(protected)?;
    let hh = sha(&[protected.as_bytes()]);
    let seal = NoteSeal::parse(text(vector, "seal"))?;
    let histories = Histories {
        tenant: header.tenant,
        all: &vector["histories"],
    };
    let mut chain = reader::chain(&header, hh, &seal, list(vector, "grants"), &histories)?;
    let grant = Grant::parse(text(vector, "grant"))?;
    let by: History = histories.of(&grant.by)?;
    chain.append(&grant, &by)?;
    let sent = &vector["wrap"];
    let wrap = if sent.is_null() {
        None
    } else {
        Some(Wrap::from_parts(
            text(sent, "kid"),
            text(sent, "ek"),
            text(sent, "encryptedKey"),
        )?)
    };
    let wrapped = kids(vector, "wrapped");
    let keys = live(vector, header.tenant, now(vector))?;
    chain.check_new(
        &grant,
        wrap.as_ref(),
        &keys,
        |kid| wrapped.contains(kid),
        now(vector),
    )?;
    let named: Vec<String> = chain.named().map(Party::to_string).collect();
    Ok(json!({"n": chain.head().n, "sha": chain.head().sha, "named": named}))
}

fn pickup(vector: &Value) -> Result<Value, Rejected> {
    let point = |name: &str| Point::from_bytes(&base64::decode(text(vector, name))?);
    let pair = PickupPair::new(
        &text(vector, "hh").parse()?,
        &Party::parse(text(vector, "account"))?,
        point("enc")?,
        point("sig")?,
        base64::decode_exact(text(vector, "salt"))?,
    )?;
    let keys = PickupKeys::derive(text(vector, "words"), &pair);
    let [enc, sig] = keys.open(&text(vector, "by").parse()?, text(vector, "box"))?;
    Ok(json!({
        "kid": pair.kid,
        "token": base64::encode(&keys.token),
        "enc": base64::encode(&enc),
        "sig": base64::encode(&sig),
    }))
}
