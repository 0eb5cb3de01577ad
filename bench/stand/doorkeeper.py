"""A site's log behind its door in a process of its own, to be killed: `python -m bench.stand.doorkeeper HOME SITE`.

It ends by itself when its standard input closes, so that it never outlives who started it.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import uvicorn

from dengta.connect.door import Door
from dengta.connect.sender import DoorAddress, DoorSender, write_door_file
from dengta.log import Log
from dengta.site.clock import real_now
from dengta.site.home import Home, SiteFolder

SEAL_EVERY_S = 0.05


class _Server(uvicorn.Server):
    """Says where it listens once it does."""

    announce: tuple[SiteFolder, DoorAddress]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        write_door_file(*self.announce)


def serve(folder: SiteFolder, *, seal: bool) -> None:
    """Serve until standard input closes; with `seal`, whatever is there is sealed all the time."""
    log = Log.open(folder.log, folder.site, real_now)
    ends = threading.Event()
    token = secrets.token_urlsafe(16)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        config = uvicorn.Config(Door(log, folder.site, token), log_level="warning", access_log=False, lifespan="off")
        server = _Server(config)
        server.announce = folder, DoorAddress(port, token, pid=0)
        threading.Thread(target=_until_closed, args=(server, ends), daemon=True).start()
        sealer = threading.Thread(target=_seal_until, args=(log, ends), daemon=True)
        if seal:
            sealer.start()
        asyncio.run(server.serve([listening]))
    ends.set()
    if seal:
        sealer.join()
    log.close()


def start(home: Home, site: str, *, seal: bool = True) -> subprocess.Popen[bytes]:
    """A doorkeeper in a process of its own; returns when its door answers. Raises RuntimeError when it ends first."""
    folder = home.site(site)
    folder.door.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench.stand.doorkeeper", str(home.path), site, *(["--seal"] if seal else [])]
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=Path(__file__).parents[2])
    with DoorSender(folder) as sender:
        while not (folder.door.exists() and sender.is_up()):
            if keeper.poll() is not None:
                raise RuntimeError(f"the doorkeeper ended with exit code {keeper.returncode} before its door opened")
            time.sleep(0.01)
    return keeper


def stop(keeper: subprocess.Popen[bytes]) -> None:
    """Let it end in peace."""
    assert keeper.stdin is not None
    keeper.stdin.close()
    keeper.wait(30)


def kill(keeper: subprocess.Popen[bytes]) -> None:
    """`kill -9`."""
    keeper.kill()
    keeper.wait(30)
    assert keeper.stdin is not None
    keeper.stdin.close()


def _until_closed(server: _Server, ends: threading.Event) -> None:
    sys.stdin.read()
    ends.set()
    server.should_exit = True


def _seal_until(log: Log, ends: threading.Event) -> None:
    while not ends.wait(SEAL_EVERY_S):
        log.seal(real_now())


if __name__ == "__main__":
    serve(Home.at(sys.argv[1]).site(sys.argv[2]), seal="--seal" in sys.argv)
