import pytest

from monitor.core.observations import Status
from monitor.intake.faults import FaultCode, FileFaultCode
from monitor.intake.inbox import UNFINISHED
from monitor.intake.numbers import SYMBOLS
from monitor.intake.rows import STATUSES
from monitor.intake.tables import SYNONYMS
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "load-data.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", [*FaultCode, *FileFaultCode])
def test_every_code_is_explained_once(code: FaultCode | FileFaultCode) -> None:
    assert PAGE.count(f"\n| `{code}` | ") == 1


@pytest.mark.parametrize(
    "word",
    [
        *SYMBOLS,
        *UNFINISHED[:-1],
        *(name for name in STATUSES if name),
        *Status,
        *SYNONYMS,
        *(
            synonym.replace("_", " ")
            for synonyms in SYNONYMS.values()
            for synonym in synonyms
            if synonym != "gss_code"
        ),
    ],
)
def test_every_symbol_synonym_and_status_is_named(word: str) -> None:
    assert f"`{word}`" in PAGE or f"`{word.replace(' ', '_')}`" in PAGE
