import csv
import gzip
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.catalogue import Catalogue
from data.errors import AisleError
from data.importers import choose
from data.ingest import IngestReport, ingest
from data.store import Store, StoreSettings

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "store", StoreSettings(name="test"))


def assert_all_accounted_for(report: IngestReport, store: Store, rows: int) -> None:
    """`rows` is counted by the test, not by the program."""
    assert report.read == rows == report.kept + report.merged + sum(report.refused.values())
    rejects = Counter(store.rejects()["reason"].to_pylist())
    assert rejects == Counter(report.refused)


@pytest.mark.parametrize(
    ("file", "format", "rows", "products"),
    [
        ("shopify.csv", "shopify", 7, 2),
        ("woocommerce.csv", "woocommerce", 8, 3),
        ("google.xml", "google-merchant", 5, 3),
        ("google.tsv", "google-merchant", 2, 2),
        ("amazon_meta.jsonl", "amazon-reviews-2023", 4, 2),
        ("online_retail.csv", "uci-online-retail", 13, 2),
        ("chinese.csv", "generic", 4, 3),
        ("messy.csv", "generic", 9, 3),
    ],
)
def test_each_format_is_recognised_and_all_rows_are_accounted_for(
    file: str, format: str, rows: int, products: int, store: Store
) -> None:
    assert choose(FIXTURES / file, "auto", {})[0].name == format
    report = ingest([FIXTURES / file], store, progress=False)
    assert_all_accounted_for(report, store, rows)
    assert report.products == products == store.products().num_rows


def catalogue(store: Store, file: str) -> Catalogue:
    ingest([FIXTURES / file], store, progress=False)
    return Catalogue(store.products())


def test_shopify_variants_become_options(store: Store) -> None:
    jacket = catalogue(store, "shopify.csv").get("harbour-rain-jacket")
    assert (jacket.brand, jacket.price, jacket.list_price, jacket.stock) == ("Quayside", 89.0, 119.0, 10)
    assert jacket.attributes["size"] == "S | M"
    assert jacket.values("colour") == ("navy", "blue", "yellow")
    assert jacket.attributes["price range"] == "89.00–95.00"
    assert jacket.description == "Keeps you dry & warm.\nTaped seams"


def test_woocommerce_variations_inherit_from_their_parent(store: Store) -> None:
    shirt = catalogue(store, "woocommerce.csv").get("102")
    assert (shirt.title, shirt.price, shirt.stock) == ("Field Shirt", 39.0, 5)
    assert shirt.category == "Clothing > Shirts" and shirt.attributes["size"] == "S | M"
    assert not catalogue(store, "woocommerce.csv").get("108").in_stock


def test_google_sale_prices_and_groups(store: Store) -> None:
    products = catalogue(store, "google.xml")
    assert (products.get("L-1").price, products.get("L-1").list_price) == (39.0, 45.0)
    assert products.get("P-1").price == 30.0  # its sale ended in 2011
    assert products.get("S").values("colour") == ("red", "navy", "blue", "white")
    assert store.settings.currency == "GBP"


def test_amazon_reviews_and_their_ratings(store: Store) -> None:
    files = [FIXTURES / "amazon_meta.jsonl", FIXTURES / "amazon_reviews.jsonl"]
    report = ingest(files, store, progress=False)
    assert_all_accounted_for(report, store, 7)
    assert (report.products, report.reviews, report.interactions) == (2, 1, 2)
    assert report.refused["of a product that the shop does not list"] == 1


def test_online_retail_nets_cancellations(store: Store) -> None:
    products = catalogue(store, "online_retail.csv")
    assert products.get("10001").title == "Red Spotty Teapot" and products.get("10001").price == 4.95
    bought = {(row["user_id"], row["product_id"]): row["value"] for row in store.interactions().to_pylist()}
    assert bought == {("5001", "10001"): 8.0, ("5002", "10002A"): 3.0}


def test_the_same_file_twice_is_the_same_store(store: Store) -> None:
    ingest([FIXTURES / "shopify.csv"], store, progress=False)
    first = store.products()
    ingest([FIXTURES / "shopify.csv"], store, progress=False)
    assert store.products().equals(first)


