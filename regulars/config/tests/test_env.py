import os
import stat
from pathlib import Path

import pytest

from regulars.config.env import BadSetting, Env, database_config, read_key_file


def test_what_is_not_set_has_its_default() -> None:
    env = Env({})

    assert (env.text("A", "x"), env.number("B", 3), env.flag("C", True), env.words("D", "a b")) == (
        "x",
        3,
        True,
        ["a", "b"],
    )


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")

    assert Env({"PASSWORD_FILE": str(tmp_path / "secret")}).text("PASSWORD") == "s3cret"


def test_a_missing_secret_file_is_named() -> None:
    with pytest.raises(BadSetting, match="PASSWORD_FILE names /nowhere"):
        Env({"PASSWORD_FILE": "/nowhere"}).text("PASSWORD")


@pytest.mark.parametrize(
    ("name", "value", "sentence"), [("flag", "maybe", "yes or no"), ("number", "many", "whole number")]
)
def test_a_value_that_cannot_be_read_says_what_is_expected(name: str, value: str, sentence: str) -> None:
    with pytest.raises(BadSetting, match=rf"X must be .*{sentence}.*{value}"):
        getattr(Env({"X": value}), name)("X")


def test_every_setting_asked_for_is_remembered_with_its_meaning() -> None:
    env = Env({})
    env.text("A", "x")
    env.text("A", "x", "What it does")

    assert [(setting.name, setting.default, setting.meaning) for setting in env.settings.values()] == [
        ("A", "x", "What it does")
    ]


def test_the_key_file_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret.key"

    first, second = read_key_file(path), read_key_file(path)

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_database_address_is_read_with_escapes_and_options() -> None:
    config = database_config("postgresql://ann%40shop:p%2Fw@db.example:6000/shop?sslmode=require")

    assert (config["USER"], config["PASSWORD"], config["HOST"], config["PORT"]) == (
        "ann@shop",
        "p/w",
        "db.example",
        "6000",
    )
    assert config["OPTIONS"]["sslmode"] == "require"  # type: ignore[index]


def test_a_socket_folder_is_a_host() -> None:
    config = database_config("postgresql://app:x@/regulars?host=/run/here&port=5432")

    assert (config["HOST"], config["PORT"], config["NAME"]) == ("/run/here", "5432", "regulars")


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(BadSetting, match="Only PostgreSQL"):
        database_config("mysql://root@localhost/shop")


def test_web_and_migrations_use_different_roles_of_the_embedded_server(tmp_path: Path) -> None:
    env = Env({"REGULARS_DATA": str(tmp_path)})

    assert database_config(env.database_url())["USER"] == "regulars_app"
    assert database_config(env.owner_database_url())["USER"] == "regulars_owner"


def test_without_a_role_of_their_own_migrations_use_the_named_database() -> None:
    env = Env({"REGULARS_DATABASE_URL": "postgresql://one@db/shop"})

    assert env.owner_database_url() == "postgresql://one@db/shop"


@pytest.mark.skipif(os.geteuid() != 0, reason="This is about root.")
def test_root_keeps_its_data_outside_its_home() -> None:
    assert Env({}).data_dir() == Path("/var/lib/regulars")
