"""What each site has: racks, hosts, switches, printers, workplaces. A list of plain rows, the same at every load."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from septet.demo.chance import seeded
from septet.demo.estate.software import APPLICATIONS, DATABASES

SEED = 5
Attributes = dict[str, object]
# Key, name, parent, attributes: name to sort and label.
ITEM_TYPES: tuple[tuple[str, str, str, dict[str, tuple[str, str]]], ...] = (
    ("hardware", "Hardware", "", {}),
    ("server", "Server", "hardware", {"cores": ("integer", "Cores"), "memory_gb": ("integer", "Memory in GB")}),
    ("virtual-server", "Virtual server", "server", {"system": ("string", "Operating system")}),
    ("storage", "Storage", "hardware", {"usable_tb": ("integer", "Usable TB")}),
    ("network-device", "Network device", "hardware", {"ports": ("integer", "Ports")}),
    ("printer", "Printer", "hardware", {"colour": ("boolean", "Prints in colour")}),
    ("workstation", "Workstation", "hardware", {"memory_gb": ("integer", "Memory in GB")}),
    ("room", "Rack and power", "", {"kw": ("integer", "Power in kW")}),
    ("software", "Software", "", {"licence": ("string", "Licence")}),
    ("application", "Application", "software", {}),
    ("database", "Database", "software", {"engine": ("string", "Engine")}),
    ("cluster", "Cluster", "", {}),
    ("line", "Line", "", {"mbit": ("integer", "Mbit/s")}),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A configuration item. Without a title it is called by its key."""

    key: str
    type: str
    site: str
    service: str
    title: str = ""
    maker: str = ""
    model: str = ""
    owner: str = ""
    supplier: str = ""
    location: str = ""
    version: str = ""
    state: str = "live"
    price: str = ""
    attributes: Attributes = field(default_factory=dict)


CITY = {"bremen": "bre", "leeds": "lds", "porto": "opo", "halifax": "hfx", "hamburg": "ham"}
RACKS = {"bremen": 3, "hamburg": 5, "leeds": 1, "porto": 1, "halifax": 1}
HOSTS = (*((n, "bremen") for n in range(1, 5)), *((n, "hamburg") for n in range(5, 13)), (13, "leeds"), (14, "halifax"))
# Site, floors, access switches of each, access points of each.
FLOORS = (("bremen", 6, 2, 2), ("leeds", 4, 1, 2), ("porto", 3, 1, 2), ("halifax", 2, 1, 2))
PRINTERS = {"bremen": 14, "leeds": 8, "porto": 6, "halifax": 4}
WORKPLACES = 165
NOTEBOOKS = (
    ("Lenovo", "ThinkPad T14 Gen 4", 16),
    ("Lenovo", "ThinkPad T14 Gen 3", 16),
    ("HP", "EliteBook 840 G10", 16),
    ("HP", "EliteBook 1040 G9", 32),
    ("Dell", "OptiPlex 7010", 16),
)
LINES = (
    ("line-lds", "leeds", "Line Bremen to Leeds", 500, "telcora"),
    ("line-opo", "porto", "Line Bremen to Porto", 200, "telcora"),
    ("line-hfx", "halifax", "Line Bremen to Halifax", 100, "telcora"),
    ("line-ham-1", "hamburg", "Dark fibre to Hamburg, north", 10000, "norrhost"),
    ("line-ham-2", "hamburg", "Dark fibre to Hamburg, south", 10000, "norrhost"),
    ("line-net", "bremen", "Internet access Bremen", 1000, "telcora"),
    ("line-net-ham", "hamburg", "Internet access Hamburg", 1000, "norrhost"),
)


def equipment(scale: float) -> Iterator[Item]:
    """Every item; at a small scale with fewer printers and workplaces."""
    yield from _rooms()
    yield from _network()
    yield from _hosts()
    yield from _software()
    yield from _printers(scale)
    yield from _workplaces(scale)


