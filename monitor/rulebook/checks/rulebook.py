"""All checks of what the rule files mean, one after the other."""

from typing import Final

from monitor.rulebook.checks.availability import (
    check_alert_comparisons,
    check_band_comparisons,
    check_ratings,
    check_target_comparisons,
)
from monitor.rulebook.checks.band_sides import check_band_sides
from monitor.rulebook.checks.bands import check_bands
from monitor.rulebook.checks.dates import check_dates
from monitor.rulebook.checks.derivations import check_derivations
from monitor.rulebook.checks.inhibitions import check_inhibitions
from monitor.rulebook.checks.instances import instances
from monitor.rulebook.checks.levels import check_levels, check_recovery_alone, check_sides
from monitor.rulebook.checks.maintenance import check_lengths, check_maintenance
from monitor.rulebook.checks.others import check_others
from monitor.rulebook.checks.percentages import check_alert_percentages, check_percentages
from monitor.rulebook.checks.plausibility import check_plausibility
from monitor.rulebook.checks.precision import check_alert_precision, check_indicator_precision, check_unit
from monitor.rulebook.checks.profiles import check_profiles
from monitor.rulebook.checks.ranges import check_band_ranges, check_ranges
from monitor.rulebook.checks.references import check_indicators_known, check_lifetimes, check_successions
from monitor.rulebook.checks.routing import check_matches_known, check_reach, check_targets_known
from monitor.rulebook.checks.sources import check_sources
from monitor.rulebook.checks.timing import check_escalations, check_weekly
from monitor.rulebook.checks.unanswered import check_alert_answers, check_band_answers
from monitor.rulebook.checks.usage import check_usage
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.written import WrittenRulebook

_MOST_TRIED: Final = 2_000_000
"""Alerts times what may tell or hold them: some seconds. England, with sixty of these, stays below."""


def check_rulebook(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes everything that is wrong with the sound definitions, alone and together."""
    for indicator in rulebook.indicators.values():
        check_unit(indicator, log)
        check_target_comparisons(indicator, rulebook.areas, log)
        check_band_comparisons(indicator, rulebook.areas, log)
        check_indicator_precision(indicator, log)
        check_percentages(indicator, log)
        check_dates(indicator, log)
        check_bands(indicator, rulebook.areas, log)
        check_band_sides(indicator, rulebook.areas, log)
        check_band_answers(indicator, log)
        check_band_ranges(indicator, log)
        check_profiles(indicator, rulebook.areas, log)
        check_plausibility(indicator, log)
    for alert in rulebook.alerts.values():
        watched = rulebook.indicators.get(alert.rule.indicator)
        if watched is None:
            check_recovery_alone(alert, log)
            continue
        check_ratings(alert, watched, log)
        check_alert_comparisons(alert, watched, rulebook, log)
        check_alert_precision(alert, watched, log)
        check_alert_percentages(alert, watched, log)
        check_sides(alert, watched, log)
        check_levels(alert, watched, rulebook, log)
        check_alert_answers(alert, watched, log)
        check_ranges(alert, watched, rulebook, log)
        check_lifetimes(alert, watched, log)
    check_indicators_known(rulebook, log)
    check_successions(rulebook, log)
    check_derivations(rulebook, log)
    check_others(rulebook, log)
    check_matches_known(rulebook, log)
    check_targets_known(rulebook, log)
    check_reach(rulebook, log)
    check_telling(rulebook, log)
    check_sources(rulebook, log)
    check_usage(rulebook, log)


def check_telling(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes what is wrong with when people are told, and with what keeps news from them."""
    check_escalations(rulebook, log)
    check_lengths(rulebook, log)
    known = instances(rulebook)
    if known is None:
        return
    if len(known) * len(rulebook.routes) <= _MOST_TRIED:
        check_weekly(rulebook, known, log)
    if len(known) * (len(rulebook.inhibitions) + len(rulebook.maintenance)) <= _MOST_TRIED:
        check_inhibitions(rulebook, known, log)
        check_maintenance(rulebook, known, log)
