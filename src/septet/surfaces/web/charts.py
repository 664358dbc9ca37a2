"""Small charts as SVG, drawn by the server: no script, no size of its own in a style, a table behind each picture."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from markupsafe import Markup

from septet.surfaces.web.locales import number

MOST_LABELS = 7
Values = Sequence[float | None]


@dataclass(frozen=True)
class Series:
    """What a chart shows: one value for each label, None where there is none. `aim` is the target's line;
    `written` says how a value reads, `most` up to where the scale goes at least."""

    labels: Sequence[str]
    values: Values
    name: str
    aim: float | None = None
    written: Callable[[float], str] = number
    most: float | None = None

    @property
    def known(self) -> list[float]:
        """The values that there are."""
        return [one for one in self.values if one is not None]


@dataclass(frozen=True)
class Frame:
    """Where values and places lie in a picture of 100 by 100, which its page stretches."""

    lowest: float
    highest: float
    count: int

    def y(self, value: float) -> float:
        """The height of a value, from the top."""
        return round(100 - (value - self.lowest) / (self.highest - self.lowest or 1.0) * 100, 2)

    def x(self, place: float) -> float:
        """The middle of the place of one label."""
        return round((place + 0.5) * 100 / max(self.count, 1), 2)


def sparkline(values: Values, label: str, *, aim: float | None = None, tone: str = "") -> Markup:
    """A trend without scales, as large as a word; `label` says in words what it shows."""
    known = [one for one in values if one is not None]
    if len(known) < 2:
        return Markup('<span class="quiet">{}</span>').format(_("no trend yet"))
    low, high = min([*known, *([aim] if aim is not None else [])]), max([*known, *([aim] if aim is not None else [])])
    span = high - low or 1.0

    def y(value: float) -> float:
        return round(22 - (value - low) / span * 20, 1)

    path = _path(values, lambda place: round(place * 96 / (len(values) - 1), 1), y)
    line = Markup('<line class="aim" x1="0" x2="96" y1="{0}" y2="{0}"/>').format(y(aim)) if aim is not None else ""
    return Markup(
        '<svg class="spark{}" role="img" aria-label="{}" viewBox="0 0 96 24" preserveAspectRatio="none">'
        '{}<path class="line" d="{}"/></svg>'
    ).format(f" spark-{tone}" if tone else "", label, line, path)


def line(series: Series) -> Markup:
    """A trend over time."""
    if not series.known:
        return _nothing()
    frame = _frame(series, from_zero=False)
    path = _path(series.values, frame.x, frame.y)
    return _figure(series, frame, Markup('<path class="line" d="{}"/>').format(path))


def columns(series: Series) -> Markup:
    """A count for each day, week or state."""
    if not series.known:
        return _nothing()
    frame = _frame(series, from_zero=True)
    width = round(70 / max(frame.count, 1), 2)
    base = frame.y(0.0)
    shapes = Markup("").join(
        Markup('<rect class="column" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>').format(
            round(frame.x(place) - width / 2, 2),
            frame.y(value),
            width,
            round(base - frame.y(value), 2),
            series.labels[place],
            series.written(value),
        )
        for place, value in enumerate(series.values)
        if value is not None
    )
    return _figure(series, frame, shapes)


def burn(series: Series) -> Markup:
    """What is left of an error budget, day by day: the area under it, and nothing once it is spent."""
    if not series.known:
        return _nothing()
    frame = _frame(series, from_zero=True)
    spent = [None if value is None else max(value, 0.0) for value in series.values]
    path = _path(spent, frame.x, frame.y)
    places = [place for place, value in enumerate(spent) if value is not None]
    area = f"{path}L{frame.x(places[-1])} {frame.y(0)}L{frame.x(places[0])} {frame.y(0)}Z"
    shapes = Markup('<path class="area" d="{}"/><path class="line" d="{}"/>').format(area, path)
    return _figure(series, frame, shapes)


def _frame(series: Series, *, from_zero: bool) -> Frame:
    marks = [one for one in (series.aim, series.most) if one is not None]
    known = [*series.known, *marks, *([0.0] if from_zero else [])]
    low, high = min(known), max(known)
    step = _step(high - low or abs(high) or 1.0)
    return Frame(math.floor(low / step) * step, math.ceil(high / step) * step or step, len(series.values))


def _step(span: float) -> float:
    """A round distance between two lines of the grid, so that there are three to six of them."""
    size = 10.0 ** math.floor(math.log10(span / 4))
    return next((size * one for one in (1.0, 2.0, 2.5, 5.0) if span / (size * one) <= 5), size * 10)


def _path(values: Values, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    """A line through the values that there are, broken where one is missing; one that stands alone is a dot."""
    steps = []
    for place, value in enumerate(values):
        if value is None:
            continue
        joined = place > 0 and values[place - 1] is not None
        steps.append(f"L{x(place)} {y(value)}" if joined else f"M{x(place)} {y(value)}h0")
    return "".join(steps)


def _nothing() -> Markup:
    return Markup('<p class="none">{}</p>').format(_("Nothing was measured yet."))


def _figure(series: Series, frame: Frame, shapes: Markup) -> Markup:
    return Markup(
        '<figure class="figure"><div class="plot"><div class="plot-y" aria-hidden="true">{}</div>'
        '<svg class="chart" role="img" aria-label="{}" viewBox="0 0 100 100" preserveAspectRatio="none">{}{}{}</svg>'
        '<div class="plot-x" aria-hidden="true">{}</div></div>'
        '<details class="extras"><summary>{}</summary><div class="scroll" tabindex="0" role="region" aria-label="{}">'
        '<table class="table"><thead><tr><th scope="col">{}</th><th scope="col" class="num">{}</th></tr></thead>'
        "<tbody>{}</tbody></table></div></details></figure>"
    ).format(
        _scale(series, frame),
        series.name,
        _grid(frame),
        _aim(series, frame),
        shapes,
        _labels(series),
        _("As a table"),
        series.name,
        _("When"),
        series.name,
        _rows(series),
    )


def _ticks(frame: Frame) -> list[float]:
    """The values at which a line of the grid stands, from the lowest."""
    step = _step(frame.highest - frame.lowest)
    return [frame.lowest + one * step for one in range(round((frame.highest - frame.lowest) / step) + 1)]


def _scale(series: Series, frame: Frame) -> Markup:
    return Markup("").join(Markup("<span>{}</span>").format(series.written(one)) for one in reversed(_ticks(frame)))


def _grid(frame: Frame) -> Markup:
    line = Markup('<line class="grid" x1="0" x2="100" y1="{0}" y2="{0}"/>')
    return Markup("").join(line.format(frame.y(value)) for value in _ticks(frame))


def _aim(series: Series, frame: Frame) -> Markup:
    if series.aim is None:
        return Markup("")
    return Markup('<line class="aim" x1="0" x2="100" y1="{0}" y2="{0}"/>').format(frame.y(series.aim))


def _labels(series: Series) -> Markup:
    """So many labels that they have room; the first and the last are always there."""
    last = len(series.labels) - 1
    every = max(1, math.ceil(last / (MOST_LABELS - 1)))
    shown = [label for place, label in enumerate(series.labels) if place % every == 0 and place + every / 2 < last]
    return Markup("").join(Markup("<span>{}</span>").format(label) for label in [*shown, *series.labels[-1:]])


def _rows(series: Series) -> Markup:
    return Markup("").join(
        Markup('<tr><th scope="row">{}</th><td class="num">{}</td></tr>').format(
            label, "–" if value is None else series.written(value)
        )
        for label, value in zip(series.labels, series.values, strict=True)
    )
