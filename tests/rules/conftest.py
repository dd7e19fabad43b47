"""The shipped rulebook with the shipped areas and people."""

import pytest

from monitor.core.areas import AreaTree
from monitor.core.recipients import Directory
from monitor.core.rulebook import Rulebook
from monitor.directory import LoadedFolders, load_folders
from monitor.rulebook.problems import render_problems
from monitor.shipped_files import shipped_config_dir, shipped_rules_dir
from tests.support.published import ShippedRules


@pytest.fixture(scope="session")
def loaded() -> LoadedFolders:
    found = load_folders(shipped_rules_dir(), shipped_config_dir())
    assert not found.problems, render_problems(found.problems, found.sources)
    return found


@pytest.fixture(scope="session")
def areas(loaded: LoadedFolders) -> AreaTree:
    assert loaded.areas is not None
    return loaded.areas


@pytest.fixture(scope="session")
def directory(loaded: LoadedFolders) -> Directory:
    assert loaded.contacts is not None
    return loaded.contacts.directory


@pytest.fixture(scope="session")
def rulebook(loaded: LoadedFolders) -> Rulebook:
    assert loaded.rulebook is not None
    return loaded.rulebook


@pytest.fixture(scope="session")
def shipped(rulebook: Rulebook, areas: AreaTree) -> ShippedRules:
    return ShippedRules(rulebook, areas)
