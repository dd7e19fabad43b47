"""The language of a salutation in contacts.yaml: what is a tag, what is said if not, and how it greets."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.recipients import Recipient
from monitor.directory import ConfigurationProblems, load_contacts
from monitor.directory.language_names import LANGUAGES
from monitor.directory.languages import NotATag, language_tag
from tests.support.repository import ROOT
from tests.support.rule_texts import areas


def person(folder: Path, line: str) -> Recipient:
    """The person whose entry has these keys beside name and address."""
    path = folder / "contacts.yaml"
    path.write_text(
        f"people:\n  ada: {{name: Ada Example, address: ada@kent.example{line}}}\noperations: ada\n", "utf-8"
    )
    return load_contacts(path, areas()).directory.people["ada"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("cy", "cy"),
        ("CY", "cy"),
        ("no", "no"),
        ("pt-br", "pt-BR"),
        ("PA-arab-pk", "pa-Arab-PK"),
        ("zh-hant-hk", "zh-Hant-HK"),
        ("es-419", "es-419"),
        ("de-1996", "de-1996"),
        ("sl-ROZAJ-Biske", "sl-rozaj-biske"),
        ("zh-YUE-hk", "zh-yue-HK"),
        ("rom", "rom"),
        ("bsl-GB", "bsl-GB"),
        ("en-u-CA-gregory", "en-u-ca-gregory"),
        ("cy-x-GOG-Led", "cy-x-gog-led"),
    ],
)
def test_a_tag_is_read_in_its_usual_spelling(written: str, read: str, tmp_path: Path) -> None:
    assert person(tmp_path, f", salutation: Ada, language: {written}").language == read


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("Welsh", "“Welsh” is a language's name, not its tag", "write cy"),
        ("cymraeg", "“cymraeg” is a language's name, not its tag", "write cy"),
        ("Scottish  Gaelic", "“Scottish Gaelic” is a language's name, not its tag", "write gd"),
        ("Wlesh", "“Wlesh” is no language tag", "write cy"),
        ("pt_br", "“pt_br” is no language tag", "write pt-BR"),
        ("en_UK", "“en_UK” is no language tag", "write en-GB"),
        ("wel", "the code of Welsh in a language tag is cy", "write cy"),
        ("POR-br", "the code of Portuguese in a language tag is pt", "write pt-BR"),
        ("eng-UK", "the code of English in a language tag is en", "write en-GB"),
        ("cz", "no language has the code “cz”", "write cs"),
        ("gb", "no language has the code “gb”", "write en-GB"),
        ("en-uk", "the United Kingdom is GB in a language tag", "write en-GB"),
        ("xx", "no language has the code “xx”", "cy for Welsh"),
        ("de-1996-1996", "“de-1996-1996” says one of its parts twice", "leave out"),
        ("en-a-bb-A-cc", "“en-a-bb-A-cc” says one of its parts twice", "leave out"),
        ("i-klingon", "“i-klingon” is no language tag", "cy for Welsh"),
        ("x-ours", "“x-ours” is no language tag", "cy for Welsh"),
        ("c", "“c” is no language tag", "cy for Welsh"),
        ("cy-", "“cy-” is no language tag", "cy for Welsh"),
        ("cy-Latin-GBR", "“cy-Latin-GBR” is no language tag", "cy for Welsh"),
        ("'cy, en'", "“cy, en” is no language tag", "cy for Welsh"),
        ("ｃｙ", "“ｃｙ” is no language tag", "cy for Welsh"),  # noqa: RUF001 - letters that only look like a tag
    ],
)
def test_what_is_no_tag_is_told_where_it_stands_with_what_to_write(
    written: str, message: str, hint: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationProblems) as caught:
        person(tmp_path, f", salutation: Ada, language: {written}")

    (problem,) = caught.value.problems
    assert (problem.code, problem.message) == ("LIM612", message)
    assert hint in problem.hint
    before = "  ada: {name: Ada Example, address: ada@kent.example, salutation: Ada, language: "
    assert (problem.position.line, problem.position.column) == (2, len(before) + 1)
    assert problem.length == len(written)


def test_a_language_without_a_value_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationProblems, match="language has no value"):
        person(tmp_path, ", language: ")


SUBTAGS = st.text("abcdefghijklmnopqrstuvwyz", min_size=1, max_size=8)


@given(
    st.sampled_from(sorted(LANGUAGES)),
    st.none() | st.sampled_from(["Latn", "arab", "HEBR"]),
    st.none() | st.sampled_from(["GB", "pk", "419"]),
    st.lists(st.sampled_from(["1996", "valencia", "rozaj", "scouse"]), unique=True, max_size=3),
    st.none() | SUBTAGS,
)
def test_a_tag_of_known_parts_is_taken_and_spelt_once_and_for_all(
    language: str, script: str | None, region: str | None, variants: list[str], own: str | None
) -> None:
    parts = (language, script, region, *variants, own and f"x-{own}")
    written = "-".join(each for each in parts if each)

    read = language_tag(written)

    assert isinstance(read, str)
    assert read.casefold() == written.casefold()
    assert language_tag(read.upper()) == language_tag(read) == read


@given(st.text(max_size=30) | st.text("abcxyzABC019-_ \"<>'", max_size=20))
def test_nothing_but_letters_digits_and_hyphens_is_ever_a_tag(text: str) -> None:
    match language_tag(text):
        case str() as tag:
            assert tag.isascii()
            assert tag.replace("-", "").isalnum()
        case NotATag() as refused:
            assert refused.message


def test_each_name_and_each_longer_code_leads_to_a_tag() -> None:
    for code, language in LANGUAGES.items():
        assert language_tag(code) == code
        for written in (*language.names, *language.longer):
            assert language_tag(written) == NotATag(
                getattr(language_tag(written), "message", ""), f"write {code}"
            )


def test_the_example_in_the_guide_is_as_its_table_says(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "when-people-are-told.md").read_text("utf-8")
    (example,) = re.findall(r"^```yaml contacts\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    path = tmp_path / "contacts.yaml"
    path.write_text(example, "utf-8")

    people = load_contacts(path, areas()).directory.people.values()

    greetings = [(each.salutation, each.language) for each in people]
    assert greetings == [("Bore da Siân", "cy"), ("Annwyl Gwen Prys", "cy"), ("محترمہ عائشہ صدیقی", "ur")]
    for salutation, language in greetings[:2]:
        assert re.search(rf"\| `{language}` \| {salutation}, \|", guide)


@pytest.mark.parametrize(
    ("line", "greeting", "language"),
    [
        ("", "Ada Example", None),
        (", language: cy", "Annwyl Ada Example", "cy"),
        (", language: en-GB", "Dear Ada Example", "en-GB"),
        (", language: pl", "Ada Example", "pl"),
        (", salutation: Bore da Ada, language: cy", "Bore da Ada", "cy"),
        (", salutation: Szanowna Pani Ado", "Szanowna Pani Ado", None),
    ],
)
def test_a_language_without_a_salutation_greets_as_is_usual_where_limen_knows_how(
    line: str, greeting: str, language: str | None, tmp_path: Path
) -> None:
    read = person(tmp_path, line)
    assert (read.salutation, read.language) == (greeting, language)
