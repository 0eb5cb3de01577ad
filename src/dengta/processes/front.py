"""The front of a running home: its listening socket, its lock, and the word that it is ready."""

from __future__ import annotations

import errno
import fcntl
import http.client
import ipaddress
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from dengta.core.reason import Param, Reason, Refusal
from dengta.site.home import Home

FIRST_PORT = 8000
LAST_PORT = 8099
PATIENCE_S = 90.0
NOBODY: dict[str, Param] = {"pid": 0, "address": ""}  # it has the lock and has not yet said who it is


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket on `host`: on `port` (0: any free one), else on the first free port from `FIRST_PORT`.

    The supervisor keeps it, so that the address stays while the web process is started again; visitors wait meanwhile.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port or FIRST_PORT, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise Refusal(Reason("run.host_unknown", params={"host": host})) from None
    ports = range(FIRST_PORT, LAST_PORT + 1) if port is None else (port,)
    for one in ports:
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((address[0], one))
            made.listen(1024)
        except OSError as fault:
            made.close()
            if fault.errno not in (errno.EADDRINUSE, errno.EACCES):  # taken, or not ours to take
                raise Refusal(Reason("run.host_unknown", params={"host": host})) from None
        else:
            return made
    if port is not None:
        raise Refusal(Reason("run.port_taken", params={"host": host, "port": port}))
    raise Refusal(Reason("run.no_port", params={"host": host, "first": FIRST_PORT, "last": LAST_PORT}))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def url(listening: socket.socket, host: str) -> str:
    """The address to open in a browser on this machine."""
    port = listening.getsockname()[1]
    if is_loopback(host):
        return f"http://localhost:{port}"
    open_to_all = host in ("0.0.0.0", "::")  # noqa: S104 (compared, not bound)
    name = socket.gethostname() if open_to_all else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


@contextmanager
def alone(home: Home, address: str) -> Iterator[None]:
    """Hold the lock of `home` for as long as it runs. Refusal that names the process which holds it already."""
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(home.path / "run.json", os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(Reason("run.already", params=json.loads(file.read() or "null") or NOBODY)) from None
        file.truncate()
        json.dump({"pid": os.getpid(), "address": address}, file)
        file.flush()
        yield


class SignsOfLife:
    """Asks the pages how they are, in a thread of its own; `seen` is set when they answer and, with `wait_for_events`,
    say that events come in (or nothing has come for `PATIENCE_S`: then something is wrong, which the pages show)."""

    def __init__(self, listening: socket.socket, *, wait_for_events: bool) -> None:
        self._address = listening.getsockname()[:2]
        self._wait = wait_for_events
        self.seen = threading.Event()
        threading.Thread(target=self._ask, name="signs of life", daemon=True).start()

    def _ask(self) -> None:
        until = time.monotonic() + PATIENCE_S
        first = None
        while True:
            events = _events(*self._address)
            first = events if first is None else first
            if events is not None and (not self._wait or events > (first or 0) or time.monotonic() > until):
                self.seen.set()
                return
            time.sleep(0.1)


def _events(host: str, port: int) -> int | None:
    """How many events the pages say there are; None when they did not answer. A request waits in the socket's queue
    until the web process takes it."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        told = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return int(told["events"]) if answer.status == 200 else None
