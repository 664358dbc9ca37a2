"""Texts whose words are as frequent as in real reports: few very common, many rare, in the way of Zipf's law."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

# The most common words of reports come first; the first so many of them tell nothing.
FILE = Path(__file__).with_name("words.txt")
STOPWORDS = 73
CONSONANTS, VOWELS = "bdfghklmnprstvz", "aeiou"
RARE = 30_000
STEEPNESS = 1.15
CHUNK = 4096


class Words:
    """A vocabulary, and texts drawn from it by a seeded generator."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        known = FILE.read_text().split()
        self.all = [*known, *_coined(RARE, set(known))]
        weights = 1 / np.arange(2.7, len(self.all) + 2.7) ** STEEPNESS
        self._bounds = np.cumsum(weights / weights.sum())
        telling = weights[STOPWORDS:]
        self._telling = np.cumsum(telling / telling.sum())

    def texts(self, least: int, most: int) -> Iterator[str]:
        """Endless running texts of so many words."""
        yield from self._texts(least, most, self._bounds, 0)

    def titles(self, least: int = 3, most: int = 8) -> Iterator[str]:
        """Endless titles: short, and mostly of words that tell something."""
        for text in self._texts(least, most, self._telling, STOPWORDS):
            yield text.capitalize()

    def _texts(
        self, least: int, most: int, bounds: "np.ndarray[tuple[int], np.dtype[np.float64]]", first: int
    ) -> Iterator[str]:
        while True:
            lengths = self.chance.integers(least, most + 1, CHUNK)
            drawn = np.searchsorted(bounds, self.chance.random(int(lengths.sum()))) + first
            words = [self.all[one] for one in drawn.clip(max=len(self.all) - 1)]
            start = 0
            for length in lengths.tolist():
                yield " ".join(words[start : start + length])
                start += length


def _coined(count: int, taken: set[str]) -> Iterator[str]:
    """Names of hosts and systems, codes of errors: words that hardly ever come twice."""
    chance = np.random.default_rng(7)
    made = 0
    while made < count:
        drawn = chance.random((int(chance.integers(2, 5)), 2)).tolist()
        word = "".join(CONSONANTS[int(a * len(CONSONANTS))] + VOWELS[int(b * len(VOWELS))] for a, b in drawn)
        if made % 3 == 2:
            word += str(chance.integers(1, 1000))
        if word not in taken:
            taken.add(word)
            made += 1
            yield word
