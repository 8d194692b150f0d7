"""What the DNS of a clinic's domain must say before mail leaves in its name, and what it says. Pure.

The answers come from `lookup`, a function from a name to its TXT records that raises NoAnswer where nobody says
whether there are any. Sources: SPF is RFC 7208, DKIM RFC 6376, DMARC RFC 7489 and its tree walk RFC 9989.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

Lookup = Callable[[str], list[str]]

PROOF_NAME, PROOF_WORD = "_healing-curve", "healing-curve-verify="
# RFC 7208, 4.6.4: an SPF record that asks for more is an error to whoever checks it.
MOST_SPF_LOOKUPS = 10
LEAST_LABELS = 2
# Of a record that somebody else wrote, so much is kept and shown.
LONGEST_SHOWN, MOST_SHOWN = 300, 3


class NoAnswer(Exception):
    """Nobody said whether there is such a record."""


class Kind(StrEnum):
    """The records, in the order in which they are shown."""

    PROOF = "proof"
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"


class State(StrEnum):
    """What was found of a record."""

    FOUND = "found"
    MISSING = "missing"
    WRONG = "wrong"
    TWICE = "twice"
    # No verdict: the name server did not answer; the installation's own record is missing.
    NO_ANSWER = "no_answer"
    NO_KEY = "no_key"


NO_VERDICT = {State.NO_ANSWER, State.NO_KEY}


@dataclass(frozen=True)
class Installation:
    """What the installation sends with: where its SPF record is, and its DKIM key, if it has one."""

    spf: str
    dkim_selector: str = ""
    dkim_domain: str = ""


@dataclass(frozen=True)
class Record:
    """One record to enter: its name, its type and its value."""

    kind: Kind
    name: str
    type: str
    value: str


@dataclass(frozen=True)
class Finding:
    """What was found of one record."""

    kind: Kind
    state: State
    found: tuple[str, ...] = ()

    @classmethod
    def of(cls, kind: Kind, state: State, found: Iterable[str] = ()) -> Self:
        """With as much of what was found as a page shows."""
        return cls(kind, state, tuple(one[:LONGEST_SHOWN] for one in found)[:MOST_SHOWN])

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """As it was stored."""
        return cls(Kind(stored["kind"]), State(stored["state"]), tuple(stored["found"]))

    @property
    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def needed(domain: str, token: str, by: Installation) -> list[Record]:
    """The records that a domain must have."""
    records = [
        Record(Kind.PROOF, f"{PROOF_NAME}.{domain}", "TXT", PROOF_WORD + token),
        Record(Kind.SPF, domain, "TXT", f"v=spf1 include:{by.spf} ~all"),
    ]
    if by.dkim_selector:
        records.append(Record(Kind.DKIM, _key_name(by.dkim_selector, domain), "CNAME", f"{_own_key_name(by)}."))
    return [*records, Record(Kind.DMARC, f"_dmarc.{domain}", "TXT", "v=DMARC1; p=none")]


def judge(record: Record, domain: str, by: Installation, lookup: Lookup) -> Finding:
    """What the domain says of one record."""
    try:
        if record.kind == Kind.PROOF:
            return _proof(record, lookup)
        if record.kind == Kind.SPF:
            return _spf(domain, by, lookup)
        if record.kind == Kind.DKIM:
            return _dkim(record, by, lookup)
        return _dmarc(domain, lookup)
    except NoAnswer:
        return Finding(record.kind, State.NO_ANSWER)


def _proof(record: Record, lookup: Lookup) -> Finding:
    """The domain is theirs: they could write our word into it."""
    found = lookup(record.name)
    if any(one.strip() == record.value for one in found):
        return Finding.of(Kind.PROOF, State.FOUND, [record.value])
    return Finding.of(Kind.PROOF, State.WRONG if found else State.MISSING, found)


def _spf(domain: str, by: Installation, lookup: Lookup) -> Finding:
    """The domain's SPF record lets the installation send."""
    found = _spf_records(lookup(domain))
    if len(found) != 1:
        return Finding.of(Kind.SPF, State.TWICE if found else State.MISSING, found)
    is_let = domain == by.spf or _lets(found[0], by.spf, lookup, [MOST_SPF_LOOKUPS])
    return Finding.of(Kind.SPF, State.FOUND if is_let else State.WRONG, found)


def _lets(record: str, wanted: str, lookup: Lookup, left: list[int]) -> bool:
    """Whether an SPF record takes in another domain's, itself or by way of one that it takes in."""
    for name in _taken_in(record):
        if name == wanted:
            return True
        left[0] -= 1
        if left[0] <= 0:
            return False
        nested = _spf_records(lookup(name)) if "%" not in name else []
        if len(nested) == 1 and _lets(nested[0], wanted, lookup, left):
            return True
    return False


def _taken_in(record: str) -> list[str]:
    """The domains whose senders pass: what follows `all` is not looked at."""
    names: list[str] = []
    redirected: list[str] = []
    for term in record.lower().split()[1:]:
        if term.lstrip("+-~?") == "all":
            return names
        word = term.removeprefix("+")
        if word.startswith("include:"):
            names.append(word.removeprefix("include:").rstrip("."))
        elif word.startswith("redirect="):
            redirected.append(word.removeprefix("redirect=").rstrip("."))
    return names + redirected


def _spf_records(found: list[str]) -> list[str]:
    return [one for one in found if one.lower().split(" ")[0] == "v=spf1"]


def _dkim(record: Record, by: Installation, lookup: Lookup) -> Finding:
    """Under the domain's name is the key with which the installation signs."""
    own = _keys(lookup(_own_key_name(by)))
    if not own:
        return Finding(Kind.DKIM, State.NO_KEY)
    found = lookup(record.name)
    keys = _keys(found)
    if keys and set(keys) <= set(own):
        return Finding.of(Kind.DKIM, State.FOUND, found)
    return Finding.of(Kind.DKIM, State.WRONG if found else State.MISSING, found)


def _keys(found: list[str]) -> list[str]:
    keys = ("".join(_tags(one).get("p", "").split()) for one in found)
    return [key for key in keys if key]


def _dmarc(domain: str, lookup: Lookup) -> Finding:
    """The domain, or one above it, says what is to become of mail that fails."""
    labels = domain.split(".")
    for n_dropped in range(len(labels) - LEAST_LABELS + 1):
        found = lookup(f"_dmarc.{'.'.join(labels[n_dropped:])}")
        policies = [one for one in found if _tags(one).get("v") == "DMARC1"]
        if len(policies) > 1:
            return Finding.of(Kind.DMARC, State.TWICE, policies)
        if policies:
            is_valid = _tags(policies[0]).get("p", "").lower() in {"none", "quarantine", "reject"}
            return Finding.of(Kind.DMARC, State.FOUND if is_valid else State.WRONG, policies)
        if found and n_dropped == 0:
            return Finding.of(Kind.DMARC, State.WRONG, found)
    return Finding(Kind.DMARC, State.MISSING)


def _tags(record: str) -> dict[str, str]:
    """The `name=value` parts of a DKIM or DMARC record."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _sign, value in pairs if name.strip()}


def _key_name(selector: str, domain: str) -> str:
    return f"{selector}._domainkey.{domain}"


def _own_key_name(by: Installation) -> str:
    return _key_name(by.dkim_selector, by.dkim_domain)
