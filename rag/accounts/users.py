"""The file of staff: a name, an argon2 hash and roles for each."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.errors import AccountError

Role = Literal["judge", "maintainer"]
ROLES: tuple[Role, ...] = get_args(Role)
# What a role includes besides itself.
_INCLUDED: dict[Role, frozenset[Role]] = {
    "judge": frozenset({"judge"}),
    "maintainer": frozenset({"judge", "maintainer"}),
}
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
SHORTEST_PASSWORD = 10
# argon2 reads all of it; nobody types more.
LONGEST_PASSWORD = 1000
# argon2-cffi's defaults are the second recommended set of RFC 9106, section 4.
_HASHER = PasswordHasher()
# What the password of somebody who does not exist is compared with, so that it takes as long.
_NOBODY = _HASHER.hash(os.urandom(16).hex())


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has logged in."""

    name: str
    roles: frozenset[Role]

    def may(self, role: Role) -> bool:
        """Whether any of the roles includes ``role``; a maintainer may also judge."""
        return any(role in _INCLUDED[own] for own in self.roles)


@dataclass(frozen=True, slots=True)
class User:
    """A line of the file."""

    name: str
    password_hash: str
    roles: frozenset[Role]

    @property
    def person(self) -> Person:
        """The user without what is secret."""
        return Person(self.name, self.roles)

    @property
    def stamp(self) -> str:
        """Changes with the password and with the roles: what was opened before is shut then."""
        parts = "\x1f".join((self.name, self.password_hash, *sorted(self.roles)))
        return hashlib.sha256(parts.encode()).hexdigest()[:32]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: str = Field(min_length=1)
    roles: frozenset[Role] = Field(min_length=1)


class UserFile:
    """Reads the file anew whenever it has changed; may be shared by threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[tuple[int, ...] | None, dict[str, User]] = (None, {})

    def all(self) -> dict[str, User]:
        """The users by name; none where there is no file.

        Raises:
            AccountError: the file cannot be read.
        """
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return {}
        except OSError as exc:
            raise _unreadable(self._path) from exc
        mark = (found.st_mtime_ns, found.st_size, found.st_ino)
        seen, users = self._seen
        if seen != mark:
            users = self._read()
            self._seen = (mark, users)
        return users

    def known(self, name: str, password: str) -> User | None:
        """The user of that name and password; takes as long where there is none of that name."""
        user = self.all().get(name)
        if not 0 < len(password) <= LONGEST_PASSWORD:
            return None
        try:
            _HASHER.verify(user.password_hash if user else _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return None
        return user

    def put(self, name: str, password: str, roles: frozenset[Role]) -> bool:
        """Add a user, or give one another password and other roles; whether he is new.

        Raises:
            AccountError: the name, the password or the roles cannot be used, or the file cannot
                be written.
        """
        if not NAME.fullmatch(name):
            raise AccountError(
                f"`{name}` cannot be the name of a user.",
                "Take up to 32 small letters, digits, dots and dashes.",
            )
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise AccountError(
                f"A password has {SHORTEST_PASSWORD} characters or more.", "Take a longer one."
            )
        if not roles:
            raise AccountError(f"{name} has no role.", f"Give one of {', '.join(ROLES)}.")
        with self._changing() as users:
            new = name not in users
            users[name] = User(name, _HASHER.hash(password), roles)
        return new

    def remove(self, name: str) -> None:
        """Remove a user, which ends his sessions.

        Raises:
            AccountError: there is none of that name, or the file cannot be written.
        """
        with self._changing() as users:
            if users.pop(name, None) is None:
                raise AccountError(
                    f"There is no user `{name}`.", "`python -m rag user list` shows them all."
                )

    def _read(self) -> dict[str, User]:
        try:
            lines = json.loads(self._path.read_text("utf-8"))
            checked = {name: _Line.model_validate(line) for name, line in lines.items()}
        except (OSError, ValueError, AttributeError, ValidationError) as exc:
            raise _unreadable(self._path) from exc
        return {name: User(name, line.password, line.roles) for name, line in checked.items()}

    @contextmanager
    def _changing(self) -> Iterator[dict[str, User]]:
        folder = self._path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(folder / f".{self._path.name}.lock"):
                users = self._read() if self._path.exists() else {}
                yield users
                self._write(users)
        except OSError as exc:
            raise AccountError(
                f"The file of users {self._path} cannot be written: {exc.strerror or exc}.",
                "Check the permissions and the free space of its folder.",
            ) from exc

    def _write(self, users: dict[str, User]) -> None:
        lines = {
            user.name: {"password": user.password_hash, "roles": sorted(user.roles)}
            for user in users.values()
        }
        # Made by mkstemp, which lets nobody else read it.
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=".users-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(lines, file, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        finally:
            Path(name).unlink(missing_ok=True)


def _unreadable(path: Path) -> AccountError:
    return AccountError(
        f"The file of users {path} cannot be read.",
        "Correct it, or remove it and make the users anew with `python -m rag user add`.",
    )
