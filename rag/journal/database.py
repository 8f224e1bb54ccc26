"""The journal's database: where it is, how it is connected to, bringing its tables up to date."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from rag.config import Settings
from rag.errors import ConfigError, JournalError
from rag.journal.state import JOURNAL_FILE

_MIGRATIONS = Path(__file__).parent / "migrations"
# How long a writer waits for another to be done, and for an answer of a server, in seconds.
_PATIENCE = 10
# Any number that no other program takes for a lock of its own.
_MIGRATION_LOCK = 0x6A6F75726E616C
# Alembic keeps what it is doing in variables of its modules.
_ONE_MIGRATION = threading.Lock()


def journal_url(settings: Settings) -> URL:
    """Where the journal is.

    Raises:
        ConfigError: ``JOURNAL_URL`` is none of a database that the journal can be in.
    """
    given = settings.journal_url.get_secret_value()
    if not given:
        return URL.create("sqlite", database=str(settings.journal_dir / JOURNAL_FILE))
    try:
        url = make_url(given)
    except (ArgumentError, ValueError) as exc:
        raise _unusable("is no address of a database") from exc
    # What a hosting service gives out, and the name without a driver, which may mean another one.
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername != "sqlite":
        raise _unusable(f"names the database {url.drivername}, which is not known here")
    if url.database in {None, "", ":memory:"} or str(url.database).startswith("file:"):
        raise _unusable("names no file")
    return url


def _unusable(why: str) -> ConfigError:
    return ConfigError(
        f"The setting JOURNAL_URL {why}.",
        "Write postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:////path/of/a/file, or leave it "
        "out.",
    )


def shown(url: URL) -> str:
    """An address without its password, and without options, which may hold one too."""
    return url.set(query={}).render_as_string(hide_password=True)


def open_engine(url: URL, *, writing: bool = False) -> Engine:
    """Connections to the database at ``url``; none is made yet.

    Args:
        url: of ``journal_url``.
        writing: transactions begin by waiting for their turn to write.
    """
    # Parameters are what people asked: they do not belong in a message.
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _PATIENCE})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediately if writing else _begin)
        return engine
    arguments = {
        "connect_timeout": _PATIENCE,
        "keepalives_idle": _PATIENCE,
        "tcp_user_timeout": _PATIENCE * 1000,
        "options": f"-c statement_timeout={_PATIENCE}s -c lock_timeout={_PATIENCE}s",
        "application_name": "research-center-chat",
    }
    given = {name: value for name, value in arguments.items() if name not in url.query}
    return create_engine(
        url,
        hide_parameters=True,
        connect_args=given,
        pool_pre_ping=True,
        # What is read belongs together, also while old entries are removed; SQLite sees to it too.
        isolation_level="READ COMMITTED" if writing else "REPEATABLE READ",
    )


def _set_up_sqlite(connection: Any, record: Any) -> None:  # noqa: ARG001  # SQLAlchemy's
    # Python's module would begin transactions where it sees fit, and none for making tables.
    connection.isolation_level = None
    for setting in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        # What is purged is gone from the file, too.
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediately(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def prepare(engine: Engine) -> None:
    """Bring the tables up to date, making them and SQLite's folder where there are none.

    Safe in several processes at once: one of them does it, the others wait for it.

    Args:
        engine: one that was opened for writing.

    Raises:
        JournalError: the tables are of a newer release.
        SQLAlchemyError: the database cannot be reached or written.
        OSError: the folder cannot be made.
    """
    # Only who writes needs it, and it takes a while to load.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    if engine.dialect.name == "sqlite":
        # What people asked is nobody else's business on a shared machine.
        Path(engine.url.database or "").parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _ONE_MIGRATION, engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:it)"), {"it": _MIGRATION_LOCK})
        config = Config()
        # Alembic reads its options with Python's configparser, to which % is special.
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as exc:
            raise JournalError(
                f"The journal cannot be brought up to date ({exc}).",
                "It may be of a newer release than this program: install that release.",
            ) from exc


@contextmanager
def readable(url: URL) -> Iterator[None]:
    """Tell what goes wrong with the database as an error that a person can act on.

    Raises:
        JournalError: the database cannot be used.
    """
    try:
        yield
    except (SQLAlchemyError, OSError) as exc:
        raise JournalError(
            f"The journal at {shown(url)} cannot be used: {reason(exc)}.",
            "Check that its disk has room and may be written."
            if url.get_backend_name() == "sqlite"
            else "Check that the database server runs and that JOURNAL_URL is right.",
        ) from exc


def reason(exc: BaseException) -> str:
    """The first line of an error without the statement that it came from."""
    original = exc.orig if isinstance(exc, DBAPIError) and exc.orig else exc
    lines = str(original).strip().splitlines() or [""]
    return lines[0].rstrip(".:")[:300] or type(original).__name__
