"""Settings from the environment: what is read, what is kept, what is refused."""

import stat
from pathlib import Path

import pytest

from septet import environment


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://ann:p%40ss@db.example:5433/desk?sslmode=require",
            {"USER": "ann", "PASSWORD": "p@ss", "HOST": "db.example", "PORT": "5433", "NAME": "desk"},
        ),
        ("postgres:///desk?host=/run/pg", {"USER": "", "PASSWORD": "", "HOST": "/run/pg", "PORT": "", "NAME": "desk"}),
        ("postgresql://[::1]/desk", {"HOST": "::1", "NAME": "desk"}),
    ],
)
def test_postgresql_addresses(url: str, expected: dict[str, str]) -> None:
    found = environment.database(url, Path())
    assert {name: found[name] for name in expected} == expected
    assert found["ENGINE"] == "septet.kernel.postgres"


def test_options_of_the_address_reach_the_driver() -> None:
    found = environment.database("postgresql://db/desk?sslmode=require&connect_timeout=9", Path())
    assert found["OPTIONS"].items() >= {"sslmode": "require", "connect_timeout": "9"}.items()


def test_sqlite_is_the_default_and_can_be_named(tmp_path: Path) -> None:
    assert environment.database("", tmp_path)["NAME"] == str(tmp_path / "septet.sqlite3")
    assert environment.database("sqlite:////srv/my%20desk.sqlite3", tmp_path)["NAME"] == "/srv/my desk.sqlite3"


@pytest.mark.parametrize(
    "url",
    ["mysql://ann:hidden@db/desk", "postgresql://ann:hidden@db:port/desk", "postgresql://ann:hidden@db", "sqlite://"],
)
def test_an_address_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(environment.BadSetting) as refused:
        environment.database(url, Path())
    assert refused.value.code == 2
    assert "hidden" not in str(refused.value)


def test_unknown_names_are_refused() -> None:
    environment.refuse_unknown(["SEPTET_DATA", "SEPTET_SECRET_KEY_FILE", "SEPTET_TEST_DATA", "PATH"])
    with pytest.raises(environment.BadSetting, match="SEPTET_DTA is not known"):
        environment.refuse_unknown(["SEPTET_DTA"])


def test_a_secret_comes_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("abc\n")
    assert environment.secret("SEPTET_SECRET_KEY", {"SEPTET_SECRET_KEY_FILE": str(file)}) == "abc"
    assert environment.secret("SEPTET_SECRET_KEY", {"SEPTET_SECRET_KEY": "xyz"}) == "xyz"
    assert environment.secret("SEPTET_SECRET_KEY", {}) == ""


def test_a_secret_given_twice_or_unreadable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(environment.BadSetting, match="Keep one"):
        environment.secret("DATABASE_URL", {"DATABASE_URL": "a", "DATABASE_URL_FILE": "b"})
    with pytest.raises(environment.BadSetting, match="cannot be read: No such file"):
        environment.secret("DATABASE_URL", {"DATABASE_URL_FILE": str(tmp_path / "absent")})
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(environment.BadSetting, match="not UTF-8"):
        environment.secret("DATABASE_URL", {"DATABASE_URL_FILE": str(tmp_path / "binary")})


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = environment.kept_secret_key(tmp_path)
    assert len(first) >= 64
    assert environment.kept_secret_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_data_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(environment.BadSetting, match="cannot be used"):
        environment.data_directory({"SEPTET_DATA": str(tmp_path / "file" / "data")})


@pytest.mark.parametrize("url", ["septet.example", "ftp://septet.example", "https://", "https://a.example/septet"])
def test_a_public_address_must_be_a_web_site(url: str) -> None:
    with pytest.raises(environment.BadSetting, match="SEPTET_URL"):
        environment.public_url({"SEPTET_URL": url})


@pytest.mark.parametrize(
    ("url", "host", "port", "starts_in_tls", "goes_on_in_tls"),
    [
        ("smtp://ann:p%40ss@mail.example.org", "mail.example.org", 587, False, True),
        ("smtps://mail.example.org", "mail.example.org", 465, True, False),
        ("smtp://localhost?tls=none", "localhost", 25, False, False),
    ],
)
def test_mail_servers(url: str, host: str, port: int, starts_in_tls: bool, goes_on_in_tls: bool) -> None:
    found = environment.mail({"SEPTET_MAIL_URL": url, "SEPTET_URL": "https://septet.example"})
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
    assert (found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (starts_in_tls, goes_on_in_tls)
    assert found["DEFAULT_FROM_EMAIL"] == "septet@septet.example"


def test_sign_in_settings_that_cannot_be_used_are_refused() -> None:
    with pytest.raises(environment.BadSetting, match="SEPTET_MAIL_URL") as refused:
        environment.mail({"SEPTET_MAIL_URL": "http://ann:hush@mail"})
    assert "hush" not in str(refused.value)
    with pytest.raises(environment.BadSetting, match="must look like"):
        environment.issuer({"SEPTET_OIDC_ISSUER": "login.example.org"})
    with pytest.raises(environment.BadSetting, match="Set both"):
        environment.issuer({"SEPTET_OIDC_ISSUER": "https://login.example.org"})
    with pytest.raises(environment.BadSetting, match="one of: nobody"):
        environment.choice("SEPTET_SECOND_FACTOR", ("nobody", "staff"), {"SEPTET_SECOND_FACTOR": "yes"})
    for wrong in ("-1", "many", "1e3", "1" * 10, "٣"):
        with pytest.raises(environment.BadSetting, match="a whole number"):
            environment.count("SEPTET_REQUESTS_PER_MINUTE", 6000, {"SEPTET_REQUESTS_PER_MINUTE": wrong})
    assert environment.count("SEPTET_REQUESTS_PER_MINUTE", 6000, {"SEPTET_REQUESTS_PER_MINUTE": "0"}) == 0
    assert environment.issuer({}) is None
    assert environment.mail({}) == {}


def test_the_readme_names_every_setting() -> None:
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text()
    named = {line.split("`")[1] for line in readme.splitlines() if line.startswith("| `")}
    assert named == environment.SETTINGS | environment.SECRETS
