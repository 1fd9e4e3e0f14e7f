"""Whether Aisle understands what real shoppers do at each turn.

    aisle eval understanding --part dialogues --json docs/figures/understanding.json --docs

Every client turn of MG-ShopDial's development dialogues is read in its place. What a language model answers is kept
under `$AISLE_HOME/evaluations`, so that an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

from langchain_core.language_models import BaseChatModel
from rich.console import Console
from rich.progress import Progress

from assistant.engines.choose import choose, open_engine, read_by
from assistant.understanding.reader.runtime import open_reader
from assistant.understanding.understand import Understander
from benchmarks.evaluation import Options, Report
from benchmarks.mgshopdial import Recording, Table, items, pictures, recordings
from benchmarks.mgshopdial_labels import goal_of, their_goal, their_intent
from benchmarks.mgshopdial_replay import make_store
from benchmarks.recorded_model import RecordedModel
from benchmarks.understanding_figures import Read, report
from data.catalogue import Catalogue
from data.store import StoreSettings, home
from retrieval.encoder import Encoder
from retrieval.hybrid import HybridSearch
from retrieval.phrases import PhraseEncoder

FOLDER: Final = "understanding-dialogues"  # within `$AISLE_HOME/evaluations`
SETTINGS: Final = StoreSettings(name="mgshopdial")
WARM_UP: Final = "do you have this in another colour"


def measure(options: Options, console: Console) -> Report:
    turns = list(read_all(_model(), console))
    folder = results_folder()
    lines = (json.dumps(asdict(turn)) for turn in turns)
    (folder / "turns.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    console.print(f"{len(turns)} client turns; the readings are in {folder}")
    return report(turns)


def read_all(model: RecordedModel | None, console: Console) -> Iterator[Read]:
    """Every client turn of every dialogue. Raises AisleError where the data are absent."""
    everything, encoder, reader, phrases = recordings(), Encoder(), open_reader(), PhraseEncoder()
    language_model = cast(BaseChatModel | None, model)
    with Progress(console=console, transient=True) as bar, TemporaryDirectory(prefix="aisle-mgshopdial-") as place:
        task = bar.add_task("Reading", total=len(everything))
        for category, rows in items().items():
            folder = Path(place) / category
            folder.mkdir()
            search = HybridSearch.open(make_store(rows, folder), encoder=encoder, progress=False)
            understander = Understander(search, language_model, "en", reader, phrases, folder, read_by(SETTINGS))
            for recording in (each for each in everything if each.category == category):
                yield from read_dialogue(recording, search.catalogue, understander, model, pictures(rows))
                bar.advance(task)


def read_dialogue(
    recording: Recording,
    catalogue: Catalogue,
    understander: Understander,
    model: RecordedModel | None,
    images: dict[str, str],
) -> Iterator[Read]:
    """The client's turns in order, each with the dialogue so far."""
    products = catalogue.products(range(len(catalogue)))
    table = Table(catalogue)
    understander.understand(WARM_UP, table.state, [])
    for utterance in recording.utterances:
        if not utterance.client:
            table.heard(utterance, products, images)
            continue
        spared = model.spared if model else 0.0
        started = time.perf_counter()
        understanding = understander.understand(utterance.text, table.state, table.in_cart)
        seconds = time.perf_counter() - started + (model.spared - spared if model else 0.0)
        yield Read(
            recording.id,
            utterance.number,
            their_goal(utterance),
            their_intent(utterance),
            understanding.intent,
            goal_of(understanding),
            understanding.source,
            seconds,
        )
        table.understood(understanding)


def results_folder() -> Path:
    """Where readings and the model's answers are kept; nothing of the data goes into the repository."""
    folder = home() / "evaluations" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _model() -> RecordedModel | None:
    """The machine's language model behind a record of what it has answered."""
    choice = choose(SETTINGS)
    if choice.kind == "none":
        return None
    file = results_folder() / "answers.jsonl"

    def opened() -> BaseChatModel:
        engine = open_engine(SETTINGS)
        assert engine is not None
        return engine

    return RecordedModel(name=str(choice), file=file, open_model=opened)
