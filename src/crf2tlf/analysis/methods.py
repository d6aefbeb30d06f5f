"""The analyses of the table language by the key that asks for them."""

from __future__ import annotations

from crf2tlf.analysis.compared_means import ANCOVA, DIFFERENCE, TEST
from crf2tlf.analysis.compared_shares import ODDS_RATIO, RELATIVE_RISK
from crf2tlf.analysis.compared_times import HAZARD_RATIO, LOG_RANK
from crf2tlf.analysis.counts import COUNT, PROPORTION
from crf2tlf.analysis.design import TWO_STAGE
from crf2tlf.analysis.statistic import Method, not_alone
from crf2tlf.analysis.summaries import DATES, PAIRED_T, SUMMARY, VALUES
from crf2tlf.analysis.survival import KAPLAN_MEIER

METHODS: dict[str, Method] = {
    "count": COUNT,
    "proportion": PROPORTION,
    "summary": SUMMARY,
    "kaplan_meier": KAPLAN_MEIER,
    "paired_t": PAIRED_T,
    "values": VALUES,
    "dates": DATES,
    "two_stage": TWO_STAGE,
    "compare": Method("", not_alone, lambda _spec: ""),
    "log_rank": LOG_RANK,
    "hazard_ratio": HAZARD_RATIO,
    "difference": DIFFERENCE,
    "odds_ratio": ODDS_RATIO,
    "relative_risk": RELATIVE_RISK,
    "test": TEST,
    "ancova": ANCOVA,
}
