"""The commands of ``python -m rag``; exit status 0 done, 1 a ``RagError``, 2 wrong usage.

``index`` has a fourth: 3, the quality gate is against publishing.
"""

from __future__ import annotations

import click

from rag.cli.asking import ask, search, show
from rag.cli.group import RagGroup
from rag.cli.health import status
from rag.cli.indexing import index
from rag.cli.versions import diff, rollback, versions
from rag.config import go_quiet

__all__ = ["RagGroup", "main"]


@click.group(cls=RagGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Cited answers about research centers, from the centers' own documents."""
    go_quiet()


for _command in (ask, search, show, index, versions, rollback, diff, status):
    main.add_command(_command)
