"""Errors that a person can act on: one sentence on what is wrong, one on the cure."""


class RagError(Exception):
    """Base of every error that a command line or a page shows to its user.

    Args:
        problem: one sentence that says what is wrong.
        cure: one sentence that says what to do about it.
    """

    def __init__(self, problem: str, cure: str) -> None:
        super().__init__(f"{problem} {cure}")
        self.problem = problem
        self.cure = cure


class ConfigError(RagError):
    """A setting is unknown or has a value that cannot be used."""


class CorpusError(RagError):
    """The corpus folder is missing, empty, or has nothing that can be read."""


class LoadError(RagError):
    """One file cannot be turned into a document; the others are not affected."""


class ModelError(RagError):
    """A model is missing, damaged, or not the one that was expected."""


class IndexStateError(RagError):
    """The index is missing, damaged, or was built with other settings."""


class StoreError(IndexStateError):
    """The server that keeps vectors does not answer, or not as it should."""


class DamagedVersionError(IndexStateError):
    """An index version is not as it was built: a file is missing, changed or cannot be read."""


class QueryError(RagError):
    """A question or one of its options cannot be used."""


class LanguageModelError(RagError):
    """The language model gave no answer, or not in time."""


class JournalError(RagError):
    """The journal cannot be opened, read or written."""


class AccountError(RagError):
    """A user of the back room cannot be made, read or removed."""


class UploadError(RagError):
    """A file that is uploaded cannot be taken in."""


class BackupError(RagError):
    """What was written cannot be packed into an archive, or not be restored from it."""
