"""The health of the documents."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from rag.dates import days_of
from rag.doctor.finding import Finding, Severity, count, listed
from rag.doctor.legibility import EXPECTED
from rag.doctor.subject import Subject
from rag.doctor.survey import Examined, Failed, examine, strangers
from rag.similar import near_duplicates

_CHECK = "corpus"
# About a sentence; enough to tell a language by; about as many as 200 pages have.
_LITTLE = 60
_TELLING = 200
_MUCH = 500_000
_OLD = datetime.timedelta(days=365)
# Findings of one kind that are told one by one.
_EACH = 10


def stranger_findings(subject: Subject) -> Iterator[Finding]:
    """Files that lie in the corpus and are not indexed."""
    found = strangers(subject.corpus)
    yield from _about(
        "warning",
        "Of a format that is not indexed",
        found.unknown,
        "Save them in a format that corpus/README.md lists, or move them out of the corpus.",
        "file",
    )
    yield from _about(
        "warning",
        "Metadata without a document",
        found.sidecars,
        "Name each like its document, or remove it.",
        "file",
    )
    yield from _about(
        "warning",
        "Links that lead out of the corpus and are not followed",
        found.outside,
        "Put the files themselves there.",
        "link",
    )


def corpus_findings(subject: Subject) -> Iterator[Finding]:
    """Every document: can it be read, is it sound, does it say what it is about?"""
    tokens = subject.settings.chunk_tokens
    found = list(examine(subject.corpus, subject.embedder, tokens, subject.progress))
    failed = [one for one in found if isinstance(one, Failed)]
    documents = [one for one in found if isinstance(one, Examined)]
    for one in failed[:_EACH]:
        yield Finding(_CHECK, "error", one.problem, one.cure, (one.doc_id,))
    yield from _about(
        "error",
        "These cannot be read either",
        [one.doc_id for one in failed[_EACH:]],
        "`python -m rag index --dry-run` says why.",
    )
    if not documents:
        yield Finding(
            _CHECK,
            "error",
            f"There is no document in {subject.corpus_dir} that can be indexed.",
            "Put documents there, or name another folder with CORPUS_DIR.",
        )
        return
    yield from _texts(documents)
    yield from _metadata(documents)
    yield from _dates(documents, datetime.datetime.now(datetime.UTC).date())
    yield from _alike(documents)
    yield from _lengths(documents, counted=subject.embedder is not None)
    centers = {one.center for one in documents if one.center}
    said = f"{count(len(documents), 'document')} on {count(len(centers), 'center')} can be read"
    yield Finding(_CHECK, "ok", f"{said}.")


def _texts(documents: Sequence[Examined]) -> Iterator[Finding]:
    yield from _about(
        "warning",
        "Garbled text",
        [f"{one.doc_id} ({one.garbled})" for one in documents if one.garbled],
        "Open each; save it as UTF-8, or extract its text again from the source.",
    )
    yield from _about(
        "notice",
        "Almost no text",
        [one.doc_id for one in documents if one.characters < _LITTLE],
        "See that nothing was lost, or put the text into another document.",
    )
    yield from _about(
        "notice",
        f"More than {_MUCH:,} characters",
        [one.doc_id for one in documents if one.characters > _MUCH],
        "Split each into one document a subject: its title stands for all of its chunks.",
    )
    # What is garbled or has hardly any text has no language either.
    clear = [one for one in documents if not one.garbled and one.characters >= _LITTLE]
    known = " nor ".join(EXPECTED.values())
    yield from _about(
        "warning",
        f"Neither {known}, for which the models were made",
        [f"{o.doc_id} ({o.language})" for o in clear if o.language not in {None, *EXPECTED}],
        "Translate each, or set EMBEDDING_MODEL and READER_MODEL to models of that language.",
    )
    yield from _about(
        "notice",
        "Of a language that cannot be told",
        [o.doc_id for o in clear if o.language is None and o.characters >= _TELLING],
        "See that each holds whole sentences of one language.",
    )


def _metadata(documents: Sequence[Examined]) -> Iterator[Finding]:
    yield from _about(
        "notice",
        "No center is named",
        [one.doc_id for one in documents if not one.center],
        "Add `center` to the front matter: without it questions cannot be narrowed to a center.",
    )
    yield from _about(
        "notice",
        "No title but the file's name",
        [o.doc_id for o in documents if o.title == PurePosixPath(o.doc_id).stem],
        "Add `title` to the front matter: it stands above every citation.",
    )
    yield from _about(
        "notice",
        "No date",
        [one.doc_id for one in documents if not one.date],
        'Add `date: "YYYY-MM-DD"` to the front matter if the source has one.',
    )
    yield from _about(
        "notice",
        "No source address",
        [one.doc_id for one in documents if not one.source_url],
        "Add `source_url` to the front matter, so that readers can go to the page.",
    )


def _dates(documents: Sequence[Examined], today: datetime.date) -> Iterator[Finding]:
    old: list[str] = []
    future: list[str] = []
    unreadable: list[str] = []
    for one in documents:
        if not one.date:
            continue
        said = f"{one.doc_id} ({one.date})"
        days = days_of(one.date)
        if days is None:
            unreadable.append(said)
        elif days[0] > today:
            future.append(said)
        elif days[1] < today - _OLD:
            old.append(said)
    yield from _about(
        "notice", "More than a year old", old, "See whether the source has changed since."
    )
    yield from _about("warning", "Of a date in the future", future, "Correct `date`.")
    yield from _about(
        "warning",
        "Of a date that cannot be read",
        unreadable,
        'Write it as `date: "YYYY-MM-DD"`, `"YYYY-MM"` or `"YYYY"`.',
    )


def _alike(documents: Sequence[Examined]) -> Iterator[Finding]:
    groups: dict[str, list[str]] = defaultdict(list)
    for one in documents:
        groups[one.text_sha256].append(one.doc_id)
    several = [names for names in groups.values() if len(names) > 1]
    yield from _about(
        "warning",
        "The same text",
        [" = ".join(names) for names in several],
        "Keep one of each: the others take its place among the hits.",
        "group",
    )
    one_each = {names[0] for names in groups.values()}
    signatures = {one.doc_id: one.signature for one in documents if one.doc_id in one_each}
    pairs = near_duplicates(signatures, signatures.keys())
    yield from _about(
        "notice",
        "Nearly the same text",
        [f"{pair.doc_id} ≈ {pair.other} ({pair.share:.0%})" for pair in pairs],
        "If one is an older state of the other, remove the older.",
        "pair",
    )


def _lengths(documents: Sequence[Examined], *, counted: bool) -> Iterator[Finding]:
    if not counted:
        yield Finding(
            _CHECK,
            "notice",
            "Chunks were not measured, because the embedding model could not be loaded.",
            "Mend the model first.",
        )
    yield from _about(
        "notice",
        "Sentences that do not fit into a chunk and are cut",
        [f"{one.doc_id} ({one.cut})" for one in documents if one.cut],
        "Divide each sentence, or raise CHUNK_TOKENS.",
    )
    yield from _about(
        "error",
        "Chunks over the token limit, whose ends are not searched",
        [f"{one.doc_id} ({one.too_long})" for one in documents if one.too_long],
        "Shorten the title or the headings, and report this with the document.",
    )


def _about(
    severity: Severity, what: str, names: Sequence[str], cure: str, noun: str = "document"
) -> Iterator[Finding]:
    """One finding on all documents of which the same is to be said, if there are any."""
    if names:
        problem = f"{what}: {count(len(names), noun)}, {listed(names)}."
        yield Finding(_CHECK, severity, problem, cure, tuple(names))
