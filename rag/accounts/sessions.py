"""Who is logged in: signed tickets that expire, and those that were given back."""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer

from rag.accounts.users import Person, User, UserFile
from rag.errors import AccountError

SECRET = "secret"  # noqa: S105  # the name of a file
_ENDED = "ended.jsonl"
_SALT = "staff session"
_SECRET_BYTES = 48


class Sessions:
    """Makes and reads the tickets that the browser keeps as a cookie.

    A ticket holds a name, a random number and the stamp of the user when he logged in. It is worth
    nothing once the user has another stamp, when it is older than ``hours``, or when he logged out.
    """

    def __init__(self, users: UserFile, folder: Path, hours: float) -> None:
        """Tickets for ``users``, signed with the secret in ``folder``, which is made at need."""
        self._users = users
        self._folder = folder
        self.seconds = int(hours * 3600)
        self._lock = threading.Lock()
        self._signer: URLSafeTimedSerializer | None = None
        self._ended: dict[str, float] | None = None

    def open(self, user: User) -> str:
        """A ticket for somebody who has given the password.

        Raises:
            AccountError: the secret cannot be read or made.
        """
        fields = {"name": user.name, "id": secrets.token_hex(12), "stamp": user.stamp}
        return str(self._signing().dumps(fields))

    def person(self, ticket: str | None) -> Person | None:
        """Whose ticket it is, ``None`` where it is not or no longer worth anything."""
        found = self._read(ticket)
        return found[1].person if found else None

    def end(self, ticket: str | None) -> None:
        """Make a ticket worthless: its owner has logged out."""
        found = self._read(ticket)
        if not found:
            return
        until = time.time() + self.seconds
        with self._lock:
            self._all_ended()[found[0]] = until
            line = json.dumps({"id": found[0], "until": until})
            try:
                with (self._folder / _ENDED).open("a", encoding="utf-8") as file:
                    file.write(line + "\n")
            except OSError:
                # Worthless until the app is started anew, which is all that a full disk allows.
                return

    def _read(self, ticket: str | None) -> tuple[str, User] | None:
        if not ticket:
            return None
        try:
            fields = self._signing().loads(ticket, max_age=self.seconds)
            user = self._users.all().get(fields["name"])
            own, stamp = str(fields["id"]), str(fields["stamp"])
        except (BadData, KeyError, TypeError, AccountError):
            return None
        if user is None or not secrets.compare_digest(stamp, user.stamp):
            return None
        with self._lock:
            return None if own in self._all_ended() else (own, user)

    def _all_ended(self) -> dict[str, float]:
        if self._ended is None:
            self._ended = {}
            try:
                lines = (self._folder / _ENDED).read_text("utf-8").splitlines()
            except OSError:
                lines = []
            for line in lines:
                try:
                    fields = json.loads(line)
                    if fields["until"] > time.time():
                        self._ended[str(fields["id"])] = float(fields["until"])
                except (ValueError, KeyError, TypeError):
                    continue  # half a line: the machine went down as it was written
        return self._ended

    def _signing(self) -> URLSafeTimedSerializer:
        if self._signer is None:
            self._signer = URLSafeTimedSerializer(_secret(self._folder), salt=_SALT)
        return self._signer


def _secret(folder: Path) -> str:
    """The secret in ``folder``, made by whoever comes first and readable by its owner alone."""
    path = folder / SECRET
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            # Whole before it has its name, and never in place of one that is there.
            whole = folder / f".{SECRET}-{secrets.token_hex(8)}"
            descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(_SECRET_BYTES))
            try:
                os.link(whole, path)
            except FileExistsError:
                pass
            finally:
                whole.unlink()
        found = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise AccountError(
            f"The secret {path} that signs sessions cannot be read or made.",
            "Check the permissions and the free space of its folder.",
        ) from exc
    if len(found) < _SECRET_BYTES:
        raise AccountError(
            f"The secret {path} is too short.", "Remove it: another is made, all log in anew."
        )
    return found
