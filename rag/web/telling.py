"""What a page is told: what is new to it, and words for its script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# Components and their new values; those that are not in it stay as they are.
Updates = dict[Any, Any]


def news(updates: Updates, shown: Updates) -> Updates:
    """Without what the page shows already: Gradio and the browser would make it all anew."""
    known = {p for p, v in updates.items() if isinstance(v, str | dict) and v == shown.get(p)}
    return {part: value for part, value in updates.items() if part not in known}


def message(told: Mapping[str, object]) -> str:
    """For the page's script, JSON without what could open or end an element."""
    return json.dumps(told).replace("<", "\\u003c")
