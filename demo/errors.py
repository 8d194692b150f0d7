"""Reasons why the demo cannot run."""


class DemoError(Exception):
    """The demo cannot run: one sentence with the cause and how to fix it."""
