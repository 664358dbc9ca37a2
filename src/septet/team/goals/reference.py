"""The reference page of indicators."""

from septet.kernel.reference import table
from septet.kernel.registry import Cluster
from septet.team.goals.indicators import Indicator, declared

ABOUT = (
    "What can be measured, and how. A goal names an indicator by its key. A share has a numerator and a denominator; of"
    " times and ages a goal looks at the mean, the median, a percentile or the share within a limit."
)
HEAD = ("Indicator", "What it says", "Formula", "Sort", "Better", "Limited by", "Source")


def page() -> str:
    """Everything that can be measured, by role cluster."""
    said = [
        "# Indicators\n",
        f"{ABOUT}\n",
    ]
    for cluster in Cluster:
        found = sorted((one for one in declared.values() if one.cluster == cluster), key=lambda one: one.key)
        if found:
            said += [f"## {cluster.capitalize()}\n", table(HEAD, [_row(one) for one in found])]
    return "\n".join(said).rstrip() + "\n"


def _row(one: Indicator) -> tuple[str, ...]:
    return (
        f"`{one.key}` {one.label}",
        str(one.help),
        str(one.formula),
        f"{one.sort} in {one.unit}",
        "more" if one.higher else "less",
        ", ".join(one.scopes()),
        one.source,
    )