def test_one_table_in_every_kind_of_file(store: Store, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"id": ["1", "2"], "name": ["Mug", "Bowl"], "price": ["£4.50", "£1,200"], "color": ["red", ""]}
    )
    files = {name: tmp_path / f"table.{name}" for name in ("csv", "tsv", "json", "jsonl", "parquet", "xlsx", "csv.gz")}
    frame.to_csv(files["csv"], index=False)
    frame.to_csv(files["tsv"], index=False, sep="\t")
    frame.to_json(files["json"], orient="records")
    frame.to_json(files["jsonl"], orient="records", lines=True)
    frame.to_parquet(files["parquet"])
    frame.to_excel(files["xlsx"], index=False)
    files["csv.gz"].write_bytes(gzip.compress(files["csv"].read_bytes()))
    ingest([files["csv"]], store, progress=False)
    expected = store.products()
    assert expected["price"].to_pylist() == [4.5, 1200.0]
    for file in files.values():
        ingest([file], store, progress=False)
        assert store.products().equals(expected), file.name


def test_one_line_of_json_is_json_lines_too(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text('{"id": "1", "title": "Mug", "price": 5, "tags": [{"name": "blue"}]}\n', encoding="utf-8")
    assert ingest([file], Store.create(tmp_path / "store", StoreSettings(name="one")), progress=False).products == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_found_out(encoding: str, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "latin.csv"
    file.write_text("id,name,price\n1,Crème brûlée dish,5\n", encoding=encoding)
    ingest([file], store, progress=False)
    assert store.products()["title"].to_pylist() == ["Crème brûlée dish"]


def test_chinese_encoding_and_a_stray_byte(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "gb.csv"
    file.write_text("商品编号,商品名称,价格\n1,不锈钢保温杯,199元\n", encoding="gb18030")
    ingest([file], store, progress=False)
    assert store.products()["title"].to_pylist() == ["不锈钢保温杯"]
    file.write_bytes("id,name,price\n1,Crème dish,5\n".encode() + b"2,Caf\xe9 cup,6\n")
    ingest([file], store, progress=False)
    assert store.products()["title"].to_pylist() == ["Crème dish", "Café cup"]


def test_a_mapping_overrides_the_guess(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("id,name,label,price,cost,fit\n1,internal,Blue Kettle,9,30,wide\n")
    mapping = {"title": "Label", "price": "cost", "attributes.width": "fit"}
    ingest([file], store, mapping=mapping, progress=False)
    product = Catalogue(store.products()).get("1")
    assert (product.title, product.price, product.attributes["width"]) == ("Blue Kettle", 30.0, "wide")


def test_interactions_reviews_and_policies_beside_the_products(store: Store, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,name,price\n1,Mug,5\n2,Bowl,6\n")
    (tmp_path / "i.csv").write_text(
        "customer,item,action,time,country\nu1,1,buy,2024-01-02,FR\nu1,9,view,2024-01-02,FR\n"
    )
    (tmp_path / "r.csv").write_text("product,author,stars,comment\n1,u1,4,Fine mug\n1,u2,7,Odd\n")
    (tmp_path / "policies.md").write_text("Returns within 30 days.")
    named = {"interactions": tmp_path / "i.csv", "reviews": tmp_path / "r.csv", "policies": tmp_path / "policies.md"}
    report = ingest([tmp_path / "p.csv"], store, progress=False, **named)
    assert_all_accounted_for(report, store, 6)
    assert (
        store.interactions().to_pylist()[0] | {"event": "purchase", "region": "FR"}
        == store.interactions().to_pylist()[0]
    )
    assert store.reviews()["text"].to_pylist() == ["Fine mug"]
    assert [policy.text for policy in store.policies()] == ["Returns within 30 days."]


def bad_inputs(folder: Path) -> dict[str, Path]:
    files = {
        name: folder / name
        for name in (
            "empty.csv",
            "header.csv",
            "wrong.csv",
            "cut.csv.gz",
            "cut.parquet",
            "cut.xlsx",
            "cut.json",
            "cut.xml",
            "none.csv",
        )
    }
    files["empty.csv"].write_bytes(b"")
    files["header.csv"].write_text("id,name,price\n")
    files["wrong.csv"].write_text("alpha,beta\n1,2\n3,4\n")
    files["cut.csv.gz"].write_bytes(gzip.compress(b"id,name,price\n" + b"1,Mug,5\n" * 50_000)[:-40])
    files["cut.parquet"].write_bytes(b"PAR1 and then nothing")
    files["cut.xlsx"].write_bytes(b"PK\x03\x04 and then nothing")
    files["cut.json"].write_text('[{"id": 1, "name": "Mug", "price": 5}, {"id": 2,')
    files["cut.xml"].write_text("<rss><channel><item><id>1</id>")
    files["none.csv"].write_text("id,name,price\n1,Mug,call us\n")
    return files | {"missing": folder / "missing.csv", "folder": folder}


@pytest.mark.parametrize(
    "name",
    [
        "empty.csv",
        "header.csv",
        "wrong.csv",
        "cut.csv.gz",
        "cut.parquet",
        "cut.xlsx",
        "cut.json",
        "cut.xml",
        "none.csv",
        "missing",
        "folder",
    ],
)
def test_bad_input_is_one_sentence_and_the_store_stays(name: str, store: Store, tmp_path: Path) -> None:
    ingest([FIXTURES / "chinese.csv"], store, progress=False)
    before = {file.name: file.read_bytes() for file in store.folder.iterdir()}
    with pytest.raises(AisleError) as refusal:
        ingest([bad_inputs(tmp_path)[name]], store, progress=False)
    assert str(refusal.value).count("\n") == 0 and len(str(refusal.value)) < 600
    assert {file.name: file.read_bytes() for file in store.folder.iterdir()} == before


def test_wrong_columns_and_formats_name_the_way_out(store: Store, tmp_path: Path) -> None:
    file = bad_inputs(tmp_path)["wrong.csv"]
    with pytest.raises(AisleError, match=r"no column for title and price \(columns found: alpha, beta\).*--map"):
        ingest([file], store, progress=False)
    with pytest.raises(AisleError, match="no column 'gamma'"):
        ingest([file], store, mapping={"title": "gamma"}, progress=False)
    with pytest.raises(AisleError, match=r"no format 'excel'.*uci-online-retail"):
        ingest([file], store, format="excel", progress=False)
    for format in ("shopify", "woocommerce", "google-merchant", "amazon-reviews-2023", "uci-online-retail"):
        with pytest.raises(AisleError, match=r"which needs .*alpha, beta"):
            ingest([file], store, format=format, progress=False)


def test_an_unclosed_quote_takes_one_row_with_it(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "quote.csv"
    file.write_text('id,name,price\n1,Mug,5\n2,"Bowl,6\n' + "x" * (1 << 21) + "\n3,Cup,7\n")
    report = ingest([file], store, progress=False)
    assert any("quote" in reason for reason in report.refused)
    assert report.products >= 1


def test_a_full_disk_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest([FIXTURES / "chinese.csv"], store, progress=False)
    before = {file.name: file.read_bytes() for file in store.folder.iterdir()}
    written = []
    real = pq.write_table

    def write_until_full(table, file, **options):  # type: ignore[no-untyped-def]
        written.append(file)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        real(table, file, **options)

    monkeypatch.setattr(pq, "write_table", write_until_full)
    with pytest.raises(AisleError, match="No space left"):
        ingest([FIXTURES / "shopify.csv"], store, progress=False)
    assert {file.name: file.read_bytes() for file in store.folder.iterdir()} == before


CELLS = st.one_of(
    st.sampled_from(["", "5", "£1,200", "-3", "0", "1e9", "free", "Mug", "Blue Mug", "nan", "7"]), st.text(max_size=12)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS), max_size=25))
def test_no_row_is_lost(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    folder = tmp_path_factory.mktemp("rows")
    file = folder / "rows.csv"
    sure = ("sure", "A sure product", "5.00", "4", "red")
    with file.open("w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
        csv.writer(stream).writerows([("id", "name", "price", "rating", "colour"), sure, *rows])
    filled = sum(any(row) for row in rows) + 1  # a row of nothing is an empty line
    store = Store.create(folder / "store", StoreSettings(name="rows"))
    report = ingest([file], store, format="generic", progress=False)
    assert_all_accounted_for(report, store, filled)
    assert report.products == report.kept


def test_workbooks_with_two_sheets_alike_are_read_as_one(store: Store, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for number, sheet in enumerate((workbook.active, workbook.create_sheet("later"))):
        sheet.append(["id", "name", "price"])
        sheet.append([number, f"Mug {number}", 5 + number])
    workbook.save(tmp_path / "two.xlsx")
    assert ingest([tmp_path / "two.xlsx"], store, progress=False).products == 2
