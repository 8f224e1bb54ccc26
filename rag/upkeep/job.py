"""Publishing from the app: one at a time, in a thread of its own, told as it goes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rag.attaching import attach, attach_sentences
from rag.config import Settings
from rag.errors import RagError
from rag.gate import open_gate
from rag.indexing import IndexReport, build_index
from rag.multilingual import open_multilingual
from rag.stores.keeping import Storage
from rag.types import Embedder
from rag.upkeep.uploads import Uploads

_APOLOGY = "Something went wrong on our side; nothing was published. The log tells more."

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Publication:
    """How far publishing is, or how it ended.

    ``step`` says what is being done, ``done`` of ``total`` pieces of it; both are 0 where they are
    not counted. ``problem`` is what went wrong, ``note`` what did beside.
    """

    by: str = ""
    running: bool = False
    step: str = ""
    done: int = 0
    total: int = 0
    report: IndexReport | None = None
    problem: str = ""
    note: str = ""


class Publisher:
    """Publishes the corpus with what was uploaded; safe to use from several threads.

    The work goes on when nobody looks any more.
    """

    def __init__(
        self, settings: Settings, index_dir: Path, embedder: Embedder, uploads: Uploads
    ) -> None:
        self._settings = settings
        self._index_dir = index_dir
        self._embedder = embedder
        self._uploads = uploads
        self._lock = threading.Lock()
        self._state = Publication()

    @property
    def state(self) -> Publication:
        """How it stands now."""
        return self._state

    def start(self, by: str, *, force: bool = False) -> bool:
        """Begin to publish, unless it is being done already.

        Args:
            by: whose name is shown to others meanwhile.
            force: publish whatever the gate says.
        """
        with self._lock:
            if self._state.running:
                return False
            self._state = Publication(by, running=True, step="Reading documents")
        threading.Thread(target=self._run, args=(force,), name="publishing", daemon=True).start()
        return True

    def wait(self, seconds: float) -> Publication:
        """The state when it ends, or after so many seconds."""
        until = time.monotonic() + seconds
        while self._state.running and time.monotonic() < until:
            time.sleep(0.1)
        return self._state

    def _run(self, force: bool) -> None:
        try:
            report = self._publish(force=force)
            self._state = replace(self._state, report=report)
            if report.published:
                self._attach_sentences()
                self._attach()
        except RagError as exc:
            self._state = replace(self._state, problem=str(exc))
        except Exception:
            _LOG.exception("Publishing failed")
            self._state = replace(self._state, problem=_APOLOGY)
        finally:
            self._state = replace(self._state, running=False, step="", done=0, total=0)

    def _publish(self, *, force: bool) -> IndexReport:
        settings, embedder = self._settings, self._embedder
        gate = open_gate(settings, self._index_dir, embedder, self._counting("Asking questions"))
        placed = self._uploads.place()
        done = False
        try:
            report = build_index(
                self._uploads.corpus,
                self._index_dir,
                embedder,
                settings.chunk_tokens,
                self._counting("Embedding passages", then="Checking the new version"),
                gate=gate,
                force=force,
                keep=settings.keep_versions,
                storage=Storage(settings.vector_store, settings.exact_up_to),
            )
            done = report.published or report.verdict is None
            return report
        finally:
            if not done:
                self._uploads.take_back(placed)

    def _attach_sentences(self) -> None:
        """Make what answers are quicker with; whatever fails, the version serves on."""
        most = self._settings.sentence_vectors
        try:
            if most:
                progress = self._counting("Embedding sentences")
                attach_sentences(self._index_dir, self._embedder, most, progress)
        except RagError as exc:
            self._state = replace(self._state, note=f"Answers take longer than they need: {exc}")

    def _attach(self) -> None:
        """Make what questions in Chinese need; whatever fails, the version serves on."""
        try:
            multilingual = open_multilingual(self._settings)
            if multilingual:
                attach(self._index_dir, multilingual, self._counting("Preparing for Chinese"))
        except RagError as exc:
            self._state = replace(
                self._state, note=f"Questions in Chinese are not answered from it yet: {exc}"
            )

    def _counting(self, step: str, then: str = "") -> Callable[[int, int], None]:
        def count(done: int, total: int) -> None:
            said = step if done < total or not then else then
            counted = (done, total) if said == step else (0, 0)
            self._state = replace(self._state, step=said, done=counted[0], total=counted[1])

        return count
