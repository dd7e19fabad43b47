"""contacts.yaml: what it becomes, and one row a fault."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.core.areas import AreaType
from monitor.core.recipients import Deputy, Recipient, RoleHolding
from monitor.directory import ConfigurationProblems, Contacts, load_areas, load_contacts
from monitor.directory.contacts import is_address
from monitor.shipped_files import shipped_config_dir
from notifiers.message import Address
from notifiers.mime import InvalidAddressError, Mailbox
from tests.support.rule_texts import Place, areas, place_of, unmarked

SOUND = """
people:
  ada: {name: Ada Example, address: ada@kent.example, salutation: Ada}
  ben: {name: Ben Example, address: ben@kent.example}
roles:
  - {role: district manager, area: Swale, people: [ada, ben], from: 2012-04-01, until: 2014-04-01}
  - {role: district manager, area: shepway, people: ben}
operations: [ada, ben, ada]
"""


def load(folder: Path, text: str) -> Contacts:
    path = folder / "contacts.yaml"
    path.write_text(text, encoding="utf-8")
    return load_contacts(path, areas())


def refused(folder: Path, text: str) -> list[tuple[str, Place]]:
    with pytest.raises(ConfigurationProblems) as caught:
        load(folder, text)
    return [(problem.code, place_of(problem)) for problem in caught.value.problems]


def test_people_roles_and_operations_are_read(tmp_path: Path) -> None:
    contacts = load(tmp_path, SOUND)
    ada = Recipient("ada", "Ada Example", "ada@kent.example", "Ada", "email")
    ben = Recipient("ben", "Ben Example", "ben@kent.example", "Ben Example", "email")
    assert contacts.directory.people == {"ada": ada, "ben": ben}
    assert contacts.directory.holdings == (
        RoleHolding("district manager", "Swale", ("ada", "ben"), date(2012, 4, 1), date(2014, 4, 1)),
        RoleHolding("district manager", "Folkestone and Hythe", ("ben",)),
        RoleHolding("operations", "Kent", ("ada", "ben")),
    )
    assert contacts.operations == (ada, ben)


AWAY = """
people:
  ada:
    name: Ada Example
    address: ada@kent.example
    deputies:
      - {person: ben, from: 2013-12-23, until: 2014-01-06}
      - {person: cleo, from: 2014-06-01, also: true}
  ben:
    name: Ben Example
    address: ben@kent.example
    salutation: Λίγο Ben
    deputies: {person: cleo, from: 2014-01-01, until: 2014-01-03}
  cleo: {name: Zoë Example, address: cleo@kent.example, salutation: Annwyl Zoë}
roles:
  - {role: district manager, area: Swale, people: [ada]}
