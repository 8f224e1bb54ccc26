"""The door of the back room: nothing below ``/staff`` without a ticket, or from other sites."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.accounts.sessions import Sessions
from rag.accounts.users import UserFile
from rag.backroom.desk import COOKIE
from rag.door.addresses import is_of_staff
from rag.errors import AccountError

# What is there for those who have not logged in.
OPEN = frozenset({"/login", "/login.css"})
_SAFE = frozenset({"GET", "HEAD"})
# Gradio's scripts and fonts are the same for everybody, and named by what is in them.
_LASTING = ("/assets/", "/static/")


class Guard:
    """Wraps the app that is mounted at ``/staff``."""

    def __init__(self, app: ASGIApp, users: UserFile, sessions: Sessions) -> None:
        self._app = app
        self._users = users
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            return
        request = Request(scope)
        path = _below(scope)
        refusal = self._refusal(request, path)
        if refusal is None and not scope.get("root_path"):
            # The address of the back room itself, without the slash behind it.
            refusal = RedirectResponse(f"{request.url.path}/", 303)
        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, _unkept(send, path))

    def _refusal(self, request: Request, path: str) -> Response | None:
        try:
            exists = bool(self._users.all())
        except AccountError as exc:
            return JSONResponse({"detail": str(exc)}, 503)
        if not exists:
            return JSONResponse({"detail": "Not Found"}, 404)
        if not _same_origin(request):
            return JSONResponse({"detail": "Only from the pages of the back room."}, 403)
        if path in OPEN:
            return None
        if self._sessions.person(request.cookies.get(COOKIE)):
            # Gradio has much more than the pages need.
            is_there = is_of_staff(request.method, path)
            return None if is_there else JSONResponse({"detail": "Not Found"}, 404)
        if request.method in _SAFE and "text/html" in request.headers.get("accept", ""):
            # Relative, for a proxy may have put the app below a path of its own.
            return RedirectResponse(f"{_root(request)}/login?then={quote(path)}", 303)
        return JSONResponse({"detail": "Log in first."}, 401)


def _below(scope: Scope) -> str:
    """The path without that of the mount."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if root and path.startswith(root) else path


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


def _same_origin(request: Request) -> bool:
    """Whether the browser says that a page of this very address sends it.

    Browsers add ``Origin`` to whatever changes something and to whatever another page fetches. What
    changes something and does not say where it comes from is refused.
    """
    origin = request.headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == request.headers.get("host")
    site = request.headers.get("sec-fetch-site")
    return request.method in _SAFE or site == "same-origin"


def _unkept(send: Send, path: str) -> Send:
    """Nobody but the browser's window keeps what staff see."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and not path.startswith(_LASTING):
            kept = [(k, v) for k, v in message["headers"] if k.lower() != b"cache-control"]
            message["headers"] = [*kept, (b"cache-control", b"no-store")]
        await send(message)

    return sending
