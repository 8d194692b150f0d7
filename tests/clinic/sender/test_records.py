"""What a domain must say, and what is made of what it says."""

from __future__ import annotations

import pytest

from clinic.sender.records import (
    Finding,
    Installation,
    Kind,
    NoAnswer,
    State,
    judge,
    needed,
)

BY = Installation("spf.host.example", "hc1", "host.example")
DOMAIN, TOKEN = "linden.example", "4711"
KEY = "v=DKIM1; k=rsa; p=MIIBIjANBg"


def found(
    kind: Kind, zone: dict[str, list[str] | None], *, domain: str = DOMAIN, by: Installation = BY
) -> Finding:
    """What is found of a record in a zone; a name with None is one whose server does not answer."""

    def lookup(name: str) -> list[str]:
        texts = zone.get(name, [])
        if texts is None:
            raise NoAnswer
        return texts

    (record,) = (one for one in needed(domain, TOKEN, by) if one.kind == kind)
    return judge(record, domain, by, lookup)


def test_what_is_to_be_entered():
    assert [(one.name, one.type, one.value) for one in needed(DOMAIN, TOKEN, BY)] == [
        ("_healing-curve.linden.example", "TXT", "healing-curve-verify=4711"),
        ("linden.example", "TXT", "v=spf1 include:spf.host.example ~all"),
        ("hc1._domainkey.linden.example", "CNAME", "hc1._domainkey.host.example."),
        ("_dmarc.linden.example", "TXT", "v=DMARC1; p=none"),
    ]


def test_no_key_is_asked_for_where_the_installation_has_none():
    assert Kind.DKIM not in {one.kind for one in needed(DOMAIN, TOKEN, Installation("spf.host.example"))}


@pytest.mark.parametrize(
    ("texts", "state"),
    [
        ([], State.MISSING),
        (["healing-curve-verify=4711"], State.FOUND),
        (["healing-curve-verify=0815", "healing-curve-verify=4711"], State.FOUND),
        (["healing-curve-verify=0815"], State.WRONG),
        (["healing-curve-verify=47112"], State.WRONG),
        (None, State.NO_ANSWER),
    ],
)
def test_proof(texts, state):
    assert found(Kind.PROOF, {"_healing-curve.linden.example": texts}).state == state


@pytest.mark.parametrize(
    ("texts", "state"),
    [
        ([], State.MISSING),
        (["google-site-verification=x"], State.MISSING),
        (["v=spf10 include:spf.host.example"], State.MISSING),
        (["v=spf1 include:spf.host.example ~all"], State.FOUND),
        (["V=SPF1 mx +include:SPF.Host.Example. -all"], State.FOUND),
        (["x", "v=spf1 a include:other.example include:spf.host.example -all"], State.FOUND),
        (["v=spf1 redirect=spf.host.example"], State.FOUND),
        (["v=spf1 include:nested.example ~all"], State.FOUND),
        (["v=spf1 include:spf.host.example ~all", "v=spf1 mx -all"], State.TWICE),
        (["v=spf1 mx -all"], State.WRONG),
        (["v=spf1 -all include:spf.host.example"], State.WRONG),
        (["v=spf1 -all redirect=spf.host.example"], State.WRONG),
        (["v=spf1 ?include:spf.host.example -all"], State.WRONG),
        (["v=spf1 -include:spf.host.example ~all"], State.WRONG),
        (["v=spf1 include:spf.host.example.evil.example ~all"], State.WRONG),
        (["v=spf1 include:round.example ~all"], State.WRONG),
        (["v=spf1 include:silent.example ~all"], State.NO_ANSWER),
        (["v=spf1 include:%{i}.example ~all"], State.WRONG),
        (None, State.NO_ANSWER),
    ],
)
def test_spf(texts, state):
    zone = {
        DOMAIN: texts,
        "nested.example": ["v=spf1 include:spf.host.example ?all"],
        "round.example": ["v=spf1 include:round.example ~all"],
        "silent.example": None,
    }
    assert found(Kind.SPF, zone).state == state


def test_spf_beyond_ten_lookups_is_an_error_to_everybody():
    many = " ".join(f"include:n{n}.example" for n in range(12))
    assert found(Kind.SPF, {DOMAIN: [f"v=spf1 {many} include:spf.host.example ~all"]}).state == State.WRONG


def test_the_installations_own_domain_includes_itself():
    by = Installation(DOMAIN)
    assert found(Kind.SPF, {DOMAIN: ["v=spf1 mx -all"]}, by=by).state == State.FOUND


@pytest.mark.parametrize(
    ("texts", "own", "state"),
    [
        ([KEY], [KEY], State.FOUND),
        (["v=DKIM1; p=MIIB IjAN Bg"], [KEY], State.FOUND),
        ([], [KEY], State.MISSING),
        (["v=DKIM1; p=other"], [KEY], State.WRONG),
        (["v=DKIM1; p="], [KEY], State.WRONG),
        ([KEY], [], State.NO_KEY),
        ([KEY], None, State.NO_ANSWER),
        (None, [KEY], State.NO_ANSWER),
    ],
)
def test_dkim(texts, own, state):
    zone = {"hc1._domainkey.linden.example": texts, "hc1._domainkey.host.example": own}
    assert found(Kind.DKIM, zone).state == state


@pytest.mark.parametrize(
    ("zone", "state"),
    [
        ({}, State.MISSING),
        ({"_dmarc.mail.linden.example": ["v=DMARC1; p=none"]}, State.FOUND),
        ({"_dmarc.linden.example": ["v=DMARC1;p=reject; adkim=s; aspf=s"]}, State.FOUND),
        ({"_dmarc.example": ["v=DMARC1; p=none"]}, State.MISSING),
        ({"_dmarc.mail.linden.example": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, State.TWICE),
        ({"_dmarc.mail.linden.example": ["v=DMARC1; p=maybe"]}, State.WRONG),
        ({"_dmarc.mail.linden.example": ["v=DMARC1"]}, State.WRONG),
        ({"_dmarc.mail.linden.example": ["v=spf1 -all"]}, State.WRONG),
        ({"_dmarc.mail.linden.example": None}, State.NO_ANSWER),
    ],
)
def test_dmarc_of_the_domain_or_of_one_above_it(zone, state):
    assert found(Kind.DMARC, zone, domain="mail.linden.example").state == state


def test_of_what_somebody_else_wrote_little_is_kept():
    texts = [f"{n}" * 5000 for n in range(9)]
    finding = found(Kind.PROOF, {"_healing-curve.linden.example": texts})
    assert [len(one) for one in finding.found] == [300] * 3
    assert Finding.read(finding.stored) == finding
