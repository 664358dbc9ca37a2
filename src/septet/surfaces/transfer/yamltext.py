"""Reading YAML so that every complaint can name its line.

Plain scalars follow YAML 1.2: only `true`, `false`, `null` and numbers are anything but text, so that `no`, `Y` or
`12:30` mean what they look like. Keys of mappings are always the text that stands in the file.
"""

import re
from dataclasses import dataclass, field

import yaml

LONGEST = 1_000_000
MOST_NODES = 50_000
DEEPEST = 40
TOO_DEEP = "The file is nested too deeply or refers to itself."

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}


class BadYaml(Exception):
    """The text is no YAML, or not of the small kind that is accepted; `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line, self.text = line, text


@dataclass(slots=True)
class Lines:
    """In which line each value of a document stands, by its path."""

    by_path: dict[Path, int] = field(default_factory=dict)

    def of(self, path: Path) -> int:
        """The line of the value at `path`, or of the nearest thing around it."""
        while path and path not in self.by_path:
            path = path[:-1]
        return self.by_path.get(path, 1)


def read_yaml(text: str) -> tuple[object, Lines]:
    """The document's plain value and the lines of its parts. Raises `BadYaml`."""
    if len(text) > LONGEST:
        raise BadYaml(1, f"The file is longer than {LONGEST:,} characters.")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise BadYaml(mark.line + 1 if mark else 1, f"This is no valid YAML: {said}.") from None
    except RecursionError:
        raise BadYaml(1, TOO_DEEP) from None
    except (yaml.YAMLError, ValueError) as error:
        raise BadYaml(1, f"This is no valid YAML: {error}".split("\n")[0]) from None
    lines = Lines()
    return (None if node is None else _Builder(lines).value(node, ())), lines


class _Builder:
    """Builds plain values from nodes and counts them, because an alias may stand for a great many."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.nodes = 0

    def value(self, node: yaml.Node, path: Path) -> object:
        line = node.start_mark.line + 1
        self.nodes += 1
        if self.nodes > MOST_NODES or len(path) > DEEPEST:
            raise BadYaml(line, TOO_DEEP)
        self.lines.by_path.setdefault(path, line)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, (*path, index)) for index, one in enumerate(node.value)]
        return _scalar(node)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        merged: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise BadYaml(line, "A key must be a single word or text.")
            key = str(key_node.value)
            if key == "<<":
                merged.update(self.merge(value_node, path))
                continue
            if key in found:
                raise BadYaml(line, f"`{key}` stands twice in the same place; remove one of them.")
            self.lines.by_path[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return {**merged, **found}

    def merge(self, node: yaml.Node, path: Path) -> dict[str, object]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        found: dict[str, object] = {}
        for one in nodes:
            value = self.value(one, path)
            if not isinstance(value, dict):
                raise BadYaml(node.start_mark.line + 1, "`<<` needs a mapping, such as `<<: *name`.")
            found = {**value, **found}
        return found


def _scalar(node: yaml.Node) -> object:
    text = str(node.value)
    if not isinstance(node, yaml.ScalarNode) or node.tag not in _PLAIN_TAGS or node.style is not None:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 20 else text
    return float(text) if _DECIMAL.fullmatch(text) else text


_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "timestamp", "str", "value", "merge")
}
