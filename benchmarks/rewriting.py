"""Vague wishes over the demo store: the words as typed against what Aisle searches for them.

    aisle eval rewriting --json docs/figures/rewriting.json --docs

`vague_requests.yaml` says which families answer a wish; NDCG@10 has the gains of Järvelin and Kekäläinen (2002) for
grades 2 and 1 (3 and 1), over the whole catalogue. A third of the wishes was put aside while the rewriter was made.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.console import Console

from assistant.conversation.commands import Command
from assistant.engines import open_engine
from assistant.topic import alternatives
from assistant.understanding.language import has_cjk
from assistant.understanding.linking import Linker
from assistant.understanding.message import Message
from assistant.understanding.querying import Query, QueryWriter
from assistant.understanding.reader.runtime import LearnedReader, open_reader
from assistant.understanding.reader.scene import Scene
from assistant.understanding.vocabulary import Vocabulary
from benchmarks.documents import markdown
from benchmarks.evaluation import Options, Report, command
from data.catalogue import Catalogue
from data.demo.specs import load_departments
from data.store import Store
from retrieval.alternatives import search_alternatives
from retrieval.hybrid import Hit, HybridSearch
from retrieval.phrases import PhraseEncoder

WISHES = Path(__file__).with_name("vague_requests.yaml")
K = 10
MEANT, FINE = 2, 1
RESAMPLES = 10_000
SEED = 7
WAYS = ("typed", "no_model", "rewritten")


@dataclass(frozen=True)
class Wish:
    text: str
    grades: dict[str, int]  # category path → 2 where it is just what is meant, 1 where it would do
    held_out: bool

    @property
    def in_chinese(self) -> bool:
        return has_cjk(self.text)


@dataclass(frozen=True)
class Outcome:
    wish: Wish
    query: Query
    ndcg: dict[str, float]  # by way
    seconds: float  # from the words to the query, with the model


PARTS: dict[str, Callable[[Wish], bool]] = {
    "": lambda wish: True,
    ".en": lambda wish: not wish.in_chinese,
    ".zh": lambda wish: wish.in_chinese,
    ".development": lambda wish: not wish.held_out,
    ".held_out": lambda wish: wish.held_out,
    ".held_out.en": lambda wish: wish.held_out and not wish.in_chinese,
    ".held_out.zh": lambda wish: wish.held_out and wish.in_chinese,
}
NAMES = dict(
    zip(
        PARTS,
        ("all", "English", "Chinese", "development", "held out", "held out, English", "held out, Chinese"),
        strict=True,
    )
)


def wishes() -> list[Wish]:
    paths = {family.name: dep.category(family) for dep in load_departments() for family in dep.families}

    def read(entry: dict[str, Any], part: str) -> Wish:
        grades = {paths[name]: FINE for name in entry["fine"]} | {paths[name]: MEANT for name in entry["meant"]}
        return Wish(entry["wish"], grades, held_out=part == "held_out")

    content = yaml.safe_load(WISHES.read_text(encoding="utf-8"))
    return [read(entry, part) for part, entries in content.items() for entry in entries]


def ndcg(hits: Sequence[Hit], wish: Wish, catalogue: Catalogue) -> float:
    """NDCG@10 of a list, 0 to 1, against the best list that the catalogue allows."""
    gains = np.array([2 ** wish.grades.get(path, 0) - 1 for path in catalogue.categories], dtype=float)
    discounts = 1 / np.log2(np.arange(2, K + 2))
    found = gains[[hit.row for hit in hits[:K]]]
    best = np.sort(gains)[::-1][:K]
    return float(found @ discounts[: len(found)] / (best @ discounts))


def measure(options: Options, console: Console) -> Report:
    store = Store.open(options.store)
    search = HybridSearch.open(store)
    vocabulary, reader = Vocabulary(search.catalogue), open_reader()
    linker = Linker(search.catalogue, vocabulary, PhraseEncoder(), store.index_folder)
    model = open_engine(store.settings)
    alone, helped = (QueryWriter(search, vocabulary, linker, each, "en") for each in (None, model))
    outcomes = []
    for wish in wishes():
        command = _command(reader, wish.text)
        started = time.perf_counter()
        query = helped.of(command)
        seconds = time.perf_counter() - started
        lists = {
            "typed": search.search(wish.text, K),
            "no_model": search_alternatives(search, alternatives(alone.of(command).words), K),
            "rewritten": search_alternatives(search, alternatives(query.words), K),
        }
        scores = {way: ndcg(hits, wish, search.catalogue) for way, hits in lists.items()}
        outcomes.append(Outcome(wish, query, scores, seconds))
        console.print(
            f"{scores['typed']:.2f} → {scores['rewritten']:.2f}  {wish.text} → {query.words}", highlight=False
        )
    return _report(outcomes)


def _command(reader: LearnedReader, typed: str) -> Command:
    """The wish as the first message of a conversation, whole."""
    text = Message.of(typed).text
    return reduce(lambda before, command: before.together(command, text), reader.read(text, Scene()))


def _report(outcomes: list[Outcome]) -> Report:
    figures = {
        f"ndcg@10.{way}{part}": float(np.mean([o.ndcg[way] for o in outcomes if belongs(o.wish)]))
        for part, belongs in PARTS.items()
        for way in WAYS
    }
    low, high = _interval([outcome.ndcg["rewritten"] - outcome.ndcg["typed"] for outcome in outcomes])
    seconds = [outcome.seconds for outcome in outcomes if outcome.query.rewritten]
    figures |= {
        "ndcg@10.lift": figures["ndcg@10.rewritten"] / figures["ndcg@10.typed"],
        "ndcg@10.gain_low": low,
        "ndcg@10.gain_high": high,
        "rewrite.p50_seconds": float(np.median(seconds)),
        "rewrite.p90_seconds": float(np.quantile(seconds, 0.9)),
    }
    return Report(figures, {"rewriting.summary": _summary(outcomes, figures), "rewriting.wishes": _each(outcomes)})


def _interval(gains: list[float]) -> tuple[float, float]:
    """Bounds of the mean in 95 of 100 bootstrap samples of the wishes."""
    samples = np.random.default_rng(SEED).choice(gains, size=(RESAMPLES, len(gains))).mean(axis=1)
    return float(np.quantile(samples, 0.025)), float(np.quantile(samples, 0.975))


def _summary(outcomes: list[Outcome], figures: dict[str, float]) -> str:
    rows = [["wishes", "number", "as typed", "without a model", "rewritten", "gain (95 %)"]]
    for part, belongs in PARTS.items():
        chosen = [outcome for outcome in outcomes if belongs(outcome.wish)]
        low, high = _interval([outcome.ndcg["rewritten"] - outcome.ndcg["typed"] for outcome in chosen])
        values = [f"{figures[f'ndcg@10.{way}{part}']:.3f}" for way in WAYS]
        rows.append([NAMES[part], str(len(chosen)), *values, f"{low:+.3f} to {high:+.3f}"])
    return (
        f"{markdown(rows)}\n\nFrom the words to the query: {figures['rewrite.p50_seconds']:.2f} s in the median, "
        f"{figures['rewrite.p90_seconds']:.2f} s at the 90th percentile."
    )


def _each(outcomes: list[Outcome]) -> str:
    rows = [["wish", "searched", "held out", "as typed", "without a model", "rewritten"]]
    for outcome in outcomes:
        held_out = "yes" if outcome.wish.held_out else ""
        rows.append([outcome.wish.text, outcome.query.words, held_out, *(f"{outcome.ndcg[way]:.2f}" for way in WAYS)])
    return markdown(rows)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", default="demo", help="the demo store's name or folder")
    command(parser, measure, arguments)


if __name__ == "__main__":
    main()
