"""Time zones by name."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from septet.kernel.errors import Invalid


def check_zone(name: str) -> ZoneInfo:
    """The time zone of this name. Raises Invalid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(fields={"zone": f"There is no time zone {name!r}; write it as Europe/Berlin."}) from None
