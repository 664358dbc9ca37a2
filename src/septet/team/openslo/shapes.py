"""The part of OpenSLO v1 that goals have: Service, SLI and SLO (https://github.com/OpenSLO/OpenSLO).

What is no part of it is refused by its name and its place in the document, never passed over.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

VERSION: Final = "openslo/v1"
OURS: Final = "Septet"
ANNOTATIONS = "septet/"
EVERYTHING = "all-services"

Filter = Literal["customer", "team", "site", "priority", "category"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Description = Annotated[str, StringConstraints(max_length=1050)]
Duration = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,4}[mhdwMQY]$")]


class Shape(BaseModel):
    """A mapping with these keys and no others."""

    model_config = ConfigDict(
        extra="forbid", strict=True, alias_generator=to_camel, validate_by_alias=True, validate_by_name=True
    )


class Metadata(Shape):
    """What every document is called. Labels are for other systems and are not kept."""

    name: Name
    display_name: Title | None = None
    labels: dict[str, Any] = {}
    annotations: dict[str, str] = {}

    @property
    def title(self) -> str:
        """What people call it."""
        return self.display_name or self.name


class ServiceSpec(Shape):
    """A service: nothing but its description."""

    description: Description = ""


class Ours(Shape):
    """Which indicator is meant, of which part of the work; `statistic` and `limit` as a goal has them."""

    indicator: str
    records: Literal["numerator", "other", "denominator"] | None = None
    filter: dict[Filter, str | int] = {}


class MetricSource(Shape):
    """Where a number comes from. Goals are measured from records, so the source is always Septet itself."""

    type: Literal["Septet"]
    spec: Ours


class Metric(Shape):
    """One number."""

    metric_source: MetricSource


class Ratio(Shape):
    """A share: what is good, or what is bad, of all."""

    counter: bool = True
    good: Metric | None = None
    bad: Metric | None = None
    total: Metric

    @model_validator(mode="after")
    def one_of_them(self) -> "Ratio":
        """Either the good or the bad are counted."""
        if (self.good is None) == (self.bad is None):
            raise ValueError("Give either good or bad.")
        return self


class SliSpec(Shape):
    """An indicator: a share, or values of which those within a limit are good."""

    description: Description = ""
    ratio_metric: Ratio | None = None
    threshold_metric: Metric | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> "SliSpec":
        """Either a ratio or a threshold."""
        if (self.ratio_metric is None) == (self.threshold_metric is None):
            raise ValueError("Give either ratioMetric or thresholdMetric.")
        return self

    @property
    def source(self) -> Ours:
        """The indicator that it is about."""
        ratio = self.ratio_metric
        one = self.threshold_metric if ratio is None else ratio.good or ratio.bad
        assert one is not None
        return one.metric_source.spec


class Inline(Shape):
    """An indicator inside of its SLO."""

    metadata: Metadata
    spec: SliSpec


class Calendar(Shape):
    """Where a calendar period begins; without a zone, in UTC."""

    start_time: str | datetime
    time_zone: str | None = None


class Window(Shape):
    """A period: so many days up to now, or a calendar week, month, quarter or year."""

    duration: Duration
    is_rolling: bool | None = None
    calendar: Calendar | None = None


class Objective(Shape):
    """A target as a share or in percent; of values also the limit within which they are good."""

    display_name: str = ""
    op: Literal["lte"] | None = None
    value: Annotated[float | int, Field(ge=0)] | None = None
    target: Annotated[float | int, Field(ge=0, lt=1)] | None = None
    target_percent: Annotated[float | int, Field(ge=0, lt=100)] | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> "Objective":
        """Either a share or percent."""
        if (self.target is None) == (self.target_percent is None):
            raise ValueError("Give either target or targetPercent.")
        return self


class SloSpec(Shape):
    """A goal."""

    description: Description = ""
    service: Name
    indicator: Inline | None = None
    indicator_ref: Name | None = None
    time_window: Annotated[list[Window], Field(min_length=1, max_length=1)]
    budgeting_method: Literal["Occurrences"]
    objectives: Annotated[list[Objective], Field(min_length=1, max_length=1)]
    alert_policies: Annotated[list[Any], Field(max_length=0)] = []

    @model_validator(mode="after")
    def one_of_them(self) -> "SloSpec":
        """Either the indicator itself or its name."""
        if (self.indicator is None) == (self.indicator_ref is None):
            raise ValueError("Give either indicator or indicatorRef.")
        return self


class Document(Shape):
    """What every document begins with."""

    api_version: Literal["openslo/v1"]
    kind: str
    metadata: Metadata


class ServiceDocument(Document):
    """A service."""

    kind: Literal["Service"]
    spec: ServiceSpec = ServiceSpec()


class SliDocument(Document):
    """An indicator."""

    kind: Literal["SLI"]
    spec: SliSpec


class SloDocument(Document):
    """A goal."""

    kind: Literal["SLO"]
    spec: SloSpec


SHAPES: dict[str, type[Document]] = {"Service": ServiceDocument, "SLI": SliDocument, "SLO": SloDocument}
