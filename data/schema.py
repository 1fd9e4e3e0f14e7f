"""Column names and Arrow schemas of the tables in a store: the one place where a column is named."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import pyarrow as pa


class TableName(StrEnum):
    """The tables that a shop's exports fill."""

    PRODUCTS = "products"
    INTERACTIONS = "interactions"
    REVIEWS = "reviews"
    ORDERS = "orders"


class Columns:
    """Names of columns, so that a typing mistake is an error and not an empty column."""

    Product: Final = "product_id"
    Title: Final = "title"
    Description: Final = "description"
    Brand: Final = "brand"
    Category: Final = "category"
    Price: Final = "price"
    ListPrice: Final = "list_price"
    Currency: Final = "currency"
    Stock: Final = "stock"
    Rating: Final = "rating"
    RatingCount: Final = "rating_count"
    Image: Final = "image"
    Url: Final = "url"
    Attributes: Final = "attributes"
    Tags: Final = "tags"

    User: Final = "user_id"
    Event: Final = "event"
    Value: Final = "value"
    Timestamp: Final = "timestamp"
    Device: Final = "device"
    Region: Final = "region"
    Channel: Final = "channel"

    Review: Final = "review_id"
    Text: Final = "text"

    Order: Final = "order_id"
    Quantity: Final = "quantity"
    Returned: Final = "returned"
    Placed: Final = "placed_at"
    Status: Final = "status"
    Shipped: Final = "shipped_at"
    Delivered: Final = "delivered_at"
    Carrier: Final = "carrier"
    Tracking: Final = "tracking"

    Reason: Final = "reason"
    Source: Final = "source"
    Row: Final = "row"
    Raw: Final = "raw"


_TIME = pa.timestamp("us", tz="UTC")

PRODUCTS: Final = pa.schema(
    [
        pa.field(Columns.Product, pa.string(), nullable=False),
        pa.field(Columns.Title, pa.string(), nullable=False),
        (Columns.Description, pa.string()),
        (Columns.Brand, pa.string()),
        (Columns.Category, pa.string()),
        pa.field(Columns.Price, pa.float64(), nullable=False),
        (Columns.ListPrice, pa.float64()),
        (Columns.Currency, pa.string()),
        (Columns.Stock, pa.int64()),
        (Columns.Rating, pa.float64()),
        (Columns.RatingCount, pa.int64()),
        (Columns.Image, pa.string()),
        (Columns.Url, pa.string()),
        (Columns.Attributes, pa.map_(pa.string(), pa.string())),
        (Columns.Tags, pa.list_(pa.string())),
    ]
)

INTERACTIONS: Final = pa.schema(
    [
        pa.field(Columns.User, pa.string(), nullable=False),
        pa.field(Columns.Product, pa.string(), nullable=False),
        pa.field(Columns.Event, pa.string(), nullable=False),
        (Columns.Value, pa.float64()),
        pa.field(Columns.Timestamp, _TIME, nullable=False),
        (Columns.Device, pa.string()),
        (Columns.Region, pa.string()),
        (Columns.Channel, pa.string()),
    ]
)

REVIEWS: Final = pa.schema(
    [
        pa.field(Columns.Review, pa.string(), nullable=False),
        pa.field(Columns.Product, pa.string(), nullable=False),
        (Columns.User, pa.string()),
        (Columns.Rating, pa.float64()),
        (Columns.Title, pa.string()),
        (Columns.Text, pa.string()),
        (Columns.Timestamp, _TIME),
    ]
)

ORDERS: Final = pa.schema(  # a row for each line of an order; what is of the order stands in all its lines
    [
        pa.field(Columns.Order, pa.string(), nullable=False),
        pa.field(Columns.User, pa.string(), nullable=False),
        pa.field(Columns.Product, pa.string(), nullable=False),
        (Columns.Title, pa.string()),  # as it was sold
        pa.field(Columns.Quantity, pa.float64(), nullable=False),
        (Columns.Price, pa.float64()),  # paid for one piece
        (Columns.Returned, pa.float64()),  # pieces of the line that came back
        pa.field(Columns.Placed, _TIME, nullable=False),
        (Columns.Status, pa.string()),
        (Columns.Shipped, _TIME),
        (Columns.Delivered, _TIME),
        (Columns.Carrier, pa.string()),
        (Columns.Tracking, pa.string()),
    ]
)

REJECTS: Final = pa.schema(
    [
        (Columns.Source, pa.string()),  # which file
        (Columns.Row, pa.int64()),  # which row of it, the first is 1
        (Columns.Reason, pa.string()),
        (Columns.Raw, pa.string()),  # the row as it was read, as JSON
    ]
)
