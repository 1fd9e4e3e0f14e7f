"""Whether Aisle understands what real shoppers do at each turn, with and without its language model.

    aisle eval understanding --part dialogues --json docs/figures/understanding.json --docs

Every client turn of MG-ShopDial's development dialogues is read in its place: by rules, classifier and model together,
as Aisle does, and by the model alone. The model's answers are kept under `$AISLE_HOME/evaluations`, so that an
interrupted run goes on where it stopped.
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

from assistant.engines.choose import choose, open_engine
from assistant.turn import Understanding
from assistant.understanding.classifier import Classifier, load_or_train
from assistant.understanding.language import normalise
from assistant.understanding.remembering import read as read_memory
from assistant.understanding.understand import Understander
from benchmarks import fast_path
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

FOLDER: Final = "understanding-dialogues"  # within `$AISLE_HOME/evaluations`
WARM_UP: Final = "do you have this in another colour"


def measure(options: Options, console: Console) -> Report:
    """Figures and blocks; those of the model are left out where this machine has none."""
    model = _model()
    turns = list(read_all(model, console))
    folder = results_folder()
    lines = (json.dumps(asdict(turn)) for turn in turns)
    (folder / "turns.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    console.print(f"{len(turns)} client turns; the readings are in {folder}")
    encoder = Encoder()
    plot = fast_path.PLOT if getattr(options, "docs", None) else None
    found = fast_path.measure(load_or_train(results_folder(), encoder), encoder, plot)
    return found | report(turns, model.seconds if model else [])


def read_all(model: RecordedModel | None, console: Console) -> Iterator[Read]:
    """Every client turn of every dialogue. Raises AisleError where the data are absent."""
    everything, encoder = recordings(), Encoder()
    with Progress(console=console, transient=True) as bar, TemporaryDirectory(prefix="aisle-mgshopdial-") as place:
        task = bar.add_task("Reading", total=len(everything))
        classifier = load_or_train(results_folder(), encoder)
        for category, rows in items().items():
            folder = Path(place) / category
            folder.mkdir()
            search = HybridSearch.open(make_store(rows, folder), encoder=encoder, progress=False)
            for recording in (each for each in everything if each.category == category):
                yield from read_dialogue(recording, search, classifier, model, pictures(rows))
                bar.advance(task)


def read_dialogue(
    recording: Recording,
    search: HybridSearch,
    classifier: Classifier,
    model: RecordedModel | None,
    images: dict[str, str],
) -> Iterator[Read]:
    """The client's turns in order, each with the dialogue so far."""
    language_model = cast(BaseChatModel | None, model)
    understander = Understander(search, language_model, "en", classifier)
    products = _all(search.catalogue)
    table = Table(search.catalogue)
    understander.understand(WARM_UP, table.state, [])
    for utterance in recording.utterances:
        if not utterance.client:
            table.heard(utterance, products, images)
            continue
        before, spared = (model.asked, model.spared) if model else (0, 0.0)
        started = time.perf_counter()
        understanding = understood(understander, utterance.text, table)
        seconds = time.perf_counter() - started + (model.spared - spared if model else 0.0)
        asked = bool(model and model.asked > before)
        alone = understander.by_model_alone(utterance.text, table.state, table.in_cart) if model else None
        yield Read(
            recording.id,
            utterance.number,
            their_goal(utterance),
            their_intent(utterance),
            understanding.intent,
            goal_of(understanding),
            understanding.source,
            asked,
            seconds,
            goal_of(alone) if alone else None,
        )
        table.understood(understanding)


def understood(understander: Understander, text: str, table: Table) -> Understanding:
    """As the dialogue manager has it read: what concerns the shopper's memory first."""
    telling = read_memory(normalise(text), on_the_table=bool(table.state.shown))
    if telling.wish is not None:
        return Understanding(intent="memory", memory=telling.wish)
    return understander.understand(telling.rest, table.state, table.in_cart)


def results_folder() -> Path:
    """Where readings and the model's answers are kept; nothing of the data goes into the repository."""
    folder = home() / "evaluations" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _all(catalogue: Catalogue):  # type: ignore[no-untyped-def]
    return catalogue.products(range(len(catalogue)))


def _model() -> RecordedModel | None:
    """The machine's language model behind a record of what it has answered."""
    settings = StoreSettings(name="mgshopdial")
    choice = choose(settings)
    if choice.kind == "none":
        return None
    file = results_folder() / "answers.jsonl"

    def opened() -> BaseChatModel:
        engine = open_engine(settings)
        assert engine is not None
        return engine

    return RecordedModel(name=str(choice), file=file, open_model=opened)
