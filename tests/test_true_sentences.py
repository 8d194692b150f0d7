"""No fixed sentence says that somebody has been informed.

Such sentences come from `courses.alerts.messages.recipients`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CLAIM = re.compile(
    r"(?:has|have|had) been (?:told|emailed|informed|notified|alerted)"
    r"|(?:was|were) (?:told|emailed|informed|notified)"
    r"|(?:is|are) (?:being )?(?:told|emailed|informed|notified|alerted)|mail goes|on its way|gets? no mail",
    re.IGNORECASE,
)
# The modules that compute sentences from rows.
COMPUTED = {"courses/alerts/messages/recipients.py"}
# Each other sentence with the reason why it makes no claim about the past.
ALLOWED = {
    "Found in a late entry, an import or a correction. It is listed, and nobody is emailed at once.": (
        "help text of a column"
    ),
    "an alert that reached nobody": "names a kind of fault, found by the auditor from the rows",
    "Nobody on the contact list answered.": "help text of a column that the chain's end sets",
    "Who is emailed first, and who next while nobody answers.": "a setting",
    "Alerts are emailed. A test shows that they arrive.": "why a step of the setup matters",
    "Somebody must be able to answer a red flag. Until then managers are emailed.": "a rule of the loop",
    "Without any rota, alerts for the duty lead are emailed to every duty lead. Once a rota has ended, they go to "
    "the next person on the contact list.": "a rule of the loop",
    "Every patient here is invented. No emails are sent, and nothing here is in any statistics.": (
        "a rule of practice clinics"
    ),
    "Gets the alerts that this person gets. Empty: gets every alert of the clinic.": "a setting",
    "Phone, opening hours, holidays, contact list for alerts.": "names a page of settings",
    "Other systems that get alerts.": "names a page of settings",
    "No rota: every duty lead is emailed about alerts. Add who is on duty, and only they are emailed.": (
        "a setting"
    ),
    "This alert is already acknowledged. No reminder is sent until the acknowledgement "
    "expires.": "a rule of the loop",
    "More severe alerts are still sent. Red flags are never muted.": "a rule of the loop",
    "No silences. Alerts are sent as usual.": "a rule of the loop",
    "Silence ended. Open alerts that it held back will be sent now.": "the silence ended in the same transaction",
    "The course ended and closed this alert. No more emails are sent about it.": "a rule of the loop",
    (
        "{{ clinic }} invited you to work there as {{ role }}."
        " If you accept, you see its patients and its alerts are emailed to you."
    ): "a rule",
    "Entered late or moved: nobody was emailed at once.": "help text of a column",
    "Assume that the red flag was NOT saved and that nobody has been alerted.": (
        "an assumption: the rows cannot be read"
    ),
    "Nobody was emailed about it.": "said of a fault that means this",
    "If this address has an account, you will get an email with a link. The link works for 3 "
    "days.": "must not tell who is known",
    "The course is not off track: is there any reason not to continue as planned?": "another meaning",
    "is being sent": "a state of a row in words",
    "This clinic's mail goes to the new address from now on.": "a setting",
    "Where mail goes": "a heading of a setting",
    "Your address for staff emails was changed - %(clinic)s": "a setting",
    "Emails already go to this address. Enter a different one.": "a setting",
}


def sentences() -> Iterator[tuple[str, str]]:
    """Every visible sentence of templates and code, with its file."""
    for path in (ROOT / "templates").rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        found = re.findall(r'{%\s*translate\s+"([^"]*)"', text)
        found += re.findall(r"{%\s*blocktranslate[^%]*%}(.*?){%\s*endblocktranslate", text, re.DOTALL)
        found += re.findall(r">([^<>{}%]{12,})<", text)
        yield from ((str(path.relative_to(ROOT)), one) for one in found)
    for folder in ("clinic", "patients", "courses", "demo"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found = re.findall(r'(?<![\w.])(?:_|gettext|gettext_lazy|ngettext)\(\s*((?:"[^"]*"\s*)+)', text)
            yield from ((str(path.relative_to(ROOT)), "".join(re.findall(r'"([^"]*)"', one))) for one in found)


def test_no_fixed_sentence_claims_that_somebody_has_been_informed():
    claims = {
        (where, " ".join(sentence.split()))
        for where, sentence in sentences()
        if CLAIM.search(sentence) and where not in COMPUTED
    }
    assert {(where, one) for where, one in claims if one not in ALLOWED} == set()


def test_nothing_is_allowed_that_is_not_there():
    said = {" ".join(sentence.split()) for _where, sentence in sentences()}
    assert set(ALLOWED) <= said


@pytest.mark.parametrize(
    "words", ["The duty lead has been told.", "Our staff have been told.", "Staff are being told now."]
)
def test_claims_are_recognised(words):
    assert CLAIM.search(words)
