"""Staff who use the back room by raw HTTP, as a program could that means harm."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from rag.accounts.sessions import SECRET
from rag.accounts.users import Role, UserFile
from rag.backroom.desk import COOKIE
from rag.config import load_settings

PASSWORD = "correct horse battery"  # noqa: S105
PATIENCE = 300.0


def add_user(folder: Path, name: str, role: Role) -> None:
    """What ``python -m rag user add`` does."""
    users = UserFile(load_settings(data_dir=folder).users_file)
    users.put(name, PASSWORD, frozenset({role}))


@dataclass(frozen=True)
class Told:
    """How a deed ended: whether it was done, and the whole of what was sent back."""

    done: bool
    text: str


class Staff:
    """Somebody with a browser's cookie, or without."""

    def __init__(self, address: str, ticket: str | None = None) -> None:
        self.address = address
        # A browser says of every request that changes something where it comes from.
        self.web = httpx.Client(
            base_url=address, headers={"Origin": address}, timeout=PATIENCE, trust_env=False
        )
        if ticket is not None:
            self.web.cookies.set(COOKIE, ticket, path="/staff")

    def close(self) -> None:
        self.web.close()

    def log_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        return self.web.post("/staff/login", data={"name": name, "password": password})

    @property
    def ticket(self) -> str:
        return str(self.web.cookies[COOKIE])

    def functions(self) -> list[dict[str, Any]]:
        """The functions behind the pages, as Gradio tells the browser of them."""
        found = self.web.get("/staff/config").json()["dependencies"]
        return [one for one in found if one["backend_fn"]]

    def begin(self, function: dict[str, Any], *data: Any) -> httpx.Response:
        """Ask for a deed; what comes of it is told in the stream of ``session_hash``."""
        given = [*data, *[None] * (len(function["inputs"]) - len(data))]
        body = {"data": given, "fn_index": function["id"], "session_hash": secrets.token_hex(6)}
        answer = self.web.post("/staff/gradio_api/queue/join", json=body)
        answer.extensions["session"] = body["session_hash"]
        return answer

    def do(self, function: dict[str, Any], *data: Any) -> Told:
        """Do a deed and wait for its end."""
        begun = self.begin(function, *data)
        assert begun.status_code == 200, begun.text
        address = f"/staff/gradio_api/queue/data?session_hash={begun.extensions['session']}"
        text = ""
        with self.web.stream("GET", address) as stream:
            for line in stream.iter_lines():
                text += line
                told = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if told.get("msg") == "process_completed":
                    return Told(bool(told["success"]), text)
        raise AssertionError(f"it never ended: {text}")

    def send_file(self, name: str, raw: bytes) -> httpx.Response:
        return self.web.post("/staff/gradio_api/upload", files={"files": (name, raw)})

    def upload(self, name: str, raw: bytes, **said: str) -> Told:
        """Upload a file as the page does, which sends its name apart."""
        (function,) = [one for one in self.functions() if one["api_name"] == "receive"]
        sent = self.send_file(name, raw)
        assert sent.status_code == 200, sent.text
        (path,) = sent.json()
        kept = {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}
        about = [said.get(key, "") for key in ("center", "institution", "title", "date", "source")]
        return self.do(function, kept, *about)


def forged(folder: Path, name: str, *, old: bool = False, secret: str = "") -> str:
    """A ticket that the app never gave out.

    Args:
        folder: the app's ``DATA_DIR``.
        name: whose it claims to be.
        old: signed with the right secret, a year ago.
        secret: what it is signed with; by default the right one.
    """
    settings = load_settings(data_dir=folder)
    key = secret or (settings.staff_dir / SECRET).read_text()
    user = UserFile(settings.users_file).all()[name]

    class LongAgo(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() - (365 * 24 * 3600 if old else 0)

    signer = URLSafeTimedSerializer(key, salt="staff session", signer=LongAgo)
    return str(signer.dumps({"name": name, "id": "0" * 24, "stamp": user.stamp}))
