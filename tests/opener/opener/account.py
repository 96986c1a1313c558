"""Section 1.7: accounts, and the prefixes that no host's account has."""

from __future__ import annotations

import re
from typing import Any

from .encoding import is_host_id, string
from .refusal import demand

SPELLING = re.compile(r"[\x21-\x7e]{1,128}")
RESERVED = ("team:", "app:", "script:")


def person(value: Any) -> str:
    """An account of the host."""
    text = string(value)
    demand(SPELLING.fullmatch(text) is not None, "account", "not the spelling of an account")
    demand(not text.startswith(RESERVED), "account", "a reserved prefix")
    return text


def automation(tenant: str) -> str:
    """The server's own automation in this tenant."""
    return "app:" + tenant


def sealer(value: Any, tenant: str) -> str:
    """An account that can hold keys and seal: a person, or the automation of the tenant."""
    return string(value) if value == automation(tenant) else person(value)


def reader(value: Any) -> str:
    """An account of the host, or the agents of a project."""
    text = string(value)
    if text.startswith("team:"):
        demand(is_host_id(text[5:]), "account", "a team is named by its project's id")
        return text
    return person(text)


def is_team(text: str) -> bool:
    return text.startswith("team:")
