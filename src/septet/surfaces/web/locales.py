"""How the reader writes dates, numbers and lengths of time. Texts are in one of the languages that are shipped; dates
and numbers follow the reader's own country all the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from django.conf import settings
from django.utils import translation

from septet.lib import text

# What can be chosen. Plain "en" writes the day first and counts hours to 24, as most of the world does.
OFFERED = (
    "en", "en-US", "en-GB", "en-AU", "en-CA", "en-IN", "cs", "da", "de", "de-AT", "de-CH", "es", "es-MX", "et", "fi",
    "fr", "fr-CA", "fr-CH", "hu", "it", "ja", "ko", "lt", "lv", "nb", "nl", "pl", "pt", "pt-BR", "ro", "sk", "sl", "sv",
    "tr", "uk", "zh",
)  # fmt: skip
PLAIN = Locale.parse("en_150")
STEPS = (86_400, 3600, 60, 1)

_locale: ContextVar[Locale] = ContextVar("locale", default=PLAIN)
_text: ContextVar[str] = ContextVar("text", default="en")


@lru_cache(maxsize=64)
def locale_called(language: str) -> Locale:
    """The locale of a language tag such as `de-CH`; the plain one for what is unknown."""
    if language.lower() == "en":
        return PLAIN
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return PLAIN


@contextmanager
def reading(language: str) -> Iterator[None]:
    """Write for somebody with this language: texts in the nearest shipped one, everything else by its locale."""
    shipped = dict(settings.LANGUAGES)
    shown = next((one for one in (language.lower(), language.partition("-")[0]) if one in shipped), "en")
    tokens = _locale.set(locale_called(language)), _text.set(shown)
    try:
        with translation.override(shown):
            yield
    finally:
        _locale.reset(tokens[0])
        _text.reset(tokens[1])


def either(words: Sequence[str]) -> str:
    """`new, classified or assigned`, in the language of the page's texts."""
    return format_list(words, "or", locale_called(_text.get()))


def text_language() -> str:
    """The language of the texts of this page."""
    return _text.get()


def locale() -> Locale:
    """The locale of whoever reads the page."""
    return _locale.get()


def tag() -> str:
    """The same as browsers write it: `de-CH`."""
    return str(locale()).replace("_", "-")


def name_of(language: str) -> str:
    """What a language is called in itself, with its country where that tells it from another: `Deutsch (Schweiz)`."""
    if language == "en":
        return "English (international)"
    one = locale_called(language)
    name = one.get_display_name(one) or language
    return name[:1].upper() + name[1:]


def number(value: float) -> str:
    """`1,234` or `1 234`, as the reader writes it."""
    return str(format_decimal(value, locale=locale()))


def percent(share: float, digits: int = 1) -> str:
    """A share of one as a percentage, cut, never rounded up: 0.9996 is `99.9 %`, so that only all of it reads 100."""
    scale = 10 ** (digits + 2)
    cut = int(share * scale + 1e-9) / scale
    return str(format_percent(cut, format=None, locale=locale(), decimal_quantization=False))


def duration(seconds: float | timedelta) -> str:
    """A length of time in its two largest units, which are written alike everywhere: `3 d 4 h`, `45 s`."""
    return text.duration(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)


@lru_cache(maxsize=4096)
def _distance(count: int, size: int, one: Locale) -> str:
    away = timedelta(seconds=count * size)
    return str(format_timedelta(away, add_direction=True, threshold=1, format="short", locale=one))


def distance(seconds: float) -> str:
    """How far away a moment is: `3 hr ago` for negative seconds, `in 3 hrs` for positive ones."""
    size = next((size for size in STEPS if abs(seconds) >= size), 1)
    return _distance(int(seconds / size), size, locale())
