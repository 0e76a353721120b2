"""The page of a report in a real browser, Debian's Chromium: sorted and searched by keyboard, read by axe, on a phone, in the dark, printed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from ccpp.cli import cli
from ccpp.samples import SHOP

if TYPE_CHECKING:
    from collections.abc import Iterator

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
axe_core = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian's `chromium`)")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
SAMPLES = Path(str(SHOP)).parent.parent / "devices"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report of the samples, held against one of them."""
    output = tmp_path_factory.mktemp("report")
    arguments = ["report", "--profiles", SAMPLES, "--catalogue", SHOP, "--output", output, "--jobs", 1, "--as", "html"]
    arguments += ["--against-profiles", min(SAMPLES.iterdir()), "--at", "2026-11-26"]
    assert CliRunner().invoke(cli, list(map(str, arguments))).exit_code == 0
    return (output / "report.html").as_uri()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What the console says and what is fetched: nothing."""
    found: list[str] = []
    yield found
    assert found == []


def opened(chromium: Any, address: str, said: list[str], **options: Any) -> Any:  # noqa: ANN401  playwright's own
    page = chromium.new_context(**options).new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith("file:") else said.append(request.url))
    page.goto(address)
    return page


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"viewport": DESK}, id="desk", marks=pytest.mark.long),
        pytest.param({"viewport": PHONE, "color_scheme": "dark"}, id="dark phone"),
    ],
)
def test_axe_objects_to_nothing(chromium: Any, address: str, said: list[str], options: dict[str, Any]) -> None:  # noqa: ANN401
    page = opened(chromium, address, said, **options)
    page.evaluate("document.querySelectorAll('details').forEach((one, place) => one.open = place < 3)")
    found = axe_core.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()


def test_tables_are_sorted_and_searched_by_keyboard(chromium: Any, address: str, said: list[str]) -> None:  # noqa: ANN401
    page = opened(chromium, address, said, viewport=DESK)
    served = page.locator("#applications th", has_text="✓ served").locator("button")
    served.focus()
    page.keyboard.press("Enter")
    first = [int(text.replace(",", "")) for text in page.locator("#applications tbody tr td:nth-child(2)").all_text_contents()]
    assert first == sorted(first, reverse=True)
    page.keyboard.press("Enter")
    assert page.locator("#applications tbody tr td:nth-child(2)").first.text_content() == str(min(first))
    page.get_by_label("Find").fill("delta")
    assert page.locator("#device-table tbody tr:visible").count() == 2
    assert page.locator(".find output").text_content() == "2 devices"
    page.locator("#applications a", has_text="Engine").press("Enter")
    assert page.locator("#app-engine3d").get_attribute("open") is not None
    page.context.close()


def test_it_prints_with_everything_open(chromium: Any, address: str, said: list[str], tmp_path: Path) -> None:  # noqa: ANN401
    page = opened(chromium, address, said, viewport=DESK, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("[...document.querySelectorAll('details')].every(one => one.open)")
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes()[:5] == b"%PDF-"
    page.context.close()
