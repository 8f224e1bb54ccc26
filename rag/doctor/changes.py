"""What the corpus has that is not published yet."""

from __future__ import annotations

from collections.abc import Iterator

from rag.doctor.finding import Finding, count
from rag.doctor.subject import Subject
from rag.errors import IndexStateError, LoadError
from rag.loaders import corpus_files, digest, document_id
from rag.publishing import document_difference
from rag.versions import read_manifest

_CHECK = "changes"


def change_findings(subject: Subject) -> Iterator[Finding]:
    """Documents that were added, changed or removed since the current version was built."""
    try:
        known = read_manifest(subject.index_dir).documents
    except IndexStateError:
        # That there is no index, or what is wrong with it, is told elsewhere.
        return
    documents: dict[str, str] = {}
    for path in corpus_files(subject.corpus):
        name = document_id(path, subject.corpus)
        try:
            documents[name] = digest(path, subject.corpus)
        except LoadError:
            # A build would leave it as it is.
            if name in known:
                documents[name] = known[name]
    change = document_difference(known, documents)
    kinds = {
        "added": change.added,
        "changed": change.changed,
        "removed": change.removed,
        "renamed": tuple(f"{old} → {new}" for old, new in change.renamed),
    }
    said = ", ".join(f"{len(names):,} {kind}" for kind, names in kinds.items() if names)
    if not said:
        yield Finding(_CHECK, "ok", "Everything in the corpus is published.")
        return
    names = tuple(name for names in kinds.values() for name in names)
    yield Finding(
        _CHECK,
        "warning",
        f"{count(len(names), 'document')} of the corpus and of the current version differ: {said}.",
        "Look with `python -m rag index --dry-run`, publish with `python -m rag index`.",
        names,
    )
