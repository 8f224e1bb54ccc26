"""The whole training: stages of examples, the later ones with negatives hard for the earlier."""

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
from training.mixture import STAGES, Stage, mixture
from training.network import encoder_folder, start_network
from training.scoring import answerability
from training.sources import Question, load

SEED = 20
BATCH = 32
# Two trainings, the second from where the first ended: the steps of their stages and the highest
# learning rate. In each the rate reaches 0 with its last step.
TRAININGS = (((600, 580, 740), 1.5e-4), ((1500,), 1.0e-4))

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
    stages = iter(STAGES)
    done = 0
    for steps, peak in TRAININGS:
        counts = [min(count, limit or count) for count in steps]
        schedule = Schedule(sum(counts), peak, first=done)
        for count in counts:
            _train_stage(next(stages), trainer, questions, schedule, (done, done + count), out)
            done += count
    return trainer


def _train_stage(
    stage: Stage,
    trainer: Trainer,
    questions: list[Question],
    schedule: Schedule,
    steps: tuple[int, int],
    out: Out,
) -> None:
    """The steps from ``steps[0]`` to before ``steps[1]``, as far as they are not done yet."""
    if trainer.step >= steps[1]:
        return
    seed = SEED + STAGES.index(stage)
    encoder = PairEncoder(encoder_folder(), stage.length)
    score = partial(answerability, trainer.network, encoder)
    make = partial(mixture, questions, stage, seed, score)
    examples = _kept(trainer.run / f"{stage.name}.jsonl", make, out)
    made = batches(examples, encoder, BATCH, seed)
    trainer.train(made[: steps[1] - steps[0]], steps[0], schedule)


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
