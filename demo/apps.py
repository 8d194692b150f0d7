"""The demo as an app, so that `seed_demo` is found."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Invented clinics and their servers on one machine; a production image leaves the folder out."""

    name = "demo"
