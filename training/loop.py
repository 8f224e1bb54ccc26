"""The training loop: bfloat16 weights under float32 masters, resumable, its curve logged."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from rag.networks import SpanNetwork
from training.batching import Encoded, collate
from training.network import loss_of

_SAVE_EVERY = 100
_LOG_EVERY = 20
_CLIP = 1.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Learning rate of ``steps`` steps from step ``first`` on: up over a share of ``warmup``, then
    straight down to 0.
    """

    steps: int
    peak: float = 1.5e-4
    warmup: float = 0.06
    first: int = 0

    def rate(self, step: int) -> float:
        """The learning rate of a step."""
        up = max(1, int(self.steps * self.warmup))
        step -= self.first
        if step < up:
            return self.peak * (step + 1) / up
        return self.peak * max(0.0, (self.steps - step) / (self.steps - up))


class Trainer:
    """Holds the network, its float32 masters, their running mean and the optimiser."""

    def __init__(self, network: SpanNetwork, run: Path, decay: float = 0.995) -> None:
        self.run = run
        self.step = 0
        self._decay = decay
        named = [(n, p) for n, p in network.named_parameters() if p.requires_grad]
        self._names = [name for name, _ in named]
        self._masters = [p.detach().float().clone() for _, p in named]
        self._mean = [m.clone() for m in self._masters]
        self.network = network.to(torch.bfloat16)
        self._live = [p for _, p in named]
        flat = [m for m in self._masters if m.ndim > 1]
        rest = [m for m in self._masters if m.ndim == 1]
        groups = [{"params": flat, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}]
        self._optimiser = torch.optim.AdamW(groups, lr=0.0, fused=True)
        if (run / "checkpoint.safetensors").is_file():
            self._resume()

    def train(self, batches: list[list[Encoded]], first_step: int, schedule: Schedule) -> None:
        """Go through ``batches``, of which those before ``self.step - first_step`` are done."""
        began, done = time.monotonic(), 0
        for batch in batches[self.step - first_step :]:
            loss, shown = loss_of(self.network, collate(batch))
            if not math.isfinite(loss.item()):
                raise FloatingPointError(f"the loss is {loss.item()} at step {self.step}")
            loss.backward()  # type: ignore[no-untyped-call]
            self._update(schedule.rate(self.step))
            self.step += 1
            done += len(batch)
            if self.step % _LOG_EVERY == 0:
                speed = done / (time.monotonic() - began)
                self._log(loss=loss.item(), rate=schedule.rate(self.step), speed=speed, **shown)
            if self.step % _SAVE_EVERY == 0:
                self.save()
        self.save()

    def _update(self, rate: float) -> None:
        for master, live in zip(self._masters, self._live, strict=True):
            master.grad = None if live.grad is None else live.grad.float()
            live.grad = None
        torch.nn.utils.clip_grad_norm_(self._masters, _CLIP)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self._optimiser.step()
        # The mean forgets its start: with a short past it leans on the present.
        decay = min(self._decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(self._mean, self._masters, 1 - decay)
            for master, live in zip(self._masters, self._live, strict=True):
                live.copy_(master)

    def _log(self, **values: float) -> None:
        line = {"step": self.step, **{k: round(v, 6) for k, v in values.items()}}
        with (self.run / "curve.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def save(self) -> None:
        """Everything needed to go on, written beside and then moved, so that it is whole."""
        tensors: dict[str, Tensor] = {}
        for name, master, mean in zip(self._names, self._masters, self._mean, strict=True):
            tensors[f"master.{name}"], tensors[f"mean.{name}"] = master, mean
            for key, value in self._optimiser.state.get(master, {}).items():
                tensors[f"{key}.{name}"] = value
        tensors["step"] = torch.tensor([self.step])
        save_file(tensors, self.run / "checkpoint.tmp")
        (self.run / "checkpoint.tmp").replace(self.run / "checkpoint.safetensors")

    def _resume(self) -> None:
        tensors = load_file(self.run / "checkpoint.safetensors")
        self.step = int(tensors["step"])
        with torch.no_grad():
            for i, name in enumerate(self._names):
                self._masters[i].copy_(tensors[f"master.{name}"])
                self._mean[i].copy_(tensors[f"mean.{name}"])
                self._live[i].copy_(self._masters[i])
                keys = ("step", "exp_avg", "exp_avg_sq")
                state = {
                    key: tensors[f"{key}.{name}"] for key in keys if f"{key}.{name}" in tensors
                }
                if state:
                    self._optimiser.state[self._masters[i]] = state

    def with_mean(self, act: Callable[[SpanNetwork], None]) -> None:
        """Call ``act`` with the running mean of the weights in the network, then put them back."""
        with torch.no_grad():
            for live, mean in zip(self._live, self._mean, strict=True):
                live.copy_(mean)
            act(self.network)
            for live, master in zip(self._live, self._masters, strict=True):
                live.copy_(master)

    def state(self) -> dict[str, Tensor]:
        """The running mean of the trained weights and the frozen ones, float32."""
        whole = {k: v.float() for k, v in self.network.state_dict().items()}
        return whole | dict(zip(self._names, self._mean, strict=True))
