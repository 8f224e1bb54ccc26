"""Reports as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from eval.answers import TARGETS, AnswersReport
from eval.gold import GoldReport
from eval.intervals import Estimate, Figures
from eval.retrieval import MISS_CUTOFF, TARGET, RetrievalReport
from rag.questions import Split

_WIDTH = 100
_LONGEST_SAID = 160


def retrieval_lines(report: RetrievalReport, shown: Sequence[Split]) -> Iterator[str]:
    """The figures and the misses of the splits in ``shown``."""
    yield f"index {report.index_version}"
    yield from _figure_lines(report.figures, {"recall@3": (TARGET, None)})
    for question_id in report.lost:
        yield f"{question_id}: the index has no gold span; run `python -m eval gold`"
    missed = [one for one in report.ranked if one.missed]
    yield f"\nnot in the top {MISS_CUTOFF}: {_count_by_split([one.split for one in missed])}"
    for one in missed:
        if one.split in shown:
            rank = "none" if one.rank is None else str(one.rank)
            yield f"  {one.question_id} {one.split:4}  rank {rank:4}  {one.question}"


def answers_lines(report: AnswersReport, shown: Sequence[Split]) -> Iterator[str]:
    """The figures, the latencies and the wrong answers of the splits in ``shown``."""
    yield f"index {report.index_version}"
    yield from _figure_lines(report.figures, TARGETS)
    for latency in report.latencies:
        if latency.p50 is not None and latency.p95 is not None:
            yield f"latency, {latency.part}: p50 {latency.p50:.0f} ms, p95 {latency.p95:.0f} ms"
    failures = report.failures()
    yield f"\nwrong: {_count_by_split([mark.split for mark in failures])}"
    for mark in failures:
        if mark.split in shown:
            said = textwrap.shorten(mark.said, _LONGEST_SAID, placeholder=" …")
            yield f"  {mark.question_id} {mark.split:4}  {mark.question}"
            yield from _indented(f"said: {said}")
            yield from _indented(f"why wrong: {'; '.join(mark.faults)}")


def gold_lines(report: GoldReport) -> Iterator[str]:
    """What moved, what is lost, which gold words no quote has, and what is not asked about."""
    yield f"{report.spans} gold spans, {report.moved} moved, {len(report.lost)} lost"
    for question_id, span in report.lost:
        quote = textwrap.shorten(span.quote, _LONGEST_SAID, placeholder=" …")
        yield f"  {question_id}: {span.doc_id} no longer has “{quote}”"
    for question_id, group in report.wordless:
        yield f"  {question_id}: no gold quote has {' or '.join(f'`{word}`' for word in group)}"
    yield from (f"  {gap}" for gap in report.gaps)


def _figure_lines(
    figures: Sequence[Figures], targets: Mapping[str, tuple[float | None, float | None]]
) -> Iterator[str]:
    """One row a figure, one column a part; where a target is missed, that is said."""
    names = list(figures[0].estimates)
    width = max(map(len, names))
    yield " " * width + "".join(f"  {one.part:<25}" for one in figures) + "  target"
    for name in names:
        least, most = targets.get(name, (None, None))
        cells = []
        for one in figures:
            given = one.estimates[name]
            cells.append(f"  {_cell(given) + _verdict(given, least, most):<25}")
        yield f"{name:<{width}}" + "".join(cells) + _target(least, most)


def _cell(given: Estimate) -> str:
    if given.mean is None:
        return "–"
    return f"{given.mean:.3f} [{given.low:.3f}, {given.high:.3f}]"


def _verdict(given: Estimate, least: float | None, most: float | None) -> str:
    if given.mean is None:
        return ""
    below = least is not None and given.mean < least
    above = most is not None and given.mean > most
    return " !" if below or above else ""


def _target(least: float | None, most: float | None) -> str:
    if least is not None:
        return f"  ≥ {least:g}"
    return f"  ≤ {most:g}" if most is not None else ""


def _count_by_split(splits: Sequence[Split]) -> str:
    return f"{splits.count('dev')} of dev, {splits.count('test')} of test"


def _indented(line: str) -> list[str]:
    return textwrap.wrap(line, _WIDTH, initial_indent=" " * 12, subsequent_indent=" " * 14)
