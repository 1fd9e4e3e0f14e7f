"""MG-ShopDial's dialogues (Bernard and Balog, SIGIR 2023), and the state that Aisle would be in at each client turn.

The wizard, a person, is the assistant here: what the wizard names is on the table, and a question that the wizard puts
is a question that was asked. What the client has wished for so far is what Aisle understood of the turns before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from assistant.conversation.turns import after
from assistant.state import Asked, DialogueState
from assistant.turn import Question, Understanding
from benchmarks.mgshopdial_replay import DIALOGUES, ITEMS, named_in
from benchmarks.paths import data_folder
from data.catalogue import Catalogue
from data.records import Product


@dataclass(frozen=True)
class Utterance:
    """`intents` are those that annotators chose, with their votes."""

    number: int
    client: bool
    text: str
    goal: str
    intents: dict[str, float]


@dataclass(frozen=True)
class Recording:
    """A dialogue of the data set; `category` names the items that its wizard could offer."""

    id: str
    category: str
    utterances: list[Utterance]


@dataclass
class Table:
    """The situation as it unfolds: what is on the table, asked, wished for, and in the cart."""

    catalogue: Catalogue
    state: DialogueState = field(default_factory=DialogueState)
    in_cart: list[Product] = field(default_factory=list)
    wizard_speaks: bool = False
    named: list[str] = field(default_factory=list)

    def heard(self, utterance: Utterance, products: list[Product], images: dict[str, str]) -> None:
        """The wizard says something: items named in one go lie on the table together."""
        if not self.wizard_speaks:
            self.wizard_speaks, self.named, self.state.asked = True, [], None
        found = [each for each in items_in(utterance.text, products, images) if each not in self.named]
        if found:
            self.named += found
            self.state.show(list(self.named))
            self.state.after = "list"
        if "?" in utterance.text:
            self.state.asked = Asked(question=Question(field="", choices=[]), options=[])
            self.state.after = "question"

    def understood(self, understanding: Understanding) -> None:
        """The client's turn, as Aisle read it."""
        state, self.wizard_speaks = self.state, False
        state.number += 1
        state.language = understanding.language
        state.after = after(understanding)
        if understanding.intent in ("search", "refine", "recommend") and understanding.kind != "why":
            state.query, state.filters, state.sort = understanding.query, understanding.filters, understanding.sort
            state.words = understanding.words
        if understanding.intent in ("ask_product", "cart") and len(understanding.references) == 1:
            state.focus = list(understanding.references)
        if understanding.intent == "cart" and understanding.operation == "add":
            self.in_cart += self.catalogue.known(understanding.references)


def recordings() -> list[Recording]:
    """Raises AisleError where the data are absent."""
    found = json.loads((data_folder() / DIALOGUES).read_text(encoding="utf-8"))
    return [
        Recording(each["id"], each["id"].split(":")[0], [_utterance(one) for one in each["utterances"]])
        for each in found
    ]


def items() -> dict[str, list[dict[str, Any]]]:
    """What the wizards could offer, by category. Raises AisleError where the data are absent."""
    return json.loads((data_folder() / ITEMS).read_text(encoding="utf-8"))


def pictures(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Picture's address → title; the wizards showed pictures by pasting the address."""
    return {row["images"].strip(): row["name"] for row in rows if row.get("images")}


def items_in(text: str, products: list[Product], images: dict[str, str]) -> list[str]:
    """Ids of the items that a text names or shows."""
    names = [product.title for product in products]
    found = named_in(text, names) | {title for address, title in images.items() if address in text}
    return [product.product_id for product in products if product.title in found]


def _utterance(row: dict[str, Any]) -> Utterance:
    return Utterance(
        number=row["utterance_id"],
        client=row["participant"] == "Client",
        text=row["utterance"],
        goal=row["goal"],
        intents={name: float(votes) for name, votes in row["intents"]},
    )
