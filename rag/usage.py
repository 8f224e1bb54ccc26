"""What a language model did for an answer, and what that took."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Writing:
    """What a language model did for an answer.

    Tokens are as the server counts them, 0 where it does not; ``seconds`` until the last of it had
    come. ``shown`` and ``withheld`` count its sentences, ``unresolved`` the markers that named no
    passage; ``failure`` is why it is not all that was wanted, empty where it is.
    """

    model: str
    prompt: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    shown: int
    withheld: int
    unresolved: int
    failure: str = ""