def _rooms() -> Iterator[Item]:
    for site, racks in RACKS.items():
        supplier = "norrhost" if site == "hamburg" else ""
        for number in range(1, racks + 1):
            yield Item(
                f"rack-{CITY[site]}-{number}",
                "room",
                site,
                "network",
                f"Rack {CITY[site].upper()} {number}",
                "Rittal",
                "TS IT 42 U",
                "liam",
                supplier,
                f"Server room, row {(number + 1) // 2}",
                attributes={"kw": 8},
            )
        for number in range(1, 1 + min(racks, 2)):
            yield Item(
                f"ups-{CITY[site]}-{number}",
                "room",
                site,
                "network",
                f"Power supply {CITY[site].upper()} {number}",
                "Eaton",
                "93PM",
                "liam",
                supplier,
                "Server room",
                price="18400.00",
                attributes={"kw": 30},
            )


def _network() -> Iterator[Item]:
    for key, site, title, mbit, supplier in LINES:
        yield Item(key, "line", site, "network", title, owner="piotr", supplier=supplier, attributes={"mbit": mbit})
    cores = (
        ("bre-1", "bremen"),
        ("bre-2", "bremen"),
        ("ham-1", "hamburg"),
        ("ham-2", "hamburg"),
        ("lds", "leeds"),
        ("opo", "porto"),
        ("hfx", "halifax"),
    )
    for name, site in cores:
        large = site in {"bremen", "hamburg"}
        yield Item(
            f"sw-core-{name}",
            "network-device",
            site,
            "network",
            f"Core switch {name.upper()}",
            "Cisco",
            "Catalyst 9500" if large else "Catalyst 9300",
            "piotr",
            location="Server room",
            version="17.9.4",
            price="14250.00" if large else "6900.00",
            attributes={"ports": 48 if large else 24},
        )
    walls = (
        ("fw-1", "bremen"),
        ("fw-2", "bremen"),
        ("fw-ham-1", "hamburg"),
        ("fw-ham-2", "hamburg"),
        ("fw-lds", "leeds"),
        ("fw-opo", "porto"),
        ("fw-hfx", "halifax"),
    )
    for key, site in walls:
        yield Item(
            key,
            "network-device",
            site,
            "network",
            f"Firewall {key.removeprefix('fw-').upper()}",
            "Fortinet",
            "FortiGate 200F",
            "piotr",
            location="Server room",
            version="7.2.8",
            price="7800.00",
            attributes={"ports": 18},
        )
    for site, floors, switches, points in FLOORS:
        city, owner = CITY[site], "carla" if site == "porto" else "piotr"
        for floor in range(1, floors + 1):
            for number in range(1, switches + 1):
                yield Item(
                    f"sw-{city}-{floor}{number}",
                    "network-device",
                    site,
                    "network",
                    f"Switch {city.upper()} floor {floor}, {number}",
                    "Cisco",
                    "Catalyst 9200L",
                    owner,
                    location=f"Floor {floor}, cabinet {number}",
                    version="17.6.5",
                    price="2950.00",
                    attributes={"ports": 48},
                )
            for number in range(1, points + 1):
                yield Item(
                    f"ap-{city}-{floor}{number}",
                    "network-device",
                    site,
                    "network",
                    f"Access point {city.upper()} floor {floor}, {number}",
                    "Aruba",
                    "AP-515",
                    owner,
                    location=f"Floor {floor}",
                    version="8.10.0.7",
                    price="640.00",
                    attributes={"ports": 1},
                )
    yield Item(
        "pbx",
        "network-device",
        "hamburg",
        "telephony",
        "Telephone system",
        "Mitel",
        "MiVoice",
        "carla",
        "telcora",
        "Rack HAM 3",
        "9.4",
        price="41000.00",
    )
    yield Item(
        "pbx-gateway",
        "network-device",
        "bremen",
        "telephony",
        "Gateway to the telephone network",
        "AudioCodes",
        "Mediant 1000B",
        "carla",
        "telcora",
        "Rack BRE 2",
        "7.40A",
    )


