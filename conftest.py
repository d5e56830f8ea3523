"""The cast and the makers are there in every test."""

pytest_plugins = ["tests.cast", "tests.browser", "tests.database", "tests.emptying", "tests.sharing"]
