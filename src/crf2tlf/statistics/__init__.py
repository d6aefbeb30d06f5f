"""Statistics as plain functions: numbers in, numbers out.

Nothing here knows of studies, datasets or tables, and nothing else of the package is imported.

| module | what it answers |
|---|---|
| `rounding` | the text of a number or a percentage, half-up; the number that a results file keeps |
| `quantiles` | n, mean, SD, median, quartiles, range |
| `proportion` | a proportion with exact (Clopper–Pearson) or Wilson limits |
| `survival` | the Kaplan–Meier curve, its median and quantiles, survival at a time, numbers at risk |
| `paired` | the paired t-test |
| `two_stage` | Simon's two-stage designs: exact operating characteristics, minimax and optimal search |

A missing number is NaN on the way in and on the way out. An input that has no meaning (a negative time,
more responders than patients) raises `ValueError`; a question without an answer (the median of nothing, an
upper limit that is not reached) is answered with NaN.
"""

from crf2tlf.statistics.estimate import Estimate
from crf2tlf.statistics.paired import PairedT, paired_t
from crf2tlf.statistics.proportion import exact_proportion, wilson_proportion
from crf2tlf.statistics.quantiles import QUANTILE_CONVENTIONS, QuantileKind, Summary, quantile, summary
from crf2tlf.statistics.rounding import format_number, percent_text, round_half_up, significant
from crf2tlf.statistics.survival import ConfType, KaplanMeier, OpenPlateau, kaplan_meier
from crf2tlf.statistics.two_stage import (
    OperatingCharacteristics,
    TwoStageDesign,
    minimax_design,
    operating_characteristics,
    optimal_design,
)

__all__ = [
    "QUANTILE_CONVENTIONS",
    "ConfType",
    "Estimate",
    "KaplanMeier",
    "OpenPlateau",
    "OperatingCharacteristics",
    "PairedT",
    "QuantileKind",
    "Summary",
    "TwoStageDesign",
    "exact_proportion",
    "format_number",
    "kaplan_meier",
    "minimax_design",
    "operating_characteristics",
    "optimal_design",
    "paired_t",
    "percent_text",
    "quantile",
    "round_half_up",
    "significant",
    "summary",
    "wilson_proportion",
]
