"""The questions of a review as a text: `# Area`, and below it `- Element: question` in a line each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_NAME = 128
LONGEST_QUESTION = 1000
MOST = 300
_LINE = re.compile(r"[-*]\s+(?:(?P<element>[^:?]+):\s+)?(?P<question>.+?)(?:\s+@(?P<cluster>[a-z]+))?")


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `cluster` is the role cluster that answers it, empty for all of them."""

    area: str
    element: str
    question: str
    cluster: str = ""


def read_questions(text: str, clusters: tuple[str, ...]) -> list[Question]:
    """The questions that a text holds; a line may end in `@cluster`. Raises ValueError naming the line."""
    found = list(_read(text, clusters))
    if len(found) > MOST:
        raise ValueError(f"A template holds at most {MOST} questions; this one has {len(found)}.")
    return found


def _read(text: str, clusters: tuple[str, ...]) -> Iterator[Question]:
    area = ""
    for number, line in enumerate(text.splitlines(), start=1):
        plain = line.strip()
        if plain.startswith("#"):
            area = plain.lstrip("#").strip()
            if not area or len(area) > LONGEST_NAME:
                raise ValueError(f"Line {number}: name the area in at most {LONGEST_NAME} characters.")
        elif plain:
            yield _question(number, plain, area, clusters)


def _question(number: int, line: str, area: str, clusters: tuple[str, ...]) -> Question:
    read = _LINE.fullmatch(line)
    if read is None:
        raise ValueError(f"Line {number} is not understood; write '# Area' or '- Element: question'.")
    element, question, cluster = (read["element"] or "").strip(), read["question"].strip(), read["cluster"] or ""
    if len(element) > LONGEST_NAME or len(question) > LONGEST_QUESTION:
        most = f"{LONGEST_NAME} characters for the element, {LONGEST_QUESTION} for the question"
        raise ValueError(f"Line {number} is too long: {most}.")
    if cluster and cluster not in clusters:
        raise ValueError(f"Line {number}: there is no role cluster {cluster!r}; there are {', '.join(clusters)}.")
    return Question(area, element, question, cluster)
