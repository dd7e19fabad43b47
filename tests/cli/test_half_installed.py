"""A limen of which parts are missing, as in the middle of an upgrade."""

import subprocess
import sys

import pytest

RUN = """
import sys
sys.modules["monitor.world"] = None
from monitor.cli.entry import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize(("arguments", "code"), [(["status"], 70), (["bounce", "-"], 75)])
def test_no_traceback_is_shown_and_a_mail_server_keeps_its_report(arguments: list[str], code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, check=False, input=""
    )
    assert done.returncode == code
    assert "limen is not installed whole" in done.stderr
    assert "Traceback" not in done.stderr
