"""What can keep the demo from running."""


class DemoError(Exception):
    """The demo cannot run: one sentence that names the cause and how to fix it."""
