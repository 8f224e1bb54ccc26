"""The addresses that the pages and programs use; of what Gradio has beside them nothing is served.

Gradio brings endpoints for uploads, files, other sites, recordings and more, which its pages may
need and ours do not. What is not listed here is not there.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal[
    "page", "asset", "join", "call", "named call", "small", "events", "assistant", "staff", "health"
]
_TOKEN = r"[A-Za-z0-9_-]{1,64}"  # noqa: S105  # what a random name is made of
_LONGEST_PART = 200
_LONGEST_PATH = 1000
_NAMES = r"(?:ask|search)"
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]|[\ud800-\udfff]|(?:^|/)\.\.?(?:/|$)")
_READ: tuple[tuple[Kind, str], ...] = (
    ("health", r"/(?:healthz|readyz)"),
    ("page", r"/"),
    ("page", r"/(?:config|theme\.css|favicon\.ico|robots\.txt)/?"),
    ("page", r"/gradio_api/(?:info|openapi\.json|startup-events|theme\.css|user|app_id)/?"),
    ("asset", r"/(?:assets|static|svelte)/.+"),
    ("events", rf"/gradio_api/heartbeat/{_TOKEN}"),
    ("events", r"/gradio_api/queue/data"),
    ("events", rf"/gradio_api/call/(?:v2/)?{_NAMES}/{_TOKEN}"),
    ("assistant", r"/gradio_api/mcp(?:/.*)?"),
)
_WRITTEN: tuple[tuple[Kind, str], ...] = (
    ("join", r"/gradio_api/queue/join"),
    ("call", rf"/gradio_api/call/{_NAMES}/?"),
    ("named call", rf"/gradio_api/call/v2/{_NAMES}/?"),
    ("small", r"/gradio_api/(?:cancel|reset)/?"),
    ("assistant", r"/gradio_api/mcp(?:/.*)?"),
)
# Staff upload files, and have pages of their own.
_STAFF_READ = re.compile(r"/[a-z]*/?|/login\.css|/gradio_api/upload_progress")
_STAFF_WRITTEN = re.compile(r"/(?:login|logout)|/gradio_api/upload")
_STAFF = re.compile(r"/staff(?:/.*)?", re.DOTALL)
_PATTERNS = {
    "GET": [(kind, re.compile(pattern)) for kind, pattern in _READ],
    "POST": [(kind, re.compile(pattern)) for kind, pattern in _WRITTEN],
}
_PATTERNS["HEAD"] = _PATTERNS["GET"]
_PATTERNS["DELETE"] = [pair for pair in _PATTERNS["GET"] if pair[0] == "assistant"]


def kind_of(method: str, path: str) -> Kind | None:
    """What an address of the app is for, ``None`` for what is not there."""
    if is_malformed(path):
        return None
    if _STAFF.fullmatch(path):
        return "staff"
    patterns = _PATTERNS.get(method, [])
    return next((kind for kind, pattern in patterns if pattern.fullmatch(path)), None)


def is_of_staff(method: str, path: str) -> bool:
    """Whether something below ``/staff`` is there; ``path`` is what stands behind that."""
    own = {"GET": _STAFF_READ, "HEAD": _STAFF_READ, "POST": _STAFF_WRITTEN}.get(method)
    if own and own.fullmatch(path):
        return True
    # Staff's events are called by the page alone, and there are no tools for assistants.
    return kind_of(method, path) in {"page", "asset", "join", "small", "events"}


def is_malformed(path: str) -> bool:
    """Whether a path has what no address of ours has: a way up, a control character, no end."""
    return (
        len(path) > _LONGEST_PATH
        or bool(_FORBIDDEN.search(path))
        or any(len(part.encode("utf-8", "replace")) > _LONGEST_PART for part in path.split("/"))
    )
