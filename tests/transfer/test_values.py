"""What holds for every number, moment and text that a profile reads."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.surfaces.transfer.dates import BadForm, NoSuchMoment, compile_form, form_reader, in_zone
from septet.surfaces.transfer.profile import Value
from septet.surfaces.transfer.typed import Bad, reader_of
from tests.transfer.telling import profile_of

PROFILE = profile_of("records: [{kind: incident, key: Nr}]")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ZONES = st.sampled_from(["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def _value(**words: object) -> Value:
    return Value.model_validate({"column": "x", **words})


@given(st.decimals(-(10**12), 10**12, places=4), st.sampled_from([(",", "."), (".", ","), (",", " "), (".", "'")]))
def test_a_decimal_is_read_as_it_was_written(number: Decimal, signs: tuple[str, str]) -> None:
    point, thousands = signs
    text = f"{number:,.4f}".replace(",", "#").replace(".", point).replace("#", thousands)
    assert reader_of(_value(type="decimal", decimal=point, thousands=thousands), PROFILE)(text) == number


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_an_integer_is_read_as_it_was_written(number: int) -> None:
    assert reader_of(_value(type="integer"), PROFILE)(str(number)) == number


@given(st.text(max_size=40), st.sampled_from(["integer", "decimal", "boolean", "date", "date-time", "duration"]))
def test_any_text_is_a_value_or_has_a_reason(text: str, wanted: str) -> None:
    found = reader_of(_value(type=wanted, zone="UTC", dates=["iso", "d-M-yy", "unix", "excel"]), PROFILE)(text)
    assert found is not None
    assert not isinstance(found, Bad) or found.reason


@given(MOMENTS, ZONES)
def test_a_wall_time_means_the_moment_or_its_twin(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    wall = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    earlier, later = (in_zone(wall, zone, doubled, "refuse") for doubled in ("earlier", "later"))
    assert moment in (earlier, later)
    assert earlier <= later <= earlier + timedelta(hours=2)
    if earlier != later:
        with pytest.raises(NoSuchMoment, match="twice"):
            in_zone(wall, zone, "refuse", "refuse")


@given(st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1)), ZONES)  # noqa: DTZ001 - wall times
def test_a_skipped_time_moves_forward_by_what_was_skipped(wall: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    moment = in_zone(wall, zone, "earlier", "shift")
    shown = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    assert timedelta() <= shown - wall <= timedelta(hours=1)
    if shown != wall:
        with pytest.raises(NoSuchMoment, match="skipped"):
            in_zone(wall, zone, "earlier", "refuse")


FORMS = {
    "d-M-yyyy H:mm:ss": "{0.day}-{0.month}-{0.year} {0.hour}:{0:%M}:{0:%S}",
    "dd/MM/yyyy HH:mm:ss": "{0:%d}/{0:%m}/{0.year} {0:%H}:{0:%M}:{0:%S}",
    "MMM d, yyyy h:mm:ss a": "{0:%b} {0.day}, {0.year} {0:%I}:{0:%M}:{0:%S} {0:%p}",
    "yyyyMMddHHmmss": "{0:%Y}{0:%m}{0:%d}{0:%H}{0:%M}{0:%S}",
    "%Y-%m-%d %H:%M:%S": "{0:%Y-%m-%d %H:%M:%S}",
    "yyyy-MM-dd'T'HH:mm:ssX": "{0:%Y-%m-%dT%H:%M:%S}Z",
    "iso": "{0:%Y-%m-%dT%H:%M:%S}+00:00",
}


@given(MOMENTS, st.sampled_from(sorted(FORMS)))
def test_a_form_reads_what_it_describes(moment: datetime, form: str) -> None:
    whole = moment.replace(microsecond=0)
    found = form_reader(form)(FORMS[form].format(whole))
    assert found is not None
    assert found.replace(tzinfo=UTC) == whole


@pytest.mark.parametrize("form", ["d-m-yyyy h:mm", "yyyy-MM", "q", "%q", "d-M-yyyy h:mm", "d-d-yyyy"])
def test_a_form_that_cannot_be_meant_is_refused(form: str) -> None:
    with pytest.raises(BadForm):
        compile_form(form)


@pytest.mark.parametrize(
    ("text", "moment"),
    [("0", datetime(1970, 1, 1, tzinfo=UTC)), ("1710000000", datetime(2024, 3, 9, 16, tzinfo=UTC))],
)
def test_unix_seconds(text: str, moment: datetime) -> None:
    assert form_reader("unix")(text) == moment


def test_excel_days() -> None:
    assert form_reader("excel")("45355.5") == datetime(2024, 3, 4, 12)  # noqa: DTZ001 - a spreadsheet has no zone


def test_own_month_names() -> None:
    names = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
    assert form_reader("d MMM yyyy", names)("4 mrt. 2024") == datetime(2024, 3, 4)  # noqa: DTZ001 - a wall time
    with pytest.raises(NoSuchMoment, match="no month"):
        form_reader("d MMM yyyy", names)("4 mar 2024")
