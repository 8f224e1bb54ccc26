"""The back room as an app to be served beside the chat page."""

from __future__ import annotations

import warnings
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Mount, Route

from rag.accounts.sessions import Sessions
from rag.accounts.users import UserFile
from rag.backroom.desk import Desk
from rag.backroom.frame import build_backroom
from rag.backroom.guard import Guard
from rag.backroom.login import Login
from rag.backroom.pages import PAGES
from rag.config import Settings
from rag.live import LiveChatbot
from rag.web.serving import PLAIN
from rag.web.theme import COLOURS, theme

_STYLE = Path(__file__).with_name("backroom.css")
_SCRIPT = Path(__file__).with_name("backroom.js")
_MOUNT = "/staff"


def backroom(settings: Settings, chatbot: LiveChatbot, index_dir: Path) -> FastAPI:
    """An app with everything at ``/staff``; there is nothing as long as there is no user."""
    users = UserFile(settings.users_file)
    sessions = Sessions(users, settings.staff_dir, settings.staff_hours)
    inside = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    inside.router.routes.extend(Login(users, sessions).routes)
    blocks = build_backroom(Desk(settings, chatbot, index_dir, sessions), PAGES)
    with warnings.catch_warnings():
        # Gradio tells of several pages that it does not render them by Node, asked or not.
        warnings.filterwarnings("ignore", "SSR mode is not supported", UserWarning)
        _mount(inside, blocks, script(), settings.upload_mib * 2**20)
    outside = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, lifespan=inside.router.lifespan_context
    )
    guard = Guard(inside, users, sessions)
    outside.router.routes.extend([Route(_MOUNT, guard), Mount(_MOUNT, guard)])
    return outside


def script() -> str:
    """What runs in the pages beside Gradio's own scripts."""
    # Pages may share a file.
    files = dict.fromkeys([_SCRIPT, *(path for page in PAGES for path in page.scripts)])
    return "\n".join(path.read_text("utf-8") for path in files)


def _mount(inside: FastAPI, blocks: gr.Blocks, scripts: str, largest: int) -> None:
    gr.mount_gradio_app(
        inside,
        blocks,
        path="/",
        mcp_server=False,
        # What deeds raise for people is shown all the same.
        show_error=False,
        max_file_size=largest,
        theme=theme(),
        css_paths=list(
            dict.fromkeys([COLOURS, _STYLE, *(path for page in PAGES for path in page.styles)])
        ),
        head=f"<script>{scripts}</script>",
        **PLAIN,
    )
    # Gradio looks whether a file that it is told to take in was uploaded, and not any file of the
    # server, only where it believes that it has launched the blocks itself.
    blocks.has_launched = True
