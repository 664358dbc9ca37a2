"""From the text of OpenSLO documents to their shapes, and back."""

from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from septet.kernel.errors import Invalid
from septet.lib.text import suggestion
from septet.team.openslo.shapes import SHAPES, Document

# Kinds that OpenSLO knows and goals have nothing for.
LEFT_OUT = {
    "DataSource": "goals are measured from records here",
    "AlertPolicy": "a goal's consequence stands in its record",
    "AlertCondition": "burn rates are shown, but nobody is alerted by them",
    "AlertNotificationTarget": "who is told stands in each account",
}
MOST = 1000
WORDS = {
    "extra_forbidden": "is not modelled by goals; leave it out",
    "missing": "is missing",
    "too_long": "has more than goals model; one is the most",
}


class _Plain(yaml.SafeLoader):
    """YAML without aliases: a few lines of them could mean more than fits into memory."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read; write out what is meant")
        return super().compose_node(parent, index)


def read(text: str) -> list[Document]:
    """The documents of a text. Raises Invalid that names each place which is not understood."""
    try:
        plain = [one for one in yaml.load_all(text, _Plain) if one is not None]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Invalid(fields={"text": f"This is no YAML: {' '.join(str(error).split())[:300]}"}) from None
    if not plain or len(plain) > MOST:
        raise Invalid(fields={"text": f"Give between one and {MOST} documents."})
    found: list[Document] = []
    problems: dict[str, str] = {}
    for place, one in enumerate(plain, 1):
        try:
            found.append(_read(one))
        except ValidationError as error:
            problems |= dict(_problems(place, error))
        except Invalid as error:
            problems |= {f"document {place}{name and f' {name}'}": text for name, text in error.fields.items()}
    if problems:
        raise Invalid(fields=problems)
    return found


def _read(plain: Any) -> Document:
    if not isinstance(plain, dict):
        raise Invalid(fields={"": "This is no mapping with apiVersion, kind, metadata and spec."})
    kind = str(plain.get("kind", ""))[:40]
    if kind in LEFT_OUT:
        raise Invalid(fields={"kind": f"{kind} is not modelled: {LEFT_OUT[kind]}. Leave it out."})
    if kind not in SHAPES:
        known = ", ".join(SHAPES)
        raise Invalid(fields={"kind": f"{kind!r} is none of {known}.{suggestion(kind, SHAPES)}"})
    return SHAPES[kind].model_validate(plain)


def _problems(place: int, error: ValidationError) -> Iterator[tuple[str, str]]:
    for one in error.errors():
        path = ".".join(to_camel(part) if isinstance(part, str) and "_" in part else str(part) for part in one["loc"])
        said = WORDS.get(one["type"], one["msg"].removeprefix("Value error, "))
        yield f"document {place} {path}".strip(), said[:1].upper() + said[1:].rstrip(".") + "."


def write(documents: Iterable[Document]) -> str:
    """The text of documents; what is empty or usual is left out."""
    plain = (one.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True) for one in documents)
    return yaml.safe_dump_all(plain, sort_keys=False, allow_unicode=True, explicit_start=True)
