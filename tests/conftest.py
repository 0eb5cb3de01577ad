"""What every test stands on: a home of its own made before Django loads, people by role, a browser, a PostgreSQL.

What a machine lacks is said out loud: a skip here, a failure under CI=true, where absent must not pass for tested.
"""

from __future__ import annotations

import atexit
import getpass
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if "PYTEST_XDIST_WORKER" not in os.environ:  # workers live in the home their controller made
    _made = tempfile.mkdtemp(prefix="dengta-test-")
    os.environ["DENGTA_HOME"] = _made
    atexit.register(shutil.rmtree, _made, ignore_errors=True)
for _name in ("DENGTA_DEMO", "DENGTA_HOSTS", "DENGTA_HTTPS"):
    os.environ.pop(_name, None)
os.environ["DJANGO_SETTINGS_MODULE"] = "dengta.web.settings"
# Playwright's synchronous face runs an event loop; the ORM beside it would take that for an async view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser

SHARED = Path(__file__).resolve().parents[2] / "shared"
CI = os.environ.get("CI") == "true"


def absent(what: str) -> None:
    """Skip loudly, or fail where CI promises the part."""
    if CI:
        pytest.fail(f"{what} (CI=true: it must be there)")
    pytest.skip(what)


def pytest_configure() -> None:
    """Django with the home above; message catalogues, which are made and not kept in git, before the first page."""
    import django
    from django.contrib.auth.hashers import ScryptPasswordHasher
    from hypothesis import HealthCheck, settings

    from dengta.assets import compile_messages

    # A busy machine is no reason to fail: how long an example takes is not what tests ask.
    settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("house")
    ScryptPasswordHasher.work_factor = 2**6  # the same algorithm; how long guessing takes is not what tests ask

    if "PYTEST_XDIST_WORKER" not in os.environ:
        compile_messages()
    django.setup()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test marked `shared`, `postgres` or `browser` asks for its part first."""
    for item in items:
        for mark, fixture in (("shared", "shared_data"), ("postgres", "postgres_url"), ("browser", "browser")):
            if item.get_closest_marker(mark) and fixture not in item.fixturenames:  # type: ignore[attr-defined]
                item.fixturenames.append(fixture)  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the reference data beside the repository. Never promised by CI: it is not ours to publish."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"no reference data: {SHARED / 'data'} is absent")
    return SHARED / "data"


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Where a PostgreSQL answers in which databases may be made: DENGTA_TEST_POSTGRES, else 127.0.0.1:5432."""
    import psycopg

    url = os.environ.get("DENGTA_TEST_POSTGRES") or f"postgresql://{getpass.getuser()}@127.0.0.1:5432/postgres"
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as broken:
        absent(f"no PostgreSQL: {str(broken).splitlines()[0]}")
    return url


@pytest.fixture
def client_of(db: None, settings: Any) -> Callable[[str], Client]:
    """``client_of("engineer")``: a signed-in test client of that role in a demo home."""
    from django.test import Client

    from dengta.apps.accounts import commands, queries
    from dengta.site.clock import real_now

    settings.DEMO = True

    def client(role: str) -> Client:
        commands.ensure_demo_people(at=real_now())
        login = next(user.login for user, held in queries.demo_people() if held == role)
        made = Client()
        answer = made.post("/login/", {"person": login})
        assert answer.status_code == 302, answer.content.decode()
        return made

    return client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file of tests, offline but for what a test opens. Playwright keeps an event loop running while
    it lives; tests of asyncio in other files need that thread without one."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        absent("no Chromium: install the package `chromium`")
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=arguments)
        yield chromium
        chromium.close()
