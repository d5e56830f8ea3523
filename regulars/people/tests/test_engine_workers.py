"""Chunks of a file are tidied in order, and no more of them are read than are needed."""

from collections.abc import Iterator

import pytest

from regulars.people.engine.workers import in_order


@pytest.mark.parametrize("workers", [1, 2])
def test_a_long_file_is_never_held_whole(workers: int) -> None:
    read: list[int] = []

    def chunks() -> Iterator[int]:
        for number in range(50):
            read.append(number)
            yield number

    ahead = []
    for done, (chunk, made) in enumerate(in_order(abs, chunks(), workers=workers)):
        assert (chunk, made) == (done, done)
        ahead.append(len(read) - done)

    assert len(ahead) == 50
    assert max(ahead) <= 6
