"""The HTTP port: uvicorn in a thread of the daemon, on a socket that is bound before anything else begins."""

import socket
import threading

import uvicorn
from starlette.types import ASGIApp

MOST_CONNECTIONS = 100
"""Further ones are answered 503: a scraper that runs wild must not use up the daemon."""


class HttpPort:
    """Serves an application. ``port`` 0 lets the system choose; :attr:`address` tells what it chose."""

    def __init__(self, application: ASGIApp, host: str, port: int) -> None:
        """Binds the socket.

        Raises:
            OSError: the address can't be had.
        """
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(address)
        except OSError:
            self._socket.close()
            raise
        self._server = uvicorn.Server(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=3,
                limit_concurrency=MOST_CONNECTIONS,
                ws="none",
            )
        )
        self._thread = threading.Thread(target=self._serve, name="http", daemon=True)

    @property
    def address(self) -> str:
        """``host:port`` as it is bound, an IPv6 host in brackets."""
        host, port = self._socket.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def alive(self) -> bool:
        """Whether it is being served."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begins to accept connections: what connects from now on is answered, if a moment later."""
        self._socket.listen(uvicorn.Config(app="", log_config=None).backlog)
        self._thread.start()

    def stop(self) -> None:
        """Lets what is being answered finish, for at most some seconds, and closes the socket."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(timeout=5)
        self._socket.close()

    def _serve(self) -> None:
        # uvicorn takes over signals in the main thread only, and this is not it.
        self._server.run(sockets=[self._socket])
