"""A Notification becomes a Message: subject, plain text, HTML and charts. Pure: the same facts, the same mail.

The order of things is that of a reader with ten seconds: colour and word, area and measure, the figure and its
limit, what to do; then the chart and the details; then why they get it and which rule it was.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import quote, urlsplit

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from monitor import palette
from monitor.charts import (
    HEIGHT,
    WIDTH,
    ChartSeries,
    caption,
    reveals_a_small_number,
    series_chart,
    series_in_words,
    without_small_numbers,
)
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.notifications import Notice, Notification, NoticeKind
from monitor.layout import columns, hanging, wrapped
from monitor.mail_facts import payload_of
from monitor.palette import DARK, LIGHT, Tone, tone_of
from monitor.wording import (
    FigureFormat,
    Travel,
    correction,
    good_way,
    headline,
    in_sentence,
    sentence,
    since,
    status_of,
    travel,
)
from notifiers.message import Address, InlineImage, Message
from notifiers.mime import one_line
