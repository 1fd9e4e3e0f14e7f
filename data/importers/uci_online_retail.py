"""UCI Online Retail (and Online Retail II): a gift shop's invoice lines, from which its products are derived.

Source: UCI Machine Learning Repository, https://archive.ics.uci.edu/dataset/352/online+retail, CC BY 4.0.

Each line has one fate. A sale to a known customer is kept as a purchase. Merged are: a second line of the same invoice
and product, a cancellation and what it takes back, and a sale to nobody known, which still tells of its product.
Refused are lines that sell no product: postage, fees, vouchers, stock adjustments, unmatched cancellations.
Invoices to known customers are orders as well; what a cancellation took back of them was returned. The file does not
say when they were shipped or delivered, so that an order has no status but "returned".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd

from data.cleaning.numbers import numbers
from data.cleaning.text import lines
from data.cleaning.times import times
from data.importers.base import Batch, Source
from data.importers.tables import BadRow, read_rows, refusals
from data.importers.uci_titles import is_note, title_of
from data.schema import Columns, TableName

CURRENCY = "GBP"
TIME_ZONE = "Europe/London"
RECENT = pd.Timedelta(days=90)

_NAMES = {
    "invoiceno": "invoice", "invoice": "invoice", "stockcode": "code", "description": "description",
    "quantity": "quantity", "invoicedate": "time", "unitprice": "price", "price": "price",
    "customerid": "customer", "country": "country",
}  # fmt: skip
_NEEDED = ("invoice", "code", "description", "quantity", "time", "price", "customer", "country")
# Postage, carriage, discounts, samples, fees, a charity's commission, bad debts, corrections by hand, gift vouchers.
_NOT_GOODS = r"POST|DOT|C2|C3|M|D|S|B|CRUK|BANK CHARGES|AMAZON.*|ADJUST.*|TEST.*|GIFT.*"
_NOT_GOODS_TEXT = r"(?i)\b(?:carriage|postage|gift voucher|bank charges|high resolution image)\b"


class UciOnlineRetail:
    name = "uci-online-retail"
    needs = "the columns InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID and Country"

    def sniff(self, source: Source) -> float:
        return 0.95 if set(_NEEDED) <= set(_renamed(source.columns).values()) else 0.0

    def read(self, source: Source) -> Iterator[Batch]:
        raw, bad_rows = _whole(source)
        sales = _cells(raw)
        sales["reason"] = _reasons(sales)
        products = _products(sales[sales["reason"] == ""])
        _refuse(sales, ~sales["code"].isin(products[Columns.Product]), "no sale of it has a usable description")
        sales["left"] = _netted(sales)
        _refuse(sales, sales["left"] < 0, "cancellation of more than was bought before")
        purchases = _purchases(sales[(sales["reason"] == "") & (sales["left"] > 0) & (sales["customer"] != "")])
        titles = products.set_index(Columns.Product)[Columns.Title]
        orders = _orders(sales[(sales["reason"] == "") & (sales["quantity"] > 0) & (sales["customer"] != "")], titles)
        refused = refusals(raw, sales["reason"])
        folded = len(raw) - len(refused) - len(purchases)
        yield Batch(TableName.PRODUCTS, products, raw=products, derived=True)
        yield Batch(TableName.INTERACTIONS, purchases, raw=purchases, folded=folded, bad_rows=bad_rows + refused)
        yield Batch(TableName.ORDERS, orders, raw=orders, derived=True)


def _renamed(columns: list[str]) -> dict[str, str]:
    keys = {column: re.sub(r"[\W_]+", "", column).lower() for column in columns}
    return {column: _NAMES[key] for column, key in keys.items() if key in _NAMES}


def _whole(source: Source) -> tuple[pd.DataFrame, list[BadRow]]:
    """All rows at once: a cancellation may stand anywhere after its purchase."""
    parts = list(read_rows(source.path, source.kind))
    return pd.concat([part.frame for part in parts]), [bad for part in parts for bad in part.bad_rows]


def _cells(raw: pd.DataFrame) -> pd.DataFrame:
    """Typed columns: invoice, code, description, customer, country as text, quantity, price, time in UTC."""
    named = raw.rename(columns=_renamed(list(raw.columns)))
    sales = pd.DataFrame({name: lines(named[name]) for name in ("invoice", "description", "customer", "country")})
    sales["code"] = lines(named["code"]).str.upper()
    sales["quantity"] = numbers(named["quantity"])
    sales["price"] = numbers(named["price"])
    sales["time"] = _local_times(named["time"])
    return sales


def _local_times(cells: pd.Series) -> pd.Series:
    """The till shows the time of its town."""
    moments = cells if pd.api.types.is_datetime64_any_dtype(cells) else times(cells).dt.tz_localize(None)
    local = moments.dt.tz_localize(TIME_ZONE, ambiguous="NaT", nonexistent="shift_forward")
    return local.dt.tz_convert("UTC").astype("datetime64[us, UTC]")


def _reasons(sales: pd.DataFrame) -> pd.Series:
    sales = sales.assign(reason="")
    cancels = sales["invoice"].str.upper().str.startswith("C")
    service = sales["code"].str.fullmatch(_NOT_GOODS) | sales["description"].str.contains(_NOT_GOODS_TEXT)
    _refuse(sales, sales["code"] == "", "no product id")
    _refuse(sales, service, "no goods: postage, fee, voucher or correction")
    _refuse(sales, ~np.isfinite(sales["quantity"]) | (sales["quantity"] == 0), "no readable quantity")
    _refuse(sales, (sales["quantity"] < 0) & ~cancels, "stock adjustment, not a sale")
    _refuse(sales, ~np.isfinite(sales["price"]), "no readable price")
    _refuse(sales, sales["price"] < 0, "price is negative")
    _refuse(sales, sales["price"] == 0, "price is zero")
    _refuse(sales, sales["time"].isna(), "no readable time")
    return sales["reason"]


def _refuse(sales: pd.DataFrame, where: pd.Series, reason: str) -> None:
    """The first reason against a line stays."""
    sales["reason"] = sales["reason"].mask((sales["reason"] == "") & where, reason)


def _products(sales: pd.DataFrame) -> pd.DataFrame:
    """Code, most usual description and median price of the last 90 days on sale, for each code that was sold."""
    sold = sales[sales["quantity"] > 0]
    described = sold[~sold["description"].map(is_note)]
    counted = described.groupby(["code", "description"], sort=False).agg(lines=("time", "size"), last=("time", "max"))
    ranked = counted.sort_values(["lines", "last"]).reset_index()
    usual = ranked.groupby("code").tail(1).set_index("code")["description"]
    recent = sold[sold["time"] >= sold.groupby("code")["time"].transform("max") - RECENT]
    price = recent.groupby("code")["price"].median().round(2)
    codes = usual.index.sort_values()
    frame = pd.DataFrame(
        {
            Columns.Product: codes,
            Columns.Title: usual.loc[codes].map(title_of).to_numpy(),
            Columns.Price: price.loc[codes].clip(lower=0.01).to_numpy(),
        }
    )
    frame[Columns.Currency] = CURRENCY
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame


def _netted(sales: pd.DataFrame) -> pd.Series:
    """Pieces of each line that stay bought: a cancellation takes back the customer's latest purchases of the product.

    Below 0 is what a cancellation could not take back.
    """
    left = sales["quantity"].where(sales["reason"] == "", 0.0)
    cancelled = left < 0
    pairs = pd.MultiIndex.from_frame(sales[["customer", "code"]])
    touched = sales[(sales["reason"] == "") & (sales["customer"] != "") & pairs.isin(pairs[cancelled])]
    pieces = left.to_dict()
    bought: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    ordered = touched.sort_values("time", kind="stable")
    for row, customer, code, quantity in zip(
        ordered.index.tolist(), ordered["customer"], ordered["code"], ordered["quantity"], strict=True
    ):
        stack = bought[customer, code]
        if quantity > 0:
            stack.append(row)
            continue
        while pieces[row] < 0 and stack:
            taken = min(pieces[stack[-1]], -pieces[row])
            pieces[stack[-1]] -= taken
            pieces[row] += taken
            if pieces[stack[-1]] == 0:
                stack.pop()
    return pd.Series(pieces)


def _purchases(sales: pd.DataFrame) -> pd.DataFrame:
    """One purchase for each invoice and product: the lines of one are added up."""
    keys = ["invoice", "code", "customer"]
    pieces = sales.groupby(keys, sort=False)["left"].transform("sum")
    first = sales.assign(left=pieces).drop_duplicates(keys)
    return pd.DataFrame(
        {
            Columns.User: first["customer"],
            Columns.Product: first["code"],
            Columns.Event: "purchase",
            Columns.Value: first["left"],
            Columns.Timestamp: first["time"],
            Columns.Region: first["country"].replace("Unspecified", ""),
        }
    )


def _orders(sales: pd.DataFrame, titles: pd.Series) -> pd.DataFrame:
    """A line for each invoice, customer and product, with the mean price where it stands there at several."""
    keys = ["invoice", "customer", "code"]
    paid = sales.assign(amount=sales["quantity"] * sales["price"], back=sales["quantity"] - sales["left"])
    summed = paid.groupby(keys, sort=False).agg(
        quantity=("quantity", "sum"),
        amount=("amount", "sum"),
        back=("back", "sum"),
        time=("time", "min"),
    )
    summed = summed.reset_index()
    whole = (summed["quantity"] == summed["back"]).groupby([summed["invoice"], summed["customer"]]).transform("all")
    frame = pd.DataFrame(
        {
            Columns.Order: summed["invoice"],
            Columns.User: summed["customer"],
            Columns.Product: summed["code"],
            Columns.Title: summed["code"].map(titles),
            Columns.Quantity: summed["quantity"],
            Columns.Price: (summed["amount"] / summed["quantity"]).round(2),
            Columns.Returned: summed["back"],
            Columns.Placed: summed["time"],
            Columns.Status: whole.map({True: "returned", False: ""}),
        }
    )
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame
