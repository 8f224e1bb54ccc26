"""Logging in and out: plain pages, made here, that need no script."""

from __future__ import annotations

import asyncio
import re
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from rag.accounts.attempts import Attempts
from rag.accounts.sessions import Sessions
from rag.accounts.users import User, UserFile
from rag.backroom.desk import COOKIE
from rag.errors import AccountError
from rag.web.theme import COLOURS
from rag.web.words import LANGUAGES, Language, language_of

# English, Chinese.
_WORDS = {
    "title": ("Back room", "后台"),
    "site": ("Research center chat", "研究中心问答"),
    "name": ("Name", "用户名"),
    "password": ("Password", "密码"),
    "login": ("Log in", "登录"),
    "logout": ("Log out", "退出登录"),
    "ask": ("Do you want to log out?", "要退出登录吗？"),
    "stay": ("Stay", "返回"),
    "wrong": ("This name and password do not belong together.", "用户名或密码不正确。"),
    "wait": (
        "Too many wrong attempts. Wait {seconds} s, then try again.",
        "尝试次数过多，请等待 {seconds} 秒后再试。",
    ),
}
_STYLES = (COLOURS, Path(__file__).with_name("login.css"))
# A form with a name and a password has no more.
_LONGEST_FORM = 8192
_INSIDE = re.compile(r"/[a-z]*")
# Each check takes 64 MiB of memory and a core.
_CHECKS_AT_ONCE = 2


class Login:
    """The pages of logging in and out, for the app that is mounted at ``/staff``."""

    def __init__(
        self, users: UserFile, sessions: Sessions, attempts: Attempts | None = None
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._attempts = attempts or Attempts()
        self._checks = asyncio.Semaphore(_CHECKS_AT_ONCE)
        self.routes = [
            Route("/login", self._ask, methods=["GET"]),
            Route("/login", self._enter, methods=["POST"]),
            Route("/login.css", _style, methods=["GET"]),
            Route("/logout", self._ask_out, methods=["GET"]),
            Route("/logout", self._leave, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        return _form(request, _inside(request.query_params.get("then", "/")))

    async def _enter(self, request: Request) -> Response:
        fields = await _fields(request)
        name, then = fields.get("name", ""), _inside(fields.get("then", "/"))
        address = request.client.host if request.client else ""
        wait = self._attempts.begin(name, address)
        if wait > 0:
            seconds = int(wait) + 1
            told = _form(request, then, name, _words(request, "wait", seconds=seconds), 429)
            told.headers["retry-after"] = str(seconds)
            return told
        async with self._checks:
            user = await asyncio.to_thread(self._known, name, fields.get("password", ""))
        if user is None:
            return _form(request, then, name, _words(request, "wrong"), 401)
        self._attempts.succeeded(name, address)
        try:
            ticket = self._sessions.open(user)
        except AccountError as exc:
            return _form(request, then, name, str(exc), 503)
        inside = RedirectResponse(_root(request) + then, 303)
        inside.set_cookie(
            COOKIE,
            ticket,
            max_age=self._sessions.seconds,
            path=_root(request),
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return inside

    async def _ask_out(self, request: Request) -> Response:
        words = {key: escape(_words(request, key)) for key in ("ask", "logout", "stay")}
        return _page(
            request,
            f'<p>{words["ask"]}</p><form method="post" action="logout">'
            f'<button>{words["logout"]}</button> <a href="./">{words["stay"]}</a></form>',
        )

    async def _leave(self, request: Request) -> Response:
        await asyncio.to_thread(self._sessions.end, request.cookies.get(COOKIE))
        outside = RedirectResponse(f"{_root(request)}/login", 303)
        outside.delete_cookie(COOKIE, path=_root(request), httponly=True, samesite="strict")
        return outside

    def _known(self, name: str, password: str) -> User | None:
        try:
            return self._users.known(name, password)
        except AccountError:
            return None


async def _style(request: Request) -> Response:  # noqa: ARG001  # Starlette's
    text = "\n".join(path.read_text("utf-8") for path in _STYLES)
    return PlainTextResponse(text, media_type="text/css")


async def _fields(request: Request) -> dict[str, str]:
    """What was typed into a form; nothing where it is larger than any of ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return {}
    try:
        found = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return {}
    return {key: values[0] for key, values in found.items()}


def _inside(then: str) -> str:
    """Where to go after logging in: a page of the back room, whatever was asked for."""
    return then if _INSIDE.fullmatch(then) else "/"


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language", "").partition(",")[0])


def _words(request: Request, key: str, **values: object) -> str:
    return _WORDS[key][LANGUAGES.index(_language(request))].format(**values)


def _form(
    request: Request, then: str, name: str = "", problem: str = "", status: int = 200
) -> Response:
    words = {key: escape(_words(request, key)) for key in ("name", "password", "login")}
    told = f'<p role="alert" class="problem">{escape(problem)}</p>' if problem else ""
    return _page(
        request,
        f'{told}<form method="post" action="login">'
        f'<input type="hidden" name="then" value="{escape(then)}">'
        f'<label for="name">{words["name"]}</label>'
        f'<input id="name" name="name" value="{escape(name[:64])}" required maxlength="32" '
        'autocomplete="username" autocapitalize="none" spellcheck="false" autofocus>'
        f'<label for="password">{words["password"]}</label>'
        '<input id="password" name="password" type="password" required '
        'autocomplete="current-password">'
        f"<button>{words['login']}</button></form>",
        status,
    )


def _page(request: Request, body: str, status: int = 200) -> Response:
    title, site = (escape(_words(request, key)) for key in ("title", "site"))
    language = "zh-CN" if _language(request) == "zh" else "en"
    return HTMLResponse(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} · {site}</title>"
        '<link rel="stylesheet" href="login.css"></head>'
        f"<body><main><h1>{title}</h1>{body}</main></body></html>",
        status,
    )
