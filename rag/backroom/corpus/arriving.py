"""What the browser sends to be taken in, as Gradio puts it down; it may be anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from gradio.utils import get_upload_folder
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from rag.errors import UploadError
from rag.formats.content import Metadata

_Line = Annotated[
    str, BeforeValidator(lambda said: " ".join((said or "").split())), Field(max_length=500)
]


class _File(BaseModel):
    path: str = Field(min_length=1, max_length=4096)
    # The name that it has where it comes from; that in the path Gradio has mended.
    orig_name: str = Field(min_length=1, max_length=1000)


class _About(BaseModel):
    center: _Line
    institution: _Line
    title: _Line
    date: _Line
    source_url: _Line


def arrived(sent: object, most: int) -> tuple[str, bytes]:
    """The name and the bytes of an uploaded file, which is deleted where Gradio keeps it.

    Visitors of the chat page could read it there. At most one byte more than ``most`` is read.

    Raises:
        UploadError: it is none, or cannot be read.
    """
    try:
        file = _File.model_validate(sent)
        path = Path(file.path).resolve()
    except (ValidationError, OSError, ValueError) as exc:
        raise _nothing() from exc
    # Whoever calls by raw HTTP may name any file.
    if not path.is_relative_to(Path(get_upload_folder()).resolve()) or not path.is_file():
        raise _nothing()
    try:
        with path.open("rb") as opened:
            return file.orig_name, opened.read(most + 1)
    except OSError as exc:
        raise _nothing() from exc
    finally:
        path.unlink(missing_ok=True)


def described(*said: object) -> Metadata:
    """What a maintainer said of a file: center, institution, title, date, web address.

    Raises:
        UploadError: it is no text, or too long.
    """
    try:
        about = _About.model_validate(dict(zip(_About.model_fields, said, strict=True)))
    except (ValidationError, AttributeError) as exc:
        raise UploadError("What is said of the file is too long.", "Shorten it.") from exc
    return Metadata(
        title=about.title or None,
        center=about.center or None,
        institution=about.institution or None,
        date=about.date or None,
        source_url=about.source_url or None,
    )


def _nothing() -> UploadError:
    return UploadError("No file has arrived.", "Choose one, and upload it again.")
