"""Facts of mails as limen could send them, one of each kind; people, figures and limits are invented."""

from monitor.compose.samples.mails import SAMPLES, Sample

__all__ = ["SAMPLES", "Sample"]
