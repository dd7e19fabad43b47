"""The wheel is whole: built for real, unpacked, and asked where its files lie."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repository import ROOT, own_files, project_file

SHIPPED = ("rules", "config", "systemd", "docs")


def _build(kind: str, source: Path, target: Path) -> Path:
    build = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)],
        cwd=source,
        check=False,
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stdout + build.stderr
    (built,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def unpacked_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the wheel built from the source distribution, so that neither may lack a file."""
    folder = tmp_path_factory.mktemp("wheel")
    # Python 3.11.2's tarfile knows no filter, and later ones warn without: tar itself is the same everywhere.
    archive = _build("sdist", ROOT, folder / "sdist")
    subprocess.run(["tar", "-xzf", str(archive), "-C", str(folder)], check=True)
    source = folder / archive.name.removesuffix(".tar.gz")
    shutil.unpack_archive(_build("wheel", source, folder / "wheel"), folder / "site", "zip")
    return folder / "site"


@pytest.mark.parametrize("folder", SHIPPED)
def test_the_wheel_carries_every_shipped_file(folder: str, unpacked_wheel: Path) -> None:
    own = {path.relative_to(ROOT).as_posix() for path in own_files(folder)}
    shipped = unpacked_wheel / "monitor" / "shipped"
    carried = {
        path.relative_to(shipped).as_posix() for path in (shipped / folder).rglob("*") if path.is_file()
    }

    assert own
    assert carried == own


def test_the_wheel_carries_every_file_of_the_packages(unpacked_wheel: Path) -> None:
    own = [path.relative_to(ROOT) for path in own_files("monitor", "notifiers")]

    assert [str(path) for path in own if not (unpacked_wheel / path).is_file()] == []
    assert any(path.parts[:2] == ("monitor", "templates") for path in own)
    assert any(path.parts[:3] == ("monitor", "store", "migrations") for path in own)


def test_the_wheel_carries_nothing_else(unpacked_wheel: Path) -> None:
    version = project_file()["project"]["version"]

    assert {path.name for path in unpacked_wheel.iterdir()} == {
        "monitor",
        "notifiers",
        f"limen-{version}.dist-info",
    }
    assert list(unpacked_wheel.rglob("__pycache__")) == []


@pytest.mark.parametrize("folder", SHIPPED)
def test_an_installed_limen_finds_its_shipped_files_in_the_package(folder: str, unpacked_wheel: Path) -> None:
    assert _shipped_dir(folder, unpacked_wheel) == unpacked_wheel / "monitor" / "shipped" / folder


@pytest.mark.parametrize("folder", SHIPPED)
def test_a_checkout_finds_its_shipped_files_beside_the_package(folder: str) -> None:
    assert _shipped_dir(folder, ROOT) == ROOT / folder


def test_an_incomplete_installation_is_told_what_to_do(tmp_path: Path) -> None:
    package = tmp_path / "monitor"
    package.mkdir()
    for name in ("__init__.py", "shipped_files.py"):
        (package / name).write_bytes((ROOT / "monitor" / name).read_bytes())

    with pytest.raises(subprocess.CalledProcessError) as failure:
        _shipped_dir("rules", tmp_path)

    assert "Install limen again" in failure.value.stderr


def _shipped_dir(folder: str, site: Path) -> Path:
    answer = subprocess.run(
        [sys.executable, "-c", f"from monitor.shipped_files import *; print(shipped_{folder}_dir())"],
        cwd=site,
        env=os.environ | {"PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(answer.stdout.strip())
