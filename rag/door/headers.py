"""The headers that tell a browser what a page of ours may do, and who may show it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

Header = tuple[bytes, bytes]

_SCRIPT = re.compile(rb"<script([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
# Of every answer: nothing is guessed from its bytes, no address of ours is told to other sites, and
# no page needs a camera.
_ALWAYS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
# What is no page runs nothing, wherever it is opened.
_NO_PAGE = "default-src 'none'; frame-ancestors 'none'; sandbox"


def headers_of(frame_ancestors: str) -> list[Header]:
    """The headers of every answer."""
    told = [*_ALWAYS]
    if not frame_ancestors:
        # For browsers that do not know `frame-ancestors`.
        told.append((b"x-frame-options", b"DENY"))
    return told


def policy_of_page(html: bytes, added: Iterable[str], frame_ancestors: str) -> bytes:
    """The Content-Security-Policy of a page.

    Only the scripts that stand in it as the server made it run, and those that its own scripts load
    from this server. Gradio makes functions of text that the server sent (``unsafe-eval``) and
    writes styles into elements (``unsafe-inline`` for styles); it cannot do without either.

    Args:
        html: the page.
        added: scripts that Gradio puts into the page in the browser.
        frame_ancestors: origins of pages that may show it in a frame, apart by spaces.
    """
    inline = {body for attributes, body in _SCRIPT.findall(html) if b"src=" not in attributes}
    inline |= {script.encode() for script in added}
    hashes = sorted(f"'sha256-{_digest(script)}'" for script in inline)
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self' 'unsafe-eval'", *hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "frame-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {frame_ancestors or chr(39) + 'none' + chr(39)}",
        )
    ).encode("latin-1")


def policy_of_rest() -> bytes:
    """The Content-Security-Policy of what is no page."""
    return _NO_PAGE.encode()


def _digest(script: bytes) -> str:
    # Browsers hash the text as they have read it, with the line ends of a page.
    text = script.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return base64.b64encode(hashlib.sha256(text).digest()).decode()
