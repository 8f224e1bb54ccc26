"""What the pages of the back room are built with, and how their deeds are guarded.

Gradio's events can be called by raw HTTP, whatever the page shows. So every function that a page
hands to Gradio goes through ``Desk.allowed``, which reads the caller's ticket again each time.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from rag.accounts.sessions import Sessions
from rag.accounts.users import Person, Role
from rag.config import Settings
from rag.errors import RagError
from rag.live import LiveChatbot

COOKIE = "staff"
# Nothing of the back room is an endpoint for programs.
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_EVENT_DATA: tuple[object, ...] = ("gr.EventData", gr.EventData)
_REFUSED = "You may not do this. Log in again as somebody who may."
_APOLOGY = "Something went wrong on our side. Please try again."

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page has at hand; ``index_dir`` is the folder of index versions."""

    settings: Settings
    chatbot: LiveChatbot
    index_dir: Path
    sessions: Sessions

    @property
    def arrived(self) -> Callable[..., Any]:
        """The event of opening the page that is being built, for ``gr.on``.

        Raises:
            RuntimeError: no page is being built.
        """
        blocks = Context.root_block
        if blocks is None:
            raise RuntimeError("no page is being built")
        return cast("Callable[..., Any]", blocks.load)

    def person(self, request: gr.Request | None) -> Person | None:
        """Who sends this request, ``None`` where it has no valid ticket."""
        cookies = request.cookies if request is not None else {}
        return self.sessions.person(cookies.get(COOKIE))

    def allowed(self, role: Role, deed: Callable[..., Any]) -> Callable[..., Any]:
        """``deed`` for Gradio, done only for those who have ``role``.

        A deed's first parameter is the ``Person`` who does it; the others are the inputs of the
        event, a ``gr.Progress`` default and ``gr.EventData`` included. It is a plain function or a
        generator, which Gradio runs in a thread. A ``RagError`` becomes a message on the page.

        Raises:
            TypeError: the deed is a coroutine, which would hold up every other visitor.
        """
        if inspect.iscoroutinefunction(deed) or inspect.isasyncgenfunction(deed):
            raise TypeError(f"{deed} would run in the event loop's thread")

        def checked(request: gr.Request | None) -> Person:
            person = self.person(request)
            if person is None or not person.may(role):
                raise gr.Error(_REFUSED, print_exception=False)
            return person

        guarded: Callable[..., Any]
        if inspect.isgeneratorfunction(deed):

            def stream(request: gr.Request, *inputs: Any) -> Iterator[Any]:
                person = checked(request)
                with _Telling():
                    yield from deed(person, *inputs)

            guarded = stream
        else:

            def do(request: gr.Request, *inputs: Any) -> Any:
                person = checked(request)
                with _Telling():
                    return deed(person, *inputs)

            guarded = do
        return _as_seen_by_gradio(guarded, deed, role)


class _Telling:
    """Turns what goes wrong in a deed into a message; a bug is logged and told as one."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, gr.Error) or not isinstance(error, Exception):
            return
        if isinstance(error, RagError):
            raise gr.Error(str(error), print_exception=False) from error
        _LOG.error("A page of the back room failed", exc_info=error)
        raise gr.Error(_APOLOGY, print_exception=False) from error


def _as_seen_by_gradio(
    guarded: Callable[..., Any], deed: Callable[..., Any], role: Role
) -> Callable[..., Any]:
    """Give ``guarded`` the signature by which Gradio counts inputs and finds its own arguments."""
    own = inspect.Parameter(
        "request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request
    )
    inputs = list(inspect.signature(deed).parameters.values())[1:]
    plain = [parameter.replace(annotation=parameter.empty) for parameter in inputs]
    # What the page's script tells, which Gradio puts in by its annotation.
    events = {p.name: gr.EventData for p in inputs if p.annotation in _EVENT_DATA}
    named: Any = guarded
    named.__signature__ = inspect.Signature([own, *plain])
    named.__annotations__ = {"request": gr.Request, **events}
    named.__name__ = getattr(deed, "__name__", "deed")
    named.staff_role = role
    return guarded


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the back room, at ``/staff/<name>``.

    ``about`` is one sentence on what it is for; ``build`` makes its components and events; who has
    not ``role`` is not shown the way there, and can do nothing on it. ``styles`` and ``scripts``
    are files.
    """

    name: str
    title: str
    about: str
    role: Role
    build: Callable[[Desk], None]
    styles: tuple[Path, ...] = field(default=())
    scripts: tuple[Path, ...] = field(default=())


def unguarded(blocks: gr.Blocks) -> list[str]:
    """The names of the functions of ``blocks`` that whoever asks may call; none, if all is well."""
    return [
        str(found.name)
        for found in blocks.fns.values()
        if found.fn is not None and not hasattr(found.fn, "staff_role")
    ]
