"""`compare`: two to four products side by side, in what they differ."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.turn import Evidence, Fact, Note, Table
from data.records import Product

MOST = 4
_ROWS = {
    "en": {
        "price": "Price",
        "rating": "Rating",
        "stock": "In stock",
        "brand": "Brand",
        "category": "Category",
        "yes": "yes",
        "no": "no",
    },
    "zh": {
        "price": "价格",
        "rating": "评分",
        "stock": "有货",
        "brand": "品牌",
        "category": "类别",
        "yes": "是",
        "no": "否",
    },
}
_ABSENT = "–"


def act(request: Request) -> Evidence:
    products = request.referenced()[:MOST]
    if len(products) < 2:
        return Evidence(notes=[request.problem("compare_needs_two")])
    request.state.focus = [product.product_id for product in products]
    table = comparison(request, products)
    notes = [Note(key="compare")] if len(table.rows) > 1 else [Note(key="compare_same")]
    return Evidence(
        products=products,
        notes=[*notes, *_verdicts(request, products)],
        facts=[Fact(text=f"{row[0]}: {', '.join(row[1:])}", source="listing") for row in table.rows],
        table=table,
        elaborate=len(table.rows) > 1,
    )


def comparison(request: Request, products: list[Product]) -> Table:
    """The price always, then every attribute in which they differ; `–` where a listing says nothing."""
    words = _ROWS[request.understanding.language]
    rows = [[words["price"], *(request.money(product.price) for product in products)]]
    described = {
        words["rating"]: [
            f"{product.rating:g} ({product.rating_count:,})" if product.rating else _ABSENT for product in products
        ],
        words["stock"]: [words["yes"] if product.in_stock else words["no"] for product in products],
        words["brand"]: [product.brand or _ABSENT for product in products],
        words["category"]: [product.family or _ABSENT for product in products],
    }
    names = dict.fromkeys(name for product in products for name in product.attributes)
    described |= {name: [", ".join(product.values(name)) or _ABSENT for product in products] for name in names}
    rows += [[name, *values] for name, values in described.items() if len(set(values)) > 1]
    return Table(columns=["", *(product.title for product in products)], rows=rows)


def _verdicts(request: Request, products: list[Product]) -> list[Note]:
    cheap, dear = min(products, key=lambda product: product.price), max(products, key=lambda product: product.price)
    notes = []
    if cheap.price < dear.price:
        values = {"cheap": cheap.title, "dear": dear.title, "difference": request.money(dear.price - cheap.price)}
        notes.append(Note(key="compare_price", values=values))
    rated = sorted((product for product in products if product.rating), key=lambda product: -(product.rating or 0))
    if len(rated) > 1 and rated[0].rating != rated[1].rating:
        notes.append(Note(key="compare_rating", values={"title": rated[0].title, "rating": f"{rated[0].rating:g}"}))
    return notes
