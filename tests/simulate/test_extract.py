"""A simulated extract as a whole: the same bytes, streams of their own, visits, records, subjects, defaults by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.simulate.conftest import STUDY, Simulate, column

VISITS = """\
subject: SUBJ
visits: {column: VISIT, date: DAY, schedule: {SCREENING: -7, DAY 1: 1, WEEK 1: 8, WEEK 4: 29, WEEK 8: 57}}
columns:
  SUBJ: Subject
  VISIT: Visit
  DAY: {label: Day, formats: YYYY-MM-DD, required: true}
"""


def test_another_seed_gives_other_data(simulated: Simulate) -> None:
    one, again, other = (simulated(seed=seed)["random"] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)


def test_a_new_form_or_column_changes_nothing_else(simulated: Simulate) -> None:
    before = simulated(x=VISITS)
    keys = "  NEW: {label: New, type: integer, simulate: {mean: 3, sd: 2}}\n"
    after = simulated(
        a=column("{simulate: {values: [q]}}", "log"), x=VISITS.replace("  VISIT: Visit\n", keys + "  VISIT: Visit\n")
    )
    pd.testing.assert_frame_equal(before["random"], after["random"])
    pd.testing.assert_frame_equal(before["x"], after["x"].drop(columns="NEW"))


PROGRAM = """\
import hashlib, sys
from pathlib import Path
from crf2tlf.findings import Findings
from crf2tlf.simulate import simulate
from crf2tlf.spec import load_study
findings = Findings()
frames = simulate(load_study(Path(sys.argv[1]), None, findings), 60, 5, findings)
print(hashlib.sha256("".join(frame.to_csv() for frame in frames.values()).encode()).hexdigest())
"""


def test_the_same_bytes_with_any_hash_seed_and_time_zone() -> None:
    root = Path(__file__).parents[2]
    seen = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(root)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed, zone in (("1", "Asia/Tokyo"), ("2", "America/Lima"))
    }
    assert len(seen) == 1


def test_visits_keep_their_order_and_subjects_leave_for_good(simulated: Simulate) -> None:
    made = simulated(x=VISITS + "simulate: {start: random.RANDDAT, missed: 0.1, dropout: 0.5, jitter: 20}\n", y=VISITS)
    days = made["x"].merge(made["random"], on="SUBJ")
    after = (pd.to_datetime(days["DAY"]) - pd.to_datetime(days["RANDDAT"])).dt.days
    assert after.groupby(days["VISIT"]).agg(["min", "max"]).T.to_dict("list") == {
        "DAY 1": [0, 0],
        "SCREENING": [-7, -7],
        "WEEK 1": [4, 10],  # a week from its neighbour: at most 3 days early or late
        "WEEK 4": [18, 38],
        "WEEK 8": [43, 69],
    }
    assert after.groupby(days["SUBJ"]).is_monotonic_increasing.all()
    present = days.pivot(index="SUBJ", columns="VISIT", values="DAY").notna()
    assert present["SCREENING"].all()
    assert 0.35 < present["WEEK 8"].mean() < 0.6
    attended = {tuple(key) for key in made["x"][["SUBJ", "VISIT"]].to_numpy()}
    assert attended <= {
        tuple(key) for key in made["y"][["SUBJ", "VISIT"]].to_numpy()
    }  # with fewer leaving, all of them


def test_nothing_is_after_the_cut_off_or_the_end_of_a_subject(simulated: Simulate) -> None:
    end = "simulate: {hidden: {END: {type: date, after: RANDDAT, low: 20, high: 30}}}\n"
    random = (
        "subject: SUBJ\nrepeats: once\ncolumns:\n  SUBJ: Subject\n  RANDDAT: {label: Day, formats: YYYY-MM-DD}\n" + end
    )
    made = simulated(random=random, x=VISITS + "simulate: {start: random.RANDDAT, until: random.END}\n")
    assert set(made["x"]["VISIT"]) == {"SCREENING", "DAY 1", "WEEK 1", "WEEK 4"}
    late = simulated(study=STUDY.replace("2025-12-31", "2024-05-01"), x=VISITS + "simulate: {start: random.RANDDAT}\n")
    assert late["x"]["DAY"].max() <= "2024-05-01"
    assert set(late["x"]["VISIT"]) >= {"WEEK 8"}


def test_records_of_a_log_and_items_of_a_visit(simulated: Simulate) -> None:
    log = column("{simulate: {sequence: subject}}", "log", "simulate: {share: 0.5, records: {mean: 4, low: 1}}\n")
    items = """\
        subject: SUBJ
        visits: {column: VISIT, schedule: [WEEK 1, WEEK 2]}
        item: TEST
        columns: {SUBJ: Subject, VISIT: Visit, TEST: {label: Test, codes: {HGB: Hemoglobin, ALT: ALT}}}
        simulate: {missed: 0, dropout: 0, where: raw.random.ARM == "A"}
        """
    made = simulated(x=log, y=items)
    counts = made["x"].groupby("SUBJ").size()
    assert len(counts) == pytest.approx(200, abs=35)
    assert counts.min() >= 1
    assert counts.mean() == pytest.approx(4 / (1 - 2.718281828**-4), abs=0.4)  # of a Poisson number that is at least 1
    assert made["x"].groupby("SUBJ")["X"].apply(list).iloc[0][:2] in (["1", "2"], ["1"])
    arm = made["random"].set_index("SUBJ")["ARM"]
    assert set(made["y"]["SUBJ"]) == set(arm[arm == "A"].index)
    assert (made["y"].groupby("SUBJ").size() == 4).all()
    assert not made["y"].duplicated(["SUBJ", "VISIT", "TEST"]).any()


def test_subjects_by_site(simulated: Simulate) -> None:
    site = """\
        subject: SUBJ
        repeats: once
        columns: {SUBJ: {simulate: {pattern: "{site}-{number:3}"}}, SITEID: {codes: {701: A, 702: B}}}
        """
    made = simulated(x=site)["x"]
    assert set(made["SITEID"]) == {"701", "702"}
    assert (made["SUBJ"].str[:3] == made["SITEID"]).all()
    assert made["SUBJ"].is_unique
    assert {"701-001", "702-001"} <= set(made["SUBJ"])
    by_study = simulated(x=site.replace("{site}-{number:3}", "{number:4}"))["x"]["SUBJ"]
    assert (by_study.iloc[0], by_study.iloc[-1]) == ("0001", "0400")


def test_what_names_make_plausible(simulated: Simulate) -> None:
    form = """\
        subject: SUBJ
        repeats: log
        columns:
          SUBJ: Subject
          AESPID: Number
          AETERM: {label: Event, required: true}
          AEDECOD: {label: Coded, required: true}
          AESOC: {label: Class, required: true}
          AESER: {label: Serious, codes: {1: "Yes", 2: "No"}}
          AETOXGR: {label: Grade, codes: {1: Grade 1, 2: Grade 2, 3: Grade 3}}
          AESTDAT: {label: Start, formats: YYYY-MM-DD, required: true}
          AEENDAT: {label: End, formats: YYYY-MM-DD}
        """
    demog = """\
        subject: SUBJ
        repeats: once
        columns:
          SUBJ: Subject
          AGE: {label: Age, type: integer}
          BRTHDAT: {label: Birth, formats: YYYY-MM-DD}
          HEIGHT: {label: Height, type: number, decimals: 2, unit: m, range: [1, 2.2]}
        """
    made = simulated(ae=form, demog=demog)
    ae = made["ae"]
    assert (ae["AEDECOD"] == ae["AETERM"]).all()
    assert set(ae[ae["AETERM"] == "Nausea"]["AESOC"]) == {"Gastrointestinal disorders"}
    assert (ae["AESER"] == "1").mean() < 0.15
    assert (ae["AETOXGR"] == "1").mean() > 0.45
    ended = ae.dropna(subset="AEENDAT")
    assert (ended["AEENDAT"] >= ended["AESTDAT"]).all()
    assert made["demog"]["AGE"].astype(int).between(18, 90).all()
    assert made["demog"]["BRTHDAT"].str[:4].astype(int).between(1930, 2007).all()
    assert made["demog"]["HEIGHT"].astype(float).between(1, 2.2).all()  # cm is not plausible in this range
