"""What a member of staff does in the back room, in the words of the tests."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from rag.accounts.users import Role, UserFile
from rag.config import load_settings

PASSWORD = "correct horse battery"  # noqa: S105
_TABS = 120


def add_user(data: Path, name: str, role: Role = "judge") -> None:
    """What ``python -m rag user add`` does."""
    UserFile(load_settings(data_dir=data).users_file).put(name, PASSWORD, frozenset({role}))


class Judge:
    """Uses the back room; remembers every request."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address.rstrip("/")
        self.requests: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))

    def log_in(self, name: str) -> None:
        """By keyboard alone: the name has the focus already."""
        self.page.goto(f"{self.address}/staff/login")
        expect(self.page.locator("#name")).to_be_focused()
        self.page.keyboard.type(name)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#offer h1")).to_be_visible()

    def open(self, name: str) -> None:
        """Open a page of the menu and wait for its heading."""
        self.page.goto(f"{self.address}/staff/{name}")
        expect(self.page.locator("#desk-head h1")).to_be_visible()

    def reach(self, selector: str, key: str = "Tab") -> None:
        """Press ``key`` until what has the focus matches ``selector``."""
        for _ in range(_TABS):
            if self.page.evaluate("at => document.activeElement.matches(at)", selector):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not lead to {selector}")

    def press(self, selector: str) -> None:
        """Reach a button or a link by Tab and press Enter."""
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))
