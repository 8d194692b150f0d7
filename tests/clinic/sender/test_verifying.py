"""A sender address is used while its domain's records are there, as a real name server answers."""

from __future__ import annotations

import time
from datetime import timedelta

import dns.rcode
import pytest
from django.core.exceptions import ValidationError

from clinic.models import ClinicSender, Message, Role
from clinic.outbox.deliver import deliver_due
from clinic.sender.records import Kind, State
from clinic.sender.verifying import (
    TRUSTED_WITHOUT_ANSWER,
    ask,
    check_all_due,
    check_now,
    enter_address,
    own_sender,
    settle,
)
from clinic.tasks import check_senders
from tests import factories

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def states(sender) -> dict[str, str]:
    return {finding.kind: finding.state for finding in ask(sender)}


def in_use(clinic) -> bool:
    sender = own_sender(clinic)
    return sender is not None and sender.is_in_use


def again(clinic, at) -> int:
    return check_all_due(clock=lambda: at, seconds=60, step=lambda: None)


@pytest.fixture
def verified(sender, publish, at) -> ClinicSender:
    """In use."""
    publish(sender)
    check_now(sender, at=at)
    sender.refresh_from_db()
    assert sender.is_in_use
    return sender


class TestCheck:
    def test_nothing_is_there_at_first(self, sender, clinic, at):
        check_now(sender, at=at)
        assert set(states(sender).values()) == {State.MISSING}
        assert not in_use(clinic)

    def test_all_is_found(self, verified, name_server, at):
        assert set(states(verified).values()) == {State.FOUND}
        assert (verified.verified_at, verified.checked_at, verified.lost_at) == (at, at, None)

    @pytest.mark.parametrize("kind", list(Kind))
    def test_each_record_is_needed(self, sender, publish, name_server, clinic, at, kind):
        publish(sender)
        name = {
            Kind.PROOF: "_healing-curve.linden.example",
            Kind.SPF: "linden.example",
            Kind.DKIM: "hc1._domainkey.linden.example",
            Kind.DMARC: "_dmarc.linden.example",
        }[kind]
        name_server.txt.pop(name, None)
        name_server.cname.pop(name, None)
        findings = check_now(sender, at=at)
        assert {one.kind for one in findings if one.state != State.FOUND} == {kind}
        assert not in_use(clinic)

    def test_a_long_key_comes_over_tcp(self, verified, name_server):
        assert name_server.asked.count("hc1._domainkey.linden.example") > 1

    def test_another_clinics_proof_is_not_ours(self, verified, manager, at):
        harbour = factories.make_clinic("Harbour")
        member = factories.MembershipFactory(clinic=harbour, role=Role.MANAGER)
        other = enter_address(harbour, "desk@linden.example", by=member, at=at)
        check_now(other, at=at)
        assert states(other)[Kind.PROOF] == State.WRONG
        assert not in_use(harbour)

    def test_not_twice_at_once(self, sender, at):
        check_now(sender, at=at)
        with pytest.raises(ValidationError, match="a moment ago"):
            check_now(sender, at=at + timedelta(seconds=3))
        check_now(sender, at=at + timedelta(seconds=11))

    def test_of_an_address_that_was_changed_meanwhile_says_nothing(self, sender, publish, clinic, manager, at):
        publish(sender)
        findings = ask(sender)
        enter_address(clinic, "info@linden.example", by=manager, at=at)
        settle(sender, findings, at=at)
        assert not in_use(clinic)


class TestNoAnswer:
    def test_frozen_servers_take_no_longer_than_the_setting_says(self, sender, name_server, settings, at):
        name_server.is_frozen, settings.DNS_SECONDS = True, 1
        began = time.monotonic()
        findings = check_now(sender, at=at)
        assert time.monotonic() - began < 4
        assert {one.state for one in findings} == {State.NO_ANSWER}

    @pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
    def test_a_server_that_refuses_says_nothing_of_the_record(self, sender, name_server, rcode):
        name_server.rcode = rcode
        assert set(states(sender).values()) == {State.NO_ANSWER}

    def test_nobody_listens(self, sender, name_server, settings):
        name_server.__exit__(None, None, None)
        settings.DNS_SECONDS = 1
        assert set(states(sender).values()) == {State.NO_ANSWER}

    def test_costs_an_address_in_use_nothing_for_days(self, verified, name_server, settings, clinic, at):
        name_server.is_frozen, settings.DNS_SECONDS = True, 0.2
        assert again(clinic, at + DAY) == 1
        assert in_use(clinic)
        assert again(clinic, at + TRUSTED_WITHOUT_ANSWER + HOUR) == 1
        assert not in_use(clinic)


