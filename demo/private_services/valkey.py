"""A private Valkey, which uses Redis's protocol: its settings, its address."""

import signal
from pathlib import Path
from urllib.parse import quote

import redis

from demo.private_services.errors import from_os_error
from demo.private_services.server import Place, Server

NAME = "Valkey"
SOCKET = "valkey.sock"


def server(place: Place) -> Server:
    """Valkey at this place: its queue survives a restart if the place is durable."""
    data, socket = place.home / "valkey", place.sockets / SOCKET
    prepare(data, place)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "save": "",
        "appendonly": "yes" if place.is_durable else "no",
        "daemonize": "no",
    }
    options = [word for key, value in settings.items() for word in (f"--{key}", value)]
    return Server(
        name=NAME,
        command=[str(place.binaries.valkey), *options],
        folder=data,
        log=place.home / "valkey.log",
        stop_signal=signal.SIGTERM,
        url=f"redis+socket://{quote(str(socket), safe='/')}",
        is_ready=lambda: answers(socket, data),
    )


def prepare(data: Path, place: Place) -> None:
    """Make the data folder if it does not exist."""
    try:
        data.mkdir(mode=0o700, exist_ok=True)
        place.account.own(data)
    except OSError as error:
        raise from_os_error(error, data) from error


def answers(socket: Path, data: Path) -> bool:
    """Whether this run's server answers on its socket."""
    with redis.Redis(unix_socket_path=str(socket)) as client:
        try:
            return bool(client.config_get("dir") == {"dir": str(data)})
        except redis.RedisError:
            return False
