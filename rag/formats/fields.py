"""Metadata that a person wrote, in front matter or in a sidecar, as YAML."""

from __future__ import annotations

import yaml

from rag.errors import LoadError
from rag.formats.content import FIELDS, Metadata
from rag.text import normalise

# Reading YAML takes about a second for this many characters.
MOST_YAML = 64 * 1024
_ABSENT = frozenset({"", "~", "null"})


def read_fields(source: str, where: str, cure: str) -> Metadata:
    """The metadata that YAML states.

    Every value is taken as the text that is written: ``language: no`` is Norwegian.

    Args:
        source: lines of ``name: value``.
        where: what they are, for the error: "the front matter of page.md".
        cure: what to do about an error.

    Raises:
        LoadError: it is not YAML, has an unknown field, or a value that is not text.
    """
    if len(source) > MOST_YAML:
        raise LoadError(
            f"{where[0].upper()}{where[1:]} is longer than {MOST_YAML} characters.", cure
        )
    try:
        # Makes nothing but text, lists and dictionaries.
        fields = yaml.load(source, Loader=yaml.BaseLoader) or {}  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise LoadError(f"{where[0].upper()}{where[1:]} is not valid YAML.", cure) from exc
    if not isinstance(fields, dict):
        raise LoadError(
            f"{where[0].upper()}{where[1:]} is not a list of `name: value` lines.", cure
        )
    unknown = [str(key) for key in fields if key not in FIELDS]
    if unknown:
        raise LoadError(
            f"{where[0].upper()}{where[1:]} has an unknown field `{unknown[0][:80]}`.",
            f"Use only {', '.join(FIELDS)}.",
        )
    aliases = fields.pop("aliases", None)
    listed = aliases if isinstance(aliases, list) else [aliases]
    names = (_text(value, "aliases", where) for value in listed)
    return Metadata(
        aliases=tuple(dict.fromkeys(name for name in names if name)),
        **{key: _text(value, key, where) for key, value in fields.items()},
    )


def _text(value: object, key: str, where: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise LoadError(f"`{key}` in {where} is not text.", "Put it in quotes.")
    if value in _ABSENT:
        return None
    # One line, whatever the YAML says: a title is shown and embedded as one.
    return " ".join(normalise(value).split()) or None
