"""A turn of Aisle's beside one of the pipeline that tutorials teach: the same engine, the same requests, in turns.

    aisle bench turns --json docs/figures/turns.json --docs

ShoppingBench's development requests are put to the shop that `request_store.py` makes, and the first lines of
MG-ShopDial's development dialogues to a shop of each category, by Aisle with its language model and by
`naive_pipeline.py` with the same one. The sides alternate, message by message, and which goes first changes with every
conversation, so that what else the machine does hits both. Times are taken where a page would take them: when an event
reaches the caller.

Conversations are appended to `$AISLE_HOME/evaluations/turns-<fingerprint>.jsonl` as they end, so that a long run may be
stopped and taken up again; the fingerprint is of the program, the data and the model.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain, zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from langchain_core.callbacks import BaseCallbackHandler
from rich.console import Console

from assistant import Assistant
from assistant.engines import choose
from assistant.turn import DoneEvent, ProductsEvent, TokenEvent, Turn
from benchmarks import turn_figures
from benchmarks.evaluation import PERFORMANCE, Options, Report, command
from benchmarks.mgshopdial import items
from benchmarks.mgshopdial_replay import DIALOGUES, ITEMS, lines
from benchmarks.mgshopdial_replay import make_store as make_category_store
from benchmarks.naive_pipeline import NaivePipeline, TutorialEmbeddings
from benchmarks.paths import data_folder
from benchmarks.performance_plots import draw_first_product
from benchmarks.request_store import make_store as make_request_store
from benchmarks.request_store import requests
from benchmarks.turn_figures import Naive, Ours, Pair, names_one
from data.errors import AisleError
from data.store import Store, StoreSettings, fingerprint, home

REQUESTS: Final = 100
TALKS: Final = 20
LINES: Final = 4  # of a dialogue: the first, before its answers and ours have drifted too far apart
SHOWN: Final = 10  # among so many products the one that was wanted is looked for
ROOT: Final = Path(__file__).resolve().parents[1]
PROGRAM: Final = ("assistant", "data", "retrieval", "recommenders")
SOURCES: Final = (".py", ".md", ".yaml")


@dataclass(frozen=True)
class Conversation:
    """What a shopper says, message by message; `wanted` is the product that the first is after, None if not known."""

    id: str
    messages: tuple[str, ...]
    wanted: str | None = None


WARM_UP: Final = Conversation("warm-up", ("something for the house", "and something smaller?"))


class Listening(BaseCallbackHandler):
    """Counts the calls of a model as they begin."""

    def __init__(self) -> None:
        self.calls = 0

    def on_chat_model_start(self, *_: Any, **__: Any) -> None:
        self.calls += 1


def measure(options: Options, console: Console) -> Report:
    """Raises AisleError where the data are absent or there is no language model."""
    file = kept_in(options)
    if options.anew:
        file.unlink(missing_ok=True)
    for category, talks in planned(options).items():
        left = [talk for talk in talks if talk.id not in {pair.conversation for pair in read(file)}]
        if left:
            with TemporaryDirectory(prefix="aisle-turns-") as place:
                console.print(f"{category}: a shop for {len(left)} conversations …", highlight=False)
                _beside(_shop(category, Path(place), options), left, file, console)
    console.print(f"Turns in {file}", highlight=False, soft_wrap=True)
    pairs = read(file)
    report = turn_figures.report(pairs)
    if options.docs:
        picture = options.docs.with_suffix("") / "turns.svg"
        draw_first_product(pairs, picture)
        report.blocks["turns"] += f"\n\n![Time to the first product]({picture.parent.name}/{picture.name})"
    return report


def planned(options: Options) -> dict[str, list[Conversation]]:
    """The conversations by their shop; dialogues are drawn from the categories in turn."""
    folder = data_folder()
    dialogues = json.loads((folder / DIALOGUES).read_text(encoding="utf-8"))
    by_category: dict[str, list[Conversation]] = {category: [] for category in items()}
    for each in dialogues:
        said = tuple(line.text for line in lines(each["utterances"]))[: options.lines]
        by_category[each["id"].split(":")[0]].append(Conversation(each["id"], said))
    drawn = [talk for talk in chain(*zip_longest(*by_category.values())) if talk is not None][: options.dialogues]
    asked = [Conversation(f"request:{each.product_id}", (each.text,), each.product_id) for each in requests()]
    found = {"requests": asked[: options.requests]}
    return found | {name: [talk for talk in talks if talk in drawn] for name, talks in by_category.items()}


def kept_in(options: Options) -> Path:
    """Where the pairs of this program, these data and this model are kept."""
    folder = data_folder()
    sources = (file for name in PROGRAM for file in sorted((ROOT / name).rglob("*")) if file.suffix in SOURCES)
    own = (Path(__file__), Path(__file__).with_name("naive_pipeline.py"))
    data = (folder / "shoppingbench_dev.jsonl", folder / DIALOGUES, folder / ITEMS)
    model = str(choose(StoreSettings(name="turns", llm=options.llm)))
    mark = fingerprint(*sources, *own, *data, model, str(options.lines))[:12]
    return home() / "evaluations" / f"turns-{mark}.jsonl"


def read(file: Path) -> list[Pair]:
    """The pairs of the conversations that were had to their end; a line cut short by a kill is none."""
    kept = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    rows = [row for line in kept if line.endswith("]") for row in json.loads(line)]
    return [Pair(**{**row, "ours": Ours(**row["ours"]), "naive": Naive(**row["naive"])}) for row in rows]


def _shop(category: str, place: Path, options: Options) -> Assistant:
    store: Store
    if category == "requests":
        store = make_request_store(place / "store", requests())
    else:
        store = make_category_store(items()[category], place)
    return Assistant.open(store.folder, progress=False, llm=options.llm, replies="model")


def _beside(shop: Assistant, talks: list[Conversation], file: Path, console: Console) -> None:
    """Both sides, warmed, through the conversations."""
    if shop.model is None:
        raise AisleError("A turn is measured with a language model: --llm none has nothing to compare.")
    listening = Listening()
    shop.model.callbacks = [listening]
    pipeline = NaivePipeline.over(shop.shop.catalogue, TutorialEmbeddings(), shop.model)
    sides = Sides(shop, pipeline, listening)
    shop.warm()
    list(sides.talk(WARM_UP))
    file.parent.mkdir(parents=True, exist_ok=True)
    for number, talk in enumerate(talks):
        pairs = list(sides.talk(talk, naive_first=number % 2 == 1))
        with file.open("a", encoding="utf-8") as kept:
            kept.write(json.dumps([asdict(pair) for pair in pairs], ensure_ascii=False) + "\n")
        console.print(f"{talk.id}: {_in_short(pairs[-1])}", highlight=False, soft_wrap=True)
    shop.close()


@dataclass(frozen=True)
class Sides:
    """Both assistants of one shop, spoken to alternately."""

    shop: Assistant
    pipeline: NaivePipeline
    listening: Listening

    def talk(self, talk: Conversation, *, naive_first: bool = False) -> Iterator[Pair]:
        """Each message said to both; on either side a conversation of its own."""
        self.pipeline.history.clear()
        self.shop.delete_session(talk.id)
        for number, message in enumerate(talk.messages):
            wanted = talk.wanted if number == 0 else None
            if naive_first:
                naive = self._naive(message, wanted)
                ours = self._ours(message, talk.id, wanted)
            else:
                ours = self._ours(message, talk.id, wanted)
                naive = self._naive(message, wanted)
            yield Pair(talk.id, number, message, ours, naive)

    def _ours(self, message: str, session: str, wanted: str | None) -> Ours:
        calls, asked, started = self.listening.calls, None, time.perf_counter()
        came: dict[str, float] = {}
        turn: Turn | None = None
        for event in self.shop.stream(message, session=session):
            match event:
                case ProductsEvent():
                    came.setdefault("first_product", time.perf_counter() - started)
                    asked = self.listening.calls - calls if asked is None else asked
                case TokenEvent():
                    came.setdefault("first_token", time.perf_counter() - started)
                    asked = self.listening.calls - calls if asked is None else asked
                case DoneEvent():
                    came["total"] = time.perf_counter() - started
                    turn = event.turn
        assert turn is not None, "a turn ends with a DoneEvent"
        shown = [product.product_id for product in turn.products[:SHOWN]]
        return Ours(
            first_product=came.get("first_product"),
            first_token=came.get("first_token"),
            total=came["total"],
            found=None if wanted is None else wanted in shown,
            text=turn.text,
            source=turn.understanding.source,
            intent=turn.understanding.intent,
            asked=asked or 0,
            degraded=turn.degraded,
            stages=turn.seconds,
        )

    def _naive(self, message: str, wanted: str | None) -> Naive:
        started = time.perf_counter()
        came: dict[str, float] = {}
        titles: list[str] = []
        text = ""
        for piece in self.pipeline.stream(message):
            now = time.perf_counter() - started
            if isinstance(piece, list):
                came["retrieved"] = now
                titles = [document.metadata["title"] for document in piece]
                continue
            came.setdefault("first_token", now)
            text += piece
            if "first_product" not in came and names_one(text, titles):
                came["first_product"] = now
        total = time.perf_counter() - started
        return Naive(
            retrieved=came["retrieved"],
            first_product=came.get("first_product"),
            first_token=came.get("first_token"),
            total=total,
            found=None if wanted is None else self._among_the_nearest(message, wanted),
            text=text,
        )

    def _among_the_nearest(self, message: str, wanted: str) -> bool:
        nearest = self.pipeline.store.similarity_search(message, SHOWN)
        return wanted in {document.metadata["product_id"] for document in nearest}


def _in_short(pair: Pair) -> str:
    ours, naive = pair.ours, pair.naive
    return (
        f"{ours.source}, first product {_s(ours.first_product)} against {_s(naive.first_product)} (retrieved "
        f"{_s(naive.retrieved)}), first token {_s(ours.first_token)} against {_s(naive.first_token)}, whole turn "
        f"{_s(ours.total)} against {_s(naive.total)}"
    )


def _s(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.2f} s"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="so many requests")
    parser.add_argument("--dialogues", type=int, default=TALKS, help="so many dialogues")
    parser.add_argument("--lines", type=int, default=LINES, help="of each dialogue the first so many messages")
    parser.add_argument("--llm", default="auto", help="the language model of both sides")
    parser.add_argument("--anew", action="store_true", help="measure again what this program has measured before")
    command(parser, measure, arguments, PERFORMANCE)


if __name__ == "__main__":
    main()
