"""What the field's statistics say of figures: intervals, funnels, control charts, ranks.

Pure; docs/statistics.md tells analysts when to use which.

Arrays hold many series side by side, (series, places). What is missing is masked by a `known` array beside
the figures and is never taken for zero; what stands in a cell that is not known means nothing.
Control charts, ranks and peer statistics are exact, on whole numbers of the published precision. Intervals
need square roots and the normal distribution and are worked out in float64; a limit taken from one is
rounded to the indicator's precision before it is compared.
"""
