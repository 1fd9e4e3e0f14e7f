"""Real shoppers' lines said again to Aisle, over the items that their human assistants had, both sides to be read.

    python -m benchmarks.mgshopdial_replay --transcripts DIR --json docs/figures/dialogues.json

MG-ShopDial (Bernard and Balog 2023) holds conversations of people with a human assistant, the "wizard", over a short
list of items. Each category's items become a store by the usual importer, and the shopper's lines are said to it in
order. The shopper answered the wizard, not Aisle, so the sides drift apart: this is for reading, then for counting.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import comb
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich.console import Console

from assistant import Assistant, Turn
from benchmarks.documents import markdown
from benchmarks.evaluation import Options, Report, command
from benchmarks.paths import data_folder
from benchmarks.shoppers.hearing import hears
from data.ingest import ingest
from data.store import Store, StoreSettings

ITEMS: Final = "mgshopdial_items.json"
DIALOGUES: Final = "mgshopdial_dev.json"
WANTS_A_LIST: Final = frozenset({"search", "recommendation"})
_TELLING_WORDS = 2  # so many words that no other item has name an item


@dataclass(frozen=True)
class Line:
    """What a shopper typed before the wizard answered, what that was for, and the answer; joined by spaces."""

    text: str
    goal: str
    answer: str


@dataclass(frozen=True)
class Replayed:
    """A line, Aisle's turn, and the items (titles) that either side named or showed."""

    line: Line
    turn: Turn
    by_wizard: frozenset[str]
    by_aisle: frozenset[str]
    items: int

    @property
    def by_chance(self) -> float:
        """How likely as many items drawn at random would hold one of the wizard's."""
        others = self.items - len(self.by_wizard)
        return 1 - comb(others, len(self.by_aisle)) / comb(self.items, len(self.by_aisle))


def measure(options: Options, console: Console) -> Report:
    folder = data_folder()
    items = json.loads((folder / ITEMS).read_text(encoding="utf-8"))
    dialogues = json.loads((folder / DIALOGUES).read_text(encoding="utf-8"))
    replayed: list[Replayed] = []
    for category, rows in items.items():
        with TemporaryDirectory(prefix="aisle-replay-") as place:
            shop = Assistant.open(make_store(rows, Path(place)).folder, progress=False, llm=options.llm)
            for dialogue in (each for each in dialogues if each["id"].startswith(f"{category}:")):
                said = list(replay(shop, dialogue, [row["name"] for row in rows]))
                replayed += said
                if options.transcripts:
                    keep(said, dialogue["id"], options.transcripts)
            shop.close()
    console.print(f"{len(replayed)} messages of {len(dialogues)} conversations said again.")
    found = figures(replayed)
    return Report(found, {"dialogues.replay": table(found)})


def make_store(rows: list[dict[str, str]], place: Path) -> Store:
    """A store of one category's items, through the importer that any shop's export goes through."""
    export = place / "items.json"
    export.write_text(json.dumps([_as_exported(row) for row in rows]), encoding="utf-8")
    store = Store(place / "store", StoreSettings(name="replay"))
    ingest([export], store, progress=False)
    return store


def replay(shop: Assistant, dialogue: dict[str, Any], names: list[str]) -> Iterator[Replayed]:
    """Each of the shopper's lines, said in a session of its own."""
    for line in lines(dialogue["utterances"]):
        turn = shop.reply(line.text, session=dialogue["id"])
        ours = named_in(turn.text, names) | {product.title for product in turn.products}
        yield Replayed(line, turn, named_in(line.answer, names), frozenset(ours & set(names)), len(names))


def lines(utterances: list[dict[str, Any]]) -> Iterator[Line]:
    """Neighbouring utterances of one side are one message. What the wizard says first has no line to answer."""
    at = 0
    while at < len(utterances):
        client = _run(utterances, at, "Client")
        wizard = _run(utterances, at + len(client), "Wizard")
        if client:
            goals = Counter(each["goal"] for each in client)
            goal = goals.most_common(1)[0][0]
            yield Line(_joined(client), goal, _joined(wizard))
        at += len(client) + len(wizard)


