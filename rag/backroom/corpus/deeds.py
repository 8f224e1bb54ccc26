"""What the events of the page do."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from typing import Any

import gradio as gr

from rag.accounts.users import Person
from rag.aliases import correct
from rag.backroom.corpus import tables
from rag.backroom.corpus.arriving import arrived, described
from rag.backroom.corpus.layout import Layout
from rag.backroom.desk import Desk
from rag.chunking import chunk
from rag.errors import LoadError, UploadError
from rag.journal.citing import Citations
from rag.loaders import corpus_files, digest, document_id
from rag.publishing import Difference, difference, document_difference
from rag.types import Document
from rag.upkeep.job import Publisher
from rag.upkeep.uploads import Uploads
from rag.upkeep.versions import go_back, holdings, kept_versions
from rag.versions import current_version, open_records, read_manifest
from rag.web.markup import escape

# How often the progress is looked at, in seconds.
_INTERVAL = 0.3
_MOST_TEXTS = 20

# Components and their new values; those that are not in it stay as they are.
Updates = dict[Any, Any]


class Deeds:
    """What maintainers do with the corpus."""

    def __init__(self, desk: Desk) -> None:
        self.parts = Layout()
        self._desk = desk
        self._corpus = desk.settings.corpus
        self._uploads = Uploads(self._corpus, desk.settings.upload_mib * 2**20)
        embedder = desk.chatbot.embedder
        self._embedder = embedder
        self._publisher = Publisher(desk.settings, desk.index_dir, embedder, self._uploads)
        self._citations = Citations(desk.settings)

    def look(self, person: Person) -> Updates:  # the desk's
        """The page as it is now, but for what takes a moment to count."""
        return self._shown()

    def count(self, person: Person) -> Updates:
        """The documents, with how often they were cited."""
        held = holdings(self._desk.index_dir)
        return {self.parts.documents: tables.documents(held, self._citations.counts())}

    def follow(self, person: Person) -> Iterator[Updates]:
        """The progress of what somebody publishes, until it ends."""
        followed = False
        while True:
            state = self._publisher.state
            # Once in any case: of a generator that yields nothing Gradio would empty every part.
            yield {self.parts.progress: tables.publication(state)}
            if not state.running:
                break
            followed = True
            time.sleep(_INTERVAL)
        if followed:
            yield self._shown()

    def publish(self, person: Person, force: bool) -> Iterator[Updates]:
        """Publish, and show how far it is and what the gate says."""
        began = self._publisher.start(person.name, force=force is True)
        said = "Publishing has begun." if began else "Somebody is publishing already."
        yield {self.parts.said: said, self.parts.publish: gr.Button(interactive=False)}
        yield from self.follow(person)
        state = self._publisher.state
        ended = tables.outcome(state.report) if state.report else state.problem
        button = {self.parts.publish: gr.Button(interactive=True), self.parts.force: False}
        yield self._shown(ended) | button | {self.parts.progress: tables.publication(state)}

    def receive(self, person: Person, sent: object, *said: object) -> Updates:
        """Take in a file that was uploaded, with what is said of it, and show it."""
        name, raw = arrived(sent, self._uploads.most_bytes)
        about = described(*said)
        document = self._uploads.receive(name, raw, about)
        file_name = document.doc_id.rpartition("/")[2]
        return self._shown(f"{file_name} waits to be published.", file_name)

    def preview(self, person: Person, name: str | None) -> Updates:
        """Show a document that waits."""
        centers = {one.center for one in self._documents() if one.center}
        return {self.parts.preview: self._preview(name, centers)}

    def discard(self, person: Person, name: str | None) -> Updates:
        """Delete a document that waits."""
        self._uploads.discard(_chosen(name))
        return self._shown(f"{name} was discarded.")

    def withdraw(self, person: Person, doc_id: str | None) -> Updates:
        """Take an uploaded document away from the next version on."""
        self._uploads.withdraw(_chosen(doc_id))
        return self._shown(f"{doc_id} will be gone when you publish.")

    def bring_back(self, person: Person, name: str | None) -> Updates:
        """Put a withdrawn document back."""
        self._uploads.bring_back(_chosen(name))
        return self._shown(f"{name} is among the documents again.")

    def compare(self, person: Person, version: str | None) -> Updates:
        """What differs between a version and the current one."""
        folder = self._desk.index_dir
        old, new = _chosen(version), current_version(folder) or ""
        found = difference(read_manifest(folder, old), read_manifest(folder, new))
        before, after = open_records(folder, old), open_records(folder, new)
        texts = []
        for name in found.changed[:_MOST_TEXTS]:
            one, other = before.document(name), after.document(name)
            texts.append((name, one.text if one else "", other.text if other else ""))
        return {self.parts.difference: tables.difference(old, new, found, texts)}

    def go_back(self, person: Person, version: str | None) -> Updates:
        """Make another version current."""
        settings = self._desk.settings
        name = go_back(self._desk.index_dir, _chosen(version), settings.embedding_model)
        return self._shown(f"Current is {name}.") | {self.parts.difference: ""}

    def names(self, person: Person, center: str | None) -> Updates:
        """The other names of a center, as the current version has them."""
        return {self.parts.aliases: "\n".join(self._aliases(center))}

    def save_names(self, person: Person, center: str | None, lines: str) -> Updates:
        """Let a center have other names, from the next version on."""
        chosen = _chosen(center)
        ids = [one.doc_id for one in self._documents() if one.center == chosen]
        kept = correct(self._corpus, ids, lines.split("\n"))
        return self._shown(
            f"{chosen} has {len(kept)} other names when you publish.", names=False
        ) | {self.parts.aliases: "\n".join(kept)}

    def _shown(self, said: str = "", waiting_for: str = "", *, names: bool = True) -> Updates:
        """Everything that a deed may have changed."""
        parts, folder = self.parts, self._desk.index_dir
        current, kept = current_version(folder) or "", kept_versions(folder)
        waiting, withdrawn = self._uploads.waiting(), self._uploads.withdrawn()
        held = holdings(folder)
        centers = sorted({one.center for one in held if one.center})
        uploads = f"{self._corpus.uploads.name}/"
        uploaded = [one.doc_id for one in held if one.doc_id.startswith(uploads)]
        chosen = waiting_for or (waiting[0] if waiting else None)
        others = [one.version for one in kept if one.version != current]
        shown: Updates = {
            parts.said: escape(said),
            parts.documents: tables.documents(held, None),
            parts.withdrawing: gr.Row(visible=bool(uploaded)),
            parts.bringing_back: gr.Row(visible=bool(withdrawn)),
            parts.deciding: gr.Row(visible=bool(waiting)),
            parts.going_back: gr.Row(visible=bool(others)),
            parts.uploaded: _choices(uploaded),
            parts.withdrawn: _choices(withdrawn),
            parts.waiting: _choices(waiting, chosen),
            parts.preview: self._preview(chosen, centers),
            parts.changes: tables.changes(self._changes(), waiting),
            parts.versions: tables.versions(kept, current),
            parts.version: _choices(others),
        }
        if names:
            first = centers[0] if centers else None
            shown[parts.center] = _choices(centers, first)
            shown[parts.aliases] = "\n".join(self._aliases(first))
        return shown

    def _changes(self) -> Difference:
        known = read_manifest(self._desk.index_dir).documents
        present = {}
        for path in corpus_files(self._corpus):
            name = document_id(path, self._corpus)
            try:
                present[name] = digest(path, self._corpus)
            except LoadError:
                # A build would leave it as it is.
                if name in known:
                    present[name] = known[name]
        return document_difference(known, present)

    def _preview(self, name: str | None, centers: Collection[str]) -> str:
        if not name:
            return ""
        try:
            document = self._uploads.preview(name)
        except UploadError:
            return ""
        most = min(self._desk.settings.chunk_tokens, self._embedder.max_tokens)
        pieces = chunk(document, self._embedder.count_tokens, most)
        return tables.preview(document, pieces, known=document.center in centers)

    def _documents(self) -> list[Document]:
        return open_records(self._desk.index_dir).documents()

    def _aliases(self, center: str | None) -> list[str]:
        own = (one.aliases for one in self._documents() if one.center == center)
        return sorted({alias for aliases in own for alias in aliases})


def _chosen(value: str | None) -> str:
    if not value:
        raise UploadError("Nothing is chosen.", "Choose something from the list first.")
    return value


def _choices(names: list[str], value: str | None = None) -> gr.Dropdown:
    return gr.Dropdown(choices=names, value=value or (names[0] if names else None))
