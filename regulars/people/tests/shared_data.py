import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("REGULARS_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")


def shared(name: str) -> Path:
    """Return a file of the real data, or skip the test where they are not at hand."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"the real data are not here (REGULARS_SHARED_DATA): {name}")
    return path
