"""Ours, the ten best of the first stage put in order by the reader."""

from __future__ import annotations

from eval.bench.engines.ours import Engine as FirstStage
from rag.reader import Reader

# Of the reader's probability beside the score of the first stage, of which the best is 1; tuned on
# the calibration articles (python -m eval reader).
_READER_WEIGHT = 2.0


class Engine(FirstStage):
    """See ``eval.bench.engines.__main__``."""

    def __init__(self, model: str) -> None:
        super().__init__(model)
        self._reader = Reader.load()

    def search(self, question: str) -> list[int]:
        ranking = self.scored(question)
        if not ranking:
            return []
        best = max(score for _, score in ranking) or 1.0
        readings = self._reader.read(question, [self.passages[row] for row, _ in ranking])
        scored = [
            (score / best + _READER_WEIGHT * reading.answerability, row)
            for (row, score), reading in zip(ranking, readings, strict=True)
        ]
        return [row for _, row in sorted(scored, key=lambda item: (-item[0], item[1]))]
