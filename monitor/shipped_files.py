"""Where the rules, the sample configuration, the unit file and the documentation that travel with limen lie.

A wheel carries them inside the package, in `monitor/shipped/` (see `force-include` in `pyproject.toml`);
a checkout, and so an editable install, has them beside the package.
"""

from pathlib import Path

import monitor

_PACKAGE = Path(monitor.__file__).resolve().parent


def shipped_rules_dir() -> Path:
    """The folder of shipped rule files, with their tests in `tests/`.

    Raises:
        FileNotFoundError: The installation is incomplete.
    """
    return _shipped("rules")


def shipped_config_dir() -> Path:
    """The folder of the settings sample, areas, contacts and the Grafana and Prometheus files.

    Raises:
        FileNotFoundError: The installation is incomplete.
    """
    return _shipped("config")


def shipped_systemd_dir() -> Path:
    """The folder of `limen.service` and what installs it.

    Raises:
        FileNotFoundError: The installation is incomplete.
    """
    return _shipped("systemd")


def shipped_docs_dir() -> Path:
    """The folder of the documentation: pages in Markdown, their pictures in `images/`.

    Raises:
        FileNotFoundError: The installation is incomplete.
    """
    return _shipped("docs")


def _shipped(folder: str) -> Path:
    in_wheel = _PACKAGE / "shipped" / folder
    in_checkout = _PACKAGE.parent / folder
    for candidate in (in_wheel, in_checkout):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(
        f"limen's own {folder!r} folder is missing: looked for {in_wheel} and {in_checkout}. "
        "Install limen again, or name your own folder in the settings."
    )