class TestAgain:
    def test_once_a_day(self, verified, clinic, at):
        assert [again(clinic, at + n * HOUR) for n in (1, 19, 21, 22)] == [0, 0, 1, 0]

    def test_keeps_since_when_it_is_verified(self, verified, clinic, at):
        again(clinic, at + DAY)
        verified.refresh_from_db()
        assert (verified.verified_at, verified.confirmed_at) == (at, at + DAY)

    def test_a_record_that_is_gone_ends_it_and_managers_are_emailed(
        self, verified, name_server, clinic, manager, smtp, at
    ):
        name_server.txt["linden.example"] = ["v=spf1 mx -all"]
        again(clinic, at + DAY)
        assert not in_use(clinic)
        assert Message.objects.for_clinic(clinic).filter(kind="sender_lost").count() == 1
        deliver_due(clock=lambda: at + DAY)
        (mail,) = smtp.to(manager.user.email)
        assert "mail@host.example" in mail["From"]
        assert "linden.example" in mail.get_body(("plain",)).get_content()
        assert "linden.example" not in mail["Subject"]

    def test_no_email_about_what_was_corrected_in_between(self, verified, name_server, publish, clinic, smtp, at):
        name_server.txt.pop("linden.example")
        again(clinic, at + DAY)
        publish(verified)
        check_now(own_sender(clinic), at=at + DAY + HOUR)
        deliver_due(clock=lambda: at + DAY + HOUR)
        assert (smtp.mails, in_use(clinic)) == ([], True)

    def test_one_that_is_not_in_use_is_left_alone(self, sender, publish, clinic, at):
        check_now(sender, at=at)
        publish(sender)
        assert again(clinic, at + DAY) == 0

    def test_what_is_left_after_the_time_waits_for_the_next_hour(self, verified, clinic, at):
        assert check_all_due(clock=lambda: at + DAY, seconds=-1, step=lambda: None) == 0

    def test_the_task_does_it(self, verified):
        ClinicSender.objects.all_clinics().update(checked_at=verified.checked_at - DAY * 400)
        check_senders()
        verified.refresh_from_db()
        assert verified.checked_at.year > 2025
        assert verified.is_in_use


class TestAddress:
    def test_a_changed_one_must_be_verified_again(self, verified, clinic, manager, at):
        changed = enter_address(clinic, "info@linden.example", by=manager, at=at)
        assert (changed.is_in_use, changed.findings, changed.token) == (False, [], verified.token)

    def test_another_domain_needs_another_proof(self, verified, clinic, manager, at):
        assert enter_address(clinic, "desk@ash.example", by=manager, at=at).token != verified.token

    def test_the_same_one_stays_verified(self, verified, clinic, manager, at):
        assert enter_address(clinic, "desk@linden.example", by=manager, at=at).is_in_use

    def test_none_is_the_installations(self, verified, clinic, manager, at):
        assert enter_address(clinic, "", by=manager, at=at) is None
        assert own_sender(clinic) is None

    def test_of_a_domain_in_any_script(self, clinic, manager, publish, name_server, at):
        sender = enter_address(clinic, "praxis@akupunktur-süd.example", by=manager, at=at)
        assert sender.domain == "xn--akupunktur-sd-7ob.example"
        publish(sender)
        check_now(sender, at=at)
        assert in_use(clinic)

    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("linden", "valid email"),
            ("desk@localhost", "with a domain"),
            ("desk@[127.0.0.1]", "with a domain"),
            ("linden@gmail.com", "nobody but the provider"),
            ("mail@host.example", "from this address already"),
        ],
    )
    def test_what_cannot_be_one_is_refused_in_a_sentence(self, clinic, manager, name_server, at, address, words):
        with pytest.raises(ValidationError, match=words):
            enter_address(clinic, address, by=manager, at=at)
