"""From what the finders measure to a probability, and how much of it an answer needs.

The numbers are learnt by ``python -m eval calibrate`` and kept in ``models/calibration.json``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.config import ROOT
from rag.errors import ConfigError

# The entry for questions in Chinese.
FINDER_OF_CHINESE = "multilingual"
CALIBRATION = ROOT / "models" / "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model of "this evidence answers the question".

    Below ``threshold`` the documents do not say. ``report`` tells what chose the numbers.
    """

    weights: tuple[tuple[str, float], ...]
    bias: float
    threshold: float
    report: str

    def support(self, features: Mapping[str, float]) -> float:
        """A probability in (0, 1); features without a weight do not count."""
        total = self.bias + sum(weight * features[name] for name, weight in self.weights)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def load_calibration(finder: str, path: Path = CALIBRATION) -> Calibration:
    """The calibration of one finder, ``similarity`` or ``reader``.

    Raises:
        ConfigError: there is none.
    """
    try:
        fields = json.loads(path.read_text("utf-8"))[finder]
        return Calibration(
            weights=tuple((str(k), float(v)) for k, v in fields["weights"].items()),
            bias=float(fields["bias"]),
            threshold=float(fields["threshold"]),
            report=str(fields["report"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ConfigError(
            f"There is no calibration `{finder}` in {path}.", "Run `python -m eval calibrate`."
        ) from exc
