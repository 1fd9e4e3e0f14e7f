"""The reader, trained from the corpus: reproducible, and resumed where it was interrupted.

Batches whose name ends in `_test` are kept out whole: with them it is measured, and its confidence calibrated
(Guo et al., "On Calibration of Modern Neural Networks", 2017).
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from assistant.understanding.reader.base import BaseModel
from assistant.understanding.reader.corpus import Example, MarkedSegment, MarkedSpan
from assistant.understanding.reader.decoding import cuts, spans_of
from assistant.understanding.reader.encoding import Encoded, encode
from assistant.understanding.reader.labels import ACTS, CARD, LABELS, TAGS, WEIGHTS
from assistant.understanding.reader.network import Reader
from data.files import replacing, replacing_folder

PASSES: Final = 5
LEVELLING_RATE: Final = 0.3  # of the whole rate, in the last pass, in which every act is as frequent as any other
AT_LEAST, AT_MOST = 150, 300  # examples of an act in a language, in that pass
BATCH_TOKENS: Final = 1600
RATE: Final = 7e-4  # of the adapters
WHOLE_RATE: Final = 5e-5  # of the base's biases and norms
HEAD_RATE: Final = 1e-3
WARM_UP: Final = 0.05  # of all steps
STANDARD: Final = 100  # examples by whose states all are standardised
SWAPPED: Final = 0.35  # of the spans that may be another's words
WITHOUT_SCENE: Final = 0.06
MISTYPED: Final = 0.2  # of the messages
SMOOTHING: Final = 0.05
NINE_IN_TEN: Final = 0.9
SWAPPABLE: Final = frozenset({"thing", "want", "not", "own", "allergy", "fits"})
MOST_SPANS_SWAPPED_IN: Final = 40  # characters: longer ones are stories
_WORD = re.compile(r"[^\W\d_]{4,}")  # long enough to be known again when a letter is wrong
_ALPHABET = re.compile(r"[a-zà-ÿ]", re.IGNORECASE)

Progress = Callable[[float, float], None]  # share done, loss


@dataclass(frozen=True)
class Piece:
    """An example as tokens: for each token of the message whether a command begins, its tag and its segment."""

    encoded: Encoded
    begins: np.ndarray
    tags: np.ndarray
    segments: tuple[tuple[int, int, int], ...]  # first token, the one after the last, act


def held_out(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """What is learnt from, and what is kept for measuring."""
    kept = [example for example in examples if example.batch.endswith("_test")]
    return [example for example in examples if not example.batch.endswith("_test")], kept


def piece(base: BaseModel, example: Example) -> Piece:
    """What the heads shall say of each token of the example."""
    encoded = encode(base, example.text, example.scene)
    offsets = encoded.offsets
    begins, tags = np.zeros(len(offsets), np.float32), np.zeros(len(offsets), np.int64)
    for span in example.spans:
        inside = [i for i, (start, end) in enumerate(offsets) if start < span.end and span.start < end and start < end]
        for place in inside:
            tags[place] = TAGS.index(f"{'B' if place == inside[0] else 'I'}-{span.label}")
    segments = []
    for segment in example.segments:
        inside = [i for i, (start, end) in enumerate(offsets) if segment.start <= start < segment.end]
        if inside:
            begins[inside[0]] = 1
            segments.append((inside[0], inside[-1] + 1, ACTS.index(segment.act)))
    return Piece(encoded, begins, tags, tuple(segments))


class Variation:
    """The same example in other words: a span's words changed for those of another, a word mistyped, the scene left
    out."""

    def __init__(self, examples: Sequence[Example], seed: int) -> None:
        self._chance = random.Random(seed)
        self._words: dict[tuple[str, str], list[str]] = defaultdict(list)
        for example in examples:
            for span in example.spans:
                words = example.text[span.start : span.end]
                if span.label in SWAPPABLE and len(words) <= MOST_SPANS_SWAPPED_IN:
                    self._words[example.language, span.label].append(words)

    def of(self, example: Example) -> Example:
        return self._typed(self._swapped(example))

    def _typed(self, example: Example) -> Example:
        """As hasty fingers type it: a letter missing, doubled or after the next."""
        text = example.text
        words = [match for match in _WORD.finditer(text) if _ALPHABET.match(match[0])]
        if not words or self._chance.random() >= MISTYPED:
            return example
        word = self._chance.choice(words)
        at = self._chance.randrange(word.start() + 1, word.end() - 1)
        first, second = text[at], text[at + 1]
        slip = self._chance.choice((second, first + first + second, second + first))
        text = text[:at] + slip + text[at + 2 :]
        shift = len(slip) - 2

        def moved(place: int) -> int:
            return place + shift if place > at else place

        return replace(
            example,
            text=text,
            spans=tuple(MarkedSpan(moved(s.start), moved(s.end), s.label) for s in example.spans),
            segments=tuple(MarkedSegment(moved(s.start), moved(s.end), s.act) for s in example.segments),
        )

    def _swapped(self, example: Example) -> Example:
        text, spans, shift = "", list[MarkedSpan](), 0
        moves: list[tuple[int, int]] = []  # from here in the old text on, everything is so much further
        position = 0
        for span in sorted(example.spans, key=lambda each: each.start):
            words = example.text[span.start : span.end]
            others = self._words.get((example.language, span.label))
            if others and self._chance.random() < SWAPPED:
                words = self._chance.choice(others)
            text += example.text[position : span.start]
            spans.append(MarkedSpan(len(text), len(text) + len(words), span.label))
            text += words
            position = span.end
            shift = len(text) - span.end
            moves.append((span.end, shift))
        text += example.text[position:]

        def moved(place: int) -> int:
            return place + next((by for at, by in reversed(moves) if place >= at), 0)

        segments = tuple(MarkedSegment(moved(s.start), moved(s.end), s.act) for s in example.segments)
        bare = self._chance.random() < WITHOUT_SCENE and not example.scene.asked
        scene = type(example.scene)() if bare else example.scene
        return replace(example, text=text, spans=tuple(spans), segments=segments, scene=scene)


@dataclass
class Measured:
    """Of examples that were kept out. `acts`: share of segments, as a person cut them, whose act is right; `messages`:
    of messages all of whose commands, cut by the reader, are a person's; `spans`: F1 of spans that are exactly a
    person's."""

    acts: float
    messages: float
    spans: float


