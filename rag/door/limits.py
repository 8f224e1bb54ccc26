"""How often one client may come."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable
from typing import Final

from cachetools import LRUCache

_MOST_CLIENTS: Final = 20_000
# Of an IPv6 network everybody has a whole half of the address for himself.
_IPV6_NETWORK: Final = 64
_MINUTE: Final = 60.0
# A page opens with several requests at once.
_SHARE_AT_ONCE: Final = 0.5


class Allowance:
    """So many calls a minute for each client, half of them at once; may be shared by threads.

    A bucket that fills by itself (token bucket). Addresses are in memory only, of the 20,000
    clients that came last.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """``a_minute`` calls for each client, 0 for as many as it likes."""
        self._rate = a_minute / _MINUTE
        self._most = max(1.0, a_minute * _SHARE_AT_ONCE)
        self._clock = clock
        self._lock = threading.Lock()
        # Client to how many calls it had left, and when that was.
        self._left: LRUCache[str, tuple[float, float]] = LRUCache(_MOST_CLIENTS)

    def wait(self, address: str) -> float:
        """Seconds until this client may call, 0 where it may now, which is counted.

        Whoever comes from this machine is not counted: it is the machine itself, or a proxy that
        was not named, behind which are many.
        """
        client = client_of(address)
        if not self._rate or client is None:
            return 0.0
        with self._lock:
            now = self._clock()
            left, since = self._left.get(client, (self._most, now))
            left = min(self._most, left + (now - since) * self._rate)
            if left < 1:
                return (1 - left) / self._rate
            self._left[client] = (left - 1, now)
            return 0.0


def client_of(address: str) -> str | None:
    """Whom an address counts for; ``None`` for this machine, and for what is no address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    if found.is_loopback:
        return None
    if found.version == 6:
        return str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False))
    return str(found)
