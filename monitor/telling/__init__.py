"""Who is told what a cycle changed, and what was held back before: decisions, mails, what to come back to.

First all that is to be told is gathered (``gathering``, ``restatements``); then each piece is held against
what may keep it from its reader (``gates``); what is left becomes mails (``notices``); and every decision is
written with its reason, and with it what limen has to come back to (``ledger``).
"""

from monitor.telling.gates import StormGuard
from monitor.telling.tell import tell

__all__ = ["StormGuard", "tell"]
