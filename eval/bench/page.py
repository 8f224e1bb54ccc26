"""``docs/benchmarks.md`` and its picture, from the measurements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("agg")

from matplotlib.figure import Figure

from eval.bench.measuring import CONTENDERS
from eval.bench.results import Measured, Result, beside

_MIB = 1024 * 1024
_RR = 1
_TITLES = {contender.module: contender.title for contender in CONTENDERS}
_OURS = frozenset(contender.module for contender in CONTENDERS if contender.ours)
_BLUE, _GREY = "#1f5f8b", "#8a8f98"
_COLUMNS = (
    "passages/s", "peak memory, MB", "on disk, MB", "cold start, s", "p50, ms", "p95, ms",
    "recall@5", "MRR@10", "nDCG@10",
)  # fmt: skip
# Of these columns more is better.
_HIGHER = frozenset({"passages/s", "recall@5", "MRR@10", "nDCG@10"})
_HEAD = """\
# Benchmarks

Made by `make bench DATA=folder`; do not edit. The same passages, questions and weights
(all-MiniLM-L6-v2) go through each library by its own documentation's recipe, and through ours.
Each runs alone, one after the other, indexing and searching in a process of its own. The figures
depend on the machine; the rankings do not.

![MRR@10 and speed of each engine](benchmarks.svg)
"""
_METHOD = """\
## How it is measured

- *passages/s*: passages through the whole of indexing, embedding included, models loaded before.
- *peak memory*: the most that was resident at once, of both processes the greater.
- *cold start*: from starting Python to the first answer. *p50, p95*: one question, warm.
- *recall@5, MRR@10, nDCG@10*: by ir-measures, with the one passage that the question was asked on
  as the only right one. The best of a column is bold.
- Intervals are 95 % percentile bootstraps of the paired difference, over questions.
- Ours is a convex combination of cosine and BM25 with 0.65 for the dense side, tuned on
  questions of other articles and pairs (`--pool wikipedia-tuning`, `--pool medquad-tuning`) and
  used for all sets; the reader's weight 2.0 is tuned on the same articles. The questions reported
  on are of articles that neither saw. The others run with their defaults.
- Ours computes in bfloat16 where the processor has it natively; the others in float32, which is
  their default.

## Published figures

They are of other pools of passages and can only be set beside these with care: BM25 finds a SQuAD
answer among the first 20 of 21 million passages of Wikipedia for 68.8 % of the questions, a dense
retriever trained for it for 63.2 % (Karpukhin et al., *Dense Passage Retrieval*, 2020, table 2);
all-MiniLM-L6-v2 has an nDCG@10 of .42 on average over the retrieval sets of MTEB (its
leaderboard).
"""


def page(measured: Measured) -> str:
    """The whole page, Markdown."""
    return "\n".join([_HEAD, *_sections(measured), _METHOD, *_foot(measured)])


def _sections(measured: Measured) -> Iterator[str]:
    for pool, about in measured.pools.items():
        results = sorted(measured.of(pool), key=lambda result: list(_TITLES).index(result.engine))
        yield f"## {pool}\n\n{about}.\n"
        yield "\n".join(table(results))
        yield ""
        yield from _beside(results)


def table(results: Sequence[Result]) -> Iterator[str]:
    """The lines of one pool's table."""
    yield "| engine | " + " | ".join(_COLUMNS) + " |"
    yield "|---|" + "---:|" * len(_COLUMNS)
    rows = [_figures(result) for result in results]
    best = [
        (max if name in _HIGHER else min)(row[place] for row in rows)
        for place, name in enumerate(_COLUMNS)
    ]
    for result, row in zip(results, rows, strict=True):
        shown = (
            f"**{_text(value, name)}**" if value == top else _text(value, name)
            for value, top, name in zip(row, best, _COLUMNS, strict=True)
        )
        yield f"| {_TITLES[result.engine]} | " + " | ".join(shown) + " |"


def _figures(result: Result) -> list[float]:
    return [
        result.passages / result.build_seconds,
        max(result.build_memory, result.search_memory) / _MIB,
        result.size / _MIB,
        result.cold,
        1000 * result.latencies[50],
        1000 * result.latencies[95],
        *(result.mean(measure) for measure in range(3)),
    ]


def _text(value: float, column: str) -> str:
    if column in ("recall@5", "MRR@10", "nDCG@10"):
        return f"{value:.3f}".lstrip("0") if value < 1 else f"{value:.3f}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _beside(results: Sequence[Result]) -> Iterator[str]:
    """Ours beside the best of the others by MRR@10."""
    peers = [result for result in results if result.engine not in _OURS]
    if not peers:
        return
    best = max(peers, key=lambda result: result.mean(_RR))
    for result in results:
        if result.engine in _OURS:
            found = beside(result, best, _RR)
            verdict = "no difference"
            if found.low > 0 or found.high < 0:
                verdict = "better" if found.value > 0 else "worse"
            yield (
                f"MRR@10 of {_TITLES[result.engine]} less that of {_TITLES[best.engine]}, the best "
                f"of the others: {found.value:+.3f} [{found.low:+.3f}, {found.high:+.3f}], "
                f"{verdict}.\n"
            )


def _foot(measured: Measured) -> Iterator[str]:
    yield "## Where and with what\n"
    yield f"{measured.processor}, {measured.created}. The others:"
    versions = ", ".join(f"{name} {version}" for name, version in measured.libraries.items())
    yield f"{versions or 'none'}. Ours: `requirements.txt`.\n"


def draw(measured: Measured, path: Path) -> None:
    """MRR@10 over milliseconds a question on the first pool, a dot an engine, as SVG."""
    style: Any = {"svg.fonttype": "none", "svg.hashsalt": "benchmarks", "font.size": 10}
    first = next(iter(measured.pools))
    with mpl.rc_context(style):
        figure = Figure(figsize=(8, 4.2), layout="constrained")
        axes = figure.subplots()
        for result in measured.of(first):
            at = 1000 * result.latencies[50], result.mean(_RR)
            axes.scatter(*at, color=_BLUE if result.engine in _OURS else _GREY, s=60)
            axes.annotate(_TITLES[result.engine], at, xytext=(7, 5), textcoords="offset points")
        axes.set(xscale="log", xlabel="milliseconds a question, median (logarithmic)",
                 ylabel="MRR@10", title=f"{first}: up and left is better")  # fmt: skip
        axes.margins(x=0.25, y=0.15)
        axes.spines[["top", "right"]].set_visible(False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})
