"""The daemon: work on a schedule, signals, reloads, the HTTP port, signs of life to the service manager."""

from monitor.daemon.process import FAILED, MISCONFIGURED, STOPPED, Daemon
from monitor.daemon.work import CycleOutcome, DeliveryOutcome, ReloadOutcome, Work

__all__ = [
    "FAILED",
    "MISCONFIGURED",
    "STOPPED",
    "CycleOutcome",
    "Daemon",
    "DeliveryOutcome",
    "ReloadOutcome",
    "Work",
]
