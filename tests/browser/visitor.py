"""What a visitor does on the chat page, in the words of the tests."""

from __future__ import annotations

from playwright.sync_api import Dialog, Page, Request, expect

DIRECTOR = "Who is the director of the Cancer Precision Medicine Research Center?"
TELEPHONE = "What is the telephone number of the Cancer Precision Medicine Research Center?"


class Visitor:
    """Uses the page; remembers every request and dialog."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        page.on("request", self._requested)
        page.on("dialog", self._asked)

    def _requested(self, request: Request) -> None:
        self.requests.append(request.url)

    def _asked(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def arrive(self, query: str = "") -> None:
        """Open the page and wait until it has what the browser kept, and the foot."""
        self.page.goto(self.address + query)
        expect(self.page.locator("#question textarea")).to_be_visible()
        expect(self.page.locator("#foot .privacy")).to_be_visible()

    def send(self, question: str) -> None:
        """Type a question and press Enter."""
        box = self.page.locator("#question textarea")
        box.fill(question)
        box.press("Enter")

    def ask(self, question: str) -> str:
        """Ask, wait until the answer has ended, and return what the page then says."""
        answered = self.page.locator("#conversation .turn.done")
        before = answered.count()
        self.send(question)
        expect(answered).to_have_count(before + 1)
        return answered.last.inner_text()

    def choose_center(self, name: str) -> None:
        """Set the center filter to the first center whose name has ``name`` in it."""
        self.page.locator("#center input").click()
        self.page.get_by_role("option", name=name).first.click()

    def focused(self) -> str:
        """The id of what has the focus."""
        return str(self.page.evaluate("document.activeElement.id"))

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))
