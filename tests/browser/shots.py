"""Every page in both languages and three widths as PNG: ``python -m tests.browser.shots FOLDER [--home HOME]``.

Runs the model plant as `dengta run` does, in a home of its own that goes afterwards, from ten in the morning on.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dengta.apps.accounts.policies import ROLES
from dengta.core.time import from_iso
from dengta.site.clock import SiteClock, real_now
from dengta.site.home import Home
from tests.browser.pages import PAGES, PUBLIC

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LANGUAGES = {"en": "en-US", "zh-hans": "zh-CN"}
WIDTHS = {390: 844, 820: 1180, 1366: 900}
MORNING = from_iso("2026-11-24T10:00:00+08:00")


@contextmanager
def running(home: Path) -> Iterator[str]:
    """The model plant, alive in `home`; its address."""
    clock = Home.at(home).site("furniture").clock
    if not clock.exists():
        SiteClock(MORNING, real_now(), 60).save(clock)
    command = [sys.executable, "-m", "dengta.cli.main", "run", "--home", str(home), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            found = (re.search(r"http://[\w.:\[\]-]+", line) for line in process.stdout)
            address = next((one.group(0) for one in found if one), None)
            if address is None:
                raise SystemExit("dengta run ended without an address")
            yield address
        finally:
            os.killpg(process.pid, signal.SIGINT)


def take(browser: Browser, address: str, folder: Path) -> list[Path]:
    """A picture of every page; the files, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    for language, locale in LANGUAGES.items():
        for width, height in WIDTHS.items():
            context = browser.new_context(locale=locale, viewport={"width": width, "height": height})
            page = context.new_page()
            for name, path in PUBLIC.items():
                page.goto(address + path)
                taken.append(folder / f"{name}-{language}-{width}.png")
                page.screenshot(path=taken[-1], full_page=True)
            page.goto(f"{address}/login/")
            page.locator(".people button").nth(list(ROLES).index("administrator")).click()
            page.wait_for_url(re.compile(r"/(floor|today)/"))
            for name, path in PAGES.items():
                page.goto(address + path)
                page.wait_for_timeout(1200)  # the stream's first word, the chart
                taken.append(folder / f"{name}-{language}-{width}.png")
                page.screenshot(path=taken[-1], full_page=True)
            page.goto(address + PAGES["machine"])
            page.locator("table.events a").first.click()
            taken.append(folder / f"event-{language}-{width}.png")
            page.screenshot(path=taken[-1], full_page=True)
            context.close()
    return taken


def main() -> int:
    """Take them and print where they are."""
    from playwright.sync_api import sync_playwright

    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("folder", type=Path)
    ask.add_argument("--home", type=Path, help="a home to keep; without, one that goes afterwards")
    told = ask.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.stderr.write("no Chromium: install the package `chromium`\n")
        return 1
    with (
        tempfile.TemporaryDirectory() as made,
        running(told.home or Path(made)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for file in take(browser, address, told.folder):
            print(file)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
