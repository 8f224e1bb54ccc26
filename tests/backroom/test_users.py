"""Users, tickets and wrong passwords, without a server."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from rag.accounts.attempts import FREE, LONGEST_WAIT, Attempts
from rag.accounts.sessions import SECRET, Sessions
from rag.accounts.users import Role, UserFile
from rag.cli import main
from rag.errors import AccountError

GOOD = "correct horse battery"


@pytest.fixture
def users(tmp_path: Path) -> UserFile:
    found = UserFile(tmp_path / "staff" / "users.json")
    found.put("jo", GOOD, frozenset({"judge"}))
    found.put("mei", GOOD, frozenset({"maintainer"}))
    return found


def test_a_password_is_kept_as_an_argon2_hash_that_only_its_owner_reads(
    users: UserFile, tmp_path: Path
) -> None:
    path = tmp_path / "staff" / "users.json"
    assert GOOD not in path.read_text()
    assert json.loads(path.read_text())["jo"]["password"].startswith("$argon2id$")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    known = users.known("jo", GOOD)
    assert known is not None
    assert known.person.name == "jo"
    for name, password in (
        ("jo", "correct horse batterx"),
        ("ann", GOOD),
        ("jo", ""),
        ("jo", "\0"),
    ):
        assert users.known(name, password) is None


def test_a_maintainer_may_also_judge_and_a_judge_may_only_judge(users: UserFile) -> None:
    rights: dict[tuple[str, Role], bool] = {
        (name, role): users.all()[name].person.may(role)
        for name in ("jo", "mei")
        for role in ("judge", "maintainer")
    }
    assert [key for key, may in rights.items() if not may] == [("jo", "maintainer")]


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [
        ("", GOOD, "cannot be the name"),
        ("../jo", GOOD, "cannot be the name"),
        ("Jo", GOOD, "cannot be the name"),
        ("jo", "short", "10 characters"),
        ("jo", "x" * 2000, "10 characters"),
    ],
)
def test_what_cannot_be_a_user_is_refused(
    users: UserFile, name: str, password: str, words: str
) -> None:
    before = users.all()
    with pytest.raises(AccountError, match=words):
        users.put(name, password, frozenset({"judge"}))
    assert users.all() == before


@pytest.mark.parametrize("change", ["password", "role", "removed"])
def test_a_change_of_a_user_ends_his_sessions_and_no_others(
    users: UserFile, tmp_path: Path, change: str
) -> None:
    sessions = Sessions(users, tmp_path, 1)
    his, hers = (sessions.open(users.all()[name]) for name in ("jo", "mei"))
    assert sessions.person(his) is not None
    if change == "removed":
        users.remove("jo")
    else:
        users.put("jo", GOOD, frozenset({"maintainer" if change == "role" else "judge"}))
    assert sessions.person(his) is None
    assert sessions.person(hers) is not None


def test_a_session_that_was_ended_stays_so_when_the_app_is_started_anew(
    users: UserFile, tmp_path: Path
) -> None:
    sessions = Sessions(users, tmp_path, 1)
    ended, other = (sessions.open(users.all()["jo"]) for _ in range(2))
    sessions.end(ended)
    anew = Sessions(users, tmp_path, 1)
    assert anew.person(ended) is None
    assert anew.person(other) is not None


def test_the_secret_is_made_once_and_read_by_its_owner_alone(
    users: UserFile, tmp_path: Path
) -> None:
    ticket = Sessions(users, tmp_path, 1).open(users.all()["jo"])
    assert stat.S_IMODE((tmp_path / SECRET).stat().st_mode) == 0o600
    assert Sessions(users, tmp_path, 1).person(ticket) is not None
    (tmp_path / SECRET).write_text("x")
    with pytest.raises(AccountError, match="too short"):
        Sessions(users, tmp_path, 1).open(users.all()["jo"])


def test_a_damaged_file_of_users_lets_nobody_in_and_is_told(
    users: UserFile, tmp_path: Path
) -> None:
    sessions = Sessions(users, tmp_path, 1)
    ticket = sessions.open(users.all()["jo"])
    (tmp_path / "staff" / "users.json").write_text('{"jo": {"password": ""}}')
    assert sessions.person(ticket) is None
    with pytest.raises(AccountError, match="cannot be read"):
        users.all()


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_wrong_passwords_wait_longer_each_time_by_name_and_by_address() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    assert [attempts.begin("jo", "1.1.1.1") for _ in range(FREE)] == [0.0] * FREE
    assert attempts.begin("jo", "2.2.2.2") == 0.0
    waits = []
    for _ in range(12):
        wait = attempts.begin("jo", "3.3.3.3")
        assert wait > 0
        waits.append(wait)
        clock.now += wait
        assert attempts.begin("jo", "3.3.3.3") == 0.0
    assert waits == sorted(waits)
    assert waits[:3] == [1, 2, 4]
    assert waits[-1] == LONGEST_WAIT
    # Whoever tries one name after the other from one address waits too.
    assert attempts.begin("ann", "3.3.3.3") > 0
    assert attempts.begin("ann", "4.4.4.4") == 0.0


def test_a_right_password_owes_nothing_and_an_hour_forgets() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    for _ in range(20):
        assert attempts.begin("jo", "1.1.1.1") == 0.0
        attempts.succeeded("jo", "1.1.1.1")
    for number in range(FREE + 1):
        assert attempts.begin("ann", f"2.2.2.{number}") == 0.0
    assert attempts.begin("ann", "3.3.3.3") > 0
    clock.now += 3601
    assert attempts.begin("ann", "3.3.3.3") == 0.0


def test_users_are_made_listed_and_removed_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    def run(*arguments: str, typed: str = "") -> str:
        found = CliRunner().invoke(main, ["user", *arguments], input=typed)
        assert found.exit_code == 0, found.output
        return found.output

    assert "back room does not exist" in run("list")
    assert run("add", "jo", typed=f"{GOOD}\n") == "jo was added: judge.\n"
    assert "new password" in run("add", "jo", "--role", "maintainer", typed=f"{GOOD} 2\n")
    assert json.loads(run("list", "--json")) == [{"name": "jo", "roles": ["maintainer"]}]
    assert UserFile(tmp_path / "staff" / "users.json").known("jo", f"{GOOD} 2") is not None
    assert run("remove", "jo") == "jo was removed.\n"
    short = CliRunner().invoke(main, ["user", "add", "ann"], input="short\n")
    assert short.exit_code == 1
    assert "10 characters" in short.output
    assert "back room does not exist" in run("list")
