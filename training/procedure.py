"""The whole training: two stages, hard negatives by what it has become, a third stage."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from rag.reader import Reader
from training.batching import PairEncoder, batches
from training.calibrating import calibrate
from training.examples import Example
from training.export import UNCALIBRATED, export, write_calibration
from training.loop import Schedule, Trainer
from training.mixture import STAGES, mixture
from training.network import encoder_folder, start_network
from training.scoring import answerability
from training.sources import load

SEED = 20
BATCH = 32
# The first stage is cut to 600 steps, the others run to their ends; the learning rate reaches 0
# with the last of them.
STEPS = (600, 580, 740)

Out = Callable[[str], None]


def train(data: Path, run: Path, out: Out, limit: int | None = None) -> Trainer:
    """Train, or go on from the checkpoint in ``run``.

    Args:
        data: folder with the public sets.
        run: folder for checkpoint, curve and examples; it is made if need be.
        out: takes lines that tell how far it is.
        limit: at most so many steps in each stage, to try things out.
    """
    run.mkdir(parents=True, exist_ok=True)
    questions = [q for q in load(data) if q.part == "train"]
    out(f"{len(questions)} training questions")
    trainer = Trainer(start_network(SEED), run)
    steps = [min(s, limit or s) for s in STEPS]
    schedule = Schedule(sum(steps))
    done = 0
    for number, (stage, count) in enumerate(zip(STAGES, steps, strict=True)):
        encoder = PairEncoder(encoder_folder(), stage.length)
        score = partial(answerability, trainer.network, encoder)
        make = partial(mixture, questions, stage, SEED + number, score)
        if trainer.step < done + count:
            examples = _kept(run / f"{stage.name}.jsonl", make, out)
            made = batches(examples, encoder, BATCH, SEED + number)
            trainer.train(made[:count], done, schedule)
        done += count
    return trainer


def _kept(path: Path, make: Callable[[], list[Example]], out: Out) -> list[Example]:
    """The examples of one stage, kept in a file so that a resumed run sees the same ones."""
    if not path.is_file():
        lines = (json.dumps(asdict(example), ensure_ascii=False) for example in make())
        path.write_text("\n".join(lines), encoding="utf-8")
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").split("\n"))
    examples = [Example(**{**r, "span": r["span"] and tuple(r["span"])}) for r in rows]
    counts = Counter(e.kind for e in examples)
    out(f"{path.stem} stage: {len(examples)} examples; {dict(counts.most_common())}")
    return examples


def finish(trainer: Trainer, data: Path, folder: Path, out: Out) -> None:
    """Export the running mean of the weights, then fit and store the calibration.

    Args:
        trainer: after ``train``.
        data: folder with the public sets.
        folder: where the reader goes; files there are replaced.
        out: takes a line that tells what was fitted.
    """
    export(trainer.state(), folder, UNCALIBRATED)
    fitted = calibrate(Reader.load(folder), load(data))
    write_calibration(folder, fitted)
    out(f"{folder}: calibrated to {fitted['weights']}")