def train(
    base: BaseModel,
    examples: Sequence[Example],
    *,
    passes: int = PASSES,
    seed: int = 0,
    kept: Path | None = None,
    progress: Progress = lambda share, loss: None,
) -> Reader:
    """`kept` is a file that each pass is written to and from which an interrupted training goes on."""
    torch.manual_seed(seed)
    reader = Reader(base, seed)
    sample = [piece(base, example).encoded for example in examples[:: max(1, len(examples) // STANDARD)]]
    with torch.no_grad():
        reader.encoder.standardise(torch.cat([reader.encoder(*embedded(base, [each]))[0] for each in sample]))
    optimizer = torch.optim.AdamW(_groups(reader), weight_decay=0.01)
    mark = _mark(examples, passes, seed)
    done = _resumed(kept, mark, reader, optimizer)
    reader.train()
    for number in range(done, passes):
        for place, loss in _pass(base, reader, optimizer, examples, seed * 1000 + number, _scheduled(number, passes)):
            progress((number + place) / (passes + 1), loss)
        if kept is not None:
            with replacing(kept) as beside:
                torch.save(
                    {
                        "mark": mark,
                        "done": number + 1,
                        "reader": reader.state_dict(),
                        "optimizer": optimizer.state_dict(),
                    },
                    beside,
                )
    fresh = torch.optim.AdamW(_groups(reader), weight_decay=0.01)
    for place, loss in _pass(base, reader, fresh, level(examples, seed), seed * 1000 + passes, _levelling):
        progress((passes + place) / (passes + 1), loss)
    return reader.eval()


def level(examples: Sequence[Example], seed: int) -> list[Example]:
    """As many examples of each act as of any other, in each language: some of the frequent, the rare ones more than
    once. What is asked seldom is else taken for what is asked often."""
    chance, by_act = random.Random(seed), defaultdict[tuple[str, str], list[Example]](list)
    counts = Counter(segment.act for example in examples for segment in example.segments)
    for example in examples:
        by_act[example.language, min((s.act for s in example.segments), key=counts.__getitem__)].append(example)
    chosen = list[Example]()
    for each in by_act.values():
        chosen += chance.sample(each, min(len(each), AT_MOST))
        chosen += chance.choices(each, k=max(0, AT_LEAST - len(each)))
    return chosen


def _pass(
    base: BaseModel,
    reader: Reader,
    optimizer: torch.optim.Optimizer,
    examples: Sequence[Example],
    seed: int,
    rate: Callable[[float], float],
) -> Iterator[tuple[float, float]]:
    """One pass over the examples, varied; the share of it that is done, and the loss, after each step."""
    variation = Variation(examples, seed)
    pieces = [piece(base, variation.of(example)) for example in examples]
    order = _batches([len(each.encoded.ids) for each in pieces], seed)
    for place, chosen in enumerate(order):
        for group in optimizer.param_groups:
            group["lr"] = group["top"] * rate(place / len(order))
        with torch.autocast("cpu", torch.bfloat16):
            loss = _loss(base, reader, [pieces[i] for i in chosen])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        yield place / len(order), float(loss.detach())


def _groups(reader: Reader) -> list[dict[str, Any]]:
    """Parameters by how fast they may change."""
    rates = defaultdict[float, list[Tensor]](list)
    for name, parameter in reader.named_parameters():
        adapter = name.endswith((".up", ".down"))
        rates[HEAD_RATE if not name.startswith("encoder.") else RATE if adapter else WHOLE_RATE].append(parameter)
    return [{"params": parameters, "lr": rate, "top": rate} for rate, parameters in rates.items()]


def _scheduled(number: int, passes: int) -> Callable[[float], float]:
    """The share of the whole rate, by the share of this pass that is done."""

    def rate(place: float) -> float:
        share = (number + place) / passes
        return min(1.0, share / WARM_UP + 0.02) * (0.5 * (1 + math.cos(math.pi * share)) + 0.01)

    return rate


def _levelling(place: float) -> float:
    return LEVELLING_RATE * (1 - place)


def _mark(examples: Sequence[Example], passes: int, seed: int) -> str:
    digest = hashlib.sha256(f"{passes} {seed} {ACTS} {TAGS}".encode())
    for example in examples:
        digest.update(repr(example).encode())
    return digest.hexdigest()


def _resumed(kept: Path | None, mark: str, reader: Reader, optimizer: torch.optim.Optimizer) -> int:
    """How many passes have been made; 0 where nothing is kept, or of another corpus."""
    if kept is None or not kept.exists():
        return 0
    state: dict[str, Any] = torch.load(kept, weights_only=True)
    if state["mark"] != mark:
        return 0
    reader.load_state_dict(state["reader"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["done"])


def _batches(lengths: Sequence[int], seed: int) -> list[list[int]]:
    """Examples of like length together, in an order of chance."""
    chance = random.Random(seed)
    order = sorted(range(len(lengths)), key=lambda i: lengths[i] + chance.random() * 6)
    batches, batch = list[list[int]](), list[int]()
    for i in order:
        if batch and (len(batch) + 1) * lengths[i] > BATCH_TOKENS:
            batches.append(batch)
            batch = []
        batch.append(i)
    if batch:
        batches.append(batch)
    chance.shuffle(batches)
    return batches


def embedded(base: BaseModel, pieces: Sequence[Encoded]) -> tuple[Tensor, Tensor]:
    """Padded embeddings `[batch, length, hidden]` and mask `[batch, length]`."""
    longest = max(len(each.ids) for each in pieces)
    ids, mask = np.full((len(pieces), longest), base.pad), np.zeros((len(pieces), longest), np.float32)
    for row, each in enumerate(pieces):
        ids[row, : len(each.ids)], mask[row, : len(each.ids)] = each.ids, 1
    vectors = base.embeddings(ids.ravel()).reshape(*ids.shape, -1)
    return torch.from_numpy(vectors), torch.from_numpy(mask)


def _loss(base: BaseModel, reader: Reader, pieces: Sequence[Piece]) -> Tensor:
    states = reader.encoder(*embedded(base, [each.encoded for each in pieces]))
    dropped = reader.drop(states)
    begins, tags = reader.begins(dropped)[..., 0].float(), reader.tags(dropped).float()
    of_begins, of_tags, segments, acts = [], [], list[Tensor](), list[int]()
    for row, each in enumerate(pieces):
        own = slice(each.encoded.first, each.encoded.first + len(each.encoded.offsets))
        of_begins.append((begins[row, own], torch.from_numpy(each.begins)))
        of_tags.append((tags[row, own], torch.from_numpy(each.tags)))
        for first, end, act in each.segments:
            segments.append(segment_vector(states[row], each.encoded.first + first, each.encoded.first + end))
            acts.append(act)
    cut = functional.binary_cross_entropy_with_logits(
        torch.cat([a for a, _ in of_begins]), torch.cat([b for _, b in of_begins])
    )
    span = functional.cross_entropy(torch.cat([a for a, _ in of_tags]), torch.cat([b for _, b in of_tags]))
    acting = functional.cross_entropy(
        reader.act_logits(torch.stack(segments)).float(), torch.tensor(acts), label_smoothing=SMOOTHING
    )
    return acting + 2 * span + cut


def segment_vector(states: Tensor, first: int, end: int) -> Tensor:
    """`[2 · hidden]` of states `[length, hidden]`."""
    return torch.cat([states[first:end].mean(dim=0), states[0]])


@torch.no_grad()
def measure(base: BaseModel, reader: Reader, examples: Sequence[Example]) -> tuple[Measured, Tensor, Tensor]:
    """How well it reads, and the logits `[segments, len(ACTS)]` and acts `[segments]` to calibrate by."""
    logits, acts, messages = list[Tensor](), list[int](), 0
    right = found = there = 0
    for example in examples:
        known = piece(base, example)
        states = reader.encoder(*embedded(base, [known.encoded]))[0]
        first, offsets = known.encoded.first, known.encoded.offsets
        own = states[first : first + len(offsets)]

        def act_of(start: int, end: int, states: Tensor = states, first: int = first) -> Tensor:
            return reader.act_logits(segment_vector(states, first + start, first + end)[None])[0]

        for start, end, act in known.segments:
            logits.append(act_of(start, end))
            acts.append(act)
        begins = torch.sigmoid(reader.begins(own)[:, 0]).numpy()
        read = [ACTS[int(act_of(*cut).argmax())] for cut in cuts(begins, offsets)]
        messages += read == [segment.act for segment in example.segments]
        spans = {each[:3] for each in spans_of(torch.log_softmax(reader.tags(own), -1).numpy(), offsets, example.text)}
        marked = {(span.start, span.end, span.label) for span in example.spans}
        right, found, there = right + len(spans & marked), found + len(spans), there + len(marked)
    scores, truth = torch.stack(logits), torch.tensor(acts)
    share = float((scores.argmax(dim=1) == truth).float().mean())
    return Measured(share, messages / len(examples), 2 * right / max(1, found + there)), scores, truth


def calibrated(scores: Tensor, truth: Tensor) -> tuple[float, float]:
    """The temperature with the least loss, and the confidence from which on nine acts in ten are right."""
    temperatures = [0.5 + 0.05 * step for step in range(60)]
    best = min(temperatures, key=lambda t: float(functional.cross_entropy(scores / t, truth)))
    sure, read = torch.softmax(scores / best, dim=1).max(dim=1)
    right = (read == truth).float()
    enough = [limit / 100 for limit in range(30, 95) if float(right[sure >= limit / 100].mean()) >= NINE_IN_TEN]
    return best, min(enough, default=0.9)


def save(reader: Reader, folder: Path, card: dict[str, Any]) -> None:
    """What was learnt, in half precision: safetensors, and a card."""
    arrays = {name: tensor.half().contiguous() for name, tensor in reader.state_dict().items()}
    with replacing_folder(folder) as beside:
        save_file(arrays, beside / WEIGHTS)
        text = json.dumps({"acts": ACTS, "labels": LABELS, **card}, indent=1)
        (beside / CARD).write_text(text + "\n", encoding="utf-8")
