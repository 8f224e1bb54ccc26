"""Settings: defaults, then ``.env``, then the environment."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import ConfigError
from rag.types import Corpus

ROOT = Path(__file__).resolve().parent.parent

# No library reaches for a model hub or sends usage figures unless someone asks for it.
_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    # Threads that wait by spinning take the core away from whatever else is computing: beside
    # another busy process a warm answer took 2.5 s so, and 0.2 s with threads that sleep.
    "OMP_WAIT_POLICY": "passive",
}


def go_quiet() -> None:
    """Set what the libraries read from the environment, where the environment is silent.

    Has to run before those libraries are imported: they read their switches on import.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)


class Settings(BaseSettings):
    """Everything that can be set, by environment variable or in ``.env``; names in capitals.

    A key of ``.env`` that is not listed here is refused, so that a misspelt one cannot pass
    unnoticed.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="forbid", frozen=True
    )

    data_dir: Path = Field(ROOT, description="Where everything that a running system writes lies.")
    corpus_dir: Path = Field(ROOT / "corpus", description="The folder of documents.")
    embedding_model: str = Field(
        "all-MiniLM-L6-v2",
        description="A sentence-transformers name or folder; the default comes with the install.",
    )
    reader_model: str = Field(
        "", description="A question-answering model's folder, empty for our own, or `none`."
    )
    multilingual: bool = Field(
        True, description="Whether questions in Chinese find documents in English."
    )
    multilingual_model: str = Field(
        "universal-sentence-encoder-multilingual",
        description="A multilingual sentence-transformers folder; the default comes along.",
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="`auto` takes bfloat16 where the CPU has it."
    )
    chunk_tokens: int = Field(
        128, ge=32, le=4096, description="Longest chunk with its title and heading, in tokens."
    )
    accepted_questions: Path = Field(
        ROOT / "eval" / "questions.jsonl",
        description="Questions with their gold that a new index version is judged by.",
    )
    gate_drop: float = Field(
        0.02,
        ge=0,
        le=1,
        description="Share of those questions that may get worse before a version is turned down.",
    )
    keep_versions: int = Field(5, ge=2, le=1000, description="Index versions that are kept.")
    exact_up_to: int = Field(
        25_000,
        ge=0,
        description="Chunks up to which search compares all vectors; beyond it is approximate.",
    )
    vector_store: Literal["faiss", "milvus"] = Field(
        "faiss", description="Where a new version's vectors are kept: files, or a Milvus server."
    )
    milvus_uri: str = Field(
        "",
        pattern=r"^(https?://\S+|.+\.db)?$",
        description="The Milvus server, or a folder `….db` of this process; see `milvus`.",
    )
    milvus_token: SecretStr = Field(
        SecretStr(""), description="What the server wants, `user:password` or a key."
    )
    milvus_alias: str = Field(
        "research_centers",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$",
        description="What the published collection is called at the server.",
    )
    top_k: int = Field(10, ge=1, le=100, description="Chunks that are read for an answer.")
    kept_answers: int = Field(
        1_000, ge=0, le=1_000_000, description="Answers of a version that are kept; 0 for none."
    )
    kept_vectors: int = Field(
        20_000,
        ge=0,
        le=10_000_000,
        description="Vectors of questions and sentences that are kept; 0 for none.",
    )
    sentence_vectors: int = Field(
        200_000,
        ge=0,
        le=100_000_000,
        description="Sentences up to which an index version gets their vectors; 0 for none.",
    )
    llm_base_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="An OpenAI-compatible endpoint, with its version; empty for no language model.",
    )
    llm_model: str = Field("", description="The model's name at that endpoint.")
    llm_api_key: SecretStr = Field(
        SecretStr(""), description="The secret that the endpoint wants; never printed or logged."
    )
    llm_seconds: float = Field(
        45, gt=0, le=600, description="Seconds until a written answer has to be whole."
    )
    llm_first_words: float = Field(20, gt=0, le=600, description="Seconds until its first words.")
    llm_passage_tokens: int = Field(
        1500, ge=128, le=1_000_000, description="Tokens of the passages that the model is shown."
    )
    llm_answer_tokens: int = Field(400, ge=16, le=100_000, description="Most tokens of an answer.")
    llm_follow_ups: bool = Field(
        False, description="Whether the model may complete follow-ups that were not understood."
    )
    journal: bool = Field(True, description="Whether answers and ratings are kept.")
    # Secret, since it may hold a password: it is never printed as it stands.
    journal_url: SecretStr = Field(
        SecretStr(""),
        description="Where they are kept, `postgresql://…`; by default a file under DATA_DIR.",
    )
    journal_days: int = Field(90, ge=1, le=36500, description="Days that they are kept.")
    staff_users: Path | None = Field(
        None, description="The file of staff; by default `staff/users.json` under DATA_DIR."
    )
    staff_hours: float = Field(
        12, gt=0, le=720, description="Hours after which staff have to log in again."
    )
    upload_mib: int = Field(
        50, ge=1, le=200, description="Largest file that maintainers can upload, in MiB."
    )
    host: str = Field("127.0.0.1", description="Address that the web app listens on.")
    port: int = Field(7860, ge=0, le=65535, description="Port that the web app listens on.")

    trusted_proxies: str = Field(
        "",
        pattern=r"^[0-9A-Fa-f.:/, ]*$",
        description="Addresses or networks of proxies whose word on who sends a request is taken.",
    )
    frame_ancestors: str = Field(
        "",
        pattern=r"^[!-+.-:<-~ ]*$",
        description="Origins of pages that may show the chat page in a frame, apart by spaces.",
    )
    calls_a_minute: int = Field(
        120,
        ge=0,
        le=1_000_000,
        description="Calls that a client may make in a minute; 0: no limit.",
    )
    most_waiting: int = Field(
        128, ge=1, le=100_000, description="Events that may wait before the next is told to."
    )
    metrics_port: int = Field(
        0, ge=0, le=65535, description="Port on 127.0.0.1 for Prometheus; 0 for none."
    )

    @property
    def finder(self) -> Literal["reader", "similarity"]:
        """What finds the evidence of an answer."""
        return "similarity" if self.reader_model == "none" else "reader"

    @property
    def index_dir(self) -> Path:
        """Where index versions lie."""
        return self.data_dir / "index"

    @property
    def milvus(self) -> str:
        """The Milvus server's address, or the folder that Milvus Lite uses."""
        return self.milvus_uri or str(self.data_dir / "milvus.db")

    @property
    def corpus(self) -> Corpus:
        """All documents: those of the corpus folder, and what staff uploaded."""
        return Corpus(self.corpus_dir, self.data_dir / "uploads")

    @property
    def journal_dir(self) -> Path:
        """Where the journal's file lies, and what its writers say of themselves."""
        return self.data_dir / "journal"

    @property
    def staff_dir(self) -> Path:
        """Where the file of staff lies by default, and what signs their sessions."""
        return self.data_dir / "staff"

    @property
    def users_file(self) -> Path:
        """The file of staff."""
        return self.staff_users or self.staff_dir / "users.json"

    @property
    def fingerprint(self) -> str:
        """Changes with any setting that an answer depends on."""
        written = (
            (self.llm_base_url, self.llm_model, self.llm_passage_tokens, self.llm_answer_tokens,
             self.llm_follow_ups)
            if self.llm_base_url
            else ()
        )  # fmt: skip
        return fingerprint(
            self.embedding_model, self.reader_model, self.precision, self.chunk_tokens, self.top_k,
            *written,
        )  # fmt: skip

    @property
    def pending_questions(self) -> Path:
        """Where questions that staff proposed wait to be accepted."""
        return self.data_dir / "eval" / "pending.jsonl"


def load_settings(**overrides: object) -> Settings:
    """The settings in force; ``overrides`` win over everything else.

    Raises:
        ConfigError: a setting is unknown or has a value that cannot be used.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks each value
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError("The file .env cannot be read.", "Save it as UTF-8 text.") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "a setting"
        raise ConfigError(
            f"The setting {name} cannot be used: {first['msg']}.",
            "Correct it in the environment or in .env; README.md lists the settings.",
        ) from exc


def fingerprint(*parts: object) -> str:
    """Twelve hexadecimal digits that change when any of ``parts`` changes."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:12]
