"""From a shop's exports to a store: read, clean, merge, write; every row is accounted for."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from data import schema
from data.cleaning.duplicates import VARIANTS, merge_alike, merge_ids
from data.cleaning.pipeline import clean
from data.errors import AisleError
from data.files import replacing
from data.importers import Batch, choose
from data.importers.tables import BadRow, refusals
from data.policies import read_policies
from data.schema import Columns, TableName
from data.store import Store

_DERIVED = "_derived"


@dataclass
class TableCount:
    """Rows of the input that belong to one table: `read == kept + merged + sum(refused.values())`."""

    read: int = 0
    kept: int = 0
    merged: int = 0
    refused: Counter[str] = field(default_factory=Counter)


@dataclass
class IngestReport:
    """What became of every row read. `products` to `orders` count the rows now in the store."""

    tables: dict[TableName, TableCount] = field(default_factory=lambda: {name: TableCount() for name in TableName})
    products: int = 0
    interactions: int = 0
    reviews: int = 0
    orders: int = 0  # lines of orders
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def read(self) -> int:
        return sum(count.read for count in self.tables.values())

    @property
    def kept(self) -> int:
        return sum(count.kept for count in self.tables.values())

    @property
    def merged(self) -> int:
        return sum(count.merged for count in self.tables.values())

    @property
    def refused(self) -> dict[str, int]:
        """Reason → rows, over all tables, the most usual first."""
        return dict(sum((count.refused for count in self.tables.values()), Counter()).most_common())

    def table(self) -> Table:
        """The summary that the command prints."""
        shown = Table(title=f"Ingested in {self.seconds:.1f} s", caption="\n".join(self.notes) or None)
        for heading in ("", "read", "kept", "merged", "refused", "in the store"):
            shown.add_column(heading, justify="left" if not heading else "right")
        totals = (self.products, self.interactions, self.reviews, self.orders)
        for (name, count), total in zip(self.tables.items(), totals, strict=True):
            if count.read or total:
                cells = (count.read, count.kept, count.merged, count.refused.total(), total)
                shown.add_row(name.value, *(f"{cell:,}" for cell in cells))
            for reason, rows in count.refused.most_common():
                shown.add_row(f"  {reason}", "", "", "", f"{rows:,}", "", style="yellow")
        return shown


def ingest(
    sources: list[Path],
    store: Store,
    *,
    format: str = "auto",
    mapping: dict[str, str] | None = None,
    reviews: Path | None = None,
    interactions: Path | None = None,
    orders: Path | None = None,
    policies: Path | None = None,
    progress: bool = True,
) -> IngestReport:
    """Read the exports of a shop into a store, in place of what it had of the same tables.

    `format` and `mapping` hold for `sources`; the files of `reviews`, `interactions` and `orders` are recognised
    by themselves.
    A table that no file gives stays as it was, less the rows of products that are gone. Nothing is written before
    everything is read. Raises AisleError for a file that cannot be read and where no product is usable.
    """
    started = time.monotonic()
    policy_text = read_policies(policies) if policies else None
    run = _Ingest(store)
    named = [(path, format, mapping or {}, TableName.PRODUCTS) for path in sources]
    named += [(reviews, "auto", {}, TableName.REVIEWS)] if reviews else []
    named += [(interactions, "auto", {}, TableName.INTERACTIONS)] if interactions else []
    named += [(orders, "auto", {}, TableName.ORDERS)] if orders else []
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), disable=not progress, transient=True
    ) as bar:
        for path, name, mapped, table in named:
            task = bar.add_task(f"Reading {path.name}", total=None)
            importer, source = choose(path, name, mapped, table)
            for batch in importer.read(source):
                run.take(batch, path)
                bar.update(task, description=f"Reading {path.name} as {importer.name}: {run.report.read:,} rows")
            bar.remove_task(task)
        bar.add_task("Writing the store", total=None)
        report = run.finish(policy_text)
    report.seconds = time.monotonic() - started
    return report


class _Ingest:
    """Cleaned rows and refusals as they gather; `finish` merges and writes them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.report = IngestReport()
        self.parts: dict[TableName, list[pa.Table]] = {name: [] for name in TableName}
        self.rejects: list[pa.Table] = []

    def take(self, batch: Batch, path: Path) -> None:
        """Clean a batch; its rows are kept here, refused, or counted as merged."""
        count = self.report.tables[batch.table]
        cleaned = clean(batch.frame, batch.table)
        self.parts[batch.table].append(_to_arrow(cleaned.rows, batch, path.name))
        if not batch.derived:  # the rows that these were derived from are counted where they were read
            count.read += len(batch.frame) + batch.folded + len(batch.bad_rows)
            count.kept += len(cleaned.rows)
            count.merged += batch.folded
            self._refuse(path.name, batch.table, batch.bad_rows + refusals(batch.raw, cleaned.reasons))

    def finish(self, policy_text: str | None) -> IngestReport:
        products, aliases = self._products()
        known = pa.array(products[Columns.Product])
        written = {TableName.PRODUCTS: products}
        for name in (TableName.INTERACTIONS, TableName.REVIEWS):
            written[name] = self._of_known_products(name, known, aliases)
        written[TableName.ORDERS] = self._orders(aliases)
        _write(self.store, written, self._rejects(), policy_text)
        report = self.report
        report.products, report.interactions, report.reviews, report.orders = (len(written[name]) for name in TableName)
        return self.report

    def _products(self) -> tuple[pa.Table, dict[str, str]]:
        """The products to write, and the ids that were merged away."""
        count = self.report.tables[TableName.PRODUCTS]
        table = _joined(self.parts[TableName.PRODUCTS], TableName.PRODUCTS)
        if not len(table):
            if not count.read and self.store.products_file.exists():
                return self.store.products(), {}
            raise AisleError(_nothing_usable(self.report))
        table = self._one_currency(table)
        frame = _to_pandas(table)
        before = int((~frame[_DERIVED]).sum())
        merged = merge_alike(merge_ids(frame))
        away = before - int((~merged.products[_DERIVED]).sum())
        count.merged += away
        count.kept -= away
        return pa.Table.from_pandas(merged.products, schema.PRODUCTS, preserve_index=False), merged.aliases

    def _one_currency(self, table: pa.Table) -> pa.Table:
        """Prices are compared as numbers, so that a store has one currency: the most usual one."""
        currencies = table[Columns.Currency].to_pandas()
        said = currencies.dropna()
        usual = said.mode().iloc[0] if len(said) else self.store.settings.currency
        self.store.settings.currency = usual
        currencies = currencies.fillna(usual)
        place = table.schema.get_field_index(Columns.Currency)
        table = table.set_column(place, Columns.Currency, pa.array(currencies, pa.string()))
        return self._refuse_late(
            table,
            pa.array(currencies == usual),
            TableName.PRODUCTS,
            f"priced in another currency than the shop's usual {usual}",
        )

    def _of_known_products(self, name: TableName, known: pa.Array, aliases: dict[str, str]) -> pa.Table:
        wanted = {TableName.INTERACTIONS: schema.INTERACTIONS, TableName.REVIEWS: schema.REVIEWS}[name]
        if not self.parts[name]:
            old = self.store.interactions() if name is TableName.INTERACTIONS else self.store.reviews()
            kept = old.filter(pc.is_in(old[Columns.Product], known))
            if len(kept) < len(old):
                self.report.notes.append(f"{len(old) - len(kept):,} older {name} were of products that are gone.")
            return kept
        table = _joined(self.parts[name], name)
        table = _under_new_ids(table, aliases)
        is_known = pc.is_in(table[Columns.Product], known)
        return self._refuse_late(table, is_known, name, "of a product that the shop does not list").select(wanted.names)

    def _orders(self, aliases: dict[str, str]) -> pa.Table:
        """Lines of products that are gone stay: a shopper asks after what they bought, not after what is sold."""
        if not self.parts[TableName.ORDERS]:
            return self.store.orders()
        table = _joined(self.parts[TableName.ORDERS], TableName.ORDERS)
        return _under_new_ids(table, aliases).select(schema.ORDERS.names).sort_by(Columns.Placed)

    def _refuse_late(self, table: pa.Table, keep: pa.Array, name: TableName, reason: str) -> pa.Table:
        """Refuse rows already cleaned: their raw form is what they were cleaned to."""
        away = table.filter(pc.and_(pc.invert(keep), pc.invert(table[_DERIVED]))).to_pandas()
        shown = away.drop(columns=[Columns.Source, Columns.Row, VARIANTS, _DERIVED])
        for source, rows in away.groupby(Columns.Source, observed=True):
            raw = shown.loc[rows.index].set_axis(rows[Columns.Row])
            self._refuse(str(source), name, refusals(raw, pd.Series(reason, index=raw.index)))
        self.report.tables[name].kept -= len(away)
        return table.filter(keep)

    def _refuse(self, source: str, table: TableName, rows: list[BadRow]) -> None:
        columns = [[source] * len(rows), *([row[part] for row in rows] for part in range(len(BadRow._fields)))]
        arrays = [pa.array(cells, kind.type) for cells, kind in zip(columns, schema.REJECTS, strict=True)]
        self.rejects.append(pa.Table.from_arrays(arrays, schema=schema.REJECTS))
        self.report.tables[table].refused.update(row.reason for row in rows)

    def _rejects(self) -> pa.Table:
        return pa.concat_tables([schema.REJECTS.empty_table(), *self.rejects])