def _hosts() -> Iterator[Item]:
    for number, site in HOSTS:
        large = site == "hamburg"
        yield Item(
            f"vm-host-{number}",
            "server",
            site,
            "test-lab" if number == 4 else "identity",
            "",
            "Dell",
            "PowerEdge R760" if large else "PowerEdge R660",
            "laura",
            location=f"Rack {CITY[site].upper()} {(number - 1) % RACKS[site] + 1}",
            version="8.0 U2",
            price="23800.00",
            attributes={"cores": 64 if large else 32, "memory_gb": 1024 if large else 512},
        )
    yield Item("cluster-bre", "cluster", "bremen", "identity", "Compute cluster Bremen", owner="laura")
    yield Item("cluster-ham", "cluster", "hamburg", "identity", "Compute cluster Hamburg", owner="laura")
    yield Item(
        "storage-1",
        "storage",
        "bremen",
        "files",
        "",
        "NetApp",
        "AFF A250",
        "graham",
        location="Rack BRE 1",
        version="9.13.1",
        price="68000.00",
        attributes={"usable_tb": 60},
    )
    yield Item(
        "storage-2",
        "storage",
        "hamburg",
        "files",
        "",
        "NetApp",
        "AFF A400",
        "graham",
        location="Rack HAM 1",
        version="9.13.1",
        price="121000.00",
        attributes={"usable_tb": 140},
    )
    yield Item(
        "tape-1",
        "storage",
        "bremen",
        "backup",
        "Tape library",
        "Quantum",
        "Scalar i3",
        "graham",
        location="Archive room",
        price="17600.00",
        attributes={"usable_tb": 450},
    )


def _software() -> Iterator[Item]:
    for app in APPLICATIONS:
        yield Item(
            app.key,
            "application",
            app.site,
            app.service,
            app.title,
            app.maker,
            owner=app.owner,
            supplier=app.supplier,
            version=app.version,
            attributes={"licence": app.licence},
        )
        for server in app.servers:
            yield Item(
                server,
                "virtual-server",
                app.site,
                app.service,
                maker="VMware",
                model="virtual",
                owner="laura",
                attributes={"cores": app.cores, "memory_gb": app.cores * 4, "system": app.system},
            )
    for base in DATABASES:
        yield Item(
            base.key,
            "database",
            base.site,
            base.service,
            base.title,
            owner="yuki",
            version=base.version,
            attributes={"engine": base.engine},
        )
        yield Item(
            base.server,
            "virtual-server",
            base.site,
            base.service,
            maker="VMware",
            model="virtual",
            owner="yuki",
            attributes={"cores": 16, "memory_gb": 128, "system": "Debian 12"},
        )


def _printers(scale: float) -> Iterator[Item]:
    models = (("IM C4500", True), ("IM 550F", False), ("IM C3000", True))
    for site, number in PRINTERS.items():
        floors = next(floors for name, floors, *_ in FLOORS if name == site)
        for place in range(max(round(number * min(1.0, scale * 2)), 2)):
            floor, (model, colour) = place % floors + 1, models[place % 3]
            wing = ("north", "south", "by the lift")[place // floors]
            yield Item(
                f"prn-{CITY[site]}-{place + 1}",
                "printer",
                site,
                "printing",
                f"Printer {site.capitalize()}, floor {floor} {wing}",
                "Ricoh",
                model,
                "birgit",
                "brightprint",
                f"Floor {floor}, {wing}",
                price="4200.00" if colour else "1900.00",
                attributes={"colour": colour},
            )


def _workplaces(scale: float) -> Iterator[Item]:
    chance = seeded(SEED)
    sites = ("bremen",) * 8 + ("leeds",) * 4 + ("porto",) * 3 + ("halifax",) * 2
    for number in range(max(round(WORKPLACES * scale), 34)):
        site, (maker, model, memory) = sites[number % len(sites)], chance.choice(NOTEBOOKS)
        fate = chance.random()
        state = "live" if fate < 0.9 else "spare" if fate < 0.95 else "under-maintenance" if fate < 0.98 else "in-stock"
        yield Item(
            f"ws-{400 + number * 3:04d}",
            "workstation",
            site,
            "workplace",
            "",
            maker,
            model,
            "",
            "harrow-lane",
            f"Floor {chance.randint(1, next(f for n, f, *_ in FLOORS if n == site))}",
            state=state,
            price=f"{chance.choice((1180, 1290, 1340, 1490))}.00",
            attributes={"memory_gb": memory},
        )
