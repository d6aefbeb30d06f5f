"""The analyses of the table language by the key that asks for them."""

from __future__ import annotations

from crf2tlf.analysis.counts import COUNT, PROPORTION
from crf2tlf.analysis.design import TWO_STAGE
from crf2tlf.analysis.statistic import Method
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
}
