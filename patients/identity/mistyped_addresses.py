"""Email addresses that look mistyped. Pure.

The list holds the most used providers; an address with one typing error in one of them is asked about, once.
"""

from __future__ import annotations

from patients.identity.names import is_one_slip_apart

PROVIDERS = tuple(
    """
    gmail.com googlemail.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de outlook.com outlook.de live.com
    live.co.uk msn.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr ymail.com icloud.com me.com mac.com aol.com gmx.de
    gmx.net gmx.at gmx.ch web.de t-online.de freenet.de posteo.de mailbox.org protonmail.com proton.me
    btinternet.com sky.com virginmedia.com talktalk.net comcast.net verizon.net att.net orange.fr wanadoo.fr
    free.fr laposte.net qq.com 163.com 126.com sina.com naver.com bigpond.com shaw.ca rogers.com libero.it
    bluewin.ch
    """.split()  # noqa: SIM905 - a list of names is read as text
)
# Real providers that look like a typing error in one of these.
REAL = frozenset(
    """
    gmx.com mail.com email.com gmx.co.uk live.de live.fr mac.de sky.de mail.de gmx.eu gmx.fr live.ca aol.de aol.fr
    aim.com pm.me hotmail.it hotmail.es yahoo.ca yahoo.it yahoo.es yahoo.in free.de web.com
    """.split()  # noqa: SIM905
)
# Endings that do not exist -> the intended ending.
ENDINGS = {
    **dict.fromkeys(("con", "cmo", "ocm", "comm", "vom", "xom", "cpm", "c0m"), "com"),
    **dict.fromkeys(("nte", "ent", "ner"), "net"),
    **dict.fromkeys(("rog", "ogr"), "org"),
}
# Provider names too short to recognise a typing error.
SHORTEST = 6


def meant_address(email: str) -> str:
    """The address that was probably meant; empty if nothing looks wrong."""
    name, _at, domain = email.strip().lower().rpartition("@")
    if not name or domain in PROVIDERS or domain in REAL:
        return ""
    for provider in PROVIDERS:
        if len(provider) >= SHORTEST and is_one_slip_apart(domain, provider):
            return f"{name}@{provider}"
    head, _dot, ending = domain.rpartition(".")
    fixed = f"{head}.{ENDINGS[ending]}" if ending in ENDINGS else ""
    # A wrong ending and an error in the name: gmial.con.
    for provider in PROVIDERS if fixed else ():
        if is_one_slip_apart(fixed, provider):
            return f"{name}@{provider}"
    return f"{name}@{fixed}" if fixed else ""
