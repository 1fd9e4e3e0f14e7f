"""Whether a piece of HTML does anything but show text: asked of Chromium itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Error, Page, Route

from benchmarks.chromium import chromium

EVIL: Final = "evil.example"
BASE: Final = "http://page.example/"  # relative addresses are of the page itself

_LIVE = """() => {
  const alive = [];
  for (const each of document.body.querySelectorAll("*")) {
    const name = each.localName;
    if ("script iframe object embed form base meta link style".split(" ").includes(name)) alive.push(name);
    for (const {name: attribute, value} of each.attributes) {
      if (attribute.startsWith("on")) alive.push(`${name}[${attribute}]`);
      if (["href", "src", "action", "xlink:href", "srcdoc", "formaction", "poster"].includes(attribute)) {
        const address = new URL(value, "http://page.example/");
        if (!["http:", "https:"].includes(address.protocol) || address.hostname.endsWith("evil.example"))
          alive.push(`${name}[${attribute}=${value.slice(0, 60)}]`);
      }
    }
    each.dispatchEvent(new MouseEvent("mouseover", {bubbles: true}));
  }
  return alive;
}"""


class Judge:
    """One page that shows what it is given. It reaches nothing: what it asks for is only noted."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._asked: list[str] = []
        page.route("**/*", self._note)

    def alive(self, html: str) -> list[str]:
        """What in the HTML is more than text and the page's own parts; [] where nothing is."""
        self._asked.clear()
        self._page.goto(BASE)
        self._page.set_content(f"<!doctype html><body>{html}</body>")
        try:
            found = [str(each) for each in self._page.evaluate(_LIVE)]
        except Error as error:  # an address that is none, for example
            found = [str(error).splitlines()[0]]
        if self._page.evaluate("window.hacked !== undefined"):
            found.append("a script ran")
        return found + [f"asked for {url}" for url in self._asked if EVIL in url]

    def _note(self, route: Route) -> None:
        self._asked.append(route.request.url)
        if route.request.url == BASE:
            route.fulfill(body="", content_type="text/html")
        else:
            route.abort()


@contextmanager
def judging() -> Iterator[Judge]:
    """Raises AisleError where there is no Chromium."""
    with chromium() as browser:
        yield Judge(browser.new_page())
