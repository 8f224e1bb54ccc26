"""How often each document was cited, counted where the answers lie."""

from __future__ import annotations

import threading
from collections import Counter

from sqlalchemy import Engine, text

from rag.config import Settings
from rag.journal.database import journal_url, open_engine, readable
from rag.journal.reading import JournalReader

# The database reads the JSON itself: ten kilobytes an answer need not travel.
_SQL = {
    "sqlite": """
        SELECT json_extract(cited.value, '$.doc_id'), count(DISTINCT answers.entry)
        FROM answers, json_each(answers.answer, '$.citations') AS cited
        WHERE answers.entry > :after AND answers.entry <= :last GROUP BY 1
    """,
    "postgresql": """
        SELECT cited.value ->> 'doc_id', count(DISTINCT answers.entry)
        FROM answers, json_array_elements(answers.answer::json -> 'citations') AS cited
        WHERE answers.entry > :after AND answers.entry <= :last GROUP BY 1
    """,
}


class Citations:
    """Counts the answers that cite each document; may be shared by threads.

    What was counted once is remembered, so that only new answers are read. Answers that were purged
    since are forgotten when the program is started anew.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._counted = 0
        self._counts: Counter[str] = Counter()

    def counts(self) -> dict[str, int]:
        """Answers by the ``doc_id`` that they cite.

        Raises:
            JournalError: the journal cannot be read.
        """
        url = journal_url(self._settings)
        with self._lock, readable(url):
            if self._engine is None:
                JournalReader.open(self._settings).close()  # Brings the tables up to date.
                self._engine = open_engine(url)
            with self._engine.connect() as connection:
                last = connection.execute(text("SELECT max(entry) FROM answers")).scalar() or 0
                if last > self._counted:
                    span = {"after": self._counted, "last": last}
                    rows = connection.execute(text(_SQL[self._engine.dialect.name]), span)
                    self._counts.update({str(doc_id): int(count) for doc_id, count in rows})
                    self._counted = last
            return dict(self._counts)
