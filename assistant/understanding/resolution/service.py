"""The cart, answers to what was asked or offered, orders, and what is remembered."""

from __future__ import annotations

import re
from typing import Final, Literal, get_args

from assistant.conversation.commands import Command
from assistant.replies.phrases import say
from assistant.turn import CartOperation, Language, MemoryWish, Told, Understanding
from assistant.understanding import words
from assistant.understanding.amounts import find_amounts
from assistant.understanding.inflection import singular
from assistant.understanding.linking import Linker
from assistant.understanding.pointing import Pointed, Table, pointed_at
from assistant.understanding.resolution.lists import listed, refine
from assistant.understanding.resolution.sets import kit_change
from assistant.understanding.resolution.situation import Situation, Tools, talk
from assistant.understanding.service import order_number
from assistant.understanding.sizes import canonical_size, read_sizes
from assistant.understanding.titles import quoted_in
from assistant.understanding.words import cut_out
from data.records import shelf_name
from retrieval.filters import CATEGORY

MOST_OF_A_YES: Final = 40  # characters
SURE_OF_A_YES: Final = 0.8
_AGED: Final = re.compile(
    r"[\s-]*(?:(?:years?|yrs?|months?|mths?)\b(?:[\s-]*old\b)?|y/?o\b|周?[岁歲]|个月|個月)大?|\W*$", re.IGNORECASE
)
_SHOES: Final = re.compile(r"\b(?:shoe|boot|trainer|sneaker|sandal|feet|foot)|鞋|靴|[脚腳]", re.IGNORECASE)
_CLOTHES: Final = re.compile(r"\b(?:dress|shirt|jeans|trouser|cloth|jacket|top)|衣|[裤褲]|裙", re.IGNORECASE)


def cart(tools: Tools, turn: Situation, operation: CartOperation) -> Understanding:
    """What is taken out or counted anew is looked for in the cart first."""
    understanding = Understanding(intent="cart", operation=operation, quantity=turn.quantity)
    if operation == "checkout" and _awaits_a_yes(turn) and _is_the_button(turn.command):
        understanding.operation = "confirm"
    if operation not in ("add", "offer", "remove", "set"):
        return understanding
    turn_at = turn
    called = {product.product_id for product in quoted_in(turn.command.text, turn.table.everything).values()}
    if operation == "set" and called and not called & {product.product_id for product in turn.table.cart}:
        operation = understanding.operation = "add"  # "put two … in my cart"
    if operation in ("remove", "set") and turn.table.cart and not called:
        turn_at = turn.with_table(
            Table(turn.table.cart, [p for p in turn.table.focus if p in turn.table.cart], (), turn.table.cart)
        )
    pointed = turn_at.pointed if turn_at.pointed.products else turn.pointed
    if not pointed.products and turn.command.has("thing"):
        pointed = pointed_at(" ".join(turn.command.words("want", "thing")), turn_at.table, tools.linker.meaning)
    if operation in ("add", "offer") and not pointed.whole:
        pointed = Pointed(problem="which_one")  # "I'll take the red one", and none that is shown is red
    products = pointed.products
    if (
        operation == "add"
        and not products
        and not turn.command.has("ref", "thing")
        and words.points("all", turn.command.text)
    ):
        products = tuple(turn.table.shown)  # "add everything"
    understanding.references = [product.product_id for product in products]
    understanding.problem = "" if pointed.products or not turn.command.has("ref") else pointed.problem
    understanding.quantities = turn_at.quantities
    understanding.wishes = turn.command.words("size") if operation == "add" else []
    return understanding


def yes(tools: Tools, turn: Situation) -> Understanding:
    """To what was asked or offered last: the summary of an order, a person, a question, a product spoken of."""
    state = turn.state
    if _awaits_a_yes(turn) and (_is_plain_yes(turn.command) or _is_the_button(turn.command)):
        return Understanding(intent="cart", operation="confirm")
    if state.service.offered == state.number:
        return Understanding(intent="handoff")
    if state.offer and state.offer_made == state.number:
        return Understanding(intent="cart", operation="add", references=list(state.offer), quantities=state.offer)
    return talk("acknowledge")


def no(tools: Tools, turn: Situation) -> Understanding:
    if turn.command.has("want", "price_max", "degree", "not") and turn.listed:
        return refine(tools, turn)
    return talk("acknowledge")


def indifferent(tools: Tools, turn: Situation) -> Understanding:
    return turn.state.wish().model_copy(update={"words": turn.state.words})


def order(tools: Tools, turn: Situation) -> Understanding:
    said = (order_number(word, spoken_of=True) or word for word in turn.command.words("order"))
    number = next((word for word in said if any(letter.isdigit() for letter in word)), "")
    return Understanding(intent="order", query=turn.command.text, order=number)


