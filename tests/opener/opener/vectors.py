"""The shared vectors: what each `operation` gives and expects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import approval, code, content, derive, header, history, note, pickup, point, server
from .encoding import b64, unb64

Vector = dict[str, Any]


def _derive(vector: Vector) -> Any:
    cek, nid = unb64(vector["cek"], 32), unb64(vector["note"], 16)
    token = derive.open_token(cek, nid)
    return {
        "commit": b64(derive.commit(cek, nid)),
        "file": b64(derive.file_key(cek, nid, unb64(vector["file"], 16))),
        "open": b64(token),
        "oth": b64(derive.token_hash(token)),
    }


def _header(vector: Vector) -> Any:
    header.read(vector["protected"])
    return None


def _history(vector: Vector) -> Any:
    entries = [entry.encode("utf-8") for entry in vector["entries"]]
    checked = history.read(entries, vector["tenant"], vector["account"])
    retired, now = vector.get("retired", []), vector["now"]
    return {
        "classes": list(history.as_servers_see(checked).values()),
        "kids": list(checked.keys),
        "live": [kid for kid in checked.keys if checked.is_live(kid, now, retired)],
    }


def _state(vector: Vector) -> server.State:
    """The tenant is stated, or is the one of the header that is stored already."""
    tenant = vector.get("tenant") or header.read(vector["protected"]).tenant
    return server.State(tenant, vector["now"], vector["histories"], vector.get("retired", []))


def _create(vector: Vector) -> Any:
    """`spaces` stands for so many spaces after the envelope."""
    envelope = vector["envelope"].encode("utf-8") + b" " * vector.get("spaces", 0)
    ct, hh = server.create(
        _state(vector), vector["account"], vector["issue"], envelope, vector["seal"]
    )
    return {"ct": ct, "hh": hh}


def _append(vector: Vector) -> Any:
    stored = vector["protected"], vector["seal"], vector["grants"]
    sent = vector["grant"], vector["wrap"]
    chain = server.append(_state(vector), stored, sent, vector.get("wrapped", []))
    last = chain.records[-1]
    return {"n": last.n, "named": sorted(chain.named), "sha": last.sha}


def _consent(vector: Vector) -> Any:
    seen = vector.get("seen")
    sent = vector["open"], vector["request"]
    jti = server.consent(
        _state(vector),
        vector["account"],
        vector["protected"],
        sent,
        seen and server.Seen(seen["request"], seen["at"]),
    )
    return {"jti": jti}


def _pickup(vector: Vector) -> Any:
    given = vector["enc"], vector["sig"], vector["salt"]
    pair = pickup.pair(unb64(vector["hh"], 32), vector["account"], *given)
    keys = pickup.derive(vector["words"], pair)
    enc, sig = pickup.open_box(keys, pair, vector["by"], vector["box"])
    return {"enc": b64(enc), "kid": pair.kid, "sig": b64(sig), "token": b64(keys.token)}


def known(vector: Vector) -> note.Known:
    given = vector["known"]
    return note.Known(
        account=given["account"],
        tenant=given["tenant"],
        issue=given["issue"],
        now=given["now"],
        keys={key["kid"]: point.private_key(key["enc"]) for key in given["keys"]},
    )


def read_note(vector: Vector, knows: note.Known) -> tuple[note.Authorised, content.Plaintext]:
    """Both halves of an opening: authorise, then open what is released."""
    opened = note.authorise(note.Answer(**vector["answer"]), knows)
    released = vector["released"]
    return opened, note.open_content(
        opened, released["iv"], released["ciphertext"], released["tag"]
    )


def _read(vector: Vector) -> Any:
    opened, plaintext = read_note(vector, known(vector))
    files = [file.name for file in plaintext.files]
    return {"files": files, "open": note.token(opened), "text": plaintext.text}


def _entries(vector: Vector) -> history.History:
    entries = [entry.encode("utf-8") for entry in vector["entries"]]
    return history.read(entries, vector["tenant"], vector["account"])


def _approve(vector: Vector) -> Any:
    answered = approval.Answered(vector["tenant"], vector["by"], vector["asked"])
    half = vector["half"].encode("utf-8")
    kid = approval.check(half, answered, _entries(vector), vector["now"])
    return {"digits": approval.digits(vector["asked"], vector["by"], vector["nonce"]), "kid": kid}


def _code(vector: Vector) -> Any:
    secret = code.read(vector["code"])
    key = code.entry(_entries(vector), vector["kid"])
    enc, sig = code.halves(secret, vector["tenant"], key, vector["slot"])
    token = code.derive(secret, "token", vector["tenant"], key)
    return {"enc": b64(enc), "sig": b64(sig), "token": b64(token)}


OPERATIONS: dict[str, Callable[[Vector], Any]] = {
    "append": _append,
    "approve": _approve,
    "code": _code,
    "consent": _consent,
    "create": _create,
    "derive": _derive,
    "header": _header,
    "history": _history,
    "pickup": _pickup,
    "read": _read,
}


def run(vector: Vector) -> Any:
    """What the operation puts out; a refusal is raised. An operation nobody knows is an error."""
    return OPERATIONS[vector["operation"]](vector)
