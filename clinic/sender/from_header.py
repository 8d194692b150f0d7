"""The From header: a clinic's name and an address, in any script. Pure."""

from __future__ import annotations

from email.utils import formataddr, parseaddr

LONGEST_NAME = 120


def from_header(name: str, address: str) -> str:
    """`"Linden Street Acupuncture" <clinic@example.org>`; Django encodes what is not ASCII, word by word."""
    shown = _one_line(name)
    address = parseaddr(address)[1] or address
    if not shown:
        return address
    if shown.isascii():
        return formataddr((shown, address))
    # Encoded here it would be one word of any length; RFC 2047 allows 75 characters.
    quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def _one_line(name: str) -> str:
    """Nothing in a name may end the header or cannot be seen."""
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(shown.split())[:LONGEST_NAME].strip()
