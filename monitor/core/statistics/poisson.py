"""Exact limits of a Poisson count, by the incomplete gamma function: a few lines, so SciPy is not needed."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from monitor.core.statistics.arrays import FloatArray, normal_deviate, tail

LARGEST_EXACT: Final = 100.0
"""The largest count that the exact limits are worked out for; Byar's formula is as good far below it."""

SMALLEST_COUNT: Final = 0.05
"""The lower limit of a count below this is 0: it would be less than 10**-11."""

_TERMS: Final = 5_000
_ROUNDS: Final = 200
_PRECISION: Final = 1e-14


def exact_limits(counts: FloatArray, confidence: float) -> tuple[FloatArray, FloatArray]:
    """The exact limits of the mean of a Poisson variable that came out as `counts` (0 to 100).

    lower = chi²(t; 2x) / 2, upper = chi²(1 - t; 2x + 2) / 2, t the tail, and lower = 0 for x = 0, where the
    chi² quantile with 2a degrees of freedom is twice the gamma quantile of shape a. F. Garwood, "Fiducial
    limits for the Poisson distribution", Biometrika 28 (1936) 437-442; K. Ulm, "A simple method to
    calculate the confidence interval of a standardized mortality ratio", Am. J. Epidemiol. 131 (1990)
    373-375. A count that is not whole is taken into the same formulas.

    Raises ValueError for a count outside 0 to 100, or a level as `arrays.tail`.
    """
    if counts.size and not (counts.min() >= 0 and counts.max() <= LARGEST_EXACT):
        raise ValueError(f"exact Poisson limits are for counts from 0 to {LARGEST_EXACT:g}")
    different, places = np.unique(counts, return_inverse=True)
    outside, deviate = tail(confidence), normal_deviate(confidence)
    enough = different >= SMALLEST_COUNT
    lower = np.where(enough, gamma_quantile(outside, np.where(enough, different, 1.0), -deviate), 0.0)
    upper = gamma_quantile(1 - outside, different + 1, deviate)
    return lower[places].reshape(counts.shape), upper[places].reshape(counts.shape)


def gamma_quantile(probability: float, shape: FloatArray, deviate: float) -> FloatArray:
    """Where the gamma distribution of `shape` (one axis, positive) and scale 1 reaches `probability`.

    `deviate` is the normal quantile of the same probability: the Wilson-Hilferty approximation starts from
    it, and Newton's method, kept within a bracket, ends within 1e-14 of the answer.
    E. B. Wilson, M. M. Hilferty, PNAS 17 (1931) 684-688.
    """
    spread = 1 / (9 * shape)
    guess: FloatArray = shape * np.maximum(1 - spread + deviate * np.sqrt(spread), 1e-3) ** 3
    low, high = np.zeros_like(shape), shape + 50 * np.sqrt(shape) + 50
    log_gamma = _log_gamma(shape)
    settled = np.zeros(shape.shape, dtype=np.bool_)
    for _ in range(_ROUNDS):
        excess = gamma_probability(shape, guess) - probability
        low, high = np.where(excess < 0, guess, low), np.where(excess < 0, high, guess)
        density = np.exp((shape - 1) * np.log(guess) - guess - log_gamma)
        step = guess - excess / np.maximum(density, 1e-300)
        within = np.where((step > low) & (step < high), step, (low + high) / 2)
        # A cell that has settled stays: no limit depends on what else was asked in the same array.
        following = np.where(settled, guess, np.maximum(within, 1e-300))
        settled = settled | (np.abs(following - guess) <= _PRECISION * guess)
        guess = following
        if settled.all():
            break
    return guess


def gamma_probability(shape: FloatArray, at: FloatArray) -> FloatArray:
    """The regularised lower incomplete gamma function P(a, x), by its power series; all terms are positive.

    1 - P(a, x) is the chance of fewer than a events where x are expected. Both are positive, with one axis.

    P(a, x) = x**a e**-x / Γ(a) (1/a + x / a(a+1) + x² / a(a+1)(a+2) + ...): DLMF 8.7.1 with 8.5.1.
    """
    term = 1 / shape
    total: FloatArray = term
    for place in range(1, _TERMS):
        term = term * at / (shape + place)
        total = total + term
        if (term <= total * 1e-17).all():
            break
    probability: FloatArray = np.minimum(total * np.exp(shape * np.log(at) - at - _log_gamma(shape)), 1.0)
    return probability


def _log_gamma(shape: FloatArray) -> FloatArray:
    return np.array([math.lgamma(each) for each in shape], dtype=np.float64)
