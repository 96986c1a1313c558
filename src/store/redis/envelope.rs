//! How jobs lie in Redis.
//!
//! Envelope: format (1), length of the kind (u8), kind, length of the lane (u16, 0: unordered),
//! lane, instant of the push (i64), body as the codec stores it. Notice of a dead letter: format
//! (1), attempts (u32), instant of death (i64), reason. Numbers are big-endian.

use bytes::Bytes;

use crate::clock::Instant;
use crate::ids::{Partition, Scope};
use crate::store::{
    DeadJob, Envelope, JobKey, Lane, Lease, Name, Reason, StoredJob, Unavailable, codec,
};

const FORMAT: u8 = 1;

/// How the envelope of a job of `kind` begins. Kinds are names of ours, far below 255 bytes.
pub(super) fn beginning(kind: &str) -> Vec<u8> {
    let length = u8::try_from(kind.len()).unwrap_or(u8::MAX);
    let mut out = Vec::with_capacity(2 + kind.len());
    out.extend_from_slice(&[FORMAT, length]);
    out.extend_from_slice(&kind.as_bytes()[..usize::from(length)]);
    out
}

pub(super) fn encode(envelope: &Envelope, now: Instant) -> Vec<u8> {
    let lane = envelope.lane.0.as_ref().map_or("", Name::as_str);
    let mut out = beginning(&envelope.kind);
    out.reserve(10 + lane.len() + envelope.body.len());
    out.extend_from_slice(&u16::try_from(lane.len()).unwrap_or(0).to_be_bytes());
    out.extend_from_slice(lane.as_bytes());
    out.extend_from_slice(&now.millis().to_be_bytes());
    out.extend_from_slice(&envelope.body);
    out
}

/// What an envelope says besides the job's id.
pub(super) struct Opened {
    pub kind: String,
    pub lane: Lane,
    pub pushed_at: Instant,
    /// As stored.
    pub body: Bytes,
}

pub(super) fn decode(stored: &Bytes) -> Result<Opened, Unavailable> {
    open(stored).ok_or_else(|| Unavailable::because("a stored job cannot be read"))
}

fn open(stored: &Bytes) -> Option<Opened> {
    let ([FORMAT, kind_length], rest) = stored.split_first_chunk()? else {
        return None;
    };
    let (kind, rest) = rest.split_at_checked(usize::from(*kind_length))?;
    let (lane_length, rest) = rest.split_first_chunk()?;
    let (lane, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*lane_length)))?;
    let (pushed_at, body) = rest.split_first_chunk()?;
    let lane = std::str::from_utf8(lane).ok()?;
    Some(Opened {
        kind: std::str::from_utf8(kind).ok()?.to_owned(),
        lane: Lane((!lane.is_empty()).then(|| Name::stored(lane))),
        pushed_at: Instant::from_millis(i64::from_be_bytes(*pushed_at)),
        body: stored.slice_ref(body),
    })
}

/// What the lease script gave out.
pub(super) fn lease(
    p: Partition,
    mark: &str,
    attempt: u32,
    stored: &Bytes,
    held_until: Instant,
) -> Result<Lease, Unavailable> {
    let unreadable = || Unavailable::because("a job's mark cannot be read");
    let mut parts = mark.split(' ');
    let mut part = || parts.next().ok_or_else(unreadable);
    let (tenant, seq, lane, id) = (part()?, part()?, part()?, part()?);
    let opened = decode(stored)?;
    let scope = match tenant {
        "-" => Scope::commons(p),
        tenant => Scope::tenant(tenant.parse().map_err(|_| unreadable())?),
    };
    Ok(Lease {
        job: StoredJob {
            id: JobKey(Name::stored(id)),
            kind: opened.kind,
            scope,
            pushed_at: opened.pushed_at,
            body: codec::unpack(&opened.body)?,
            lane: opened.lane,
        },
        attempt,
        held_until,
        seq: seq.parse().map_err(|_| unreadable())?,
        apart: lane == "*",
    })
}

pub(super) fn notice(lease: &Lease, reason: &Reason, now: Instant) -> Vec<u8> {
    let mut out = vec![FORMAT];
    out.extend_from_slice(&lease.attempt.to_be_bytes());
    out.extend_from_slice(&now.millis().to_be_bytes());
    out.extend_from_slice(reason.0.as_bytes());
    out
}

/// A dead letter: the length of the notice (u32), the notice, the envelope.
pub(super) fn dead(id: &str, letter: &Bytes) -> Result<(DeadJob, Opened), Unavailable> {
    let unreadable = || Unavailable::because("a dead letter cannot be read");
    let (length, rest) = letter.split_first_chunk::<4>().ok_or_else(unreadable)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| unreadable())?;
    let (notice, envelope) = rest.split_at_checked(length).ok_or_else(unreadable)?;
    let opened = decode(&letter.slice_ref(envelope))?;
    let Some((&FORMAT, notice)) = notice.split_first() else {
        return Err(unreadable());
    };
    let (attempts, notice) = notice.split_first_chunk().ok_or_else(unreadable)?;
    let (died_at, reason) = notice.split_first_chunk().ok_or_else(unreadable)?;
    let dead = DeadJob {
        id: JobKey(Name::stored(id)),
        kind: opened.kind.clone(),
        reason: String::from_utf8_lossy(reason).into_owned(),
        attempts: u32::from_be_bytes(*attempts),
        died_at: Instant::from_millis(i64::from_be_bytes(*died_at)),
    };
    Ok((dead, opened))
}
