"""Building the demo store: compose, simulate, write everything beside the old one, put it in its place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.progress import track

from data.demo.colours import colours
from data.demo.interactions import Ratings, Simulation, draw_stars
from data.demo.orders import orders_table
from data.demo.pictures import image_of, write_picture
from data.demo.products import DemoProduct, compose
from data.demo.reviews import REVIEWS_WANTED, write_reviews
from data.demo.shoppers import SHOPPERS, Shoppers, draw_shoppers
from data.demo.specs import Department, load_departments
from data.errors import AisleError
from data.files import replacing_folder
from data.schema import PRODUCTS
from data.store import Store, StoreSettings, fingerprint, locate

FINGERPRINT_FILE = "demo.fingerprint"
EARLIER_RATINGS = 9.0  # a product of average appeal had this many before the period
_GENERATED = {
    FINGERPRINT_FILE, "store.toml", "products.parquet", "interactions.parquet", "reviews.parquet", "orders.parquet",
    "policies.md", "media",
}  # fmt: skip
_HERE = Path(__file__).parent
_CONSOLE = Console(stderr=True)  # progress bars stay out of what a command prints

SETTINGS = StoreSettings(
    name="Aisle demo store",
    currency="USD",
    language="en",
    synthetic=True,
    greeting="Hello! I can help you find things, compare them and order them. What are you looking for? "
    "(This is a demo store: all products, brands, reviews and shoppers are invented.)",
    support_contact="help@shop.example",
    prompts=[
        "something to keep my coffee hot on a hike",
        "a waterproof jacket under $120, not black",
        "gift for a friend who loves gardening, around $30",
        "wireless headphones for the train",
        "适合露营的双人帐篷",
        "200美元以内的跑鞋",
        "How long do I have to return something?",
    ],
)


def make_demo_store(name_or_path: str | os.PathLike[str] = "demo", *, seed: int = 7, progress: bool = True) -> Store:
    """The demo store at a name or path, built where it is absent or was built from other specifications or seed.

    Conversations, carts and orders (`aisle.db`), index, models and an edited `store.toml` outlive a rebuild.
    Raises AisleError where the folder holds anything but a demo store, or cannot be written.
    """
    folder = locate(name_or_path)
    _refuse_other_content(folder)
    built_from = fingerprint(str(seed), *sorted(file for file in _HERE.rglob("*.*") if file.suffix != ".pyc"))
    if _is_current(folder, built_from):
        return Store.open(folder)
    build(folder, load_departments(), built_from, seed=seed, progress=progress)
    return Store.open(folder)


def build(
    folder: Path,
    departments: list[Department],
    built_from: str,
    *,
    seed: int,
    shoppers: int = SHOPPERS,
    reviews: int = REVIEWS_WANTED,
    progress: bool = False,
) -> None:
    """Write the store of these departments beside `folder`, then put it in its place with what outlives a rebuild."""
    with replacing_folder(folder) as beside:
        products = compose(departments, seed)
        simulation = Simulation(products, _shoppers(products, shoppers, seed), seed)
        for _ in track(
            simulation.run(), "Shoppers", total=shoppers, console=_CONSOLE, disable=not progress, transient=True
        ):
            pass
        _write_tables(Store.create(beside, SETTINGS), simulation, reviews, seed)
        (beside / "media").mkdir()
        for product in track(products, "Pictures", console=_CONSOLE, disable=not progress, transient=True):
            write_picture(product, beside / image_of(product))
        shutil.copyfile(_HERE / "policies.md", beside / "policies.md")
        (beside / FINGERPRINT_FILE).write_text(built_from, encoding="utf-8")
        _carry_over(folder, beside)


def _is_current(folder: Path, built_from: str) -> bool:
    mark = folder / FINGERPRINT_FILE
    whole = all((folder / part).exists() for part in _GENERATED)
    return whole and mark.read_text(encoding="utf-8", errors="replace") == built_from


def _refuse_other_content(folder: Path) -> None:
    """A rebuild replaces a whole folder, so it must be one that a demo store was in, or nothing but a database."""
    if not folder.exists():
        return
    way_out = "Give another name or path for the demo store."
    if not folder.is_dir():
        raise AisleError(f"{folder} is a file. {way_out}")
    if (folder / "store.toml").exists():
        if not Store.create(folder, SETTINGS).settings.synthetic:
            raise AisleError(f"{folder} holds a shop of its own. {way_out}")
    elif foreign := [entry.name for entry in folder.iterdir() if not entry.name.startswith("aisle.db")]:
        raise AisleError(f"{folder} holds other files ({', '.join(sorted(foreign)[:3])}). {way_out}")


def _shoppers(products: list[DemoProduct], count: int, seed: int) -> Shoppers:
    brands = {product.brand.name for product in products}
    return draw_shoppers(count, len(brands), len(colours()) + 1, seed)  # + 1: products of no colour


def _write_tables(store: Store, simulation: Simulation, reviews: int, seed: int) -> None:
    products, ratings = simulation.products, simulation.ratings()
    store.write_table(simulation.table(), store.interactions_file)
    store.write_table(write_reviews(products, ratings, reviews, seed), store.reviews_file)
    store.write_table(products_table(products, ratings, seed), store.products_file)
    store.write_table(orders_table(store.interactions(), store.products(), seed), store.orders_file)


def products_table(products: list[DemoProduct], ratings: Ratings, seed: int) -> pa.Table:
    stars, counts = _rated(products, ratings, seed)
    rows = [
        {
            "product_id": product.product_id,
            "title": product.title,
            "description": product.description,
            "brand": product.brand.name,
            "category": product.category,
            "price": product.price,
            "list_price": product.list_price,
            "currency": SETTINGS.currency,
            "stock": product.stock,
            "rating": None if np.isnan(stars[row]) else float(stars[row]),
            "rating_count": int(counts[row]),
            "image": image_of(product),
            "url": None,
            "attributes": list(product.attributes.items()),
            "tags": product.tags,
        }
        for row, product in enumerate(products)
    ]
    return pa.Table.from_pylist(rows, schema=PRODUCTS)


def _rated(products: list[DemoProduct], ratings: Ratings, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean stars (one decimal, NaN where nobody has rated) and their number, [len(products)] each.

    Counted are the ratings among the interactions and those of earlier customers, who felt the same about a product.
    """
    rng = np.random.default_rng([seed, 4])
    counts = np.bincount(ratings.products, minlength=len(products))
    sums = np.bincount(ratings.products, weights=ratings.stars, minlength=len(products))
    for row, product in enumerate(products):
        earlier = rng.poisson(EARLIER_RATINGS * product.appeal)
        sums[row] += draw_stars(product.mean_rating, earlier, rng).sum()
        counts[row] += earlier
    means = np.divide(sums, counts, out=np.full(len(products), np.nan), where=counts > 0)
    return np.round(means, 1), counts


def _carry_over(old: Path, new: Path) -> None:
    """Everything that is not generated, and the settings, which the shopkeeper may have edited.

    Files are linked, not moved: an interrupted rebuild loses nothing, and a program with the database open keeps it.
    """
    if not old.exists():
        return
    for entry in old.iterdir():
        if entry.name == "store.toml":
            shutil.copy2(entry, new / entry.name)
        elif entry.is_dir() and entry.name not in _GENERATED:
            shutil.copytree(entry, new / entry.name, copy_function=_link)
        elif entry.name not in _GENERATED:
            _link(entry, new / entry.name)


def _link(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copy2(source, target)
