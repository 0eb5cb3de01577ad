"""`dengta run`: a home alive in the browser, with the model plant, a recorded plant, or plants of one's own."""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from dengta.cli.printing import answers, language, print_reasons
from dengta.core.reason import Param, Reason, Refusal
from dengta.core.time import to_iso
from dengta.processes import examples, front, sites
from dengta.processes.run import environment, live
from dengta.processes.stopping import asked_by
from dengta.site.clock import real_now
from dengta.site.home import Home
from dengta.words import say

app = typer.Typer(add_completion=False)


@app.command()
@answers
def run(
    site: Annotated[str, typer.Argument(help="With --replay: the recorded site.")] = sites.REPLAY_SITE,
    home: Annotated[Path | None, typer.Option(envvar="DENGTA_HOME", help="The home folder.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the pages; by default the first free from 8000.")] = None,
    host: Annotated[str, typer.Option(help="Where to listen; 0.0.0.0 is reached from every machine.")] = "127.0.0.1",
    replay: Annotated[bool, typer.Option("--replay", help="Show a recorded plant instead of the model plant.")] = False,
    books: Annotated[list[Path] | None, typer.Option("--site", help="Plant book of a site to run; repeatable.")] = None,
    days: Annotated[int, typer.Option(min=0, help="Days of history a model plant makes at its first start.")] = 30,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show what every process says.")] = False,
) -> None:
    """Run everything and print the address to open: the model plant, unless something else is named."""
    if not (find_spec("django") and find_spec("uvicorn")):
        raise Refusal(Reason("run.web_missing"))
    place = Home.at(home)
    with front.listen(host, port) as listening:
        address = front.url(listening, host)
        with front.alone(place, address):
            place.secret()  # before several processes would make it
            plants = _recorded(place, site) if replay else _living(place, books or [])
            environment(place, host, demo=replay or any(plant.fictional for plant in plants))
            if not front.is_loopback(host):
                _note(Reason("run.open_to_all", params={"host": host}))
            _note(Reason("run.preparing", params={"home": str(place.path)}))
            live(
                place,
                plants,
                listening,
                stop=asked_by(
                    (signal.SIGINT, signal.SIGTERM, signal.SIGHUP),  # Ctrl-C, asked to end, the terminal goes
                    lambda: _note(Reason("run.stopping")),
                ),
                say=_note,
                ready=lambda: print(say(Reason("run.address", params={"address": address}), language()), flush=True),
                echo=_echo if verbose else None,
                days=days,
            )
            _note(Reason("run.stopped"))


def _living(home: Home, books: list[Path]) -> list[sites.Plant]:
    """The plants of these books, or the model plant; and every other site of the home that has a log."""
    now = real_now()
    named = [sites.furnish(home, book, now) for book in books or [examples.plant(sites.DEMO_SITE)]]
    others = sorted(set(home.sites()) - {plant.folder.site for plant in named})
    kept = [sites.Plant(home.site(site), None, False) for site in others if home.site(site).log.is_dir()]
    return named + kept


def _recorded(home: Home, site: str) -> list[sites.Plant]:
    found = sites.replay(home, site, real_now())
    about: dict[str, Param] = {"site": site, "start": to_iso(found.start), "end": to_iso(found.end)}
    about["rate"] = sites.REPLAY_RATE
    _note(Reason("run.replaying", params=about))
    return [sites.Plant(found.folder, None, False)]


def _note(reason: Reason) -> None:
    print_reasons([reason])


def _echo(name: str, line: str) -> None:
    sys.stderr.write(f"{name} | {line}\n")
