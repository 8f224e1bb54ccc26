"""What ``index`` makes once a version is published, and how it tells of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.cli.bars import Bars
from rag.config import Settings
from rag.errors import RagError

if TYPE_CHECKING:
    from rag.attaching import Attached
    from rag.types import Embedder

_STOPPED = 130


@dataclass(frozen=True, slots=True)
class _Kind:
    """Vectors of a kind: by which name JSON has them, what they are, and what lacks without."""

    name: str
    called: str
    without: str


_SENTENCES = _Kind(
    "sentences", "Sentence vectors", "Answers from this version take longer than they need"
)
_MULTILINGUAL = _Kind(
    "multilingual",
    "Multilingual vectors",
    "Questions in Chinese are not answered from this version yet",
)


class Attaching:
    """Makes the vectors that come after a version; whatever fails, it serves on."""

    def __init__(self, settings: Settings, index_dir: Path, embedder: Embedder, bars: Bars) -> None:
        self._settings = settings
        self._index_dir = index_dir
        self._embedder = embedder
        self._bars = bars

    def run(self, *, tell: bool) -> dict[str, Any]:
        """Make all, and print how it went or only return it."""
        made = {}
        for kind, wanted, make in (
            (_SENTENCES, self._settings.sentence_vectors > 0, self._sentences),
            (_MULTILINGUAL, self._settings.multilingual, self._multilingual),
        ):
            made[kind.name] = self._made(kind, make) if wanted else {"state": "off"}
            if tell:
                _tell(kind, made[kind.name])
        return made

    def _sentences(self) -> Attached | None:
        from rag.attaching import attach_sentences

        most, progress = self._settings.sentence_vectors, self._bars.step("Sentences", "texts")
        return attach_sentences(self._index_dir, self._embedder, most, progress)

    def _multilingual(self) -> Attached | None:
        from rag.attaching import attach
        from rag.multilingual import open_multilingual

        multilingual = open_multilingual(self._settings)
        progress = self._bars.step("For Chinese", "texts")
        return attach(self._index_dir, multilingual, progress) if multilingual else None

    def _made(self, kind: _Kind, make: Callable[[], Attached | None]) -> dict[str, Any]:
        started = time.perf_counter()
        try:
            done = make()
        except RagError as exc:
            return {"state": "failed", "problem": exc.problem, "cure": exc.cure}
        except KeyboardInterrupt:
            click.echo(f"\nStopped; run it again to make the {kind.called.lower()}.", err=True)
            raise SystemExit(_STOPPED) from None
        finally:
            self._bars.close()
        if done is None:
            return {"state": "ready"}
        seconds = round(time.perf_counter() - started, 3)
        return {"state": "made", "vectors": done.made, "copied": done.copied, "seconds": seconds}


def _tell(kind: _Kind, made: dict[str, Any]) -> None:
    if made["state"] == "made":
        click.echo(
            f"{kind.called}: {made['vectors'] + made['copied']} "
            f"({made['copied']} copied), {made['seconds']:.1f} seconds."
        )
    elif made["state"] == "failed":
        click.echo(f"{kind.without}: {made['problem']} {made['cure']}", err=True)