operations: ada
"""


def test_deputies_are_read_with_their_days(tmp_path: Path) -> None:
    contacts = load(tmp_path, AWAY)
    assert contacts.directory.deputies == (
        Deputy("ada", "ben", date(2013, 12, 23), date(2014, 1, 6)),
        Deputy("ada", "cleo", date(2014, 6, 1), None, also=True),
        Deputy("ben", "cleo", date(2014, 1, 1), date(2014, 1, 3)),
    )


def test_a_salutation_may_be_in_any_language(tmp_path: Path) -> None:
    people = load(tmp_path, AWAY).directory.people
    assert (people["ben"].salutation, people["cleo"].salutation) == ("Λίγο Ben", "Annwyl Zoë")


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2013, 12, 22), [("ada", "")]),
        (date(2013, 12, 23), [("ben", "Ada Example")]),
        (date(2014, 1, 1), [("cleo", "Ada Example")]),
        (date(2014, 1, 3), [("ben", "Ada Example")]),
        (date(2014, 1, 6), [("ada", "")]),
        (date(2014, 6, 1), [("ada", ""), ("cleo", "Ada Example")]),
    ],
)
def test_who_is_told_while_somebody_is_away(tmp_path: Path, on: date, told: list[tuple[str, str]]) -> None:
    found, area = load(tmp_path, AWAY).directory.holders("district manager", "Swale", on, areas())
    assert [(person.id, person.stands_in_for) for person in found] == told
    assert area == "Swale"


def spoilt_deputies(old: str, new: str) -> str:
    assert AWAY.count(old) == 1, old
    return AWAY.replace(old, new)


FIRST = "{person: ben, from: 2013-12-23, until: 2014-01-06}"
OF_DEPUTIES = [
    ("LIM108", "a deputy without days", spoilt_deputies(FIRST, "«ben»")),
    (
        "LIM110",
        "a key that a deputy has not",
        spoilt_deputies(FIRST, "{person: ben, from: 2013-12-23, «to»: x}"),
    ),
    ("LIM112", "a deputy from no day on", spoilt_deputies(FIRST, "{«person»: ben}")),
    ("LIM112", "nobody from a day on", spoilt_deputies(FIRST, "{«from»: 2013-12-23}")),
    ("LIM115", "a British date", spoilt_deputies("2014-01-06", "«6/1/2014»")),
    ("LIM116", "yes for true", spoilt_deputies("also: true", "also: «yes»")),
    ("LIM201", "one who ends before they begin", spoilt_deputies("until: 2014-01-06", "«until»: 2013-12-23")),
    ("LIM502", "a deputy who is not there", spoilt_deputies("person: ben", "person: «bne»")),
    ("LIM608", "a person as their own deputy", spoilt_deputies("person: ben", "person: «ada»")),
    (
        "LIM609",
        "two who stand in for each other",
        spoilt_deputies("person: ben, from: 2013", "person: «ben», from: 2013").replace(
            "person: cleo, from: 2014-01-01", "person: «ada», from: 2014-01-01"
        ),
    ),
    (
        "LIM609",
        "three in a ring",
        spoilt_deputies("person: ben, from: 2013", "person: «ben», from: 2013")
        .replace("person: cleo, from: 2014-01-01", "person: «cleo», from: 2014-01-01")
        .replace("Annwyl Zoë}", "Zoë, deputies: [{person: «ada», from: 2014-01-02, until: 2014-01-09}]}"),
    ),
]


@pytest.mark.parametrize(
    ("code", "fault", "text"), OF_DEPUTIES, ids=[f"{code} {fault}" for code, fault, _ in OF_DEPUTIES]
)
def test_a_fault_of_deputies_is_reported_where_it_stands(
    code: str, fault: str, text: str, tmp_path: Path
) -> None:
    clean, places = unmarked("contacts.yaml", text)
    assert places, fault
    assert refused(tmp_path, clean) == [(code, place) for place in places]


@pytest.mark.parametrize(
    "text",
    [
        # On no day are both away.
        spoilt_deputies("person: cleo, from: 2014-01-01, until: 2014-01-03", "person: ada, from: 2014-01-06"),
        # Whoever is told as well is never left out.
        spoilt_deputies(FIRST, FIRST.replace("}", ", also: true}")).replace(
            "person: cleo, from: 2014-01-01", "person: ada, from: 2014-01-01"
        ),
    ],
)
def test_deputies_of_each_other_are_no_ring_while_somebody_is_left(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).directory.deputies


def spoilt(old: str, new: str) -> str:
    assert old in SOUND
    return SOUND.replace(old, new, 1)


ROWS = [
    ("LIM102", "a tab", spoilt("  ben:", "«\t»ben:")),
    ("LIM103", "an invisible character behind a backslash", spoilt("Ada Example", r'«"Ada \0 Bcc"»')),
    ("LIM108", "a list of people", "people:\n  «-» ada\n"),
    (
        "LIM108",
        "a mapping of roles",
        "people:\n  ada: {name: Ada, address: ada@kent.example}\nroles:\n  «x»: {role: y}\noperations: ada\n",
    ),
    ("LIM110", "a key that a person has not", spoilt("salutation", "«greeting»")),
    ("LIM110", "a section that there is not", SOUND + "«deputies»: []\n"),
    (
        "LIM111",
        "a person given twice",
        spoilt("  ben:", "  «ada»: {name: Other, address: other@kent.example}\n  ben:"),
    ),
    (
        "LIM112",
        "a person without an address",
        spoilt("ben: {name: Ben Example, address: ben@kent.example}", "«ben»: {name: Ben Example}"),
    ),
    (
        "LIM112",
        "a role without an area",
        spoilt("- {role: district manager, area: shepway", "- {«role»: district manager"),
    ),
    ("LIM113", "a role of nobody", spoilt("people: ben", "people: «[»]")),
    ("LIM115", "a British date", spoilt("2012-04-01", "«1.4.2012»")),
    (
        "LIM118",
        "an id with a space",
        spoilt("  ben:", "  «be n»: {name: Other, address: other@kent.example}\n  ben:"),
    ),
    ("LIM201", "a role that ends before it begins", spoilt("until: 2014", "«until»: 2011")),
    (
        "LIM219",
        "an address with tokens in it",
        spoilt("ben@kent.example", "teams, address: 'slack://«TokenA/TokenB»'").replace(
            "address: teams,", "channel: teams,"
        ),
    ),
    ("LIM219", "a password", SOUND + "# smtp password: «hunter22»\n"),
    ("LIM403", "a role for an area that is not there", spoilt("area: Swale", "area: «Swael»")),
    ("LIM502", "a role of a person who is not there", spoilt("people: ben", "people: «bne»")),
    ("LIM502", "operations by a person who is not there", spoilt("[ada, ben, ada]", "[ada, «ops»]")),
    ("LIM605", "a telephone number for an address", spoilt("ben@kent.example", "«01622 000000»")),
    ("LIM605", "two addresses in one", spoilt("ben@kent.example", "«'ben@kent.example, eve@kent.example'»")),
    (
        "LIM605",
        "a header behind a line end",
        spoilt("ben@kent.example", r'«"ben@kent.example\r\nBcc: eve@kent.example"»'),
    ),
    ("LIM605", "a domain that can't exist", spoilt("ben@kent.example", "«ben@-kent.example»")),
    (
        "LIM606",
        "nobody for operations",
        "«people»:\n  ada: {name: Ada, address: ada@kent.example}\n",
    ),
    ("LIM606", "an empty list for operations", spoilt("[ada, ben, ada]", "«[»]")),
]


@pytest.mark.parametrize(("code", "fault", "text"), ROWS, ids=[f"{code} {fault}" for code, fault, _ in ROWS])
def test_a_fault_is_reported_where_it_stands(code: str, fault: str, text: str, tmp_path: Path) -> None:
    clean, places = unmarked("contacts.yaml", text)
    assert places, fault
    assert [each for each in refused(tmp_path, clean) if each[0] == code] == [
        (code, place) for place in places
    ]


def test_an_empty_file_leaves_nobody_to_tell(tmp_path: Path) -> None:
    assert [code for code, _ in refused(tmp_path, "# nobody yet\n")] == ["LIM109", "LIM606"]


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("terry.example@kent.example", True),
        ("o'brien+alerts@mail.kent.example", True),
        ("zoë@kent.example", True),
        ("root@localhost", True),
        ("müller@köln.example", True),
        ("", False),
        ("terry", False),
        ("@kent.example", False),
        ("terry@", False),
        ("a@b@kent.example", False),
        ("terry example@kent.example", False),
        ("Terry <terry@kent.example>", False),
        ("terry.@kent.example", False),
        (".terry@kent.example", False),
        ("terry..x@kent.example", False),
        ("terry@kent..example", False),
        ("terry@kent.example\n", False),
        ("terry@kent.example\r\nBcc: x@kent.example", False),
        ("terry@kent.example\u2028x", False),
        ("x" * 65 + "@kent.example", False),
        ("x@" + "k" * 260, False),
    ],
)
def test_an_address_is_one_word_with_one_at_sign(text: str, good: bool) -> None:
    assert is_address(text) is good


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_address_can_add_a_header_or_a_recipient(local: str, domain: str) -> None:
    if is_address(f"{local}@{domain}"):
        assert not set(local + domain) & set(" \r\n\t\0,;:<>()@")


@given(st.binary(max_size=200))
def test_any_bytes_are_contacts_or_problems(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "contacts.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationProblems) as caught:
        load_contacts(path, areas())
    assert str(caught.value)


@pytest.fixture(scope="module")
def shipped() -> Contacts:
    config = shipped_config_dir()
    return load_contacts(config / "contacts.yaml", load_areas(config / "areas.csv"))


def test_the_shipped_people_are_invented_and_hold_every_role(shipped: Contacts) -> None:
    tree = load_areas(shipped_config_dir() / "areas.csv")
    directory = shipped.directory
    assert all(person.address.endswith("@kent.example") for person in directory.people.values())
    assert len({person.address for person in directory.people.values()}) == len(directory.people)
    assert "INVENTED" in (shipped_config_dir() / "contacts.yaml").read_text(encoding="utf-8")
    on = date(2013, 12, 31)
    for area in tree:
        held_at = "Kent" if area.type is AreaType.COUNTY else area.name
        role = {AreaType.DISTRICT: "district manager", AreaType.AREA: "area director"}.get(
            area.type, "director of children's services"
        )
        people, place = directory.holders(role, area.name, on, tree)
        assert place == held_at
        assert len(people) == (2 if area.name == "Swale" else 1)
    for role in ("performance analyst", "data owner"):
        assert directory.holders(role, "Kent", on, tree)[1] == "Kent"
    assert [person.id for person in shipped.operations] == ["ops-desk"]


def test_another_channel_takes_a_telephone_number_a_name_or_no_address(tmp_path: Path) -> None:
    path = tmp_path / "contacts.yaml"
    path.write_text(
        "people:\n"
        "  on-call: {name: On call, channel: text, address: '+44 7700 900123'}\n"
        "  alerts: {name: Alertmanager, channel: alertmanager}\n"
        "operations: [on-call, alerts]\n"
    )
    contacts = load_contacts(path, areas())

    assert [(each.channel, each.address) for each in contacts.operations] == [
        ("text", "+44 7700 900123"),
        ("alertmanager", ""),
    ]


_WORDS = st.text(st.sampled_from("aZ9.-_@+'é№ß日 \x85\u200b"), min_size=1, max_size=12)


@given(local=_WORDS, domain=_WORDS, times=st.sampled_from((1, 1, 1, 20, 70)))
@example(local="ann", domain="kent_x.example", times=1)
@example(local="é" * 33, domain="kent.example", times=1)
@example(local="ann", domain="a." * 130 + "example", times=1)
@example(local="a\x85n", domain="kent.example", times=1)
def test_an_address_that_passes_here_is_none_that_the_mail_channel_refuses_unseen(
    local: str, domain: str, times: int
) -> None:
    text = f"{local * times}@{domain}"
    try:
        Mailbox.parse(Address("", text))
    except InvalidAddressError:
        assert not is_address(text)
    else:
        assert is_address(text)
