"""The shipped rulebook with the shipped areas and people."""

import pytest

from monitor.core.areas import AreaTree
from monitor.core.recipients import Directory
from monitor.core.rulebook import Rulebook
from monitor.directory import load_areas, load_directory
from monitor.rulebook.loader import load_rulebook
from monitor.rulebook.problems import render_problems
from monitor.shipped_files import shipped_config_dir, shipped_rules_dir
from tests.support.published import ShippedRules


@pytest.fixture(scope="session")
def areas() -> AreaTree:
    return load_areas(shipped_config_dir() / "areas.csv")


@pytest.fixture(scope="session")
def directory(areas: AreaTree) -> Directory:
    return load_directory(shipped_config_dir() / "contacts.yaml", areas)


@pytest.fixture(scope="session")
def rulebook(areas: AreaTree, directory: Directory) -> Rulebook:
    loaded = load_rulebook(shipped_rules_dir(), areas=areas, directory=directory)
    assert not loaded.problems, render_problems(loaded.problems, loaded.sources)
    assert loaded.rulebook is not None
    return loaded.rulebook


@pytest.fixture(scope="session")
def shipped(rulebook: Rulebook, areas: AreaTree) -> ShippedRules:
    return ShippedRules(rulebook, areas)
