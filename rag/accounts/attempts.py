"""How long somebody who gave a wrong password has to wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from cachetools import TTLCache

# So many wrong passwords cost nothing: people mistype.
FREE = 3
LONGEST_WAIT = 300.0
_REMEMBERED: Final = 3600.0
_MOST = 10_000


class Attempts:
    """Counts wrong passwords by name and by address; may be shared by threads.

    From the fourth on, the next attempt has to wait: a second, then twice as long each time, at
    most five minutes. An hour without one forgets them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # Key to number of failures and the time before which there is no other attempt.
        self._failed: TTLCache[str, tuple[int, float]] = TTLCache(_MOST, _REMEMBERED, clock)

    def begin(self, name: str, address: str) -> float:
        """Seconds to wait before the next attempt, 0 where one may be made now.

        An attempt that may be made counts as failed until ``succeeded``: many at the same time do
        not get past the limit.
        """
        with self._lock:
            now = self._clock()
            keys = _keys(name, address)
            wait = max(self._failed.get(key, (0, 0.0))[1] - now for key in keys)
            if wait > 0:
                return wait
            for key in keys:
                count = self._failed.get(key, (0, 0.0))[0] + 1
                pause = min(2.0 ** (count - FREE - 1), LONGEST_WAIT) if count > FREE else 0.0
                self._failed[key] = (count, now + pause)
            return 0.0

    def succeeded(self, name: str, address: str) -> None:
        """The password was right: the name owes nothing, the address one attempt less."""
        with self._lock:
            by_name, by_address = _keys(name, address)
            self._failed.pop(by_name, None)
            count, _ = self._failed.get(by_address, (1, 0.0))
            self._failed[by_address] = (max(0, count - 1), self._clock())


def _keys(name: str, address: str) -> tuple[str, str]:
    return f"name {name[:64]}", f"address {address}"
