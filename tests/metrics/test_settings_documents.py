"""The documents name every setting, with the default that holds, and no other."""

import re
import tomllib
from collections.abc import Iterator

from pydantic import BaseModel

from monitor.settings import Settings
from tests.support.repository import ROOT

ROW = re.compile(r"^\| `([\w.]+)` \| `(LIMEN_\w+)` \| (.+?) \| .+ \|$", re.MULTILINE)
SHIPPED = {"rules_dir": "those shipped", "config_dir": "that shipped"}


def _settings(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from _settings(type(field.default), f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field.default


def _shown(name: str, default: object) -> str:
    if name in SHIPPED:
        return SHIPPED[name]
    return "–" if default is None else f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_the_page_of_settings_agrees_with_the_settings() -> None:
    documented = {
        name: (variable, default)
        for name, variable, default in ROW.findall((ROOT / "docs/settings.md").read_text(encoding="utf-8"))
    }
    expected = {
        name: (f"LIMEN_{name.replace('.', '__').upper()}", _shown(name, default))
        for name, default in _settings()
    }

    assert documented == expected


def test_the_sample_names_every_setting_but_the_secrets_and_shows_its_default() -> None:
    text = (ROOT / "config/limen.toml").read_text(encoding="utf-8")
    uncommented = re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)
    sample = tomllib.loads(uncommented)
    assert tomllib.loads(text).keys() <= sample.keys()
    named = {
        f"{name}.{inner}" if isinstance(value, dict) else name: value[inner]
        if isinstance(value, dict)
        else value
        for name, value in sample.items()
        for inner in (value if isinstance(value, dict) else [""])
    }
    secrets = {"smtp.password", "database_url", "secret_key", "channels"}
    examples = {"rules_dir", "config_dir"}

    assert named.keys() == {name for name, _ in _settings()} - secrets
    for name, default in _settings():
        if default is not None and name in named and name not in examples:
            assert str(named[name]) == str(default), name
