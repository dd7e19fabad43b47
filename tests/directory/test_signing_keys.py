"""The keys that sign links in mails: made once, kept to their owner, several at a time."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from monitor.settings import SettingsError, load_settings
from monitor.signing_keys import KEY_FILE, keys_in, keys_kept_in

GOOD, OTHER = "n" * 32, "o" * 40


def test_a_key_is_made_the_first_time_and_is_the_same_ever_after(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    (key,) = keys_kept_in(folder)
    assert len(key) == 64
    assert keys_kept_in(folder) == (key,)
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert [file.name for file in folder.iterdir()] == [KEY_FILE]
    assert keys_kept_in(tmp_path / "another") != (key,)


def test_all_who_begin_at_once_have_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(keys_kept_in, [tmp_path] * 32))
    assert len(found) == 1
    assert [file.name for file in tmp_path.iterdir()] == [KEY_FILE]


def test_a_new_key_on_top_signs_and_the_old_one_is_accepted_still() -> None:
    assert keys_in(f"# new in March\n{GOOD}\n\n  {OTHER}  \n") == (GOOD.encode(), OTHER.encode())


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "holds no key"), ("# nothing\n", "holds no key"), (f"{GOOD}\nshort", "shorter than")],
)
def test_a_key_that_is_not_safe_is_refused_without_being_shown(
    text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match=told):
        keys_in(text)
    (tmp_path / KEY_FILE).write_text(text)
    with pytest.raises(ValueError, match=rf"{KEY_FILE}: .*{told}"):
        keys_kept_in(tmp_path)
    monkeypatch.setenv("LIMEN_SECRETS_DIR", str(tmp_path))
    (tmp_path / "secret_key").write_text(f"{text or '#'}\n")
    with pytest.raises(SettingsError, match=told) as refused:
        load_settings()
    assert GOOD not in str(refused.value)


def test_keys_come_from_a_secret_where_one_is_set_and_else_from_the_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIMEN_SECRETS_DIR", str(tmp_path))
    state = tmp_path / "state"
    made = load_settings(state_dir=state).signing_key()
    assert keys_kept_in(state) == (made,)
    (tmp_path / "secret_key").write_text(f"{GOOD}\n{OTHER}\n")
    settings = load_settings(state_dir=state)
    assert settings.signing_keys() == (GOOD.encode(), OTHER.encode())
    assert GOOD not in repr(settings)
