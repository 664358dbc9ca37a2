"""The profile language: what a person writes to say how files become records. The guide describes every word of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path as FilePath
from typing import Annotated, Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from septet.kernel.errors import Invalid
from septet.lib.text import suggestion
from septet.surfaces.transfer.dates import BadForm, compile_form, zone_of
from septet.surfaces.transfer.yamltext import BadYaml, Lines, Path, read_yaml

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a profile, and the line where it stands."""

    line: int
    text: str


class ProfileError(Invalid):
    """A profile that cannot be used; `problems` lists everything found, in the order of the lines."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = sorted(problems, key=lambda one: one.line)
        super().__init__("\n".join(f"{name}, line {one.line}: {one.text}" for one in self.problems))


def _as_text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise PydanticCustomError(
            "pattern", "This is no valid regular expression: {why}.", {"why": str(error)}
        ) from None
    return value


def _zone(value: str) -> str:
    try:
        zone_of(value)
    except ValueError as error:
        raise PydanticCustomError("zone", "{why}", {"why": str(error)}) from None
    return value


def _form(value: str) -> str:
    try:
        compile_form(value)
    except BadForm as error:
        raise PydanticCustomError("form", "{why}", {"why": str(error)}) from None
    return value


Text = Annotated[str, BeforeValidator(_as_text)]
Texts = Annotated[list[Text], BeforeValidator(_as_list)]
Pattern = Annotated[str, BeforeValidator(_as_text), AfterValidator(_pattern)]
Zone = Annotated[str, AfterValidator(_zone)]
Form = Annotated[str, AfterValidator(_form)]
Forms = Annotated[list[Form], BeforeValidator(_as_list)]
Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]

Cleaning = Literal["strip", "collapse", "lower", "upper", "slug"]
Differing = Literal["first", "last", "lowest", "highest", "most-common", "refuse"]
Otherwise = Literal["refuse", "keep", "empty", "pass"]
Missing = Literal["refuse", "leave-empty", "create"]
Type = Literal["text", "integer", "decimal", "boolean", "date", "date-time", "duration", "json"]


class Words(BaseModel):
    """A mapping of the language: its keys are written with hyphens, and no other key is accepted."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: name.rstrip("_").replace("_", "-")
    )
    short_for: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _written_short(cls, data: Any) -> Any:
        return {cls.short_for: data} if cls.short_for and isinstance(data, str) else data

    @classmethod
    def words(cls) -> dict[str, FieldInfo]:
        """The words that may stand in this mapping."""
        return {field.alias or name: field for name, field in cls.model_fields.items()}


class Reading(Words):
    """How values are read unless a value says otherwise."""

    null: Texts | None = None
    clean: Annotated[list[Cleaning], BeforeValidator(_as_list)] | None = None
    dates: Forms | None = None
    zone: Zone | None = None
    doubled_hour: Literal["earlier", "later", "refuse"] | None = None
    missing_hour: Literal["shift", "refuse"] | None = None
    months: Annotated[list[Text], Field(min_length=12, max_length=12)] | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal["", ".", ",", "'", " "] | None = None
    true: Texts | None = None
    false: Texts | None = None
    otherwise: Otherwise | None = None


class Value(Reading):
    """Where a value comes from and what happens to it on the way. A plain text is short for `column`."""

    short_for: ClassVar[str] = "column"
    origins: ClassVar[tuple[str, ...]] = (
        "column", "constant", "template", "join", "first_of", "case", "digest", "row_number",
    )  # fmt: skip

    column: Text | None = None
    constant: Scalar = None
    template: str | None = None
    join: Texts | None = None
    with_: str = " "
    first_of: list["Value"] | None = None
    case: list["Case"] | None = None
    digest: Texts | None = None
    row_number: Literal[True] | None = None

    replace: dict[Pattern, Text] | None = None
    extract: Pattern | None = None
    split: Annotated[str, Field(min_length=1)] | None = None
    map: dict[str, Scalar] | None = None
    ignore_case: bool = False
    type: Type | None = None
    unit: Literal["seconds", "minutes", "hours", "days"] = "seconds"
    min: Scalar = None
    max: Scalar = None
    max_length: Annotated[int, Field(gt=0)] | None = None

    refers_to: Kind | None = None
    source: Text | None = None
    by: str = "key"
    missing: Missing = "refuse"
    create: dict[str, "Value"] | None = None

    default: Scalar = None
    required: bool = False
    keep: bool = False
    differing: Differing | None = None
    when_empty: Literal["leave", "clear"] = "leave"

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        said = [name for name in self.origins if name in self.model_fields_set]
        if len(said) != 1 and not isinstance(self, Condition):
            words = ", ".join(f"`{name.replace('_', '-')}`" for name in self.origins)
            raise PydanticCustomError("origin", "A value comes from exactly one of {words}.", {"words": words})
        if self.create is not None and self.missing != "create":
            raise PydanticCustomError("create", "`create` needs `missing: create` beside it.")
        return self


