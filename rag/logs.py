"""The log as JSON lines: what happened, when, how long; never who, and never what was asked."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

# What happened, for programs that read the log; what it is about stands in `fields`.
EVENTS = logging.getLogger("rag.events")


class JsonLines(logging.Formatter):
    """One line a record.

    Of an error that was raised only its kind and the places that it came through are written: its
    words may be those of a visitor.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            places = "".join(traceback.format_tb(trace))
            line["error"] = f"Traceback (most recent call last):\n{places}{kind.__name__}"
        return json.dumps(line, ensure_ascii=False, default=str)


def log_json() -> None:
    """Write the log of this process as JSON lines to standard error: ours, and others' warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    # A library may set a level of its own, and then the one below does not hold for it.
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or _is_ours(record.name))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("rag").setLevel(logging.INFO)
    # The server's own has a handler of its own, which would write its way.
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _is_ours(logger: str) -> bool:
    return logger.partition(".")[0] == "rag"


def happened(event: str, **fields: object) -> None:
    """Note an event with its fields; none of them may tell who somebody is or what was asked."""
    EVENTS.info(event, extra={"fields": {"event": event, **fields}})
