"""Statistics as plain functions: numbers in, numbers out.

Nothing here knows of studies, datasets or tables, and nothing else of the package is imported. scipy loads its parts
when they are first used, and `scipy.stats` takes a second: so it is written out, and never imported by its name.

| module | what it answers |
|---|---|
| `rounding` | the text of a number or a percentage, half-up; the number that a results file keeps |
| `quantiles` | n, mean, SD, median, quartiles, range |
| `proportion` | a proportion with exact (Clopper–Pearson) or Wilson limits |
| `survival` | the Kaplan–Meier curve, its median and quantiles, survival at a time, numbers at risk |
| `log_rank` | the log-rank test, weighted and stratified |
| `cox` | Cox's proportional hazards model: hazard ratios, with named ties and strata |
| `proportion_difference` | the difference of two proportions with limits, stratified too |
| `ratios` | relative risk and odds ratio with limits, stratified too |
| `contingency` | chi-square, Fisher's exact, Cochran–Mantel–Haenszel and Cochran–Armitage tests |
| `geometric` | geometric mean, standard deviation and coefficient of variation, with limits |
| `means` | differences of means, t-tests, rank tests, analysis of variance |
| `ancova` | analysis of covariance: least squares means and their differences |
| `paired` | the paired t-test |
| `two_stage` | Simon's two-stage designs: exact operating characteristics, minimax and optimal search |

A missing number is NaN on the way in and on the way out. An input that has no meaning (a negative time,
more responders than patients) raises `ValueError`; a question without an answer (the median of nothing, an
upper limit that is not reached) is answered with NaN.
"""

from crf2tlf.statistics.ancova import Adjusted, Ancova, Margins, ancova
from crf2tlf.statistics.contingency import (
    NOTHING_TO_TEST,
    Tested,
    chi_square,
    cochran_armitage,
    cochran_mantel_haenszel,
    fisher,
)
from crf2tlf.statistics.cox import Cox, Ties, cox
from crf2tlf.statistics.estimate import NOT_ESTIMABLE, Estimate
from crf2tlf.statistics.geometric import Geometric, geometric
from crf2tlf.statistics.log_rank import LogRank, Weights, log_rank
from crf2tlf.statistics.means import (
    MeanDifference,
    Variances,
    kruskal_wallis,
    mean_difference,
    mean_limits,
    one_way,
    rank_sum,
)
from crf2tlf.statistics.paired import PairedT, paired_t
from crf2tlf.statistics.proportion import exact_proportion, wilson_proportion
from crf2tlf.statistics.proportion_difference import (
    Counts,
    DifferenceLimits,
    proportion_difference,
    stratified_difference,
)
from crf2tlf.statistics.quantiles import QUANTILE_CONVENTIONS, QuantileKind, Summary, quantile, summary
from crf2tlf.statistics.ratios import OddsLimits, odds_ratio, relative_risk
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
    "NOTHING_TO_TEST",
    "NOT_ESTIMABLE",
    "QUANTILE_CONVENTIONS",
    "Adjusted",
    "Ancova",
    "ConfType",
    "Counts",
    "Cox",
    "DifferenceLimits",
    "Estimate",
    "Geometric",
    "KaplanMeier",
    "LogRank",
    "Margins",
    "MeanDifference",
    "OddsLimits",
    "OpenPlateau",
    "OperatingCharacteristics",
    "PairedT",
    "QuantileKind",
    "Summary",
    "Tested",
    "Ties",
    "TwoStageDesign",
    "Variances",
    "Weights",
    "ancova",
    "chi_square",
    "cochran_armitage",
    "cochran_mantel_haenszel",
    "cox",
    "exact_proportion",
    "fisher",
    "format_number",
    "geometric",
    "kaplan_meier",
    "kruskal_wallis",
    "log_rank",
    "mean_difference",
    "mean_limits",
    "minimax_design",
    "odds_ratio",
    "one_way",
    "operating_characteristics",
    "optimal_design",
    "paired_t",
    "percent_text",
    "proportion_difference",
    "quantile",
    "rank_sum",
    "relative_risk",
    "round_half_up",
    "significant",
    "stratified_difference",
    "summary",
    "wilson_proportion",
]
