"""Log lines: ids and technical facts, never people, never a link that grants access."""

import re
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

LAST_FRAMES = 6
LINK_WITH_TOKEN = re.compile(r"/(a|c|u|accounts/password/reset/key)/[^/\s\"']+")


def hide_tokens(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the token of a signed link wherever a request's path is logged."""
    event["event"] = LINK_WITH_TOKEN.sub(r"/\1/…", str(event["event"]))
    return event


def keep_facts_of_machine(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop what may contain personal data: the request, task arguments, exception messages.

    An exception keeps its type and its stack.
    """
    if event.get("logger") == "celery.app.trace" and isinstance(event.get("data"), dict):
        # Celery copies the exception's message into its own.
        task = event["data"]
        event["event"] = f"task {task.get('name')} {task.get('id')} ended"
    for name in ("request", "data", "params", "sql", "alias"):
        event.pop(name, None)
    exc_info = event.pop("exc_info", None)
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-LAST_FRAMES:]
        event["error"] = type(error).__name__
        event["at"] = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return event


class LineFormatter(structlog.stdlib.ProcessorFormatter):
    """One line per event: time, level, logger, message and key=value pairs."""

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        shared: list[structlog.typing.Processor] = [
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ]
        super().__init__(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                keep_facts_of_machine,
                hide_tokens,
                structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"]),
            ],
        )


def configure() -> None:
    """Send our own events through the same handlers as all others."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
