"""How the figures of peers become one."""

from enum import StrEnum


class PeerStatistic(StrEnum):
    """LAIT takes the mean of the statistical neighbours, DfE's social care dashboard the median."""

    MEAN = "mean"
    MEDIAN = "median"
