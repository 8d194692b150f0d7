"""A clinic with a logo."""

from __future__ import annotations

import pytest

from clinic.logo.kept_logo import png_at, replace_logo
from clinic.logo.uploaded_logo import picture_of
from clinic.models import ClinicLogo
from tests.pictures import picture


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    """Nothing is remembered of another test."""
    png_at.cache_clear()


@pytest.fixture
def logo(clinic, manager, at) -> ClinicLogo:
    """Uploaded by the manager."""
    return replace_logo(clinic, picture_of(picture()), by=manager, at=at)
