"""What a mail server's refusal is about, by its code and its enhanced status code (RFC 3463, RFC 5321). Pure.

Only what is surely about the address marks it: a wrong mark silences a person, a wrong retry costs a mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clinic.models import Message

About = Message.Trouble

FIRST_PERMANENT = 500
# The first thing that the server says in a line: "5.1.1 no such user". The class repeats that of the code.
ENHANCED = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")
ADDRESSING, MAILBOX, SYSTEM, ROUTING, PROTOCOL, CONTENT, POLICY = range(1, 8)
# Codes of X.1: the sender's address and system, and the recipient's domain whose mail is refused on its own wish.
ABOUT_THE_SENDER = {7, 8}
# Of X.2: disabled. A full mailbox, or a mail too long for it, says nothing against the address.
DISABLED = 1
# Without an enhanced code: no such mailbox, not local, name not allowed, domain takes no mail (RFC 7504).
ADDRESS_CODES = {550, 551, 553, 556}
# Without one: too much storage asked for, which another mail may not do.
MESSAGE_CODES = {552}


@dataclass(frozen=True)
class Answer:
    """A server's answer, its lines joined with newlines."""

    code: int
    words: str

    @property
    def enhanced(self) -> tuple[int, int, int] | None:
        """Class, subject and detail, of the first line that has them and fits the code."""
        for line in self.words.splitlines():
            found = ENHANCED.match(line)
            if found and int(found[1]) == self.code // 100:
                return int(found[1]), int(found[2]), int(found[3])
        return None

    @property
    def name(self) -> str:
        """Its codes, without the words: these may name an address."""
        enhanced = self.enhanced
        return f"{self.code} {'.'.join(map(str, enhanced))}" if enhanced else str(self.code)

    @property
    def is_permanent(self) -> bool:
        """Whether the server would say the same again."""
        return self.code >= FIRST_PERMANENT


def about(answer: Answer) -> About:
    """Whom a refusal for good is about."""
    enhanced = answer.enhanced
    if enhanced is None or enhanced[1] == 0:
        return _about_plain(answer.code)
    _class, subject, detail = enhanced
    if subject == ADDRESSING:
        return About.US if detail in ABOUT_THE_SENDER else About.ADDRESS
    if subject == MAILBOX:
        return About.ADDRESS if detail == DISABLED else About.MESSAGE
    if subject == SYSTEM:
        return About.US
    if subject == ROUTING:
        return About.WAY
    return About.MESSAGE if subject == CONTENT else About.US


def _about_plain(code: int) -> About:
    if code in ADDRESS_CODES:
        return About.ADDRESS
    return About.MESSAGE if code in MESSAGE_CODES else About.US
