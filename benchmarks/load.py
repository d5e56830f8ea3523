"""A closed-loop load: so many clients, each with one kept-alive connection, each asking again as soon as it is answered."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

Request = tuple[str, str, bytes | None]


@dataclass(frozen=True)
class Measured:
    """What a load showed, in milliseconds and requests a second."""

    p50_ms: float
    p95_ms: float
    per_second: float
    failed: int

    def told(self) -> dict[str, float]:
        return {
            "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms,
            "per_second": self.per_second,
            "failed": self.failed,
        }


def measure(
    port: int,
    headers: dict[str, str],
    request: Callable[[int], Request],
    clients: int = 1,
    seconds: float = 4.0,
) -> Measured:
    """Ask for `request(number)` over and over; a first second is not counted."""
    times: list[float] = []
    failed: list[int] = []
    starts = time.perf_counter() + 1.0
    ends = starts + seconds

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        count = (number + 1) * 1_000_003 + int(starts * 1000) % 1_000_000
        while (began := time.perf_counter()) < ends:
            count += 1
            method, path, body = request(count)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if began >= starts:
                times.append(time.perf_counter() - began)
                if answer.status >= 400:
                    failed.append(answer.status)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ordered = sorted(times) or [0.0]

    def at(share: float) -> float:
        return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 2)

    return Measured(at(0.5), at(0.95), round(len(times) / seconds, 1), len(failed))
