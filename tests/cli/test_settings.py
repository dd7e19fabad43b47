"""Settings that can't be used: in plain words, with where they were set and what was probably meant."""

from pathlib import Path

import pytest

from monitor.settings import SettingsError, load_settings


def refused(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], file: Path | None = None) -> str:
    """What is said of these variables and this TOML file."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SMTP__PORT", "abc", "smtp.port: must be a whole number, not “abc”"),
        ("SMTP__PORT", "70000", "smtp.port: must be at most 65535, not “70000”"),
        ("SMTP__TIMEOUT", "soon", "smtp.timeout: must be a number, not “soon”"),
        ("SMTP__TIMEOUT", "0", "smtp.timeout: must be more than 0, not “0”"),
        ("SMTP__ALLOW_INSECURE", "perhaps", "smtp.allow_insecure: must be true or false, not “perhaps”"),
        ("SMTP__SECURITY", "ssl", "smtp.security: must be starttls, tls or none, not “ssl”"),
        ("SMTP__SENDER", "limen", "smtp.sender: must be one mail address, such as limen@council.example"),
        ("CYCLE__SETTLE", "-1", "cycle.settle: must be at least 0, not “-1”"),
        ("LARGEST_FILE", "-1", "largest_file: must be more than 0, not “-1”"),
        ("TIME_ZONE", "Lond", "time_zone: “Lond” is not a time zone; write one such as Europe/London"),
    ],
)
def test_a_value_that_can_not_be_is_said_in_plain_words(
    name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused(monkeypatch, {f"LIMEN_{name}": value}) == f"{told} (set by LIMEN_{name})"


def test_the_file_is_named_where_the_setting_comes_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.toml"
    file.write_text('time_zone = "Lond"\nsmtp = 3\n[log]\nlevel = "loud"\n', encoding="utf-8")

    said = refused(monkeypatch, {"LIMEN_LOG__LEVEL": "shrill"}, file).splitlines()

    origin = f"set by smtp in {file}"
    assert said == [
        f"time_zone: “Lond” is not a time zone; write one such as Europe/London (set by time_zone in {file})",
        f"smtp: is a section: write its settings in it, such as [smtp] in the settings file ({origin})",
        "log.level: must be debug, info, warning or error, not “shrill” (set by LIMEN_LOG__LEVEL)",
    ]


def test_settings_that_belong_together_are_named_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[smtp]\nhost = "mail.example"\n', encoding="utf-8")

    said = refused(monkeypatch, {"LIMEN_SMTP__USERNAME": "limen"}, file)

    assert said == (
        f"smtp: give both username and password, or neither (set by LIMEN_SMTP__USERNAME and smtp in {file})"
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("data_base_url = 1", "did you mean database_url? "),
        ("[smtp]\nprot = 25", "did you mean smtp.port? "),
        ("[delivery]\nevaluate_every = 5", "did you mean cycle.evaluate_every? "),
        ("colour = 1", ""),
    ],
)
def test_an_unknown_setting_is_told_with_what_was_meant(
    written: str, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(written, encoding="utf-8")

    said = refused(monkeypatch, {}, file)

    assert f"there is no such setting; {meant}“limen help settings” lists them (set by " in said


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("LIMEN_RULE_DIR", "did you mean LIMEN_RULES_DIR? "),
        ("LIMEN_SMTP_HOST", "did you mean LIMEN_SMTP__HOST? "),
        ("LIMEN_COLOUR", ""),
    ],
)
def test_an_unknown_variable_is_told_with_what_was_meant(
    variable: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"{variable}: no such setting; {meant}“limen help settings” lists them" in refused(
        monkeypatch, {variable: "x"}
    )


def test_a_section_in_one_variable_is_told_how_to_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(monkeypatch, {"LIMEN_HTTP": "x"}).startswith(
        "http: is a section: set what is in it, such as LIMEN_HTTP__…"
    )


def test_a_file_that_is_not_there_is_told_with_how_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "no.toml"

    by_option = refused(monkeypatch, {}, nowhere)
    by_variable = refused(monkeypatch, {"LIMEN_SETTINGS_FILE": str(nowhere)})

    assert by_option.endswith("Name another file with --settings.")
    assert by_variable.endswith("Name another file with LIMEN_SETTINGS_FILE.")


def test_a_secret_is_not_repeated_and_its_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "smtp__port").write_text("many", encoding="utf-8")
    file = tmp_path / "own.toml"
    file.write_text('[smtp]\nusername = "limen"\npassword = 4711\n', encoding="utf-8")

    said = refused(monkeypatch, {"LIMEN_SECRETS_DIR": str(tmp_path)}, file)

    assert f"smtp.port: must be a whole number, not “many” (set by the secret file {tmp_path}" in said
    assert "smtp.password: must be a text (set by " in said
    assert "4711" not in said


@pytest.mark.parametrize("name", ["base_url", "page_url"])
@pytest.mark.parametrize(
    "address", ["limen.council.example", "javascript:alert(1)", "https://", "https://a b"]
)
def test_an_address_that_no_mail_can_link_to_is_refused_at_the_start(
    name: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refused(monkeypatch, {f"LIMEN_{name.upper()}": address})

    assert said.startswith(f"{name}: must be a whole address such as https://limen.council.example")