def named_in(text: str, names: list[str]) -> frozenset[str]:
    """The items that a text names: by the whole title before its "by …", or by two words that no other item has."""
    words = {name: set(_words(name)) for name in names}
    told = _words(text)
    found = set()
    for name in names:
        others = set().union(*(words[other] for other in names if other != name))
        head = _words(re.split(r" by |[(:,|]", name)[0])
        whole = bool(head) and any(told[at : at + len(head)] == head for at in range(len(told)))
        if whole or len((words[name] - others) & set(told)) >= _TELLING_WORDS:
            found.add(name)
    return frozenset(found)


def figures(replayed: list[Replayed]) -> dict[str, float]:
    """Shares, and how many they are shares of; `found` has what chance would give beside it."""
    naming = [each for each in replayed if each.by_wizard]
    questions = [each for each in replayed if each.line.goal == "qa"]
    due = [each for each in replayed if each.line.goal in WANTS_A_LIST]
    return {
        "replay.messages": len(replayed),
        "replay.found": _share([bool(each.by_wizard & each.by_aisle) for each in naming]),
        "replay.found_by_chance": _share([each.by_chance for each in naming]),
        "replay.found_of": len(naming),
        "replay.questions_answered": _share([_is_answered(each.turn) for each in questions]),
        "replay.questions_of": len(questions),
        "replay.dead_ends": _share([_is_dead_end(each.turn) for each in due]),
        "replay.lists_due": len(due),
    }


def table(found: dict[str, float]) -> str:
    """What was found, as a table of the document."""
    shares = {
        "the wizard named items, Aisle showed or named one of them": ("found", "found_of"),
        "… as many items at random would have": ("found_by_chance", "found_of"),
        "a question was answered from the listing": ("questions_answered", "questions_of"),
        "a list was due, and nothing was shown or asked": ("dead_ends", "lists_due"),
    }
    rows = [[words, f"{found[f'replay.{a}']:.0%}", f"{found[f'replay.{b}']:.0f}"] for words, (a, b) in shares.items()]
    return markdown([["messages where …", "share", "of"], *rows])


def keep(said: list[Replayed], name: str, folder: Path) -> None:
    """One conversation as a page: the shopper, the wizard, Aisle. The data may not be copied into the repository."""
    folder.mkdir(parents=True, exist_ok=True)
    page = [f"# {name}"]
    for each in said:
        cards = "".join(f"\n    - {product.title[:90]}, {product.price:,.2f}" for product in each.turn.products)
        page.append(f"**Shopper ({each.line.goal}):** {each.line.text}\n\n*Wizard:* {each.line.answer or '–'}\n")
        page.append(f"*Aisle ({each.turn.understanding.intent}):* {each.turn.text}{cards}\n")
    (folder / f"{re.sub(r'[^A-Za-z0-9]+', '-', name)}.md").write_text("\n".join(page), encoding="utf-8")


def _as_exported(row: dict[str, str]) -> dict[str, str]:
    about = " ".join(text for key in ("short_description", "product_description") if (text := row[key]))
    return {
        "title": row["name"],
        "price": row["price"],
        "rating": row["rating"],
        "image": row["images"],
        "description": about,
    }


def _is_answered(turn: Turn) -> bool:
    """A product is spoken of, and its listing says something to the question."""
    from_listing = any(fact.source == "listing" for fact in turn.evidence.facts)
    return turn.understanding.intent == "ask_product" and from_listing and not hears(turn.text, "nothing")


def _is_dead_end(turn: Turn) -> bool:
    return not turn.products and turn.evidence.question is None


def _run(utterances: list[dict[str, Any]], start: int, who: str) -> list[dict[str, Any]]:
    end = start
    while end < len(utterances) and utterances[end]["participant"] == who:
        end += 1
    return utterances[start:end]


def _joined(utterances: list[dict[str, Any]]) -> str:
    return " ".join(each["utterance"].strip() for each in utterances)


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z0-9']+", text.casefold()) if len(word) > 2 or word.isdigit()]


def _share(held: list[bool] | list[float]) -> float:
    return sum(held) / len(held) if held else 0.0


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llm", default="none", help="the language model: none (default), auto, …")
    parser.add_argument(
        "--transcripts", type=Path, metavar="DIR", help="write both sides there, outside the repository"
    )
    command(parser, measure, arguments)


if __name__ == "__main__":
    main()
