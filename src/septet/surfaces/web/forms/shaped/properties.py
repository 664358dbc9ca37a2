"""Fields described by a JSON Schema: what each is called, what it holds, what may stand in it."""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from septet.kernel.shapes import Properties
from septet.surfaces.web.forms.shaped.cells import Cells

# What a field can hold, and the schema that says so.
KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "text": (_("Text"), {"type": "string"}),
    "long-text": (_("Long text"), {"type": "string", "maxLength": 10000}),
    "integer": (_("Whole number"), {"type": "integer"}),
    "number": (_("Number"), {"type": "number"}),
    "boolean": (_("Yes or no"), {"type": "boolean"}),
    "date": (_("Date"), {"type": "string", "format": "date"}),
    "moment": (_("Date and time"), {"type": "string", "format": "date-time"}),
    "choice": (_("One of"), {"type": "string", "enum": []}),
    "several": (_("Several texts"), {"type": "array", "items": {"type": "string"}}),
    "other": (_("As its JSON says"), {}),
}
BOUNDS = ("minimum", "maximum")
COLUMNS = ("key", "title", "sort", "choices", "minimum", "maximum", "needed", "description", "rest")
LONG = 255
NO_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Property:
    """One field as it stands in a row; `rest` holds, as JSON, what the other columns do not show."""

    key: str
    title: str = ""
    sort: str = "text"
    choices: str = ""
    minimum: str = ""
    maximum: str = ""
    needed: bool = False
    description: str = ""
    rest: str = ""
    sorts: list[tuple[str, Any]] = field(default_factory=lambda: [(key, label) for key, (label, _) in KINDS.items()])

    @property
    def holds(self) -> str:
        """What it holds, in words."""
        text = str(KINDS[self.sort][0])
        if self.choices:
            return f"{text}: {self.choices}"
        bounds = f"{self.minimum}–{self.maximum}" if self.minimum and self.maximum else ""
        bounds = bounds or (f"≥ {self.minimum}" if self.minimum else f"≤ {self.maximum}" if self.maximum else "")
        return f"{text} ({bounds})" if bounds else text


def asked(shape: Properties, value: Any) -> dict[str, Any]:
    """The fields, an empty one for more, and what the schema says beside them."""
    return {"rows": _rows(value), "blank": Property(""), "top": _top(value)}


def shown(shape: Properties, value: Any) -> dict[str, Any]:
    """The fields."""
    return {"rows": _rows(value)}


def _top(value: Any) -> str:
    rest = {key: one for key, one in value.items() if key not in ("properties", "required")}
    return orjson.dumps(rest).decode() if rest else ""


def _rows(value: Any) -> list[Property]:
    """The fields. Raises ValueError for what would not read back as the same."""
    needed = value.get("required", [])
    rows = [_property(key, schema, needed=key in needed) for key, schema in value.get("properties", {}).items()]
    again = {one.key: _schema(one) for one in rows}
    if _whole(again, [one.key for one in rows if one.needed], _json(_top(value))) != value:
        raise ValueError(value)
    return rows


def _property(key: str, schema: dict[str, Any], *, needed: bool) -> Property:
    rest = dict(schema)
    title, description = str(rest.pop("title", "")), str(rest.pop("description", ""))
    sort = _sort(schema)
    choices = ""
    if sort == "choice":
        choices = ", ".join(rest.pop("enum"))
    low, high = (str(rest.pop(name)) if name in rest and sort in ("integer", "number") else "" for name in BOUNDS)
    for name, given in KINDS[sort][1].items():
        if rest.get(name) == given:
            del rest[name]
    left = orjson.dumps(rest).decode() if rest else ""
    made = Property(key, title, sort, choices, low, high, needed, description, left)
    if any(text != text.strip() for text in (key, title, description)) or not key:
        raise ValueError(key)
    return made


def _sort(schema: dict[str, Any]) -> str:
    """What a schema lets stand in its field."""
    given, form = schema.get("type"), schema.get("format")
    if "enum" in schema:
        plain = given in ("string", None) and all(isinstance(one, str) and "," not in one for one in schema["enum"])
        return "choice" if plain else "other"
    if given == "string":
        if form in ("date", "date-time"):
            return "date" if form == "date" else "moment"
        return "other" if form else "long-text" if schema.get("maxLength", 0) > LONG else "text"
    if given == "array":
        return "several" if schema.get("items") == {"type": "string"} else "other"
    return str(given) if given in ("integer", "number", "boolean") else "other"


def sent(shape: Properties, cells: Cells) -> dict[str, Any]:
    """The schema of the rows that name a field; what a row does not show is kept while it holds the same."""
    found: dict[str, Any] = {}
    needed = []
    was = cells.column("was")
    for key, title, sort, choices, low, high, need, description, rest, before in zip(
        *(cells.column(name) for name in COLUMNS), was, strict=False
    ):
        name = key or NO_NAME.sub("_", title.lower()).strip("_")
        if not name:
            continue
        kept = rest if sort == before else ""
        found[name] = _schema(Property(name, title, sort, choices, low, high, description=description, rest=kept))
        if need == "yes":
            needed.append(name)
    return _whole(found, needed, _json("".join(cells.column("top"))))


def _whole(properties: dict[str, Any], needed: list[str], top: dict[str, Any]) -> dict[str, Any]:
    if not properties and not top:
        return {}
    return {**top, "properties": properties, **({"required": needed} if needed else {})}


def _schema(one: Property) -> dict[str, Any]:
    """What a row says."""
    schema: dict[str, Any] = {"title": one.title} if one.title else {}
    schema |= KINDS.get(one.sort, KINDS["text"])[1] | _json(one.rest)
    if one.sort == "choice":
        schema["enum"] = [text.strip() for text in one.choices.split(",") if text.strip()]
    for bound, text in zip(BOUNDS, (one.minimum, one.maximum), strict=True):
        if text and one.sort in ("integer", "number"):
            schema[bound] = _number(text)
    return schema | ({"description": one.description} if one.description else {})


def _json(text: str) -> dict[str, Any]:
    try:
        read = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}


def _number(text: str) -> Any:
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text


def words(shape: Properties, value: Any) -> list[str]:
    """Each field with what it holds."""
    return [f"{one.title or one.key}: {one.holds}" for one in _rows(value)]
