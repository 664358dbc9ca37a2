"""What the environment says: the only configuration there is. Nothing here needs Django."""

import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

SETTINGS = frozenset(
    {
        "SEPTET_ADMIN_MAIL",
        "SEPTET_DATA",
        "SEPTET_MAIL_FROM",
        "SEPTET_OIDC_CLIENT_ID",
        "SEPTET_OIDC_ISSUER",
        "SEPTET_OIDC_NAME",
        "SEPTET_OIDC_OPENS_ACCOUNTS",
        "SEPTET_OUTGOING",
        "SEPTET_PASSWORDS",
        "SEPTET_PROXIES",
        "SEPTET_REQUESTS_PER_MINUTE",
        "SEPTET_SECOND_FACTOR",
        "SEPTET_URL",
    }
)
SECRETS = frozenset({"DATABASE_URL", "SEPTET_MAIL_URL", "SEPTET_OIDC_CLIENT_SECRET", "SEPTET_SECRET_KEY"})
TEST_PREFIX = "SEPTET_TEST_"
HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[0-9]{1,5})?", re.IGNORECASE)


class BadSetting(SystemExit):
    """A setting that cannot be used. Ends the start with one line and exit code 2."""

    def __init__(self, sentence: str) -> None:
        super().__init__(2)
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


def refuse_unknown(names: Iterable[str]) -> None:
    """Raise BadSetting for the first SEPTET_ variable that nobody reads, so that a typing error is not ignored."""
    known = SETTINGS | SECRETS | {f"{name}_FILE" for name in SECRETS}
    for name in sorted(names):
        if name.startswith("SEPTET_") and name not in known and not name.startswith(TEST_PREFIX):
            listed = ", ".join(sorted(known))
            raise BadSetting(f"The environment variable {name} is not known. Known are: {listed}.")


def secret(name: str, environ: Mapping[str, str]) -> str:
    """Value of a secret, read from NAME or from the file that NAME_FILE points to; empty when neither is set."""
    value, file = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if value and file:
        raise BadSetting(f"Both {name} and {name}_FILE are set. Keep one of them.")
    if not file:
        return value
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadSetting(f"{name}_FILE names {file}, which cannot be read: {reason}.") from error


def data_directory(environ: Mapping[str, str]) -> Path:
    """The directory of everything that Septet keeps; made for this user alone when absent."""
    path = Path(environ.get("SEPTET_DATA") or "var").expanduser().resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"SEPTET_DATA is {path}, which cannot be used: {error.strerror}.") from error
    return path


def proxies(environ: Mapping[str, str]) -> list[IPv4Network | IPv6Network]:
    """The addresses and networks whose word is taken on where a request comes from; by default this machine alone."""
    found = []
    for one in (environ.get("SEPTET_PROXIES") or "127.0.0.1, ::1").split(","):
        try:
            found.append(ip_network(one.strip()))
        except ValueError as error:
            raise BadSetting(f"SEPTET_PROXIES holds {one.strip()!r}, which is no address and no network.") from error
    return found


def outgoing(environ: Mapping[str, str]) -> tuple[frozenset[str], tuple[IPv4Network | IPv6Network, ...]]:
    """The hosts and networks that may be called although they are no public addresses; by default none."""
    hosts, networks = set(), []
    for one in filter(None, (part.strip() for part in environ.get("SEPTET_OUTGOING", "").split(","))):
        try:
            networks.append(ip_network(one))
        except ValueError:
            if not HOST.fullmatch(one):
                raise BadSetting(f"SEPTET_OUTGOING holds {one!r}, which is no host and no network.") from None
            hosts.add(one.lower())
    return frozenset(hosts), tuple(networks)


def kept_secret_key(data: Path) -> str:
    """The key in the data directory, made at the first start and readable by its owner alone."""
    path = data / "secret_key"
    try:
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(64))
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise BadSetting(f"The secret key {path} cannot be kept: {error.strerror}.") from error


