"""`compare`: two to four products side by side: in what they differ, in what not, and for whom each is better."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.actions import advise
from assistant.actions.degrees import as_stated, figure_name, stated_figure
from assistant.actions.request import Request
from assistant.answering.comparison import cells, comparison
from assistant.answering.differences import Row, alike, asked_about, extremes, only_ones, rows
from assistant.answering.names import name_in
from assistant.answering.purposes import Purpose, purpose_of, speaking_to
from assistant.answering.question import Question
from assistant.answering.several import titles_of
from assistant.replies.phrases import say
from assistant.turn import Evidence, Fact, Note, Table
from data.records import Product

MOST = 4
MOST_ALIKE = 4  # rows in which they do not differ
MOST_EXTREMES = 3
ROUNDING = 0.005  # of a price


def act(request: Request) -> Evidence:
    if request.understanding.advises:
        return advise.act(request)
    pointed = request.referenced()
    products = list({product.product_id: product for product in pointed}.values())[:MOST]
    if len(products) < 2:
        return _too_few(request, products)
    if (most := _most_of_all(request, products)) is not None:
        return most
    request.state.focus = [product.product_id for product in products]
    found = rows(products)
    titles = titles_of(products)
    table = comparison(products, found, request.shop.currency, request.understanding.language)
    notes = _opening(request, products, table, len({product.product_id for product in pointed}))
    purpose = purpose_of(request.message, products)
    row = None if purpose else asked_about(Question(request.message, request.understanding.english).text, found)
    if purpose:
        notes = [*_for_purpose(purpose, products, titles), *notes[1:], *_on_price(request, products)]
    elif row is not None:
        notes = [*_on_row(request, row, titles), *notes[1:]]
    else:
        notes += _verdicts(request, products, found, titles)
    if request.understanding.wishes:  # "which smells strongest?", and no listing says
        wish = ", ".join(request.understanding.wishes)
        notes.insert(0, Note(key="compare_unstated", values={"wish": wish}))
    return Evidence(
        products=products,
        notes=notes,
        facts=[Fact(text=f"{row[0]}: {', '.join(row[1:])}", source="listing") for row in table.rows],
        table=table,
        elaborate=len(table.rows) > 1 and not purpose and row is None,
    )


def _most_of_all(request: Request, products: Sequence[Product]) -> Evidence | None:
    """ "Which of them is the lightest?": the one, and who comes next. None where no figure is asked for, or no two of
    them state it."""
    catalogue, wanted = request.shop.catalogue, request.understanding
    if wanted.sort in ("price_low", "price_high"):
        key, figure, figures = f"most_{wanted.sort}", "price", {p.product_id: p.price for p in products}
    elif wanted.sort == "rating":
        key, figure = "most_rated", "rating"
        figures = {p.product_id: p.rating for p in products if p.rating is not None}
    elif wanted.degree is not None:
        key = "most_of" if wanted.degree.most else "least_of"
        rows_of = {catalogue.row_of(product.product_id): product.product_id for product in products}
        figure, stating = stated_figure(catalogue, wanted.degree.of, set(rows_of))
        figures = {rows_of[row]: amount for row, amount in stating.items()}
    else:
        return None
    less = wanted.sort == "price_low" or (wanted.degree is not None and not wanted.degree.most)
    ranked = sorted((p for p in products if p.product_id in figures), key=lambda p: figures[p.product_id])
    if len(ranked) < 2 or figures[ranked[0].product_id] == figures[ranked[-1].product_id]:
        return None
    first, second = ranked[:2] if less else ranked[:-3:-1]

    def said(product: Product) -> str:
        if figure == "price":
            return request.money(product.price)
        return f"{product.rating:g}" if figure == "rating" else as_stated(request, product, figure)

    request.state.focus = [first.product_id]
    values = {"title": first.title, "value": said(first), "figure": figure_name(request, figure)}
    values |= {"other": titles_of([first, second])[second.product_id], "next": said(second)}
    return Evidence(
        products=[first],
        notes=[Note(key=key, values=values)],
        suggestions=[request.say("ask_add")],
    )


def _too_few(request: Request, products: list[Product]) -> Evidence:
    """One product only, or the same one twice."""
    if products and len(request.understanding.references) > 1:
        note = Note(key="compare_one_twice", values={"title": titles_of(products)[products[0].product_id]})
        return Evidence(products=products, notes=[note])
    return Evidence(notes=[request.problem("compare_needs_two")])


def _opening(request: Request, products: Sequence[Product], table: Table, asked: int) -> list[Note]:
    notes = [Note(key="compare")] if len(table.rows) > 1 else [Note(key="compare_same")]
    if asked > MOST:
        notes.append(Note(key="compare_too_many"))
    tops = {product.category.split(" > ")[0] for product in products}
    shelves = list(dict.fromkeys(product.family for product in products if product.family))
    if len(shelves) > 1 and len(tops) > 1:
        notes.append(Note(key="compare_other_shelves", values={"shelves": " / ".join(shelves)}))
    return notes


def _verdicts(
    request: Request, products: Sequence[Product], found: Sequence[Row], titles: dict[str, str]
) -> list[Note]:
    """For whom each is better, each by one fact."""
    names = [titles[product.product_id] for product in products]
    notes = [*_on_price(request, products), *_on_rating(products, titles)]
    for extreme in extremes(found)[:MOST_EXTREMES]:
        key = f"compare_is_{extreme.advantage}"
        notes.append(Note(key=key, values={"title": names[extreme.at], "value": extreme.value}))
    language = request.understanding.language
    for at, features in only_ones(found, len(products)).items():
        said = ", ".join(name_in(name, language) for name in features)
        notes.append(Note(key="compare_only", values={"title": names[at], "names": said}))
    notes += [Note(key="compare_sold_out", values={"title": titles[p.product_id]}) for p in products if not p.in_stock]
    same = [
        request.say("table_line", name=name, value=_said(request, value))
        for name, value in alike(found, language)[:MOST_ALIKE]
    ]
    return notes + ([Note(key="compare_alike", values={"lines": "; ".join(same)})] if same else [])


def _on_row(request: Request, row: Row, titles: dict[str, str]) -> list[Note]:
    """ "Which is lighter?": who is, or that they are alike, or what each states."""
    names, shown = list(titles.values()), name_in(row.name, request.understanding.language)
    if not row.differs:
        return [
            Note(key="compare_equal", values={"name": shown, "value": cells(row, request.understanding.language)[0]})
        ]
    found = extremes([row])
    if found:
        request.state.focus = list(titles)[found[0].at : found[0].at + 1]  # what "it" means from here on
        return [
            Note(key=f"compare_is_{each.advantage}", values={"title": names[each.at], "value": each.value})
            for each in found
        ]
    lines = "; ".join(
        f"{title}: {cell}" for title, cell in zip(names, cells(row, request.understanding.language), strict=True)
    )
    return [Note(key="compare_stated", values={"name": shown, "lines": lines})]


def _said(request: Request, value: str) -> str:
    yes_or_no = value.casefold() in ("yes", "no")
    return say(f"table_{value.casefold()}", request.understanding.language) if yes_or_no else value


def _on_price(request: Request, products: Sequence[Product]) -> list[Note]:
    cheap, dear = min(products, key=lambda product: product.price), max(products, key=lambda product: product.price)
    if dear.price - cheap.price < ROUNDING:
        return [Note(key="compare_price_same", values={"price": request.money(cheap.price)})]
    values = {"cheap": cheap.title, "dear": dear.title, "difference": request.money(dear.price - cheap.price)}
    return [Note(key="compare_price" if len(products) == 2 else "compare_price_lowest", values=values)]


def _on_rating(products: Sequence[Product], titles: dict[str, str]) -> list[Note]:
    """Who is rated better, with how many ratings that rests on."""
    rated = sorted((product for product in products if product.rating is not None), key=lambda p: -(p.rating or 0))
    if len(rated) < 2 or rated[0].rating == rated[1].rating:
        return []
    best, other = rated[:2]
    values = {"title": titles[best.product_id], "rating": f"{best.rating:g}", "ratings": f"{best.rating_count:,}"}
    if len(products) > 2:
        return [Note(key="compare_rating_best", values=values)]
    against = {"other": f"{other.rating:g}", "others": f"{other.rating_count:,}"}
    return [Note(key="compare_rating", values=values | against)]


def _for_purpose(purpose: Purpose, products: Sequence[Product], titles: dict[str, str]) -> list[Note]:
    """ "Which is better for camping?": what the listings say of camping, and of which product."""
    words = {"words": purpose.said}
    found = [(product, said) for product in products if (said := speaking_to(purpose, product)) is not None]
    if not found:
        return [Note(key="compare_for_none", values=words)]
    texts = {said.text for _, said in found}
    if len(found) == len(products) and len(texts) == 1:
        return [Note(key="compare_for_all", values=words)]
    notes = []
    for product, said in found:
        values = words | {"title": titles[product.product_id], "text": said.text}
        notes.append(Note(key="compare_for_tag" if said.topic == "tags" else "compare_for", values=values))
    return notes
