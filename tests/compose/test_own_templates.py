"""Templates of the house: used where they can be, and never the end of a mail."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.compose import OwnTemplates, compose
from monitor.compose.bounded import BoundedRendering, TemplateFaultError, _started
from monitor.compose.mail import told_stories, view_of
from monitor.compose.overrides import missing_from, own_sources, shipped_names
from monitor.compose.rendering import rendered, shipped_templates
from monitor.compose.rendering_process import Fault, Order
from monitor.compose.samples import SAMPLES
from monitor.compose.template_checks import check_templates, sample_views
from notifiers.message import Message
from tests.compose.conftest import LINKS
from tests.support.components import require
from tests.support.repository import ROOT

ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% set c = a * b %}{% endfor %}{% endfor %}"
GREEDY = "{% set x = namespace(t='limen') %}{% for n in range(99) %}{% set x.t = x.t ~ x.t %}{% endfor %}"

Writing = Callable[[dict[str, str]], Path]


@pytest.fixture
def house(tmp_path: Path) -> Writing:
    """Writes templates into a folder."""

    def written(templates: dict[str, str]) -> Path:
        for name, text in templates.items():
            path = tmp_path / "templates" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "templates"

    return written


@pytest.fixture(scope="module")
def rendering() -> Iterator[BoundedRendering]:
    """One process for many tests, with little patience and little memory."""
    bounded = BoundedRendering(longest=1.5, most_memory=300_000_000)
    yield bounded
    bounded.close()


def mail_by(templates: OwnTemplates, name: str = "alert") -> Message:
    return compose(
        SAMPLES[name].notification,
        message_id="<outbox-17.5f3a@limen.example>",
        in_reply_to=None,
        references=(),
        links=LINKS,
        templates=templates,
    )


def test_a_template_takes_the_place_of_limens_own_and_the_others_stay(
    house: Writing, rendering: BoundedRendering
) -> None:
    faults: list[Fault] = []
    folder = house(
        {
            "mail/closing.txt.j2": "Ask Kent's performance team.\n",
            "mail/brand.html.j2": "<b>Kent County Council</b> & limen {{ mail.title }}",
        }
    )
    message = mail_by(OwnTemplates(folder, faults.append, rendering))
    shipped = mail_by(OwnTemplates(folder / "none", faults.append, rendering))
    assert message.html is not None

    assert message.text.endswith("------\nAsk Kent's performance team.\n")
    assert message.text.partition("------")[0] == shipped.text.partition("------")[0]
    assert "<b>Kent County Council</b>" in message.html
    assert faults == []


def test_an_edit_counts_from_the_next_mail_on(house: Writing, rendering: BoundedRendering) -> None:
    templates = OwnTemplates(house({"mail/closing.txt.j2": "One\n"}), print, rendering)
    first = mail_by(templates).text
    house({"mail/closing.txt.j2": "Two\n"})

    assert first.endswith("\nOne\n")
    assert mail_by(templates).text.endswith("\nTwo\n")


@pytest.mark.parametrize(
    ("name", "text", "code", "line", "said"),
    [
        ("mail/closing.txt.j2", "\n{% if %}", "LIM752", 2, "Expected an expression"),
        ("mail/closing.txt.j2", "\n\n{{ mail.contcat }}", "LIM753", 3, "“contcat”"),
        ("mail/closing.txt.j2", "{{ mail.title | shout }}", "LIM753", 1, "“shout”"),
        ("mail/closing.txt.j2", "{% include 'mail/missing.j2' %}", "LIM753", 1, "“mail/missing.j2”"),
        ("mail/closing.txt.j2", "{{ mail.__class__.__mro__ }}", "LIM754", 1, "__class__"),
        ("mail/closing.txt.j2", "{{ self._TemplateReference__context.environment }}", "LIM754", 1, "reach"),
        ("mail/closing.txt.j2", "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "LIM755", 1, "end"),
        ("mail/closing.txt.j2", "{{ range(90000) | join('limen and limen' * 4) }}", "LIM755", 1, "larger"),
        ("mail/closing.txt.j2", "{{ 1 / 0 }}", "LIM756", 1, "division by zero"),
        ("mail/closing.txt.j2", "{{ range(10000000) }}", "LIM755", 1, "Range too big"),
        ("mail/card.txt.j2", "{% macro card(notice) %}Hm{% endmacro %}", "LIM757", 1, "notice.heading"),
    ],
)
def test_a_template_that_fails_is_told_and_the_mail_goes_out_by_limens_own(
    *, name: str, text: str, code: str, line: int, said: str, house: Writing, rendering: BoundedRendering
) -> None:
    faults: list[Fault] = []
    templates = OwnTemplates(house({name: text}), faults.append, rendering)
    messages = [mail_by(templates), mail_by(templates)]
    by_limens_own = mail_by(OwnTemplates(Path("none"), faults.append))

    assert [message.text for message in messages] == [by_limens_own.text] * 2
    assert [(fault.code, fault.template, fault.line) for fault in faults] == [(code, name, line)]
    assert said in faults[0].message


@pytest.mark.parametrize(
    ("text", "said"), [(ENDLESS, "was not laid out within 1.5 seconds"), (GREEDY, "MB of memory")]
)
def test_a_template_without_an_end_is_ended_and_not_tried_again(
    text: str, said: str, house: Writing, rendering: BoundedRendering
) -> None:
    faults: list[Fault] = []
    templates = OwnTemplates(house({"mail/closing.txt.j2": text}), faults.append, rendering)
    mails = [mail_by(templates)]
    mails += [mail_by(templates) for _ in range(3)]
    assert rendering._running is None
    house({"mail/closing.txt.j2": "Mended.\n"})

    assert all("performance.team@kent.example" in message.text for message in mails)
    assert [fault.code for fault in faults] == ["LIM755"]
    assert said in faults[0].message
    assert mail_by(templates).text.endswith("\nMended.\n")


def test_it_is_tried_again_and_told_again_when_asked_for(house: Writing, rendering: BoundedRendering) -> None:
    faults: list[Fault] = []
    templates = OwnTemplates(house({"mail/closing.txt.j2": GREEDY}), faults.append, rendering)
    mail_by(templates)
    templates.try_again()
    mail_by(templates)
    templates.hear_again(faults[0])
    templates.try_again()
    mail_by(templates)

    assert [fault.code for fault in faults] == ["LIM755"] * 2
    assert templates.sources == {"mail/closing.txt.j2": GREEDY}


def test_a_check_ends_early_when_asked_to(house: Writing, rendering: BoundedRendering) -> None:
    asked = iter([False, True])
    checked = check_templates(house({"mail/closing.txt.j2": "{{ a }}"}), rendering, stop=lambda: next(asked))
    assert [problem.code for problem in checked.problems] == ["LIM753"]
    assert next(asked, None) is None


def test_when_the_process_that_renders_is_killed_the_mail_goes_out_and_another_takes_over(
    house: Writing,
) -> None:
    faults: list[Fault] = []
    with OwnTemplates(house({"mail/closing.txt.j2": "Kent\n"}), faults.append) as templates:
        mail_by(templates)
        running = templates.rendering._running
        assert running is not None
        running.process.kill()
        running.process.wait()

        assert mail_by(templates).text.endswith("day by day.\n")
        assert [fault.code for fault in faults] == ["LIM756"]
        assert mail_by(templates).text.endswith("\nKent\n")


def test_what_ends_the_service_does_not_end_the_rendering_of_the_mail_in_hand(house: Writing) -> None:
    faults: list[Fault] = []
    with OwnTemplates(house({"mail/closing.txt.j2": "Kent\n"}), faults.append) as templates:
        mail_by(templates)
        running = templates.rendering._running
        assert running is not None
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            running.process.send_signal(number)

        assert mail_by(templates).text.endswith("\nKent\n")
    assert not faults
    assert not {signal.SIGTERM, signal.SIGINT, signal.SIGHUP} & signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_a_template_without_an_end_ends_when_limen_is_killed() -> None:
    running = _started()
    running.connection.send(Order(next(sample_views()), (("mail/closing.txt.j2", ENDLESS),)))
    assert not running.connection.poll(1.0)
    try:
        running.connection.close()  # as the kernel does for a process that is killed
        assert running.process.wait(timeout=20) != 0
    finally:
        running.end()


def test_a_folder_that_cannot_be_looked_into_is_told_and_does_no_harm(house: Writing) -> None:
    folder = house({})
    folder.mkdir()
    (folder / "mail").symlink_to("x" * 300)  # the system refuses such a name, also to root
    faults: list[Fault] = []
    with OwnTemplates(folder, faults.append) as templates:
        assert mail_by(templates).text.endswith("day by day.\n")

    assert [fault.code for fault in faults] == ["LIM756"]
    assert "can't be read" in faults[0].message
    assert [problem.code for problem in check_templates(folder).problems] == ["LIM756"]


def test_the_process_that_renders_has_no_secrets_and_ends_with_its_owner(
    house: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIMEN_SMTP__PASSWORD", "not for templates")
    with OwnTemplates(house({"mail/closing.txt.j2": "Kent\n"}), print) as templates:
        mail_by(templates)
        running = templates.rendering._running
        assert running is not None
        environment = Path(f"/proc/{running.process.pid}/environ")
        if environment.exists():
            assert b"not for templates" not in environment.read_bytes()

    assert running.process.poll() is not None


def test_a_file_that_is_no_text_is_told_and_does_no_harm(house: Writing, rendering: BoundedRendering) -> None:
    faults: list[Fault] = []
    folder = house({"mail/closing.txt.j2": "Kent\n"})
    (folder / "mail" / "closing.txt.j2").write_bytes(b"\xff\xfe\x00K")
    message = mail_by(OwnTemplates(folder, faults.append, rendering))

    assert message.text.endswith("day by day.\n")
    assert [fault.code for fault in faults] == ["LIM101"]


@pytest.mark.parametrize("name", SAMPLES)
def test_limens_own_templates_say_all_that_a_mail_is_sent_for(name: str) -> None:
    view = view_of(
        SAMPLES[name].notification,
        told_stories(SAMPLES[name].notification.notices),
        message_id="<a@b.example>",
        links=LINKS,
    )

    assert missing_from(shipped_templates().lay_out(view), view) == []


def test_limens_own_templates_copied_over_give_the_same_mails_and_no_problems(
    house: Writing, rendering: BoundedRendering
) -> None:
    shipped = ROOT / "monitor" / "templates"
    folder = house({name: (shipped / name).read_text(encoding="utf-8") for name in shipped_names()})

    assert sorted(own_sources(folder)) == sorted(shipped_names())
    for view in list(sample_views())[:3]:
        assert rendering.render(view, own_sources(folder)) == rendered(shipped_templates().environment, view)


@pytest.mark.parametrize(
    ("templates", "problems"),
    [
        ({"mail/closing.html.j2": "Ask Kent.\n", "mail/.closing.swp": "x", "mail/brand.html.j2~": "x"}, []),
        (
            {"mail/closing.html": "x"},
            ["mail/closing.html:1:1: LIM751 limen has no template “mail/closing.html”"],
        ),
        (
            {"mail/brand.html.j2": "<b>\n  {{ mail.titel }}</b>", "mail/closing.txt.j2": "{{ mail.x }}"},
            [
                "mail/brand.html.j2:2:11: LIM753 there is no “titel” here",
                "mail/closing.txt.j2:1:9: LIM753 there is no “x” here",
            ],
        ),
        (
            {"mail/brand.html.j2": "Kent\n<script>alert(1)</script> <img src='//kent.example/a.png'>"},
            [
                "mail/brand.html.j2:2:1: LIM758 mail programs do not show “<script”",
                "mail/brand.html.j2:2:27: LIM758 mail programs do not show “<img src='//”",
            ],
        ),
        (
            {"mail/card.txt.j2": "Kent\n"},
            [
                "mail/card.txt.j2:1:1: LIM753 this template must define the macro “card” — copy limen’s own",
            ],
        ),
        (
            {"mail/closing.txt.j2": "{% from 'mail/card.txt.j2' import crad %}{{ crad(1) }}"},
            ["mail/closing.txt.j2:1:35: LIM753 mail/card.txt.j2 has no macro “crad”"],
        ),
        (
            {"mail/closing.txt.j2": "Kent{% if mail.contact %}\nWrite to {{ mail.contact }}.\n\n"},
            [
                (
                    "mail/closing.txt.j2:1:8: LIM752 “{% if %}” opens here and is never closed"
                    " — write “{% endif %}” where it is to end"
                )
            ],
        ),
        (
            {"mail/closing.txt.j2": "{{ mail.detailed[0].comparison.title }}"},
            ["mail/closing.txt.j2:1:32: LIM753 there is no “title” here"],
        ),
    ],
)
def test_every_problem_is_found_with_its_place(
    templates: dict[str, str], problems: list[str], house: Writing, rendering: BoundedRendering
) -> None:
    checked = check_templates(house(templates), rendering)

    found = [str(problem).removeprefix("templates/") for problem in checked.problems]
    assert len(found) == len(problems)
    assert all(said.startswith(each) for said, each in zip(found, problems, strict=True))


@pytest.mark.parametrize(
    ("name", "lost", "what"),
    [
        ("mail/card.html.j2", '<p class="plain">{{ notice.told_because }}</p>', "notice.told_because"),
        ("mail/card.html.j2", '<p class="headline">{{ notice.headline }}</p>', "notice.headline"),
        ("mail/card.html.j2", 'href="{{ notice.acknowledge }}"', "notice.acknowledge"),
        ("mail/card.txt.j2", "{{ notice.told_because | wrapped }}", "notice.told_because"),
        ("mail/card.txt.j2", "{{ notice.headline | wrapped }}", "notice.headline"),
        ("mail/card.txt.j2", "{{ notice.action | wrapped }}", "notice.action"),
        ("mail/card.txt.j2", "{{ notice.acknowledge }}", "notice.acknowledge"),
        ("mail/further.txt.j2", "{{ line | item(group.tone.symbol) }}", "list at the end"),
    ],
)
def test_a_template_that_loses_what_matters_is_an_error(
    name: str, lost: str, what: str, house: Writing, rendering: BoundedRendering
) -> None:
    text = (ROOT / "monitor" / "templates" / name).read_text(encoding="utf-8")
    assert lost in text
    checked = check_templates(house({name: text.replace(lost, "")}), rendering)

    assert [problem.code for problem in checked.problems] == ["LIM757"]
    assert what in checked.problems[0].message
    assert checked.problems[0].position.file == f"templates/{name}"


def test_bounds_hold_for_the_first_mail_too(house: Writing) -> None:
    bounded = BoundedRendering(longest=0.2, most_memory=1)
    view = next(iter(sample_views()))
    folder = house({"mail/closing.txt.j2": "Kent\n"})
    require(Path("/proc/self/statm").exists(), "memory is watched through /proc, which is not there")

    with pytest.raises(TemplateFaultError, match="0 MB of memory"):
        bounded.render(view, own_sources(folder))