def _with_provenance(wanted: pa.Schema) -> pa.Schema:
    extra = [(Columns.Source, pa.dictionary(pa.int32(), pa.string())), (Columns.Row, pa.int64())]
    return pa.schema(
        [*wanted, *(pa.field(*part) for part in extra), pa.field(VARIANTS, pa.bool_()), pa.field(_DERIVED, pa.bool_())]
    )


_CLEANED = {
    TableName.PRODUCTS: _with_provenance(schema.PRODUCTS),
    TableName.INTERACTIONS: _with_provenance(schema.INTERACTIONS),
    TableName.REVIEWS: _with_provenance(schema.REVIEWS),
    TableName.ORDERS: _with_provenance(schema.ORDERS),
}


def _to_arrow(rows: pd.DataFrame, batch: Batch, source: str) -> pa.Table:
    if rows.empty:
        return _CLEANED[batch.table].empty_table()
    frame = rows.copy()
    frame[Columns.Source] = source
    frame[Columns.Row] = rows.index
    frame[VARIANTS] = batch.variants
    frame[_DERIVED] = batch.derived
    wanted = _CLEANED[batch.table]
    if Columns.Attributes in frame:
        frame[Columns.Attributes] = [list(cell.items()) for cell in frame[Columns.Attributes]]
    optional = [kind.name for kind in wanted if kind.nullable and kind.type == pa.string()]
    frame[optional] = frame[optional].replace("", None)
    return pa.Table.from_pandas(frame, wanted, preserve_index=False)


