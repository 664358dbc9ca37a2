"""How text becomes words, the same on both engines: lower case, without accents, letters and digits only."""

import difflib
import re
import unicodedata

from django.db import connection

LONGEST_WORD = 64
NEAR_WORDS = 4
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def normalised(text: str) -> str:
    """The words of a text, separated by spaces."""
    return " ".join(words_of(text))


def words_of(text: str) -> list[str]:
    """The words of a text in their order."""
    plain = text.lower()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain)]


def spellings(word: str, *, prefix: bool) -> list[str]:
    """The word itself if anything holds it (or begins with it), else the known words most like it."""
    with connection.cursor() as cursor:
        upper = word + "\U0010ffff" if prefix else word
        cursor.execute("SELECT 1 FROM search_word WHERE word >= %s AND word <= %s LIMIT 1", [word, upper])
        if cursor.fetchone() or len(word) < 3:
            return [word]
        # A slip seldom hits the first letter; looking only there keeps this a range of the index.
        cursor.execute(
            "SELECT word FROM search_word WHERE word >= %s AND word < %s"
            " AND length(word) BETWEEN %s AND %s LIMIT 20000",
            [word[0], word[0] + "\U0010ffff", len(word) - 2, len(word) + 2],
        )
        near = [found[0] for found in cursor.fetchall()]
    return difflib.get_close_matches(word, near, n=NEAR_WORDS, cutoff=0.7) or [word]
