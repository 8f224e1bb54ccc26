"""Which settings are set, and which of them cannot be used."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from rag.config import Settings
from rag.doctor.finding import Finding

_CHECK = "settings"
_SECRET = re.compile(r"(KEY|SECRET|PASSWORD|TOKEN)$")
# Near enough to a setting's name to be a misspelling of it: EMBEDING_MODEL, DATADIR.
_ALIKE = 0.88


class _Lenient(Settings):
    """Takes what can be used and leaves the rest."""

    model_config = SettingsConfigDict(extra="ignore")


def usable_settings() -> Settings:
    """The settings in force, with the default in place of each that cannot be used."""
    options: dict[str, Any] = {}
    while True:
        try:
            return _Lenient(**options)
        except (OSError, UnicodeDecodeError):
            options["_env_file"] = None
        except ValidationError as exc:
            for error in exc.errors():
                name = str(error["loc"][0])
                options[name] = Settings.model_fields[name].default


def settings_findings(settings: Settings) -> Iterator[Finding]:
    """Every setting that cannot be used, every misspelt one, and which are set.

    No value is printed that may be a secret, and none of an unknown setting.
    """
    sound = True
    overrides: dict[str, Any] = {}
    try:
        Settings(**overrides)
    except (OSError, UnicodeDecodeError):
        sound = False
        yield Finding(
            _CHECK, "error", "The file .env cannot be read.", "Save it as UTF-8 text, readable."
        )
    except ValidationError as exc:
        sound = False
        for error in exc.errors():
            yield _unusable(str(error["loc"][0]).upper(), str(error["type"]), str(error["msg"]))
    known = [name.upper() for name in Settings.model_fields]
    for name in sorted({name.upper() for name in os.environ} - set(known)):
        for meant in difflib.get_close_matches(name, known, 1, _ALIKE):
            yield Finding(
                _CHECK,
                "notice",
                f"The environment variable {name} is no setting; {meant} is one.",
                f"If {meant} was meant, set that.",
                (name,),
            )
    if sound:
        chosen = sorted(settings.model_fields_set)
        said = ", ".join(f"{name.upper()}={_shown(name, settings)}" for name in chosen)
        rest = len(known) - len(chosen)
        yield Finding(
            _CHECK,
            "ok",
            f"Set: {said}; {rest} others have their default."
            if said
            else "All have their default.",
            items=tuple(name.upper() for name in chosen),
        )


def _unusable(name: str, kind: str, message: str) -> Finding:
    if kind == "extra_forbidden":
        known = [field.upper() for field in Settings.model_fields]
        near = difflib.get_close_matches(name, known, 1)
        return Finding(
            _CHECK,
            "error",
            f"There is no setting {name}, but .env has it.",
            f"Write {near[0]}, or remove it." if near else "Remove it; README.md lists them.",
            (name,),
        )
    return Finding(
        _CHECK,
        "error",
        f"The setting {name} cannot be used: {message}.",
        "Correct it in the environment or in .env; README.md lists the settings.",
        (name,),
    )


def _shown(name: str, settings: Settings) -> str:
    return "(not shown)" if _SECRET.search(name.upper()) else str(getattr(settings, name))
