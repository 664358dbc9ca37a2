"""`NAME=VALUE` as it is typed, made into what `create` and `perform` accept."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

import orjson
from pydantic import BaseModel

from septet.kernel import custom
from septet.kernel.models import Record
from septet.kernel.registry import RecordType
from septet.surfaces.cli.call import WrongUsage

LARGEST_FILE = 8 * 1024 * 1024
_NUMBERS = {"integer", "number", "boolean", "array", "object", "null"}


def read_words(words: Sequence[str]) -> dict[str, Any]:
    """The values by name. A name given again makes a list; `extra.NAME` goes into the object `extra`.

    `json:…` is read as JSON, `@FILE` as that file's text. Raises WrongUsage.
    """
    found: dict[str, list[Any]] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise WrongUsage(f"{word[:60]!r} is not understood; write NAME=VALUE")
        found.setdefault(name, []).append(_value(name, text))
    values: dict[str, Any] = {}
    for name, given in found.items():
        value = given[0] if len(given) == 1 else given
        if name.startswith("extra."):
            values.setdefault("extra", {})[name.removeprefix("extra.")] = value
        else:
            values[name] = value
    return values


def _value(name: str, text: str) -> Any:
    if text.startswith("json:"):
        try:
            return orjson.loads(text.removeprefix("json:"))
        except orjson.JSONDecodeError as error:
            raise WrongUsage(f"{name}: this is no JSON: {error}") from None
    return text_of(name, Path(text[1:])) if text.startswith("@") and len(text) > 1 else text


def text_of(name: str, file: Path) -> str:
    """The text of a file that a word names. Raises WrongUsage."""
    try:
        with file.open("rb") as opened:
            held = opened.read(LARGEST_FILE + 1)
        if len(held) > LARGEST_FILE:
            raise WrongUsage(f"{name}: {file} holds more than {LARGEST_FILE // 1024 // 1024} MB of text")
        return held.decode()
    except OSError as error:
        raise WrongUsage(f"{name}: {file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise WrongUsage(f"{name}: {file} is not UTF-8 text") from None


def fit(values: Mapping[str, Any], schema: type[BaseModel], lists: Collection[str] = ()) -> dict[str, Any]:
    """The values in the shape a schema wants: nothing typed is empty, and one word of a list is a list of one."""
    found = dict(values)
    for name, value in values.items():
        hint = schema.model_fields[name].annotation if name in schema.model_fields else None
        if value == "" and type(None) in get_args(hint):
            found[name] = None
        elif not isinstance(value, list) and (name in lists or _is_list(hint)):
            found[name] = [value] if value != "" else []
    return found


def _is_list(hint: Any) -> bool:
    return get_origin(hint) is list or any(get_origin(one) is list for one in get_args(hint))


def fit_extra(it: RecordType, given: Mapping[str, Any], record: Record | None = None) -> dict[str, Any]:
    """Custom fields beside those the record holds; a number, yes or no is read as JSON where the field wants one.

    An empty value takes the field away.
    """
    schemas = custom.properties_of(it, record)
    found = dict(record.extra) if record else {}
    for name, value in given.items():
        wants = schemas.get(name, {}).get("type", "string")
        types = set(wants if isinstance(wants, list) else [wants])
        found[name] = _read_json(value) if isinstance(value, str) and types & _NUMBERS else value
    return {name: value for name, value in found.items() if value != ""}


def _read_json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text  # refused by the field's own check, in the words that every surface uses
