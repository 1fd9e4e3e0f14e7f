"""The orders behind the purchases of the demo store: numbers, parcels and dates, as its policies promise them.

The shop stands at the end of its period (`interactions.END`): what was bought in the last days is still being packed or
on its way. All is drawn from the seed and the purchases, after and apart from them.
"""

from __future__ import annotations

from datetime import UTC

import numpy as np
import pandas as pd
import pyarrow as pa

from data.demo.interactions import END
from data.schema import ORDERS, Columns

FIRST_NUMBER = 10_001
SAME_ORDER = pd.Timedelta(minutes=30)  # purchases of one visit are one order
CUT_OFF_HOUR = 18  # UTC; 2 pm in Ohio: what is ordered by then leaves on the same business day
PICKED_UP = pd.Timedelta(hours=21)  # of a business day
BUSINESS_DAYS = (3, 5)  # of standard shipping, within the United States
BUSINESS_DAYS_CANADA = (6, 10)
EXPRESS = 0.12  # share of orders that travel 1 or 2 business days
CANCELLED, RETURNED = 0.02, 0.04  # shares of orders
RETURNED_AFTER_DAYS = (4, 26)  # of delivery, when the parcel is back
CARRIERS = {"Blue Heron Parcel": "BH", "Prairie Express": "PX", "Lantern Post": "LP"}  # invented


def orders_table(interactions: pa.Table, products: pa.Table, seed: int) -> pa.Table:
    """The table of `schema.ORDERS` for the purchases in a table of `schema.INTERACTIONS`, sorted by time."""
    lines = _lines(interactions, products)
    orders = lines.groupby("number", sort=True).agg(
        placed=(Columns.Timestamp, "first"), region=(Columns.Region, "first"), channel=(Columns.Channel, "first")
    )
    orders = _on_their_way(orders, np.random.default_rng([seed, 5]))
    joined = lines.join(orders.drop(columns=["region", "channel"]), on="number")
    returned = joined[Columns.Status] == "returned"
    frame = pd.DataFrame(
        {
            Columns.Order: joined["number"].astype(str),
            Columns.User: joined[Columns.User],
            Columns.Product: joined[Columns.Product],
            Columns.Title: joined[Columns.Title],
            Columns.Quantity: joined[Columns.Value],
            Columns.Price: joined[Columns.Price],
            Columns.Returned: joined[Columns.Value].where(returned, 0.0),
            Columns.Placed: joined["placed"],
            **{name: joined[name] for name in ORDERS.names[ORDERS.get_field_index(Columns.Status) :]},
        }
    )
    return pa.Table.from_pandas(frame, ORDERS, preserve_index=False)


def _lines(interactions: pa.Table, products: pa.Table) -> pd.DataFrame:
    """Purchases with title and price, and the number of their order; what one order has twice is added up."""
    log = interactions.to_pandas()
    bought = log[log[Columns.Event] == "purchase"].sort_values([Columns.User, Columns.Timestamp], kind="stable")
    apart = bought[Columns.Timestamp].diff() > SAME_ORDER
    begins = apart | (bought[Columns.User] != bought[Columns.User].shift())
    bought["visit"] = begins.cumsum()
    first = bought[begins].sort_values(Columns.Timestamp, kind="stable")["visit"]
    bought["number"] = bought["visit"].map({visit: FIRST_NUMBER + place for place, visit in enumerate(first)})
    summed = bought.groupby(["number", Columns.Product], sort=False).agg(
        {
            Columns.User: "first",
            Columns.Value: "sum",
            Columns.Timestamp: "first",
            Columns.Region: "first",
            Columns.Channel: "first",
        }
    )
    listed = products.select([Columns.Product, Columns.Title, Columns.Price]).to_pandas().set_index(Columns.Product)
    return summed.reset_index().sort_values("number", kind="stable").join(listed, on=Columns.Product)


def _on_their_way(orders: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Each order with status, dates, carrier and tracking number, as far as they are known when the period ends."""
    now, count = pd.Timestamp(END), len(orders)
    canada = orders[Columns.Region] == "Canada"
    days = np.where(
        canada,
        rng.integers(*BUSINESS_DAYS_CANADA, count, endpoint=True),
        rng.integers(*BUSINESS_DAYS, count, endpoint=True),
    )
    express = (rng.random(count) < EXPRESS) & ~canada
    days = np.where(express, rng.integers(1, 2, count, endpoint=True), days)
    leaves = _business_day(orders["placed"], np.zeros(count, dtype=int))
    shipped = leaves + PICKED_UP
    arrives = _business_day(leaves, days) + pd.to_timedelta(rng.uniform(14, 23, count).round(2), unit="h")
    back = arrives + pd.to_timedelta(rng.integers(*RETURNED_AFTER_DAYS, count, endpoint=True), unit="D")
    fate = rng.random(count)
    carriers = rng.choice(list(CARRIERS), count)
    numbers = rng.integers(10**9, 10**10, count)
    cancelled = fate < CANCELLED
    sent = (shipped <= now) & ~cancelled
    arrived = sent & (arrives <= now)
    returned = arrived & (back <= now) & (fate > 1 - RETURNED)
    tracking = [f"{CARRIERS[carrier]}{number}" for carrier, number in zip(carriers, numbers, strict=True)]
    status = np.select(
        [cancelled, returned, arrived, sent], ["cancelled", "returned", "delivered", "shipped"], "processing"
    )
    return orders.assign(
        **{
            Columns.Status: status,
            Columns.Shipped: shipped.where(sent),
            Columns.Delivered: arrives.where(arrived).dt.round("min"),
            Columns.Carrier: pd.Series(carriers, orders.index).where(sent, None),
            Columns.Tracking: pd.Series(tracking, orders.index).where(sent, None),
        }
    )


def _business_day(moments: pd.Series, later: np.ndarray) -> pd.Series:
    """Midnight of the business day on which an order leaves, or the given numbers of business days later."""
    late = moments.dt.hour >= CUT_OFF_HOUR
    days = (moments.dt.tz_convert(None).dt.normalize() + pd.to_timedelta(late.astype(int), unit="D")).to_numpy()
    moved = np.busday_offset(days.astype("datetime64[D]"), later, roll="forward")
    return pd.Series(pd.to_datetime(moved).tz_localize(UTC), index=moments.index)
