"""Draws `screenshot.png` and `screenshot-phone.png`: a conversation in the demo store, in English and then in Chinese.

python docs/screenshot.py     # needs Chromium; makes the demo store where there is none
"""

from __future__ import annotations

import socket
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect
from rich.console import Console

from benchmarks.chromium import chromium
from data.demo import make_demo_store
from ui.app import serve

HERE = Path(__file__).parent
DESKTOP, PHONE = (1400, 900), (380, 780)
ENGLISH, CHINESE = "a waterproof jacket under $120, not black", "适合露营的双人帐篷"
PATIENCE_MS = 300_000  # the first visit may fetch the models and build the index
COLOURS = 256  # of the drawn demo pictures; keeps the files small


def main() -> None:
    make_demo_store()
    expect.set_options(timeout=PATIENCE_MS)
    blocks, address = serve(["demo"], port=_free_port())
    try:
        with chromium() as browser:
            _converse(browser, address, DESKTOP, HERE / "screenshot.png")
            _converse(browser, address, PHONE, HERE / "screenshot-phone.png")
    finally:
        blocks.close()


def _converse(browser: Browser, address: str, size: tuple[int, int], target: Path) -> None:
    """Ask in both languages, put something from each answer into the cart, draw what is seen."""
    page = browser.new_context(viewport={"width": size[0], "height": size[1]}).new_page()
    page.goto(address)
    expect(page.locator("#send")).to_be_enabled()
    for number, message in enumerate((ENGLISH, CHINESE), start=1):
        page.locator("#message textarea").fill(message)
        page.keyboard.press("Enter")
        expect(page.locator(".by-shopper")).to_have_count(number)
        expect(page.locator("#now .by-assistant[aria-busy=false]")).to_have_count(1)
        page.locator("#now .card .primary:enabled").first.click()
        expect(page.locator("[data-line]")).to_have_count(number)
    _draw(page, target)


def _draw(page: Page, target: Path) -> None:
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    page.wait_for_timeout(5000)  # until the notice has gone and every picture is there
    page.screenshot(path=target)
    with Image.open(target) as picture:
        picture.convert("RGB").quantize(COLOURS).save(target, optimize=True)
    Console().print(f"{target.name}: {target.stat().st_size // 1024} KB")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
