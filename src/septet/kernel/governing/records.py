"""How the kernel's governing records appear."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from septet.kernel.calendar.spans import CalendarSpan
from septet.kernel.errors import Invalid
from septet.kernel.governing.calendars import read_calendar
from septet.kernel.governing.custom_fields import forget
from septet.kernel.governing.models import BusinessCalendar, CustomFields, Window
from septet.kernel.governing.windows import stretches
from septet.kernel.governing.zones import check_zone
from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, States, final, kinds, register, registry
from septet.kernel.shapes import Properties, Shape, SpecialDays, WeeklyHours
from septet.lib.text import suggestion
from septet.lib.windows import recurrence

RULES = States("in-force", final("retired"))


class Governing(RecordType):
    """What rules have in common: managed by those who manage, not personal, in force or retired."""

    cluster = Cluster.TEAM
    states = RULES
    create_verb = edit_verb = Verb.MANAGE
    personal: ClassVar[tuple[str, ...]] = ()
    columns: ClassVar[tuple[str, ...]] = ("number", "title", "state", "updated_at")
    filters: ClassVar[tuple[str, ...]] = ("state",)
    hidden = ("priority", "requester", "customer", "due_at", "confidentiality")
    is_work = False
    governs = True


@register
class CustomFieldsType(Governing):
    """A set of custom fields."""

    model, prefix, plural = CustomFields, "FLD", "custom-fields"
    columns = ("number", "title", "applies_to", "state", "updated_at")
    filters = ("state", "applies_to")
    shapes: ClassVar[dict[str, Shape]] = {"json_schema": Properties()}
    options: ClassVar[dict[str, Any]] = {"applies_to": kinds}
    form: ClassVar[dict[Any, tuple[str, ...]]] = {"": ("title", "applies_to", "json_schema")}
    example: ClassVar[dict[str, Any]] = {
        "title": "Bank fields",
        "applies_to": "incident",
        "json_schema": {"properties": {"branch": {"type": "string", "title": "Branch"}}},
    }

    def settle(self, record: CustomFields, before: dict[str, Any] | None, now: Any) -> None:
        if record.applies_to not in registry.types:
            raise Invalid(
                fields={
                    "applies_to": f"There is no record type {record.applies_to!r}."
                    f"{suggestion(record.applies_to, registry.types)}"
                }
            )
        import jsonschema  # slow to load, and rarely needed

        properties = record.json_schema.get("properties", {})
        if not isinstance(properties, dict) or not all(isinstance(one, dict) for one in properties.values()):
            raise Invalid(fields={"json_schema": 'It needs an object under "properties", one object for each field.'})
        try:
            jsonschema.Draft202012Validator.check_schema(record.json_schema)
        except jsonschema.SchemaError as error:
            raise Invalid(fields={"json_schema": f"This is no JSON Schema: {error.message[:200]}"}) from None
        forget()


@register
class BusinessCalendarType(Governing):
    """A business calendar."""

    model, prefix = BusinessCalendar, "CAL"
    columns = ("number", "title", "zone", "holidays_of", "state")
    shapes: ClassVar[dict[str, Shape]] = {"weekly": WeeklyHours(), "exceptions": SpecialDays()}
    form: ClassVar[dict[Any, tuple[str, ...]]] = {"": ("title", "zone", "holidays_of", "weekly", "exceptions")}
    example: ClassVar[dict[str, Any]] = {
        "title": "Office hours",
        "zone": "Europe/Berlin",
        "weekly": {"mon": [["08:00", "17:00"]], "fri": [["08:00", "15:00"]]},
        "holidays_of": "DE",
    }

    def settle(self, record: BusinessCalendar, before: dict[str, Any] | None, now: Any) -> None:
        read_calendar(record)


@register
class WindowType(Governing):
    """A window."""

    model, prefix = Window, "WIN"
    columns = ("number", "title", "purpose", "starts_at", "ends_at", "rule", "state")
    filters = ("state", "purpose", "service", "site", "team")
    calendar = (CalendarSpan("starts_at", "ends_at", governs=True, rule="rule", zone="zone", stretches=stretches),)
    example: ClassVar[dict[str, Any]] = {
        "title": "Sunday maintenance",
        "starts_at": "2026-01-04T02:00:00Z",
        "ends_at": "2026-01-04T06:00:00Z",
        "rule": "FREQ=WEEKLY;BYDAY=SU",
    }

    def settle(self, record: Window, before: dict[str, Any] | None, now: Any) -> None:
        if record.ends_at <= record.starts_at:
            raise Invalid(fields={"ends_at": "The end must come after the start."})
        check_zone(record.zone)
        if record.rule:
            try:
                recurrence(record.rule, record.starts_at.replace(tzinfo=None), ZoneInfo(record.zone))
            except ValueError as error:
                raise Invalid(fields={"rule": str(error)}) from None
