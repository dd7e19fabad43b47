"""A missing component skips a person's test and fails CI's."""

import pytest

from tests.support.components import require, require_program


def test_what_is_there_is_no_reason_to_stop() -> None:
    require(condition=True, reason="never said")

    assert require_program("sh", package="dash").endswith("/sh")


def test_a_missing_component_skips_on_a_persons_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(
        pytest.skip.Exception, match=r"needs the program no-such-server .*apt-get install no-such"
    ):
        require_program("no-such-server", package="no-such")


def test_a_missing_component_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="CI needs it: needs PostgreSQL"):
        require(condition=None, reason="needs PostgreSQL")
