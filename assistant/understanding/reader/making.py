"""`aisle train-reader`: the reader that ships, made anew from the corpus."""

from __future__ import annotations

from pathlib import Path

import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.understanding.reader import training
from assistant.understanding.reader.base import BaseModel
from assistant.understanding.reader.corpus import read_corpus
from assistant.understanding.reader.runtime import BASE, SHIPPED
from data.store import home
from data.weights import fetch

CALIBRATED_BY = ("en", "zh")


def make(folder: Path | None, passes: int, seed: int, console: Console) -> Path:
    """Train, measure on the batches that were kept out, calibrate, and write the result; an interrupted training goes
    on.

    :param folder: where to write; by default where Aisle reads it from. :raises AisleError: where the base model
    cannot be had.
    """
    base, examples = BaseModel(fetch(BASE)), read_corpus()
    learnt, kept = training.held_out(examples)
    console.print(f"{len(learnt):,} messages to learn from, {len(kept):,} kept out.")
    unfinished = home() / "train-reader.pt"
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task("Training", total=1.0)

        def shown(share: float, loss: float) -> None:
            bar.update(task, completed=share, description=f"Training, loss {loss:.2f}")

        reader = training.train(base, learnt, passes=passes, seed=seed, kept=unfinished, progress=shown)
    figures, scores, truth = dict[str, float](), list[torch.Tensor](), list[torch.Tensor]()
    for language in sorted({example.language for example in kept}):
        found, logits, acts = training.measure(base, reader, [each for each in kept if each.language == language])
        figures |= {f"acts.{language}": round(found.acts, 4), f"spans.{language}": round(found.spans, 4)}
        console.print(f"{language}: acts {found.acts:.3f}, messages {found.messages:.3f}, spans {found.spans:.3f}")
        if language in CALIBRATED_BY:
            scores.append(logits)
            truth.append(acts)
    temperature, sure = training.calibrated(torch.cat(scores), torch.cat(truth))
    place = folder or SHIPPED
    card = {"temperature": round(temperature, 3), "sure": round(sure, 2), "passes": passes, "seed": seed}
    training.save(reader, place, {**card, "figures": figures})
    unfinished.unlink(missing_ok=True)
    return place
