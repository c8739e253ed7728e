"""Prefect's dashboard as a person uses it: what is seen and pressed. Source: docs/vendors/prefect.md, Dashboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

CHROMIUM = Path("/usr/bin/chromium")  # Debian's
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MILLISECONDS = 60_000.0  # for what the dashboard itself does
ANSWER_MILLISECONDS = 20_000.0  # for what the server answers at once unless it is busy
PRESSES = 3
RUN_MILLISECONDS = 240_000.0
WINDOW_WIDTH, WINDOW_HEIGHT = 1200, 800


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One window."""

    page: Page
    url: str

    @property
    def main(self) -> Locator:
        """The page without its navigation."""
        return self.page.locator("main")

    def run_form(self, deployment_id: str) -> None:
        """From a deployment's page to its form: Run, Custom run."""
        self.page.goto(f"{self.url}/v2/deployments/deployment/{deployment_id}")
        self.main.get_by_role("button", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Custom run").click()
        self.submit.wait_for()

    @property
    def submit(self) -> Locator:
        """The form's button."""
        return self.main.get_by_role("button", name="Submit")

    def fill(self, tenant: Mapping[str, Any]) -> None:
        """Fill in the form of a tenant with one API and one application, field by field; choices as lists."""
        self.text("Short name", tenant["slug"])
        self.text("Portal", tenant["portal"])
        api, application = tenant["apis"][0], tenant["applications"][0]
        self.add_item(0)
        self.text("API name", api["name"])
        self.text("API version (Optional)", api["version"])
        self.text("Path", api["path"])
        self.add_item(1)
        self.text("Application name", application["name"])
        self.text("Description (Optional)", application["description"])
        self.text("Redirect URI", application["redirect_uri"])
        self.choose("Way", application["way"])
        self.choose("Owner type", tenant["owner_type"])
        self.text("Owner", tenant["owner"])
        self.choose("Registration approval", tenant["registration_approval"])
        self.text("Requested by", tenant["requested_by"])
        self.text("Ticket (Optional)", tenant["ticket"])

    def text(self, title: str, value: str) -> None:
        """Type into the field of this title."""
        self.main.get_by_label(title, exact=True).fill(value)

    def choose(self, title: str, value: str) -> None:
        """Pick from the list of this title, unless it shows this already."""
        chosen = self.main.get_by_role("button", name=f"Select {title}")
        if chosen.inner_text().strip() == value:
            return
        chosen.click()
        option = self.page.get_by_role("option", name=value, exact=True)
        option.wait_for()
        option.click(force=True)  # a list that still unfolds is not worth waiting for
        expect(chosen).to_have_text(value)

    def add_item(self, number: int) -> None:
        """Add an item to the form's list of this number, counted from the top."""
        self.main.get_by_role("button", name="Add item").nth(number).click()

    def start(self) -> str:
        """Submit the form and open the run that it starts; returns its id. A server that was too busy leaves the form for another press."""
        notice = self.page.locator("[data-sonner-toast]").get_by_role("link", name="View run")
        for _ in range(PRESSES):
            self.submit.click()
            with suppress(PlaywrightTimeoutError):
                notice.wait_for(timeout=ANSWER_MILLISECONDS)
                break
        notice.click()
        self.page.wait_for_url("**/runs/flow-run/*")
        return self.page.url.rpartition("/")[2].partition("?")[0]

    def open_run(self, run_id: str) -> None:
        """A run's page."""
        self.page.goto(f"{self.url}/v2/runs/flow-run/{run_id}")

    def sees_state(self, name: str) -> None:
        """The badge of the run that is open shows this state, without a reload."""
        expect(self.main.get_by_text(name, exact=True).first).to_be_visible(timeout=RUN_MILLISECONDS)

    def tab(self, name: str) -> None:
        """A tab of the run that is open."""
        self.main.get_by_role("tab", name=name, exact=True).click()

    def open_artifact(self, key: str) -> None:
        """The artifact of this key, from the run that is open, in its newest version."""
        self.tab("Artifacts")
        self.main.get_by_role("tabpanel").get_by_role("link", name=key).last.click()  # one a version, the newest at the end
        self.page.wait_for_url("**/artifacts/artifact/*")

    def reads(self, words: str) -> None:
        """These words can be read on the page; the dashboard keeps an artifact's source there too, out of sight."""
        expect(self.main.get_by_text(words).filter(visible=True).first).to_be_visible()

    def press(self, item: str) -> None:
        """Choose from the menu of the run that is open."""
        self.main.get_by_role("button", name="Open menu").first.click()
        self.page.get_by_role("menuitem", name=item).click()

    def retry(self) -> None:
        """The Retry button of the run that is open."""
        self.press("Retry")
        self.page.get_by_role("alertdialog", name="Retry Flow Run").get_by_role("button", name="Retry").click()
        expect(self.page.locator("[data-sonner-toast]")).to_contain_text("Flow run scheduled for retry")

    def asked(self) -> Locator:
        """The dialog in which the run that is open asks a person."""
        self.press("Resume")
        return self.page.get_by_role("dialog", name="Resume Flow Run")

    def approve(self, dialog: Locator, name: str, reason: str) -> None:
        """Say yes in that dialog, with name and reason. It stays where the server was too busy to hear it, for another press."""
        dialog.get_by_role("switch", name="Approve").click()
        dialog.get_by_label("Your name").fill(name)
        dialog.get_by_label("Reason").fill(reason)
        for _ in range(PRESSES):
            dialog.get_by_role("button", name="Resume").click()
            with suppress(PlaywrightTimeoutError):
                dialog.wait_for(state="hidden", timeout=ANSWER_MILLISECONDS)
                return
        dialog.wait_for(state="hidden")


@contextmanager
def window(api_url: str) -> Iterator[Dashboard]:
    """A window of a browser that knows nobody else."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": WINDOW_WIDTH, "height": WINDOW_HEIGHT}, reduced_motion="reduce")
            page.set_default_timeout(PATIENCE_MILLISECONDS)
            expect.set_options(timeout=PATIENCE_MILLISECONDS)
            yield Dashboard(page, api_url.rstrip("/").removesuffix("/api"))
        finally:
            browser.close()