class Condition(Value):
    """A value and what must hold of it. With `any` or `not`, other conditions instead of a value."""

    short_for: ClassVar[str] = ""

    is_: Texts | None = None
    is_not: Texts | None = None
    matches: Pattern | None = None
    empty: bool | None = None
    at_least: Annotated[Value, BeforeValidator(lambda v: v if isinstance(v, dict) else {"constant": v})] | None = None
    at_most: Annotated[Value, BeforeValidator(lambda v: v if isinstance(v, dict) else {"constant": v})] | None = None
    any: list["Condition"] | None = None
    not_: "Condition | None" = None

    tests: ClassVar[tuple[str, ...]] = ("is_", "is_not", "matches", "empty", "at_least", "at_most")

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        origins = [name for name in self.origins if name in self.model_fields_set]
        tests = [name for name in self.tests if name in self.model_fields_set]
        groups = [name for name in ("any", "not_") if name in self.model_fields_set]
        if len(groups) == 1 and not origins and not tests:
            return self
        if groups or len(origins) != 1 or not tests:
            raise PydanticCustomError(
                "condition",
                "A condition is one value (such as `column`) with a test (`is`, `is-not`, `matches`, `empty`, "
                "`at-least`, `at-most`), or `any`, or `not`.",
            )
        return self


Conditions = Annotated[list[Condition], BeforeValidator(_as_list)]


class Case(Words):
    """One branch of `case`: the first whose conditions hold gives the value."""

    where: Conditions = []
    then: Value


class Relation(Words):
    """A relation from the record to another one, dated if `from` and `until` are given."""

    type: str
    to: Value
    from_: Value | None = None
    until: Value | None = None
    where: Conditions = []


class StepRule(Words):
    """A moment in the record's life and what was set then; one for the record or one for each of its rows."""

    at: Value
    each: Literal["record", "row"] = "record"
    set: dict[str, Value] = {}
    where: Conditions = []
    action: str = "import"
    note: Value | None = None
    actor: Value | None = None


class RecordRule(Words):
    """What a row says about one record of a kind."""

    kind: Kind
    key: Value
    source: Text | None = None
    rows: Literal["one", "many"] = "one"
    where: Conditions = []
    at: Value | None = None
    fields: dict[str, Value] = {}
    keep: Annotated[Literal["unmapped", "all", "none"] | list[Text] | None, Field(union_mode="left_to_right")] = None
    differing: Differing = "first"
    relations: list[Relation] = []
    history: list[StepRule] = []
    unchanged_steps: Literal["drop", "keep"] = "drop"
    early_steps: Literal["refuse", "begin-earlier"] = "refuse"
    when_known: Literal["add", "leave"] | None = None


class Read(Words):
    """How the bytes of a file become rows."""

    format: Literal["csv", "jsonl", "json"] = "csv"
    delimiter: Annotated[
        str, BeforeValidator(lambda v: "\t" if v == "tab" else v), Field(min_length=1, max_length=1)
    ] = ","
    quote: Annotated[str, Field(pattern=r"^(.|none)$")] = '"'
    encoding: str = "utf-8"
    broken_text: Literal["refuse", "replace"] = "refuse"
    compression: Literal["auto", "none", "gzip", "zip", "bzip2", "xz"] = "auto"
    member: str | None = None
    header: list[Text] | None = None
    skip_lines: Annotated[int, Field(ge=0)] = 0
    short_rows: Literal["refuse", "fill"] = "refuse"
    lines_per_row: Annotated[int, Field(ge=1, le=100_000)] = 200
    longest_text: Annotated[int, Field(ge=1, le=50_000_000)] = 1_000_000
    items: str | None = None
    explode: str | None = None
    max_rows: Annotated[int, Field(ge=1)] = 5_000_000
    max_unpacked_mb: Annotated[int, Field(ge=1)] = 8_192
    max_ratio: Annotated[int, Field(ge=1)] = 250

    @model_validator(mode="after")
    def _known_encoding(self) -> Self:
        try:
            "".encode(self.encoding)
        except LookupError:
            raise PydanticCustomError(
                "encoding", "There is no encoding named {name}.", {"name": self.encoding}
            ) from None
        return self


