"""Tags that don't fit: which block opened where."""

import pytest
from jinja2 import Environment, TemplateSyntaxError

from monitor.compose.unclosed_blocks import TagFault, tag_fault


def fault_of(source: str) -> TagFault | None:
    with pytest.raises(TemplateSyntaxError) as caught:
        Environment(autoescape=True).parse(source)
    return tag_fault(caught.value, source)


@pytest.mark.parametrize(
    ("source", "line", "word", "said"),
    [
        ("{% if a %}\nx\n{{ y }}", 1, "if", "“{% if %}” opens here and is never closed"),
        ("a\n{%- for x in y %}\n{% if z %}{% endif %}\n\n", 2, "for", "“{% for %}” opens here"),
        ("{% if a %}\n{% if b %}\n{% else %}\n{% endif %}", 1, "if", "“{% if %}” opens here"),
        ("{% set a = 1 %}\n{% set x %}\nz", 2, "set", "“{% set %}” opens here"),
        ("{% raw %}{% for %}{% endraw %}\n{% macro f() %}\n", 2, "macro", "“{% macro %}” opens here"),
        ("{# {% for #}\n{% call f() %}\n", 2, "call", "“{% call %}” opens here"),
        (
            "{% if a %}\n{% for x in y %}\n{% endif %}",
            3,
            "endif",
            "“{% endif %}” stands where “{% for %}” of line 2 is still open",
        ),
        ("\n{% endif %}", 2, "endif", "“{% endif %}” stands where no block is open"),
        ("{% macro f() %}\n{% else %}", 2, "else", "“{% else %}” stands where “{% macro %}” of line 1"),
        ("{% if a %}\n{% fore x in y %}", 2, "fore", "there is no tag “fore”"),
    ],
)
def test_the_tag_at_fault_is_named_with_its_line(source: str, line: int, word: str, said: str) -> None:
    fault = fault_of(source)

    assert fault is not None
    assert (fault.line, fault.word) == (line, word)
    assert fault.message.startswith(said)


def test_what_to_do_names_the_tag_that_is_missing() -> None:
    unclosed, mistyped = fault_of("{% for x in y %}"), fault_of("{% fore x in y %}{% endfor %}")

    assert unclosed is not None
    assert unclosed.hint == "write “{% endfor %}” where it is to end"
    assert mistyped is not None
    assert mistyped.hint == "did you mean “for”?"


@pytest.mark.parametrize("source", ["{{ a ", "{% if a", "{% raw %}\nx", "{{ 1 + }}", "{% if %}"])
def test_other_faults_of_syntax_are_left_to_jinjas_own_words(source: str) -> None:
    assert fault_of(source) is None
