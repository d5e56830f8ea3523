"""Whether a port is free, said before anything is set up."""

import errno
import os
import socket

from regulars.kit.processes import command_of, listener_on
from regulars.kit.refused import Refused


class PortTaken(Refused):
    """Another program listens where we should."""


def require_free(host: str, uses: dict[int, str]) -> None:
    """Refuse with the name of who holds it when one of the ports (and what it is for) cannot be listened on."""
    for port, use in uses.items():
        problem = _try(host, port)
        if problem is not None:
            raise PortTaken(_sentence(host, port, problem, use))


def _try(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            return problem
        except OverflowError:
            return OSError(errno.EINVAL, "ports go from 1 to 65535")
    return None


def _sentence(host: str, port: int, problem: OSError, use: str) -> str:
    if problem.errno == errno.EADDRINUSE:
        advice = f"Stop that program or choose another port, for instance --port {port + 10}."
        return f"Port {port}, needed for {use}, is taken{_holder(port)}. {advice}"
    if problem.errno == errno.EACCES:
        return f"Port {port} is reserved for root. Choose one above 1023, for instance --port 8000, and put a web server in front."
    if problem.errno == errno.EADDRNOTAVAIL:
        return f"This machine has no address {host}. Use --host 127.0.0.1 (this machine alone) or --host 0.0.0.0 (everyone)."
    return f"Nothing can listen on {host}, port {port}: {problem.strerror}."


def _holder(port: int) -> str:
    pid = listener_on(port) if os.path.exists("/proc/net/tcp") else None
    if pid is None:
        return " by another program"
    words = command_of(pid).split()
    return f" by {os.path.basename(words[0]) if words else 'a program'} (process {pid})"
