"""What a mail server's refusal is about, by its code and its enhanced status code (RFC 3463, RFC 5321). Pure.

Only what is certainly about the address marks it: a wrong mark stops a person's mail, a wrong retry costs a mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clinic.models import Message

About = Message.Trouble

FIRST_PERMANENT = 500
# The enhanced code at the start of an answer: "5.1.1 no such user". Its class repeats that of the code.
ENHANCED = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")
ADDRESSING, MAILBOX, SYSTEM, ROUTING, PROTOCOL, CONTENT, POLICY = range(1, 8)
# Codes of X.1: sender's address and system, and recipient's domain that refuses mail on purpose.
ABOUT_THE_SENDER = {7, 8}
# Of X.2: disabled. A full mailbox, or a mail too long for it, says nothing about the address.
DISABLED = 1
# Without an enhanced code: no such mailbox, not local, name not allowed, domain takes no mail (RFC 7504).
ADDRESS_CODES = {550, 551, 553, 556}
# Without one: not enough storage, which may not apply to another mail.
MESSAGE_CODES = {552}


@dataclass(frozen=True)
class Answer:
    """A server's answer, its lines joined with newlines."""

    code: int
    words: str

    @property
    def enhanced(self) -> tuple[int, int, int] | None:
        """Class, subject and detail of the first line that has them and fits the code."""
        for line in self.words.splitlines():
            found = ENHANCED.match(line)
            if found and int(found[1]) == self.code // 100:
                return int(found[1]), int(found[2]), int(found[3])
        return None

    @property
    def name(self) -> str:
        """Its codes without the text, which may contain an address."""
        enhanced = self.enhanced
        return f"{self.code} {'.'.join(map(str, enhanced))}" if enhanced else str(self.code)

    @property
    def is_permanent(self) -> bool:
        """Whether the server would give the same answer again."""
        return self.code >= FIRST_PERMANENT


def about(answer: Answer) -> About:
    """What a permanent refusal is about."""
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
