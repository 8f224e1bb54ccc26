"""The trained network as the folder that ``rag.reader`` loads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import BertConfig

from rag.networks import ARCHITECTURE, CALIBRATION
from rag.weights import WEIGHTS, sha256_of
from training.network import encoder_folder

# Before there is a calibration the logit of the answerability head is taken as it is.
UNCALIBRATED: dict[str, object] = {"weights": {"answerable": 1.0, "margin": 0.0, "bias": 0.0}}


def export(state: dict[str, Tensor], folder: Path, calibration: dict[str, object]) -> None:
    """Write weights (float16), their sha256, configuration, tokenizer and calibration.

    Args:
        state: of a ``rag.reader.SpanNetwork``.
        folder: made if need be; files of an earlier export are replaced.
        calibration: see ``training.calibrating``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    half = {name: value.to(torch.float16).contiguous() for name, value in state.items()}
    save_file(half, folder / WEIGHTS, metadata={"format": "pt"})
    (folder / f"{WEIGHTS}.sha256").write_text(
        f"{sha256_of(folder / WEIGHTS)}  {WEIGHTS}\n", "ascii"
    )
    config = BertConfig.from_pretrained(encoder_folder(), local_files_only=True)
    config.architectures = [ARCHITECTURE]
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    fields = {k: v for k, v in config.to_dict().items() if not k.startswith("_")}
    fields.pop("transformers_version", None)
    _write_json(folder / "config.json", fields)
    shutil.copyfile(encoder_folder() / "tokenizer.json", folder / "tokenizer.json")
    write_calibration(folder, calibration)


def write_calibration(folder: Path, calibration: dict[str, object]) -> None:
    """Store what makes probabilities of the network's logits, with what chose it."""
    _write_json(folder / CALIBRATION, calibration)


def _write_json(path: Path, fields: dict[str, object]) -> None:
    path.write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n", "utf-8")