def _write_once(path: Path, text: str) -> None:
    """Create the file whole or leave the one that another process made first."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()


def public_url(environ: Mapping[str, str]) -> str:
    """Address under which people reach Septet, without a trailing slash."""
    url = (environ.get("SEPTET_URL") or "http://127.0.0.1:8765").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise BadSetting(f"SEPTET_URL is {url!r}; it must look like https://septet.example.org.")
    return url


def switched_on(name: str, environ: Mapping[str, str]) -> bool:
    """A setting that is `yes` or `no`; `no` when it is not set."""
    return choice(name, ("no", "yes"), environ) == "yes"


def count(name: str, default: int, environ: Mapping[str, str]) -> int:
    """A setting that is a whole number of at most nine digits."""
    value = environ.get(name) or str(default)
    if not re.fullmatch("[0-9]{1,9}", value, re.ASCII):
        raise BadSetting(f"{name} is {value!r}; it must be a whole number such as {default}.")
    return int(value)


def choice(name: str, offered: Sequence[str], environ: Mapping[str, str]) -> str:
    """A setting that is one of a few words; the first of them when it is not set."""
    value = environ.get(name) or offered[0]
    if value not in offered:
        raise BadSetting(f"{name} is {value!r}; it must be one of: {', '.join(offered)}.")
    return value


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who vouches for people by OpenID Connect, and how we are known there."""

    url: str
    client_id: str
    client_secret: str
    name: str


def issuer(environ: Mapping[str, str]) -> Issuer | None:
    """The OpenID Connect issuer by which people sign in; None without SEPTET_OIDC_ISSUER."""
    url = environ.get("SEPTET_OIDC_ISSUER", "").rstrip("/")
    if not url:
        return None
    parts, client = urlsplit(url), environ.get("SEPTET_OIDC_CLIENT_ID", "")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise BadSetting("SEPTET_OIDC_ISSUER must look like https://login.example.org/realms/staff.")
    if not client:
        raise BadSetting("SEPTET_OIDC_ISSUER is set, but SEPTET_OIDC_CLIENT_ID is not. Set both, or neither.")
    name = environ.get("SEPTET_OIDC_NAME") or parts.hostname
    return Issuer(url, client, secret("SEPTET_OIDC_CLIENT_SECRET", environ), name)


def mail(environ: Mapping[str, str]) -> dict[str, Any]:
    """Django's settings of the mail server; nothing without SEPTET_MAIL_URL.

    `smtp://` goes on in TLS by STARTTLS unless the address ends in `?tls=none`; `smtps://` begins in it. Raises
    BadSetting for any other address; the message never contains it, since it may hold a password.
    """
    url = secret("SEPTET_MAIL_URL", environ)
    if not url:
        return {}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadSetting("SEPTET_MAIL_URL cannot be read: host or port is malformed.") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadSetting("SEPTET_MAIL_URL must look like smtp://user:password@mail.example.org:587.")
    direct = parts.scheme == "smtps"
    plain = dict(parse_qsl(parts.query)).get("tls") == "none"
    sender = environ.get("SEPTET_MAIL_FROM") or f"septet@{urlsplit(public_url(environ)).hostname}"
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if direct else 25 if plain else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": direct,
        "EMAIL_USE_TLS": not direct and not plain,
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": sender,
    }


def database(url: str, data: Path) -> dict[str, Any]:
    """Django's settings of the database that the address names; an SQLite file in `data` when it is empty.

    Raises BadSetting for any other scheme; the message never contains the address, which may hold a password.
    """
    if not url:
        return _sqlite(str(data / "septet.sqlite3"))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadSetting("DATABASE_URL cannot be read: host or port is malformed.") from error
    if parts.scheme == "sqlite":
        path = unquote(parts.path.removeprefix("/"))
        if parts.netloc or not path:
            raise BadSetting("DATABASE_URL for SQLite must look like sqlite:////var/lib/septet/septet.sqlite3.")
        return _sqlite(str(Path(path).resolve()))
    if parts.scheme in ("postgres", "postgresql"):
        name = unquote(parts.path.removeprefix("/"))
        if not name:
            raise BadSetting("DATABASE_URL names no database: postgresql://user:password@host:5432/NAME.")
        options = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "septet.kernel.postgres",
            "NAME": name,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", unquote(parts.hostname or "")),
            "PORT": options.pop("port", str(port or "")),
            "OPTIONS": {
                "connect_timeout": 5,
                "application_name": "septet",
                # What is asked again and again is planned once: planning takes longer than answering.
                "server_side_binding": True,
                "prepare_threshold": 5,
                **options,
            },
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
        }
    raise BadSetting("DATABASE_URL must begin with postgresql:// or sqlite:///.")


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "septet.kernel.sqlite",
        "NAME": name,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # Moments come as they are kept, as text: most are shown as text again, the rest Django reads itself.
            "detect_types": 0,
            # What is deleted is overwritten: an erased value must not stay readable in the file.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            " PRAGMA secure_delete=ON;",
        },
        # A connection learns of new statistics when it is opened.
        "CONN_MAX_AGE": 600,
        # As with the engine of Django by itself.
        "TEST": {"NAME": ":memory:"},
    }
