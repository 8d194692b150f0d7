"""Write the texts that the United States spell otherwise: a catalogue like that of any language, locale/en_840."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import to_locale

from clinic.country.conventions import US_ENGLISH
from clinic.country.spelling import respelled
from clinic.country.texts import texts_of

APPS = ["clinic", "patients", "courses"]
FOLDER = Path(to_locale(US_ENGLISH)) / "LC_MESSAGES"
# The same texts give the same files.
_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


class Command(BaseCommand):
    """For developers: after a text has been added that holds a word of clinic/country/spelling.py."""

    help = "Write locale/en_840 from the texts of the code. --check only says whether it is as it should be."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to look only."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write both files, or say that they are old."""
        folder = settings.LOCALE_PATHS[0] / FOLDER
        for name, content in catalogue_files().items():
            path = folder / name
            if options["check"]:
                if not path.exists() or path.read_bytes() != content:
                    raise CommandError(f"{path} is old: run manage.py spell_texts")
            else:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)


def catalogue_files() -> dict[str, bytes]:
    """Both files of the catalogue, as the code and the table of words make them."""
    catalogue = Catalog(
        locale="en_US",
        domain="django",
        header_comment="# Written by manage.py spell_texts from clinic/country/spelling.py.",
        creation_date=_WRITTEN,
        revision_date=_WRITTEN,
        fuzzy=False,
    )
    for text in sorted(texts_of(settings.ROOT, APPS), key=str):
        spelled = respelled(text) if isinstance(text, str) else tuple(respelled(one) for one in text)
        if spelled != text:
            catalogue.add(text, spelled)
    written = {"django.po": BytesIO(), "django.mo": BytesIO()}
    pofile.write_po(written["django.po"], catalogue, sort_output=True, width=0)
    mofile.write_mo(written["django.mo"], catalogue)
    return {name: file.getvalue() for name, file in written.items()}
