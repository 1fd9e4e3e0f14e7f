"""Questions about products: what they are like, how they differ, which to take, their sum; and about the shop."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from assistant.turn import Understanding
from assistant.understanding import words
from assistant.understanding.pointing import figure_of
from assistant.understanding.resolution.situation import Situation, Tools

MOST_COMPARED: Final = 4
ASKED_OF_ALL: Final = (
    *("attr", "whom", "meas", "want", "degree", "size", "use", "fits", "not", "nice", "allergy", "thing", "stock"),
)
OF_THE_LIST: Final = 4  # products of a list that a question without a pointer is asked of


def ask(tools: Tools, turn: Situation) -> Understanding:
    """Of what is pointed at, else of what was spoken of last, else of the list."""
    products = turn.pointed.products
    if not products and turn.table.focus and turn.pointed.problem != "which_one":
        products = tuple(turn.table.focus)
    problem = "" if products else turn.pointed.problem
    if not products and (problem == "" or (problem == "which_one" and turn.command.has(*ASKED_OF_ALL))):
        products, problem = tuple(turn.table.shown[:OF_THE_LIST]), ""
    ids = [product.product_id for product in products]
    return Understanding(intent="ask_product", references=ids, problem=problem, query=turn.command.text)


def compare(tools: Tools, turn: Situation) -> Understanding:
    """Those pointed at; of one only, with what else was spoken of or shown. By a degree, what has most of it first."""
    pointed = list(turn.pointed.products)
    products = list(pointed)
    if len(products) < 2 and turn.pointed.problem != "only_so_many_shown":
        others = list(turn.table.focus) if len(turn.table.focus) > 1 else [*turn.table.focus, *turn.table.shown]
        products = list({product.product_id: product for product in (*products, *others)}.values())
    if (said := turn.conditions.degree) is not None and len(pointed) != 1:
        stated = [each for each in products if figure_of(each, said.of) is not None]
        stated.sort(key=lambda each: (figure_of(each, said.of) or 0) * (-1 if said.most else 1))
        products = [*stated, *(each for each in products if each not in stated)]
    ids = [product.product_id for product in products[: 2 if len(pointed) == 1 else MOST_COMPARED]]
    problem = "" if ids else turn.pointed.problem
    understanding = Understanding(intent="compare", references=ids, problem=problem, query=turn.command.text)
    if said is None:
        understanding.wishes = turn.command.words("degree")
    else:
        whole = replace(said, compared=False)
        understanding.sort, understanding.degree = whole.sort or "relevance", whole.degree
    return understanding


def advise(tools: Tools, turn: Situation) -> Understanding:
    """Of what is pointed at; "which one?" is of the list, "is it any good?" of what was spoken of."""
    listed, spoken_of = tuple(turn.table.shown), tuple(turn.table.focus)
    chooses = words.says("which", turn.command.text) and len(listed) > 1 and len(spoken_of) < 2
    products = turn.pointed.products or (listed if chooses else spoken_of or listed)
    if turn.pointed.problem and not turn.pointed.products and turn.pointed.problem != "which_one":
        return Understanding(intent="compare", problem=turn.pointed.problem, advises=True)
    ids = [product.product_id for product in products]
    return Understanding(intent="compare", references=ids, advises=True, query=turn.command.text)


def calculate(tools: Tools, turn: Situation) -> Understanding:
    """Over what is pointed at, else over what was spoken of, the set on the table or the cart."""
    products = turn.pointed.products or tuple(turn.table.focus) or (turn.table.shown[:1] if not turn.table.cart else ())
    if not turn.pointed.products and words.says("which", turn.command.text):
        products = tuple(turn.table.shown)  # "which is cheapest per litre?"
    amounts = turn.command.has("qty", "ref", "attr", "degree") or words.says("which", turn.command.text)
    if turn.table.cart and not amounts:
        products = ()  # "and altogether?"
    of_the_set = turn.state.after == "kit" or not turn.table.cart
    if turn.state.bundle is not None and of_the_set and not turn.pointed.exact:
        products = tuple(tools.search.catalogue.known(part.product_id for part in turn.state.bundle.parts))
    ids = [product.product_id for product in products]
    return Understanding(
        intent="ask_product", references=ids, calculates=True, quantities=turn.quantities, quantity=turn.quantity,
        problem="" if ids or turn.table.cart else turn.pointed.problem or "nothing_shown", query=turn.command.text,
    )  # fmt: skip


def policy(tools: Tools, turn: Situation) -> Understanding:
    ids = [product.product_id for product in turn.pointed.products]
    return Understanding(intent="ask_policy", references=ids, query=turn.command.text)
