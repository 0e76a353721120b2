"""The pages in a real browser, Debian's Chromium: nothing that axe objects to, nothing in the console, nothing fetched from elsewhere.

Screenshots go to the test's own folder, for who wants to look.
"""

from __future__ import annotations

import shutil
import time
from base64 import b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from serving import N80, Process, start_server

from ccpp import samples
from ccpp.server.authentication.digest import hashed
from ccpp.storage.database.credentials import Enrolment, Redeeming, add_enrolment, redeem
from ccpp.storage.database.opening import Database
from ccpp.storage.database.subscribers import open_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, ViewportSize

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
axe_core = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian's `chromium`)")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MASTER = b"m" * 32
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

#: Each page in a state that shows what it can.
PAGES = {
    "overview": "/pages",
    "devices": "/pages/devices?q=delta",
    "no devices": "/pages/devices?q=nothing-of-the-kind",
    "device": f"/pages/device?uri={N80}",
    "document": f"/pages/source?uri={N80}#L16",
    "catalogue": "/pages/catalogue",
    "application": "/pages/applications/chess",
    "requirement": "/pages/requirement?name=urn:ccpp:sample%23Midp2",
    "matrix": "/pages/matrix",
    "variants": "/pages/matrix?of=chess",
    "why not": f"/pages/why?device={N80}&variant=chess-large",
    "why": f"/pages/why?device={N80}&variant=chess-medium",
    "choice": f"/pages/why?device={N80}&application=chess",
    "decisions": "/pages/decisions",
    "audit": "/pages/audit",
    "changes": "/pages/changes?done=activated",
    "impact": "/pages/impact?before=1&after=2",
    "playground": "/pages/playground",
    "mistake": "/pages/playground?device=x",
}
#: One page of each kind; all of them in both widths and both schemes take minutes.
KINDS = ("overview", "device", "application", "why not", "matrix", "impact", "changes", "playground")


