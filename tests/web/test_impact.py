"""The pages of the impact map: what they say without a script, and what their script is given."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.surfaces.web.views import impact
from tests.cast import Cast
from tests.web.conftest import SignIn


def item(title: str) -> Any:
    return create("configuration-item", OPERATOR, via="cli", title=title)


def tie(record: Any, target: Any, type: str = "depends-on", **values: Any) -> None:
    perform(record, "relate", OPERATOR, via="cli", type=type, target=target, **values)


@pytest.fixture
def shop(cast: Cast) -> dict[str, Any]:
    """A shop on two servers of which one is enough; both stand in a rack."""
    made = {name: item(name) for name in ("rack", "one", "two")}
    made["shop"] = create("service", OPERATOR, via="cli", title="<Shop>")
    for name in ("one", "two"):
        tie(made["shop"], made[name], "runs-on", need=1)
    tie(made["one"], made["rack"])
    return made


def read(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


def listed(page: str) -> dict[str, str]:
    """The records of the list beside the map by number, with the word for what becomes of each."""
    found = re.findall(r'data-node="([\w-]+)"[^>]*><i></i>.*?</span>(?:<b>([^<]+)</b>)?</a>', page)
    return dict(found)


def test_the_list_says_what_the_drawing_shows(browser_of: SignIn, shop: dict[str, Any]) -> None:
    page = read(browser_of("alice"), f"/map/{shop['rack'].number}/")
    assert listed(page) == {
        shop["one"].number: "fails",
        shop["shop"].number: "weakened",
        shop["two"].number: "works on",
    }
    assert "1 record fails with it, 1 is weakened but works on." in page
    assert "&lt;Shop&gt;" in page
    assert "<Shop>" not in page
    data = json.loads(page.split('id="map-data">')[1].split("</script>")[0])
    assert {one[0] for one in data["nodes"]} == {one.number for one in shop.values()}
    assert [shop["rack"].number, shop["one"].number, "is needed by"] in data["ties"]


def test_switching_off_by_links_alone(browser_of: SignIn, shop: dict[str, Any]) -> None:
    client, two = browser_of("alice"), shop["two"].number
    at = read(client, f"/map/{shop['rack'].number}/", at=two)
    assert f'href="/map/{shop["rack"].number}/?off={two}&amp;at={two}"' in at
    page = read(client, f"/map/{shop['rack'].number}/", off=two, at=two)
    assert listed(page)[shop["shop"].number] == "fails"
    assert listed(page)[two] == "switched off"
    assert "Those that fail are for everybody (4 people)." in page
    assert "You switched it off." in page
    needs = read(client, f"/map/{shop['shop'].number}/", off=two)
    assert "It works on, with less to spare." in needs
    assert "“runs on”: 1 of 2 are enough; 1 left." in needs


def test_a_record_that_nothing_leans_on_shows_what_it_needs(browser_of: SignIn, shop: dict[str, Any]) -> None:
    client = browser_of("alice")
    page = read(client, f"/map/{shop['shop'].number}/")
    assert "It needs 3 records." in page
    assert "Nothing is known to lean on it." in read(client, f"/map/{shop['shop'].number}/", show="fails")
    alone = item("alone")
    assert f"/r/{alone.number}/do/relate/" in read(browser_of("bob"), f"/map/{alone.number}/")


def test_records_lead_to_their_map(browser_of: SignIn, cast: Cast, shop: dict[str, Any]) -> None:
    client, rack = browser_of("alice"), shop["rack"].number
    assert f'href="/map/{rack}/"' in read(client, f"/r/{rack}/")
    assert f'href="/map/{rack}/?as_of=now"' in read(client, f"/r/{rack}/", as_of="now")
    change = create("change", cast.as_("alice"), via="web", title="Firmware", reason="Old")
    assert "/map/" not in read(client, f"/r/{change.number}/")
    tie(change, shop["rack"], "affects")
    assert f'href="/map/{change.number}/"' in read(client, f"/r/{change.number}/")
    assert listed(read(client, f"/map/{change.number}/"))[rack] == "fails"
    assert f"/map/{rack}/" in read(client, "/palette/", at=rack, q="show on the map")


def test_another_time_is_kept_in_every_link(browser_of: SignIn, shop: dict[str, Any]) -> None:
    page = read(browser_of("alice"), f"/map/{shop['rack'].number}/", as_of="2012-03-01")
    assert "As it was on" in page
    assert listed(page) == {}
    assert 'name="show"' in page
    assert "show=needs&amp;as_of=2012-03-01" in page


def test_what_is_left_out_is_told_and_listed(
    browser_of: SignIn, shop: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        tie(item(f"host {n}"), shop["one"])
    monkeypatch.setattr(impact, "SHOWN", 3)
    monkeypatch.setattr(impact, "PER_PAGE", 4)
    client, address = browser_of("alice"), f"/map/{shop['rack'].number}/"
    page = read(client, address)
    assert re.search(r"Left out: (3 configuration items, 1 service|4 configuration items) at 2 steps\.", page)
    assert f'href="{address}all/"' in page
    first = read(client, f"{address}all/")
    assert "1 to 4 of 6" in first
    rest = read(client, f"{address}all/", **{"from": "4"})
    assert "5 to 6 of 6" in rest
    numbers = re.findall(r'class="number" href="/r/([\w-]+)/"', first + rest)
    assert len(set(numbers)) == len(numbers) == 6


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"off": "CI-999999"}, 404),
        ({"off": "nonsense"}, 404),
        ({"off": ",".join(f"CI-{n}" for n in range(60))}, 422),
        ({"as_of": "whenever"}, 422),
        ({"at": "CI-999999", "show": "sideways"}, 200),
        ({"off": ",, ,"}, 200),
    ],
)
def test_bad_questions(browser_of: SignIn, shop: dict[str, Any], query: dict[str, str], status: int) -> None:
    client = browser_of("alice")
    assert client.get(f"/map/{shop['rack'].number}/", query).status_code == status
    assert client.get(f"/map/{shop['rack'].number}/all/", {"from": "x" * 50}).status_code == 422
    assert client.get("/map/CI-999999/").status_code == 404


def test_outsiders_learn_nothing(browser_of: SignIn, shop: dict[str, Any]) -> None:
    rita = browser_of("rita")
    assert rita.get(f"/map/{shop['rack'].number}/").status_code == 404
    assert rita.get(f"/map/{shop['rack'].number}/all/").status_code == 404


def test_a_page_needs_few_queries_however_many_records(browser_of: SignIn, shop: dict[str, Any]) -> None:
    """Of these, session, account and rights are three, following the journal four, for whom services are five."""
    client, counts = browser_of("alice"), []
    for n in range(2):
        for m in range(1 + 9 * n):
            tie(item(f"host {n} {m}"), shop["rack"])
            tie(create("service", OPERATOR, via="cli", title=f"service {n} {m}"), shop["rack"])
        client.get(f"/map/{shop['rack'].number}/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/map/{shop['rack'].number}/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 19