def tell(tools: Tools, turn: Situation) -> Understanding:
    """What is told beside a list is about that list, too."""
    if turn.state.bundle is not None and turn.command.has("own") and turn.command.has("own", "not"):
        return kit_change(tools, turn)  # "I have a mat already"
    if (turn.state.query or turn.state.filters.category) and turn.command.has("allergy", "not", "size", "own"):
        if turn.state.kind is not None:
            return refine(tools, turn)
        return listed(tools, turn, Understanding(intent="refine"), turn.state.filters, refining=True)
    return _memory("told")


def forget(tools: Tools, turn: Situation) -> Understanding:
    """Everything only where that is said: "my shoe size" is one thing, marked or not."""
    text = turn.command.text
    which = " ".join(turn.command.words("size", "allergy", "not", "want", "whom", "own", "attr", "thing", "use"))
    if not which and not words.says("everything", text):
        which = cut_out(text, [place for place, _ in words.found("forgetting", text)])
    return Understanding(intent="memory", memory=MemoryWish(operation="forget" if which else "forget_all", which=which))


def _memory(operation: Literal["told", "view"]) -> Understanding:
    return Understanding(intent="memory", memory=MemoryWish(operation=operation))


def told(command: Command, linker: Linker) -> list[Told]:
    """What the command says of the shopper or theirs that is worth keeping."""
    whose = _whose(command)
    avoided = (word.lower() for word in command.words("allergy") if not words.says("diets", word))
    found = [Told(kind="avoid", value=word, about=whose) for word in avoided]
    if command.act != "tell":
        return found
    text, worn = command.text, _worn(command.text)
    about = next(iter(words.fields_named(text)), "")
    found += [Told(kind="avoid", value=word.lower(), about=whose) for word in command.words("not")]
    found += [Told(kind="size", value=_size(word), about=worn) for word in command.words("size")]
    if not whose:
        found += [Told(kind="diet", value=diet) for diet in dict.fromkeys(d for _, d in words.found("diets", text))]
    diets = {told.value for told in found if told.kind == "diet"}
    likes = [word.lower() for word in command.words("want", "nice") if word.lower() not in diets]
    found += [Told(kind="like", value=word, about=about) for word in likes]
    if whose and not found and (age := _age(text)):
        found.append(Told(kind="person", value=age, about=whose))
    if not found and (owned := command.words("own")) and not command.has("thing") and not _sold(owned[0], linker):
        found.append(Told(kind="pet", value=owned[0].lower()))
    return found or [Told(kind="note", value=text.strip(" .!。！"))]


def _sold(said: str, linker: Linker) -> bool:
    """A shelf of that very name: of a bird feeder, not of a bird."""
    named = (m for m in linker.mentions(said, things=True) if m.field == CATEGORY)
    called = " ".join(map(singular, said.lower().split()))
    return any(
        " ".join(map(singular, shelf_name(value).lower().split())) == called for each in named for value in each.values
    )


def _whose(command: Command) -> str:
    """Whom it is about, without the age: "my 3-year-old son" is the son."""
    said = next(iter(command.words("whom")), "").lower()
    for amount in reversed(list(find_amounts(said))):
        if aged := _AGED.match(said[amount.end :]):
            said = f"{said[: amount.start]} {said[amount.end + aged.end() :]}"
    return re.sub(r"^(?:my|our|the|an?)\s+|^我(?:的|家)?", "", said.strip()).strip(" ,-，")


def _age(text: str) -> str:
    """ "5 years", "8 months"; "" where none is said."""
    for amount in find_amounts(text):
        if aged := _AGED.match(text[amount.end :]):
            unit = "month" if re.search(r"m|个月|個月", aged[0], re.IGNORECASE) else "year"
            return f"{amount.low:g} {unit}{'' if amount.low == 1 else 's'}"
    return ""


def _size(said: str) -> str:
    """ "Size 10", "medium" and 42码 as they are compared: 10, M, 42."""
    said = said.strip(" .,;!?。，；！")
    read = next(iter(read_sizes(said)), None)
    return (read.name if read else canonical_size(said.lower().removeprefix("size "))).upper()


def _worn(text: str) -> str:
    if _SHOES.search(text):
        return "shoes"
    return "clothes" if _CLOTHES.search(text) else ""


def _awaits_a_yes(turn: Situation) -> bool:
    """Whether the last reply showed what would be ordered."""
    return bool(turn.state.checkout) and turn.state.checkout_shown == turn.state.number


def _is_the_button(command: Command) -> bool:
    """The words that the shop itself puts on the button below the summary."""
    plain = command.text.strip(" .!。！").lower()
    return plain in {say("ask_confirm", language).lower() for language in get_args(Language)}


def _is_plain_yes(command: Command) -> bool:
    """Only a short and certain yes, with nothing beside it, places an order."""
    short = len(command.text) <= MOST_OF_A_YES and not any(letter.isdigit() for letter in command.text)
    return command.act == "yes" and command.sure >= SURE_OF_A_YES and short and not command.spans


def recall(tools: Tools, turn: Situation) -> Understanding:
    return _memory("view")


def handoff(tools: Tools, turn: Situation) -> Understanding:
    return Understanding(intent="handoff")


def reset(tools: Tools, turn: Situation) -> Understanding:
    return talk("reset", reset=True)
