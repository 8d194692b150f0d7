"""What a server's refusal is about, by its codes."""

from __future__ import annotations

import pytest

from clinic.outbox.transports.smtp_replies import Answer, about

ADDRESS, US, MESSAGE, WAY = "address", "us", "message", "way"


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        (550, "5.1.1 no such user", ADDRESS),
        (550, "5.1.2 no such domain", ADDRESS),
        (553, "5.1.3 bad syntax", ADDRESS),
        (550, "5.1.6 moved, no forwarding", ADDRESS),
        (501, "5.1.7 bad sender", US),
        (550, "5.1.8 sender's domain unknown", US),
        (556, "5.1.10 domain takes no mail", ADDRESS),
        (550, "5.2.1 mailbox disabled", ADDRESS),
        (552, "5.2.2 mailbox full", MESSAGE),
        (552, "5.2.3 too long for the mailbox", MESSAGE),
        (554, "5.3.0 system trouble", US),
        (552, "5.3.4 too big", US),
        (550, "5.4.1 no answer from host", WAY),
        (550, "5.4.4 unable to route", WAY),
        (503, "5.5.1 bad sequence", US),
        (554, "5.6.0 content rejected", MESSAGE),
        (554, "5.7.1 policy", US),
        (550, "5.7.1 relaying denied", US),
        (535, "5.7.8 bad password", US),
        (550, "5.0.0 something", ADDRESS),
        (554, "5.0.0 something", US),
        (550, "no such user", ADDRESS),
        (551, "not local", ADDRESS),
        (552, "too much", MESSAGE),
        (553, "name not allowed", ADDRESS),
        (554, "refused", US),
        (530, "must log in first", US),
        (521, "takes no mail", US),
    ],
)
def test_refusal_is_about(code, words, expected):
    assert about(Answer(code, words)) == expected


@pytest.mark.parametrize(
    ("code", "words", "enhanced"),
    [
        (550, "5.1.1 no such user", (5, 1, 1)),
        (550, "5.1.1\nand more", (5, 1, 1)),
        (550, "The user is unknown.\n5.1.1 see elsewhere", (5, 1, 1)),
        (550, "5.7.1", (5, 7, 1)),
        (550, "5.7.509 strict policy", (5, 7, 509)),
        (550, "4.1.1 of another class than the code", None),
        (550, "no 5.1.1 within a sentence", None),
        (550, "5.1.1.1 an address of a machine", None),
        (550, "", None),
        (450, "4.2.0 greylisted", (4, 2, 0)),
    ],
)
def test_enhanced_code_is_the_first_word_of_a_line(code, words, enhanced):
    assert Answer(code, words).enhanced == enhanced


def test_name_holds_no_words():
    assert Answer(550, "5.1.1 ana@example.org").name == "550 5.1.1"
    assert Answer(554, "ana@example.org").name == "554"
