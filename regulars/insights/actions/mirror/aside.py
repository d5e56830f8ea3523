"""Rows put aside by month while they are received, in whatever order they come, so that they need not fit into memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.kit.facts import Fact

if TYPE_CHECKING:
    import pyarrow as pa

# What a fact without months, and a row without a day, is filed under.
ALL, NO_DAY = "all", "none"
# So many files are open at once; a month that comes again after that goes on in another one.
MOST_OPEN = 128


class Aside:
    """The rows of one fact by the month they are filed under, as 2026-03; `top` is the highest key among them."""

    def __init__(self, fact: Fact, schema: pa.Schema, folder: Path) -> None:
        self.top = 0
        self._fact, self._schema, self._folder = fact, schema, folder
        self._paths: dict[str, list[Path]] = {}
        self._open: dict[str, tuple[Any, Any]] = {}

    @property
    def months(self) -> list[str]:
        return sorted(self._paths)

    def add(self, part: pa.Table) -> None:
        """Put rows aside."""
        import pyarrow.compute as pc

        if not part.num_rows:
            return
        self.top = max(self.top, pc.max(part[self._fact.key]).as_py() or 0)
        for month, rows in _by_month(self._fact, part):
            self._writer(month).write_table(rows)

    def close(self) -> None:
        """End what is written, so that it can be read."""
        for writer, file in self._open.values():
            writer.close()
            file.close()
        self._open.clear()

    def rows(self, month: str) -> pa.RecordBatchReader:
        """Return the rows of a month, read batch by batch."""
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(self._schema, self._batches(month))

    def _batches(self, month: str) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for path in self._paths[month]:
            with pa.memory_map(str(path)) as source:
                yield from pa.ipc.open_stream(source)

    def _writer(self, month: str) -> Any:
        import pyarrow as pa

        if month not in self._open:
            if len(self._open) >= MOST_OPEN:
                self.close()
            paths = self._paths.setdefault(month, [])
            paths.append(self._folder / f"{month}.{len(paths)}.arrow")
            file = pa.OSFile(str(paths[-1]), "wb")
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._open[month] = pa.ipc.new_stream(file, self._schema, options=options), file
        return self._open[month][0]


@contextmanager
def put_aside(fact: Fact, schema: pa.Schema, folder: Path) -> Iterator[Aside]:
    """Give room for the rows of a fact, which is gone afterwards; what a killed process left there is gone at once."""
    room = folder / "staging" / fact.name
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    aside = Aside(fact, schema, room)
    try:
        yield aside
    finally:
        aside.close()
        shutil.rmtree(room, ignore_errors=True)


def _by_month(fact: Fact, part: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    import pyarrow.compute as pc

    if not fact.month:
        yield ALL, part
        return
    days = part[fact.month]
    numbers = pc.add(pc.multiply(pc.year(days), 12), pc.subtract(pc.month(days), 1))
    if pc.count_distinct(numbers, mode="all").as_py() > 1:
        order = pc.sort_indices(numbers)
        part, numbers = part.take(order), numbers.take(order)
    first = 0
    for one in pc.value_counts(numbers):
        number, count = one["values"].as_py(), one["counts"].as_py()
        yield (
            NO_DAY if number is None else f"{number // 12:04}-{number % 12 + 1:02}",
            part.slice(first, count),
        )
        first += count
