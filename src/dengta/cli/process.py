"""`dengta process ...`: one process of `dengta run`. The supervisor calls this verb; people rarely do."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dengta.cli.printing import answers
from dengta.processes import lifeline
from dengta.processes.stopping import asked_by
from dengta.site.home import Home

if TYPE_CHECKING:
    from dengta.apps.accounts.models import User
    from dengta.core.time import Micros

app = typer.Typer(help="One process of dengta run.", no_args_is_help=True)

HomeFolder = Annotated[Path | None, typer.Option("--home", envvar="DENGTA_HOME", help="The home folder.")]
Site = Annotated[str, typer.Argument(help="The site.")]


@app.callback()
def _begin() -> None:
    """What every process does first: follow the supervisor, log to standard error."""
    lifeline.follow()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)


@app.command()
@answers
def ingest(site: Site, home: HomeFolder = None) -> None:
    """The one writer of a site's log, behind its door."""
    _end_when_asked()
    from dengta.processes.ingest import serve

    serve(Home.at(home).site(site))


@app.command()
@answers
def web(home: HomeFolder = None, fd: Annotated[int, typer.Option(help="The listening socket.")] = 0) -> None:
    """The pages."""
    _end_when_asked()
    import asyncio

    import uvicorn

    os.environ["DENGTA_HOME"] = str(Home.at(home).path)
    from dengta.web.asgi import application  # sets Django up

    _prepare()
    config = uvicorn.Config(
        application,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    with socket.socket(fileno=fd) as listening:
        asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


@app.command()
@answers
def worker(home: HomeFolder = None) -> None:
    """Long work from the job table."""
    place = Home.at(home)
    os.environ["DENGTA_HOME"] = str(place.path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dengta.web.settings")
    import django

    django.setup()
    from dengta.apps.jobs.kinds import KINDS
    from dengta.apps.jobs.queue import JobTable
    from dengta.processes.worker import work

    queue = JobTable(f"{socket.gethostname()[:40]}/{os.getpid()}")
    work(queue, place, asked_by(_ENDS), [kind.function for kind in KINDS.values()])


@app.command("model-plant")
@answers
def model_plant(
    site: Site,
    model: Annotated[Path, typer.Option(help="The plant's simulation.")],
    days: Annotated[int, typer.Option(help="Days of history at its first start.")] = 30,
    home: HomeFolder = None,
) -> None:
    """The simulated plant of the demo."""
    from dengta.processes import model_plant as plant

    plant.run(Home.at(home), site, model, asked_by(_ENDS), days=days)


def _prepare() -> None:
    """Bring the database up to date, and the demo's people into a demo; a second start finds nothing to do."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
    if settings.DEMO:
        from dengta.apps.accounts.commands import ensure_demo_people
        from dengta.site.clock import real_now

        _ask_for_sample(ensure_demo_people(at=real_now()), real_now())
    connection.close()


def _ask_for_sample(people: list[User], at: Micros) -> None:
    """A demo's register is filled by a job, so that nobody waits for it, its diagnoses and loans by the next ones;
    once, whatever came of it."""
    from django.conf import settings

    from dengta.apps.accounts.policies import Permission, may
    from dengta.apps.diagnosis import sample_load as diagnoses
    from dengta.apps.jobs.commands import enqueue
    from dengta.apps.loans import loading as loans
    from dengta.apps.loans.queries import is_empty as nobody_filed
    from dengta.apps.register.queries import is_empty
    from dengta.apps.register.sample_load import KEY, wanted

    keeper = next(person for person in people if may(person, Permission.KEEP_REGISTER) and not person.town)
    if is_empty(settings.PROGRAMME):
        told = {"programme": settings.PROGRAMME, "actor": keeper.login, "site": wanted(settings.HOME)}
        enqueue(kind=KEY, params=told, key=f"{KEY}:{settings.PROGRAMME}", actor=keeper, now=at)
        told = {"programme": settings.PROGRAMME, "actor": keeper.login}
        key = f"{diagnoses.KEY}:{settings.PROGRAMME}"
        enqueue(kind=diagnoses.KEY, params=told, key=key, actor=keeper, now=at + 1)
    if nobody_filed(settings.PROGRAMME):
        told, key = {"programme": settings.PROGRAMME}, f"{loans.KEY}:{settings.PROGRAMME}"
        enqueue(kind=loans.KEY, params=told, key=key, actor=keeper, now=at + 2)


_ENDS = (signal.SIGTERM, signal.SIGINT)


def _end_when_asked() -> None:
    """Asked to stop, end with everything cleaned up. uvicorn handles the signals while it serves and then raises them
    once more, which by default would end the process before its log is closed."""
    for asked in _ENDS:
        signal.signal(asked, lambda *_: sys.exit(0))
