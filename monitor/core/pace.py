"""How many mails a channel may begin in any minute: mail providers limit what they take from one customer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """At most so many beginnings in any minute, wherever that minute starts.

    They are counted, not metered out by a token bucket: a bucket that is full lets nearly twice as many
    through in the minute after. ``begun`` are those of the last minute, the oldest first.

    Raises:
        ValueError: ``most`` is below one.
    """

    most: int
    begun: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        """Refuses a pace at which nothing would ever be sent."""
        if self.most < 1:
            raise ValueError(f"a pace is of at least one mail a minute, not {self.most}")

    def wait(self, now: datetime) -> timedelta:
        """How long until the next one may begin; nothing if it may at once."""
        counted = self._counted(now)
        return timedelta() if len(counted) < self.most else counted[-self.most] + MINUTE - now

    def after(self, now: datetime) -> "Pace":
        """The pace once another has begun now."""
        return replace(self, begun=(*self._counted(now), now))

    def _counted(self, now: datetime) -> tuple[datetime, ...]:
        """Those of the minute that ends now. One of the future is none: the clock was put back."""
        return tuple(at for at in self.begun if timedelta() <= now - at < MINUTE)
