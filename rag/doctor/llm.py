"""The language model: whether there is one, and whether it answers."""

from __future__ import annotations

from collections.abc import Iterator

from rag.config import Settings
from rag.doctor.finding import Finding, listed
from rag.errors import LanguageModelError

_CHECK = "language model"


def llm_findings(settings: Settings, *, quick: bool) -> Iterator[Finding]:
    """Whether the endpoint can be reached, takes the key, and has the model."""
    if not settings.llm_base_url:
        yield Finding(_CHECK, "ok", "None is set: answers are in the documents' own words.")
        return
    said = f"The language model {settings.llm_model or '(unnamed)'}"
    if quick:
        yield Finding(_CHECK, "ok", f"{said}: not tried with --quick.")
        return
    from rag.llm import LanguageModel

    try:
        offered = LanguageModel.of(settings).models()
    except LanguageModelError as exc:
        # Answers go on without it.
        yield Finding(_CHECK, "warning", exc.problem, "Check LLM_BASE_URL and LLM_API_KEY.")
        return
    if settings.llm_model and offered and settings.llm_model not in offered:
        yield Finding(
            _CHECK,
            "warning",
            f"The endpoint does not offer the model {settings.llm_model}.",
            f"Set LLM_MODEL to one that it offers: {listed(offered)}.",
            tuple(offered),
        )
        return
    yield Finding(_CHECK, "ok", f"{said} can be reached.")
