"""Chromium, headless and with a fresh profile, which notices whatever a page of the console does wrong.

A `Visitor` is one person with a browser of their own: no cookie of another visitor reaches it.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server"),
)
TIMEOUT_MS = 60_000
"""How long a page or an element may take. Only a page that never comes takes so long."""
DESKTOP, PHONE = (1280, 900), (360, 740)
"""Widths and heights of windows, in pixels of CSS."""
GRAVE = frozenset({"serious", "critical"})
"""The impacts of axe's findings that a page may not have."""
WATCH_POLICY = (
    "document.addEventListener('securitypolicyviolation',"
    " event => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"
)


def chromium_program() -> str:
    """Return the path of Chromium. Without one, the test is skipped."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("this machine has no Chromium: the console's pages were not opened in a browser")
    return program


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run Chromium for the length of the block. Without one on this machine, the test is skipped."""
    program = chromium_program()
    environ: dict[str, str | float | bool] = {**os.environ, "NO_PROXY": "*"}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS], env=environ, timeout=TIMEOUT_MS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """One person with a browser. *origin* is the console's; *faults* is what pages have done wrong so far.

    A fault is an error or a warning in the browser's console, an exception of a script, a breach of the policy of
    contents, a request to another origin, and a request that failed. Those in which one of the patterns *expected* is
    found do not count.
    """

    browser: Browser
    origin: str
    size: tuple[int, int] = DESKTOP
    javascript: bool = True
    scheme: str = "light"
    scale: float = 1.0
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        width, height = self.size
        self._context: BrowserContext = self.browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=self.scale,
            java_script_enabled=self.javascript,
            color_scheme="dark" if self.scheme == "dark" else "light",
            base_url=self.origin,
        )
        self._context.set_default_timeout(TIMEOUT_MS)
        self._context.add_init_script(WATCH_POLICY)
        self._context.on("console", self._note_message)
        self._context.on("weberror", lambda error: self.faults.append(f"exception: {error.error}"))
        self._context.on("request", self._note_request)
        self._context.on("requestfailed", self._note_failure)
        self._context.on("dialog", self._note_dialog)
        self.page: Page = self._context.new_page()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.close()
        if error is None:
            assert [fault for fault in self.faults if not any(re.search(each, fault) for each in self.expected)] == []

    def open(self, path: str, status: int = 200) -> Page:
        """Open the page at *path*, which must be answered with *status*. An answer that is an error is no fault."""
        if status >= 400:
            self.expected.append(rf"status of {status}")
        response = self.page.goto(path)
        assert isinstance(response, Response)
        assert response.status == status, f"{path}: {response.status}\n{self.text[:500]}"
        return self.page

    @property
    def text(self) -> str:
        """What a person reads on the page."""
        return self.page.inner_text("body")

    def reads(self, *words: str) -> None:
        """Wait until a person reads each of *words* on the page: it may still be on its way after a click."""
        for word in words:
            expect(self.page.locator("body")).to_contain_text(word, use_inner_text=True)

    @property
    def path(self) -> str:
        """The path and the query of the page."""
        parts = urlsplit(self.page.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def log_in(self, name: str, password: str) -> None:
        """Fill in the form of the login."""
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()

    def grave_findings(self) -> list[str]:
        """Return what people with disabilities cannot use on the page, as axe-core finds it."""
        results = Axe().run(self.page, options={"resultTypes": ["violations"]}).response
        return [
            f"{finding['id']}: {node['target']} {node['html'][:200]}"
            for finding in results["violations"]
            if finding["impact"] in GRAVE
            for node in finding["nodes"]
        ]

    def is_wider_than_window(self) -> bool:
        """Tell whether the page as a whole scrolls sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{message.type}: {message.text}")

    def _note_dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != self.origin and parts.scheme not in {"data", "blob"}:
            self.faults.append(f"request to {request.url}")

    def _note_failure(self, request: Request) -> None:
        # A refresh that was under way when the person went to another page is no fault.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.faults.append(f"failed: {request.url} {request.failure}")
