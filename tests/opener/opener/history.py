"""Section 2: the entries of one account, in order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from . import account, jws, point
from .encoding import (
    array,
    b64,
    integer,
    members,
    named_hash,
    one_of,
    own_id,
    parse,
    sha,
    string,
    unb64,
    version,
)
from .refusal import demand

ENTRY_BYTES = 4096
ENTRIES = 1000
PAGE_SECONDS = 86_400
SHARED = ("v", "tenant", "a", "n", "prev", "by", "iat")


@dataclass(frozen=True)
class Key:
    """A published key: `kid` names it, `enc` and `sig` are its public points."""

    kid: str
    account: str
    n: int
    kind: str
    life: str
    by: str | None
    enc: bytes
    sig: bytes
    iat: int
    salt: bytes


@dataclass
class History:
    """The checked entries of one account."""

    account: str
    keys: dict[str, Key] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    entries: int = 0
    head: str | None = None

    def key(self, kid: str) -> Key:
        """The key of this name, live or no longer."""
        demand(kid in self.keys, "key", "no key of this account")
        return self.keys[kid]

    def is_live(self, kid: str, now: int, retired: Collection[str]) -> bool:
        if kid not in self.keys or kid in self.revoked or kid in retired:
            return False
        key = self.keys[kid]
        return key.life == "kept" or now < key.iat + PAGE_SECONDS

    def live_key(self, kid: str, now: int, retired: Collection[str]) -> Key:
        demand(self.is_live(kid, now, retired), "key", "no live key of this account")
        return self.keys[kid]

    def voucher(self, kid: str) -> Key:
        """The older key that may vouch and revoke."""
        key = self.key(kid)
        demand(kid not in self.revoked, "key", "a revoked key vouches")
        fit = key.life == "kept" and key.kind in ("browser", "code")
        demand(fit, "key", "a key of this kind does not vouch")
        return key


def as_servers_see(history: History) -> dict[str, str]:
    """kid → first, added or unconfirmed."""
    return {
        key.kid: "first" if key.n == 1 else "added" if key.by else "unconfirmed"
        for key in history.keys.values()
    }


def as_clients_see(history: History, pins: Collection[str]) -> dict[str, str]:
    """kid → pinned, first, added or unconfirmed, to a client with these pins for the account."""
    known, seen = set(pins), {}
    for key in history.keys.values():
        if key.kid in pins:
            seen[key.kid] = "pinned"
        elif not pins and key.n == 1:
            seen[key.kid] = "first"
        elif key.by in known:
            seen[key.kid] = "added"
        else:
            seen[key.kid] = "unconfirmed"
        if seen[key.kid] in ("first", "added"):
            known.add(key.kid)
    return seen


def read(entries: list[bytes], tenant: str, whose: str) -> History:
    """Checks the entries front to back; refuses at the first fault."""
    demand(len(entries) <= ENTRIES, "too-large", "entries of an account")
    history = History(whose)
    for entry in entries:
        _append(history, entry, tenant)
    return history


def _parsed(entry: bytes) -> tuple[str, Any, list[jws.Signature]]:
    """kid, payload and signatures, none of which was checked yet."""
    demand(len(entry) <= ENTRY_BYTES, "too-large", "an entry")
    outer = members(parse(entry), ("payload", "signatures"))
    payload = unb64(outer["payload"])
    signatures = []
    for one in array(outer["signatures"]):
        made = members(one, ("protected", "signature"))
        signatures.append(
            jws.signature(made["protected"], outer["payload"], made["signature"], "deskbridge-key")
        )
    return b64(sha(payload)), parse(payload), signatures


def half(entry: bytes, tenant: str, history: History) -> Key:
    """Section 2.1, step 4: an entry that the new key alone has signed so far."""
    kid, body, made = _parsed(entry)
    key = _key(kid, body)
    demand(len(made) == 1, "signature", "another signature stands there already")
    made[0].check(key.kid, key.sig)
    fit = key.kind == "browser" and key.life == "kept" and key.by is not None
    demand(fit, "member", "no kept browser's key that shall be vouched for")
    _in_order(history, body, tenant)
    return key


def _append(history: History, entry: bytes, tenant: str) -> None:
    kid, body, signatures = _parsed(entry)
    if isinstance(body, dict) and "revokes" in body:
        _append_revocation(history, body, signatures, tenant)
    else:
        _append_key(history, _key(kid, body), body, signatures, tenant)
    history.entries += 1
    history.head = kid


def _key(kid: str, body: Any) -> Key:
    members(body, (*SHARED, "kind", "life", "enc", "sig", "salt"))
    version(body["v"])
    tenant = own_id(body["tenant"])
    kind = one_of(body["kind"], ("browser", "code", "script", "bridge"))
    whose = account.sealer(body["a"], tenant)
    bridge = whose == account.automation(tenant)
    demand(bridge == (kind == "bridge"), "account", "the automation's keys are of kind bridge")
    life = one_of(body["life"], ("kept", "page"))
    n = integer(body["n"], 1)
    by = None if body["by"] is None else named_hash(body["by"])
    demand(n > 1 or by is None, "chain", "nothing stands before the first entry")
    demand(life == "kept" or by is None, "member", "nobody vouches for a page's key")
    enc, sig = point.from_jwk(body["enc"]), point.from_jwk(body["sig"])
    demand(enc != sig, "member", "one key for two purposes")
    salt = unb64(body["salt"], 16)
    return Key(kid, whose, n, kind, life, by, enc, sig, integer(body["iat"]), salt)


def _in_order(history: History, body: dict[str, Any], tenant: str) -> None:
    demand(body["tenant"] == tenant, "tenant", "an entry of another tenant")
    demand(body["a"] == history.account, "account", "an entry of another account")
    demand(body["n"] == history.entries + 1, "chain", "a gap in the numbers")
    prev = None if body["prev"] is None else named_hash(body["prev"])
    demand(prev == history.head, "chain", "another entry stands before")


def _append_key(
    history: History, key: Key, body: dict[str, Any], made: list[jws.Signature], tenant: str
) -> None:
    _in_order(history, body, tenant)
    voucher = None if key.by is None else history.voucher(key.by)
    published = {raw for one in history.keys.values() for raw in (one.enc, one.sig)}
    demand(not published & {key.enc, key.sig}, "key", "a public key was published before")
    demand(len(made) == (1 if voucher is None else 2), "signature", "too few or too many")
    made[0].check(key.kid, key.sig)
    if voucher is not None:
        made[1].check(voucher.kid, voucher.sig)
    history.keys[key.kid] = key


def _append_revocation(
    history: History, body: dict[str, Any], made: list[jws.Signature], tenant: str
) -> None:
    members(body, (*SHARED, "revokes"))
    version(body["v"])
    own_id(body["tenant"])
    string(body["a"])
    integer(body["n"], 1)
    integer(body["iat"])
    by, revokes = named_hash(body["by"]), named_hash(body["revokes"])
    _in_order(history, body, tenant)
    signer = history.voucher(by)
    history.key(revokes)
    demand(revokes not in history.revoked, "key", "revoked before")
    demand(len(made) == 1, "signature", "too few or too many")
    made[0].check(signer.kid, signer.sig)
    history.revoked.add(revokes)
