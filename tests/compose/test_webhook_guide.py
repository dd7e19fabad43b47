"""docs/channels.md: its webhook example is real output, and it names every field, kind and setting."""

import json
import re

import pytest
from pydantic import BaseModel

from monitor.channel_settings import (
    AlertmanagerChannel,
    AppriseChannel,
    GovukNotifyChannel,
    WebhookChannel,
)
from monitor.core.notifications import NoticeKind, Occasion, OperationsKind
from monitor.core.rulebook import Level
from notifiers.webhook import body_of
from tests.compose.conftest import Composing
from tests.support.notices import BREACH, RESTATED, SILENCE_ENDED
from tests.support.repository import ROOT

GUIDE = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
EXAMPLE = r"^```json a webhook's message\n(.*?)^```"


def section(heading: str) -> str:
    (found,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


def fields(value: object) -> set[str]:
    """The names of all fields of a JSON document."""
    if isinstance(value, list):
        return {name for each in value for name in fields(each)}
    if isinstance(value, dict):
        return {str(name) for name in value} | {name for each in value.values() for name in fields(each)}
    return set()


def test_the_webhook_s_example_is_what_is_posted(mail: Composing) -> None:
    posted = json.loads(body_of(mail(RESTATED)))
    (written,) = re.findall(EXAMPLE, GUIDE, re.MULTILINE | re.DOTALL)
    shown = json.loads(written)
    assert posted["data"].pop("text").startswith(shown["data"].pop("text").removesuffix("…").strip())
    assert shown == posted


def test_every_field_and_kind_of_the_webhook_is_described(mail: Composing) -> None:
    prose = re.sub(r"^```.*?^```", "", GUIDE, flags=re.MULTILINE | re.DOTALL)
    described = set(re.findall(r"`([^`\n]+)`", prose))
    posted = [json.loads(body_of(message)) for message in (mail(RESTATED), mail(about_limen=SILENCE_ENDED))]
    kinds = {str(each) for each in (*NoticeKind, *Occasion, *OperationsKind, *Level)}
    assert fields(posted) | kinds <= described | {"data"}


def test_the_guide_warns_of_the_link_that_the_text_holds(mail: Composing) -> None:
    assert "/acknowledge/" in json.loads(body_of(mail(BREACH)))["data"]["text"]
    assert "`data.text` is the whole mail as text, with a personal link to acknowledge" in GUIDE


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Teams, Slack and the rest: Apprise", AppriseChannel),
        ("Mails and text messages by GOV.UK Notify", GovukNotifyChannel),
        ("Alertmanager", AlertmanagerChannel),
        ("A signed webhook", WebhookChannel),
    ],
)
def test_every_setting_of_a_channel_is_listed(heading: str, kind: type[BaseModel]) -> None:
    listed = section(heading)
    missing = [name for name in kind.model_fields if not re.search(rf"\b_*{name}\b|__{name}\b", listed)]
    assert not missing