class Profile(Words):
    """A whole profile."""

    septet_profile: Literal[1]
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    about: str = ""
    source: Annotated[Text, Field(min_length=1, max_length=64)]
    read: Read = Read()
    values: Reading = Reading()
    where: Conditions = []
    optional_columns: Texts = []
    ignore_columns: Texts = []
    records: Annotated[list[RecordRule], Field(min_length=1)]

    _lines: Lines = PrivateAttr(default_factory=Lines)

    def problem(self, path: Path, text: str) -> ProfileError:
        """An error about what stands at `path`, found later than in reading."""
        return ProfileError(self.name, [Problem(self._lines.of(path), text)])


def read_profile(text: str, name: str = "profile") -> Profile:
    """The profile that `text` says. Raises `ProfileError` with every problem and its line."""
    try:
        data, lines = read_yaml(text)
    except BadYaml as error:
        raise ProfileError(name, [Problem(error.line, error.text)]) from None
    if not isinstance(data, dict):
        raise ProfileError(name, [Problem(1, "A profile starts with `septet-profile: 1`; this file holds no mapping.")])
    try:
        profile = Profile.model_validate(data)
    except ValidationError as error:
        raise ProfileError(name, [_problem(one, lines) for one in error.errors()]) from None
    profile._lines = lines
    return profile


def shipped_profiles() -> dict[str, str]:
    """The text of each profile that comes with Septet, by its name."""
    folder = resources.files("septet.surfaces.transfer") / "profiles"
    return {
        one.name.removesuffix(".yaml"): one.read_text("utf-8")
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(".yaml")
    }


def find_profile(name: str) -> Profile:
    """A shipped profile by its name, or the profile in the file of that path."""
    path = FilePath(name)
    if path.suffix in {".yaml", ".yml"} or path.is_file():
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ProfileError(path.name, [Problem(1, "The profile is not UTF-8 text; save it as UTF-8.")]) from None
        except OSError as error:
            raise ProfileError(path.name, [Problem(1, f"The profile cannot be read: {error.strerror}.")]) from None
        return read_profile(text, path.name)
    shipped = shipped_profiles()
    if name not in shipped:
        known = ", ".join(shipped)
        said = (
            f"There is no profile `{name}`.{suggestion(name, shipped)} Give the path of a YAML file or one of: {known}."
        )
        raise ProfileError(name, [Problem(1, said)])
    return read_profile(shipped[name], name)


_PLAIN = {
    "string_type": "A text is expected here.",
    "int_type": "A whole number is expected here.",
    "int_parsing": "A whole number is expected here.",
    "bool_type": "`true` or `false` is expected here.",
    "bool_parsing": "`true` or `false` is expected here.",
    "list_type": "A list is expected here.",
    "dict_type": "A mapping (`word: value` lines) is expected here.",
    "model_type": "A mapping (`word: value` lines) is expected here.",
    "model_attributes_type": "A mapping (`word: value` lines) is expected here.",
}


def _problem(error: ErrorDetails, lines: Lines) -> Problem:
    path: Path = tuple(error["loc"])
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
    return Problem(lines.of(path), f"{place}: {_sentence(error)}" if place else _sentence(error))


def _words_at(path: Path) -> list[str]:
    """The words that may stand in the mapping at `path`."""
    here: type[Words] = Profile
    inside_names = False
    for part in path:
        if isinstance(part, int):
            continue
        if inside_names:
            inside_names = False
        elif part in here.words():
            annotation = here.words()[part].annotation
            inside_names = get_origin(annotation) is dict or any(
                get_origin(one) is dict for one in get_args(annotation)
            )
            here = _words_class(annotation) or here
    return list(here.words())


def _words_class(annotation: Any) -> type[Words] | None:
    if isinstance(annotation, type) and issubclass(annotation, Words):
        return annotation
    return next((found for found in map(_words_class, get_args(annotation)) if found), None)


def _sentence(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "extra_forbidden":
        *above, word = error["loc"]
        return f"`{word}` is no word of the language here.{suggestion(str(word), _words_at(tuple(above)))}"
    if error["type"] == "missing":
        return f"`{error['loc'][-1]}` is missing; it has to be said."
    if error["type"] == "literal_error":
        words = re.findall(r"'([^']*)'|(\d+)", str(context.get("expected", "")))
        known = [text or number for text, number in words]
        return f"`{error['input']}` is not one of {', '.join(known)}.{suggestion(str(error['input']), known)}"
    if error["type"] in {"greater_than", "greater_than_equal", "less_than_equal", "too_short", "too_long"}:
        return f"{error['msg']}."
    if error["type"] == "string_pattern_mismatch":
        return f"`{error['input']}` cannot stand here; use small letters, digits and hyphens."
    return _PLAIN.get(error["type"], error["msg"])
