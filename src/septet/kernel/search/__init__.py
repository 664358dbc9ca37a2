"""Search over all records: ranked, forgiving of typing errors, never showing what the reader may not see."""

from septet.kernel.search.index import catch_up, rebuild
from septet.kernel.search.query import Found, Hit, expression, find_words, matching, search
from septet.kernel.search.words import words_of

__all__ = ["Found", "Hit", "catch_up", "expression", "find_words", "matching", "rebuild", "search", "words_of"]