class Window(NamedTuple):
    """A page of the browser, what its console said, and what it asked for elsewhere."""

    page: Page
    said: list[str]
    foreign: list[str]
    base: str

    def go(self, path: str) -> int:
        response = self.page.goto(self.base + path)
        assert response is not None
        return response.status

    def check(self) -> None:
        assert self.said == []
        assert self.foreign == []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The demo as a visitor has it, of one process."""
    started = start_server(tmp_path_factory.mktemp("demo") / "log", "--demo")
    try:
        started.wait()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def window(browser: Browser, demo: Process, **options: Any) -> Iterator[Window]:  # noqa: ANN401  playwright's own
    """A window with nothing of another in it; what its console says and asks for is held to nothing at the end."""
    context = browser.new_context(**({"viewport": DESK} | options))
    page = context.new_page()
    opened = Window(page, [], [], f"http://127.0.0.1:{demo.port}")
    page.on("console", lambda message: opened.said.append(message.text))
    page.on("pageerror", lambda error: opened.said.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(opened.base) else opened.foreign.append(request.url))
    page.set_default_timeout(15_000)
    yield opened
    opened.check()
    context.close()


def objections(page: Page) -> list[str]:
    """What axe objects to on a page."""
    found = axe_core.Axe().run(page, options={"resultTypes": ["violations"]})
    return [f"{one['id']}: {node['html'][:200]}" for one in found.response["violations"] for node in one["nodes"]]


def walk(opened: Window, paths: dict[str, str], folder: Path | None = None) -> None:
    """Look at some pages; all that is wrong with any of them is told together."""
    wrong = []
    for name, path in paths.items():
        assert opened.go(path) == 200, path
        wrong += [f"{name}: {one}" for one in objections(opened.page)]
        if opened.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{name}: wider than the screen")
        if folder:
            opened.page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert wrong == []


def test_pages_are_for_everybody(chromium: Browser, demo: Process) -> None:
    """One page of each kind, by day at a desk or by night on a phone."""
    for names, viewport, scheme in ((KINDS[::2], DESK, "light"), (KINDS[1::2], PHONE, "dark")):
        with window(chromium, demo, viewport=viewport, color_scheme=scheme) as opened:
            walk(opened, {name: PAGES[name] for name in names})


@pytest.mark.long
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_so_everywhere(
    viewport: ViewportSize, scheme: str, chromium: Browser, demo: Process, tmp_path: Path
) -> None:
    with window(chromium, demo, viewport=viewport, color_scheme=scheme) as opened:
        walk(opened, PAGES, tmp_path)


def test_a_failure_is_a_page_too(chromium: Browser, demo: Process) -> None:
    with window(chromium, demo, viewport=PHONE) as opened:
        assert opened.go("/pages/nothing") == 404
        assert objections(opened.page) == []
        opened.page.get_by_role("link", name="Go to the overview").click()
        assert opened.page.get_by_role("heading", level=1).inner_text() == "Which device gets what, and why"
        assert len(opened.said) == 1  # the browser itself says that there was a 404
        opened.said.clear()


def test_without_script_everything_works(chromium: Browser, demo: Process) -> None:
    with window(chromium, demo, java_script_enabled=False) as opened:
        page = opened.page
        opened.go("/pages")
        page.get_by_role("searchbox").fill("delta")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="Delta N80").click()
        assert page.get_by_role("searchbox").count() == 0  # a box that only script could serve is not there
        page.get_by_role("link", name="all 4 variants").first.click()
        page.get_by_role("link", name="Chess for large displays").click()
        assert "is at least 240x320 both ways" in page.content()
        page.get_by_role("link", name="edit it in the playground").click()
        written = page.get_by_role("textbox", name="Requirement")
        written.fill(written.input_value().replace("240x320", "100x100"))
        page.get_by_role("button", name="Try it").click()
        assert page.locator("#result .badge").first.inner_text() == "✓ satisfied"


def test_the_playground_answers_while_one_types(chromium: Browser, demo: Process) -> None:
    with window(chromium, demo) as opened:
        page = opened.page
        opened.go(f"/pages/playground?device={N80}&example=Turtle")
        verdict = page.locator("#result .badge").first
        assert verdict.inner_text() == "✗ unsatisfied"
        written = page.get_by_role("textbox", name="Requirement")
        written.fill(written.input_value().replace("240x320", "100x100"))
        playwright.expect(verdict).to_have_text("✓ satisfied")
        written.press_sequentially(" <script>alert(1)</script>")
        playwright.expect(page.locator("#result")).to_contain_text("That cannot be tried.")
        page.get_by_role("link", name="YAML").click()
        page.get_by_role("combobox", name="Device").select_option(label="Echo Touch")
        playwright.expect(page.locator("#result .badge").first).to_have_text("✓ satisfied")
        assert objections(page) == []


def test_a_version_is_activated_and_taken_back(chromium: Browser, demo: Process) -> None:
    with window(chromium, demo) as opened:
        page = opened.page
        opened.go("/pages/changes")
        page.get_by_role("link", name="see, and activate").click()
        playwright.expect(page.locator("#impact")).to_contain_text("10 devices compared.")
        assert not page.locator(".ticks").is_visible()
        page.get_by_role("button", name="Activate version 2").click()
        assert "The version is in service" in page.get_by_role("status").inner_text()
        assert page.get_by_role("row", name="as proposed").get_by_text("in service").is_visible()
        page.get_by_role("button", name="Roll back to version 1").click()
        assert "is in service again" in page.get_by_role("status").inner_text()
        page.get_by_label("Catalogue in one file").set_input_files(
            {"name": "new.ttl", "mimeType": "text/turtle", "buffer": samples.sample(samples.CATALOGUE) + b"# the same"}
        )
        page.get_by_role("button", name="Check and keep").click()
        assert page.get_by_role("heading", level=1).inner_text() in {"Versions of the catalogue", "From version 1 to version 3"}


def test_what_matters_is_reached_by_keyboard(chromium: Browser, demo: Process) -> None:
    with window(chromium, demo) as opened:
        page = opened.page
        opened.go("/pages/devices")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "q"
        page.keyboard.type("n80")
        page.keyboard.press("Enter")
        playwright.expect(page).to_have_url(f"{opened.base}/pages/devices?q=n80&vendor=")
        page.get_by_role("link", name="Delta N80").focus()
        page.keyboard.press("Enter")
        page.get_by_role("searchbox").press_sequentially("screens")
        playwright.expect(page.get_by_role("status")).to_have_text("3 of 36")
        assert page.locator("#attributes tbody tr:visible").count() == 5  # three attributes of two components
        opened.go("/pages/devices")
        page.get_by_role("button", name="Device").press("Enter")
        page.get_by_role("button", name="Device").press("Enter")
        assert page.locator("tbody th").first.inner_text() == "Fjord Slate"


def test_paper_has_what_matters(chromium: Browser, demo: Process, tmp_path: Path) -> None:
    with window(chromium, demo) as opened:
        page = opened.page
        opened.go("/pages/applications/chess")
        page.emulate_media(media="print")
        assert not page.get_by_role("navigation", name="Pages").is_visible()
        assert page.get_by_role("heading", name="Chess for Android").is_visible()
        page.pdf(path=tmp_path / "chess.pdf")
        assert (tmp_path / "chess.pdf").stat().st_size > 10_000


@pytest.mark.long
def test_a_browser_signs_in_by_digest(chromium: Browser, tmp_path: Path) -> None:
    url, key = f"sqlite:///{tmp_path / 'server.sqlite'}", b64encode(MASTER).decode()
    database = Database(url)
    database.prepare()
    keys, now = open_keys(database, MASTER, time.time()), time.time()
    code = add_enrolment(database, Enrolment(None, ("operator",), needs_pin=False, until=now + 60), now, "op")
    account = redeem(database, keys, Redeeming(code, None, lambda _: None, lambda made: hashed(made, ("SHA-256",))), now, "-")
    assert account is not None
    database.close()
    started = start_server(tmp_path / "log", "--demo", CCPP_SERVE_DATABASE=url, CCPP_SERVE_DIGEST="SHA-256", CCPP_SERVE_KEY=key)
    try:
        started.wait()
        refused = started.ask("GET", "/pages", headers={"Accept": "text/html"})
        assert refused.status == 401
        assert refused.headers["www-authenticate"].startswith("Digest ")
        assert b"<h1>Unauthorized</h1>" in refused.body
        credentials: Any = {"username": account.user, "password": account.password}
        with window(chromium, started, http_credentials=credentials) as opened:
            assert opened.go("/pages") == 200
            assert f"signed in as digest:{account.user}" in opened.page.content()
            opened.page.get_by_role("link", name="Changes").first.click()
            opened.page.get_by_role("link", name="see, and activate").click()
            opened.page.get_by_role("button", name="Activate version 2").click()
            assert "The version is in service" in opened.page.get_by_role("status").inner_text()
            assert opened.go("/pages/audit") == 403  # an operator is no auditor
            opened.said.clear()
    finally:
        started.stop()
