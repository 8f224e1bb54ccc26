"""What a language model did for an answer, and what that took."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(slots=True)
class Usage:
    """What one request took: tokens as the server counts them, 0 where it does not."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


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
    shown: int = 0
    withheld: int = 0
    unresolved: int = 0
    failure: str = ""

    @classmethod
    def of_request(cls, model: str, prompt: str, usage: Usage, seconds: float) -> Writing:
        """What a request took, of which nothing is shown yet."""
        return cls(model, prompt, usage.prompt_tokens, usage.completion_tokens, seconds)

    def with_writing(self, other: Writing | None) -> Writing:
        """This one's tokens and seconds, and all of another one's."""
        if other is None:
            return self
        return dataclasses.replace(
            other,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            seconds=self.seconds + other.seconds,
        )
