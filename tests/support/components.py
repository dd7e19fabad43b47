"""What a test needs from the machine: PostgreSQL, systemd, Prometheus, a browser."""

import os
import shutil

import pytest


def require(condition: object, reason: str) -> None:
    """Skip the running test where a component is missing; in CI (`CI` is set), fail it.

    Args:
        condition: What is needed; missing when false.
        reason: What is missing and how to get it, for the person who reads the test's summary.
    """
    if condition:
        return
    if os.environ.get("CI"):
        pytest.fail(f"missing on this machine, and CI needs it: {reason}", pytrace=False)
    pytest.skip(reason)


def require_program(name: str, package: str) -> str:
    """The path of a program, or `require`'s skip or failure naming the Debian package that brings it."""
    path = shutil.which(name)
    require(path, f"needs the program {name} (Debian: apt-get install {package})")
    assert path is not None  # require has left the test otherwise
    return path
