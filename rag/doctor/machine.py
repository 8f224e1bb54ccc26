"""Python, the processor and the disk."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from rag.doctor.finding import Finding, count

_OLDEST = (3, 11)
# PyTorch's names of what makes a model fast, on x86 and on ARM.
_FEATURES = (
    "avx2", "avx512_f", "avx512_bf16", "amx_bf16", "neon", "bf16", "sve", "sve2", "sve_bf16",
)  # fmt: skip
_MB = 1_000_000
# Below the first of these nothing can be written safely, below the second it soon cannot.
_LEAST_FREE = 64 * _MB
_LITTLE_FREE = 1000 * _MB


def python_findings() -> Iterator[Finding]:
    """Whether this Python can run the product."""
    name = f"{platform.python_implementation()} {platform.python_version()}"
    if sys.version_info < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        yield Finding(
            "python",
            "error",
            f"{name} is too old.",
            f"Install Python {oldest} or newer and make the environment again.",
        )
    elif sys.maxsize < 2**32:
        yield Finding("python", "error", f"{name} is a 32-bit program.", "Install a 64-bit Python.")
    else:
        yield Finding("python", "ok", f"{name} on {platform.system()} {platform.machine()}.")


def cpu_findings(precision: str, *, quick: bool) -> Iterator[Finding]:
    """The cores, what they compute in, and whether the setting ``PRECISION`` suits them."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = count(len(affinity(0)) if affinity else os.cpu_count() or 1, "core")
    if quick:
        yield Finding("cpu", "ok", f"{cores}; what they compute in is not looked at with --quick.")
        return
    import torch

    from rag.weights import inference_dtype

    can = {name for name, value in torch.cpu.get_capabilities().items() if value is True}
    features = ", ".join(name for name in _FEATURES if name in can) or "no vector instructions"
    native = inference_dtype("auto") is torch.bfloat16
    if precision == "bfloat16" and not native:
        yield Finding(
            "cpu",
            "warning",
            "PRECISION is bfloat16, which this processor only emulates, slower than float32.",
            "Set PRECISION to auto.",
        )
    if platform.machine().lower() in {"x86_64", "amd64"} and "avx2" not in can:
        yield Finding(
            "cpu",
            "notice",
            "This processor has no AVX2: answers take several times as long.",
            "Run it on a processor of 2013 or later, or set READER_MODEL to none.",
        )
    used = "bfloat16" if precision == "bfloat16" or (precision == "auto" and native) else "float32"
    yield Finding("cpu", "ok", f"{cores}; models compute in {used} ({features}).")


def disk_findings(data_dir: Path, index_dir: Path) -> Iterator[Finding]:
    """Whether there is room for the next index version, and whether it may be written."""
    largest = max(map(_size, (index_dir / "versions").glob("[0-9]*")), default=0)
    seen: set[int] = set()
    for folder in map(_existing, (index_dir, data_dir)):
        device = folder.stat().st_dev
        if device in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(folder).free
        said = f"{free / _MB:,.0f} MB are free on the disk of {folder}"
        if largest:
            said += f"; the largest index version has {largest / _MB:,.1f} MB"
        cure = "Free space on that disk, or lower KEEP_VERSIONS."
        if free < max(_LEAST_FREE, 2 * largest):
            yield Finding("disk", "error", f"{said}: the next may not fit.", cure)
        elif free < max(_LITTLE_FREE, 5 * largest):
            yield Finding("disk", "warning", f"{said}.", cure)
        else:
            yield Finding("disk", "ok", f"{said}.")
    folder = _existing(index_dir)
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            "disk",
            "warning",
            f"{folder} cannot be written: no new index version can be published.",
            "Give this user the right to write there, or set DATA_DIR to another folder.",
        )


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    folder = folder.absolute()
    return next((f for f in (folder, *folder.parents) if f.is_dir()), Path(folder.anchor))


def _size(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        try:
            size += path.stat().st_size
        except OSError:
            # Removed meanwhile by whoever publishes.
            continue
    return size