def _under_new_ids(table: pa.Table, aliases: dict[str, str]) -> pa.Table:
    if not aliases:
        return table
    ids = table[Columns.Product].to_pandas()
    place = table.schema.get_field_index(Columns.Product)
    return table.set_column(place, Columns.Product, pa.array(ids.map(aliases).fillna(ids), pa.string()))


def _joined(parts: list[pa.Table], name: TableName) -> pa.Table:
    return pa.concat_tables([_CLEANED[name].empty_table(), *parts], promote_options="permissive")


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    frame = table.to_pandas()
    frame[Columns.Attributes] = [dict(cell) for cell in frame[Columns.Attributes]]
    frame[Columns.Tags] = [list(cell) for cell in frame[Columns.Tags]]
    return frame


def _nothing_usable(report: IngestReport) -> str:
    refused = report.tables[TableName.PRODUCTS].refused
    why = ", ".join(f"{reason} ({rows:,})" for reason, rows in refused.most_common(3)) or "the files list none"
    return (
        f"No usable product in {report.read:,} rows: {why}. Name the right columns with --map, for example "
        "`--map price=COLUMN`; the store is as it was."
    )


def _write(store: Store, tables: dict[TableName, pa.Table], rejects: pa.Table, policy_text: str | None) -> None:
    """Everything is written beside its place before the first file takes it, so that a full disk changes nothing."""
    files = {
        store.products_file: tables[TableName.PRODUCTS],
        store.interactions_file: tables[TableName.INTERACTIONS],
        store.reviews_file: tables[TableName.REVIEWS],
        store.rejects_file: rejects,
    }
    if len(tables[TableName.ORDERS]) or store.orders_file.exists():
        files[store.orders_file] = tables[TableName.ORDERS]
    with ExitStack() as places:
        if policy_text is not None:
            places.enter_context(replacing(store.policies_file)).write_text(policy_text, encoding="utf-8")
        for file, table in files.items():
            pq.write_table(table, places.enter_context(replacing(file)), compression="zstd")
    store.save_settings()
