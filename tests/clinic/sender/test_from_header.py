"""A clinic's name beside an address, read back by whoever gets the mail."""

from __future__ import annotations

from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from django.core.mail import EmailMessage
from django.core.mail.message import sanitize_address
from hypothesis import given
from hypothesis import strategies as st

from clinic.sender.from_header import LONGEST_NAME, from_header

# RFC 2047, 2.
LONGEST_WORD = 75
ADDRESS = "mail@installation.example.org"


def read_back(name: str) -> tuple[str, str]:
    """Display name and address as a mail reader shows them."""
    message = EmailMessage("Hello", "Text", from_header(name, f"Healing Curve <{ADDRESS}>"), ["a@example.org"])
    sent = message_from_bytes(message.message().as_bytes())
    ((name, address),) = getaddresses([str(sent["From"])])
    assert max(map(len, str(sent["From"]).split())) <= LONGEST_WORD or name.isascii()
    return str(make_header(decode_header(name))), address


@pytest.mark.parametrize(
    "name",
    [
        "Linden Street Acupuncture",
        "Linden, Ash & Co. (North)",
        'The "Needle" Practice',
        "Back\\slash",
        "Praxis für Akupunktur Süd",
        "针灸诊所 (上海)",
        "عيادة الوخز بالإبر",
        "Ιατρείο, Βελονισμού",
        "billing@bank.example",
        "鍼灸" * 60,
    ],
)
def test_the_name_is_read_as_it_is_written(name):
    assert read_back(name) == (name, ADDRESS)


@pytest.mark.parametrize("name", ["", "   ", "\r\n", "\u202e"])
def test_without_a_name_the_address_is_alone(name):
    assert read_back(name) == ("", ADDRESS)


def test_no_header_is_smuggled_in():
    assert read_back("Linden\r\nBcc: everybody@example.org") == ("Linden Bcc: everybody@example.org", ADDRESS)


@given(st.text(max_size=200))
def test_any_name_leaves_one_address_and_no_second_line(name):
    header = from_header(name, ADDRESS)
    assert "\n" not in header and "\r" not in header
    assert sanitize_address(header, "utf-8").removesuffix(">").endswith(ADDRESS)
    shown, address = read_back(name)
    assert address == ADDRESS
    assert len(shown) <= LONGEST_NAME
