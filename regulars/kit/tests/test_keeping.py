from pathlib import Path
from typing import Any

import pytest

from regulars.kit import keeping, secrets
from regulars.kit.keeping import IN_DATABASE, Kept, Missing, forget_kept, keep, read_kept


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.mark.parametrize("size", [0, 1, IN_DATABASE, IN_DATABASE + 1])
def test_what_is_kept_is_read_again(size: int, tmp_path: Path) -> None:
    content = b"x" * size

    kept = keep("letters", content)

    assert read_kept("letters", kept) == content
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [
        tmp_path / "letters" / kept.path for _large in range(size > IN_DATABASE)
    ]


def test_what_is_forgotten_is_missing_and_may_be_forgotten_twice() -> None:
    kept = keep("letters", b"x" * (IN_DATABASE + 1))
    for _time in range(2):
        forget_kept("letters", [kept.path, ""])

    with pytest.raises(Missing):
        read_kept("letters", kept)
    with pytest.raises(Missing):
        read_kept("letters", Kept(None))
    assert keeping.IN_DATABASE == 1_000_000


def test_every_purpose_has_a_key_of_its_own(settings: Any) -> None:
    one, other = secrets.derived("threads"), secrets.derived("pictures")
    settings.SECRET_KEY = "another installation"

    assert len({one, other, secrets.derived("threads")}) == 3
    assert secrets.decrypt(secrets.encrypt("s")) == "s"
