"""Progress bars of a command that does several things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tqdm import tqdm


class Bars:
    """A progress bar for each part of the work, with its rate and the time left."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bars: list[tqdm[Any]] = []

    def step(self, what: str, unit: str) -> Callable[[int, int], None]:
        """A callback that shows a bar once there is something to show."""
        bars: list[tqdm[Any]] = []

        def progress(done: int, total: int) -> None:
            if not bars:
                # Without a terminal tqdm itself is silent.
                hidden = True if self._quiet else None
                bar = tqdm(total=total, desc=what, unit=f" {unit}", disable=hidden, leave=False)
                bars.append(bar)
                self._bars.append(bar)
            if done < bars[0].n:  # The same work once more, on something else.
                bars[0].reset(total)
            bars[0].update(done - bars[0].n)

        return progress

    def close(self) -> None:
        """Remove the bars from the terminal."""
        for bar in self._bars:
            bar.close()
