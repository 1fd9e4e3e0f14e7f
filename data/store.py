"""A store on disk: one folder a shop, its tables in Parquet, its settings in `store.toml`."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

import platformdirs
import pyarrow as pa
import pyarrow.parquet as pq
import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data import schema
from data.errors import AisleError
from data.files import replacing
from data.records import Policy


class StoreSettings(BaseModel):
    """What `store.toml` says. Unknown keys are refused, so that a misspelt setting is not silently ignored."""

    model_config = ConfigDict(extra="forbid")

    name: str
    currency: str = "USD"
    language: str = "en"  # of the catalogue's texts: "en" or "zh"
    synthetic: bool = False
    greeting: str = ""
    llm: str = "auto"  # auto | openvino | transformers | openai | none
    llm_model: str = ""  # a model's name or path; empty: the engine's default
    llm_url: str = ""  # of an OpenAI-compatible server
    llm_timeout: float = Field(default=60, gt=0)  # seconds that one request to the language model may take
    turn_timeout: float = Field(default=30, gt=0)  # seconds that a turn waits for the language model, all told
    understanding: Literal["auto", "learned", "model"] = "auto"  # who reads messages; auto: see docs/architecture.md
    replies: Literal["model", "templates"] = "model"  # templates: the model has no part in what is said
    encoder: str = "all-MiniLM-L6-v2"
    vectors: Literal["float32", "float16", "int8"] = "float16"  # how exactly the index keeps what the encoder says
    reranker: str = ""  # name of a cross-encoder; empty: none
    personalise: float = Field(default=0.15, ge=0, le=1)  # how far a known shopper's past moves search results; 0: not
    support_contact: str = ""  # where a hand-off sends the shopper
    prompts: list[str] = Field(default_factory=list)  # example messages shown on an empty page


class Store:
    """The folder of one shop, opened by name or by path.

    Raises AisleError where the folder or `store.toml` is missing or cannot be read.
    """

    def __init__(self, folder: Path, settings: StoreSettings) -> None:
        self.folder = folder
        self.settings = settings

    @classmethod
    def open(cls, name_or_path: str | os.PathLike[str]) -> Store:
        folder = locate(name_or_path)
        if not (folder / "store.toml").exists():
            known = ", ".join(names()) or "none yet"
            raise AisleError(
                f"There is no store '{name_or_path}' (stores here: {known}). "
                "Make one with `aisle demo`, or with `aisle ingest FILE --store NAME`."
            )
        store = cls(folder, _read_settings(folder / "store.toml"))
        if not store.products_file.exists():
            raise AisleError(
                f"The store '{name_or_path}' has no products yet: `aisle ingest FILE --store {folder.name}`."
            )
        return store

    @classmethod
    def create(cls, name_or_path: str | os.PathLike[str], settings: StoreSettings) -> Store:
        """Make the folder, or take the one that is there; `store.toml` is written where there is none."""
        store = cls(locate(name_or_path), settings)
        if (store.folder / "store.toml").exists():
            store.settings = _read_settings(store.folder / "store.toml")
        else:
            store.save_settings()
        return store

    def save_settings(self) -> None:
        with replacing(self.folder / "store.toml") as beside:
            beside.write_text(tomlkit.dumps(self.settings.model_dump(exclude_none=True)), encoding="utf-8")

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def products_file(self) -> Path:
        return self.folder / "products.parquet"

    @property
    def interactions_file(self) -> Path:
        return self.folder / "interactions.parquet"

    @property
    def reviews_file(self) -> Path:
        return self.folder / "reviews.parquet"

    @property
    def orders_file(self) -> Path:
        return self.folder / "orders.parquet"

    @property
    def rejects_file(self) -> Path:
        return self.folder / "rejects.parquet"

    @property
    def policies_file(self) -> Path:
        return self.folder / "policies.md"

    @property
    def index_folder(self) -> Path:
        return self.folder / "index"

    @property
    def models_folder(self) -> Path:
        return self.folder / "models"

    @property
    def database_file(self) -> Path:
        return self.folder / "aisle.db"

    @property
    def media_folder(self) -> Path:
        """Pictures that the store itself holds; `image` columns name them relative to the store's folder."""
        return self.folder / "media"

    def products(self) -> pa.Table:
        return _read(self.products_file, schema.PRODUCTS)

    def interactions(self) -> pa.Table:
        return _read(self.interactions_file, schema.INTERACTIONS)

    def reviews(self) -> pa.Table:
        return _read(self.reviews_file, schema.REVIEWS)

    def orders(self) -> pa.Table:
        return _read(self.orders_file, schema.ORDERS)

    def rejects(self) -> pa.Table:
        return _read(self.rejects_file, schema.REJECTS)

    def policies(self) -> list[Policy]:
        """The `##` sections of `policies.md`, [] where the shop has written none."""
        if not self.policies_file.exists():
            return []
        sections = re.split(r"(?m)^##\s+", self.policies_file.read_text(encoding="utf-8"))[1:]
        parted = (section.partition("\n") for section in sections)
        return [
            Policy(topic=heading.strip(), text=text.strip())
            for heading, _, text in parted
            if heading.strip() and text.strip()
        ]

    def write_table(self, table: pa.Table, target: Path) -> None:
        """Write one of the store's tables whole, atomically."""
        with replacing(target) as beside:
            pq.write_table(table, beside, compression="zstd")


def fingerprint(*parts: str | Path) -> str:
    """A hash of texts and of files' contents; artefacts carry it and are rebuilt when it changes."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            if part.exists():
                with part.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
        else:
            digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def home() -> Path:
    """`$AISLE_HOME`, or the platform's folder for a user's data."""
    return Path(os.environ.get("AISLE_HOME") or platformdirs.user_data_dir("aisle", appauthor=False))


def locate(name_or_path: str | os.PathLike[str]) -> Path:
    """A bare name lies under `home()/stores`; anything with a slash or a dot, or an existing folder, is a path."""
    path = Path(name_or_path)
    if re.fullmatch(r"[\w-]+", str(name_or_path)) and not (path / "store.toml").exists():
        return home() / "stores" / path
    return path.expanduser().absolute()


def names() -> list[str]:
    """The stores under `home()`, sorted."""
    return sorted(file.parent.name for file in (home() / "stores").glob("*/store.toml"))


def _read(file: Path, wanted: pa.Schema) -> pa.Table:
    """A table with exactly the wanted columns; an absent file is an empty table."""
    if not file.exists():
        return wanted.empty_table()
    try:
        return pq.read_table(file, schema=wanted)
    except (pa.ArrowException, OSError) as error:
        raise AisleError(f"{file} cannot be read ({type(error).__name__}): ingest the shop's export again.") from error


def _read_settings(file: Path) -> StoreSettings:
    try:
        content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        return StoreSettings(**content)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AisleError(f"{file} is not valid TOML: {error}. Mend it or delete it and ingest again.") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors())
        raise AisleError(f"{file} has settings that are not understood: {wrong}.") from error
