"""Scenarios of rules on datasets, terminology and subjects."""

from __future__ import annotations

from crf2tlf.conform.submitted import Listed

from .cases import finds, passes
from .tables import Table

LONG = "x" * 41
NY = (Listed(("NY",), frozenset({"Y", "N", "U", "NA"}), extensible=False),)
DICTIONARY = (Listed(("AEDICT_F",), frozenset({"REASSURANCE"}), extensible=True),)
UNITS = (Listed(("VSRESU",), frozenset({"cm", "kg"}), True, by="VSTESTCD", case="HEIGHT"),)
RESULTS = (Listed(("SIZE",), frozenset({"SMALL"}), False),)

TA = "ARMCD ARM TAETORD ETCD ELEMENT EPOCH; A Drug 1 SCR Screen SCREENING; A Drug 2 TRT Treat TREATMENT"

# fmt: off
STRUCTURE = [
    # Datasets and variables
    passes("NAME", AE="USUBJID AETERM; 01 PAIN"),
    finds("NAME", "AETERMLONG", "AE", AE="USUBJID AETERMLONG; 01 PAIN"),
    finds("NAME", "2AE", "AE", AE="USUBJID 2AE; 01 PAIN"),
    finds("NAME", "ADVERSEEV", "ADVERSEEV", ADVERSEEV="USUBJID; 01"),
    passes("LABEL", AE="USUBJID AETERM; 01 PAIN"),
    finds("LABEL", "AETERM has no label", "AE", AE=Table("AETERM; PAIN", change={"AETERM": {"label": ""}})),
    finds("LABEL", "longer than 40", "AE", AE=Table("AETERM; PAIN", change={"AETERM": {"label": LONG}})),
    finds("LABEL", "not plain", "AE", AE=Table("AETERM; PAIN", change={"AETERM": {"label": "Événement"}})),
    finds("LABEL", "AE has no label", "AE", AE=Table("AETERM; PAIN", label="")),
    passes("STANDARD_LABEL", AE="USUBJID AETERM AELNKID; 01 PAIN 1"),
    finds("STANDARD_LABEL", "of AETERM", "AE", AE=Table("AETERM; PAIN", change={"AETERM": {"label": "Term"}})),
    finds("STANDARD_LABEL", "of AE is Events", "AE", AE=Table("AETERM; PAIN", label="Events")),
    passes("STANDARD_TYPE", AE="USUBJID AESEQ; 01 1"),
    finds("STANDARD_TYPE", "AESEQ is Char", "AE", AE=Table("AESEQ; 1", change={"AESEQ": {"type": "Char"}})),
    passes("LONG_TEXT", CO=f"COVAL; {'x' * 200}"),
    finds("LONG_TEXT", "COVAL", "CO 2", CO=f"COVAL; x; {'x' * 201}"),
    passes("PLAIN_TEXT", AE="AETERM; PAIN~(BACK)"),
    finds("PLAIN_TEXT", "AETERM", "AE 2", AE="AETERM; PAIN; NAUSÉE"),
    passes("BLANK_TEXT", AE="AETERM; PAIN~IN~BACK; ."),
    finds("BLANK_TEXT", "AETERM", "AE 1", AE="AETERM; ~PAIN; PAIN~"),
    passes("DATASET_EMPTY", AE="AETERM; PAIN"),
    finds("DATASET_EMPTY", "no records", "AE", AE="AETERM;"),
    passes("UNIQUE_KEY", AE=Table("USUBJID AESEQ; 01 1; 01 2; 02 1", keys=("USUBJID", "AESEQ"))),
    finds("UNIQUE_KEY", "same USUBJID", "AE 2 3",
          AE=Table("USUBJID AESEQ; 01 1; 01 2; 01 2", keys=("USUBJID", "AESEQ"))),
    finds("UNIQUE_KEY", "RECORD is not", "AE 1 2", AE=Table("USUBJID AETERM; 01 A; 01 B", keys=("USUBJID", "RECORD"))),
    passes("REQUIRED_VARIABLE", CO="DOMAIN USUBJID RDOMAIN COSEQ COVAL; CO 01 AE 1 x"),
    finds("REQUIRED_VARIABLE", "COVAL", "CO", CO="DOMAIN COSEQ; CO 1"),
    passes("EXPECTED_VARIABLE", SUPPAE="IDVAR IDVARVAL QEVAL; AESEQ 1 ."),
    finds("EXPECTED_VARIABLE", "QEVAL", "SUPPAE", SUPPAE="IDVAR IDVARVAL; AESEQ 1"),
    passes("REQUIRED_VALUE", AE="USUBJID AEDECOD; 01 Pain"),
    finds("REQUIRED_VALUE", "AEDECOD", "AE 2", AE="USUBJID AEDECOD; 01 Pain; 01 ."),
    passes("VARIABLE_UNKNOWN", AE="USUBJID AELNKID AEREFID; 01 1 1"),
    finds("VARIABLE_UNKNOWN", "AEFANCY", "AE", AE="USUBJID AEFANCY; 01 1"),
    passes("VARIABLE_ORDER", AE="DOMAIN USUBJID AESEQ AETERM; AE 01 1 PAIN"),
    finds("VARIABLE_ORDER", "AETERM stands", "AE", AE="DOMAIN USUBJID AETERM AESEQ; AE 01 PAIN 1"),
    passes("DOMAIN_VALUE", AE="DOMAIN; AE", QSPH="DOMAIN; QS"),
    finds("DOMAIN_VALUE", "not AE", "AE 2 3", AE="DOMAIN; AE; CM; ."),
    passes("STUDYID_VALUE", AE="STUDYID; TST", ADSL="STUDYID; TST"),
    finds("STUDYID_VALUE", "not TST", "AE 2", AE="STUDYID; TST; TST-2"),
    passes("SEQUENCE", AE="USUBJID AESEQ; 01 1; 01 2; 02 1"),
    finds("SEQUENCE", "same --SEQ", "AE 2 3", AE="USUBJID AESEQ; 01 1; 01 2; 01 2"),
    finds("SEQUENCE", "whole number", "AE 1 2", AE="USUBJID AESEQ; 01 0; 01 1.5; 01 3"),
    passes("TIMING_VARIABLE", AE="USUBJID AESTDTC; 01 2020"),
    finds("TIMING_VARIABLE", "no timing", "AE", AE="USUBJID AETERM; 01 PAIN"),
    passes("DATASETS", DM="USUBJID; 01", TS="TSPARMCD; TITLE", ADSL="USUBJID; 01", ADAE="USUBJID; 01"),
    finds("DATASETS", "no dataset TS", "TS", DM="USUBJID; 01"),
    finds("DATASETS", "no dataset ADSL", "ADSL", ADAE="USUBJID; 01"),
    passes("TRIAL_DESIGN", TA=TA, TE="ETCD; SCR", TV="VISITNUM; 1", TI="IETESTCD; IN1"),
    finds("TRIAL_DESIGN", "no dataset TI", "TI", TA=TA, TE="ETCD; SCR", TV="VISITNUM; 1"),
    # Controlled terminology
    passes("TERM_LISTED", AE=Table("AESER; Y; N; .", listed={"AESER": NY})),
    finds("TERM_LISTED", "'YES'", "AE 2", AE=Table("AESER; Y; YES", listed={"AESER": NY})),
    passes("TERM_LISTED", TR=Table("TRTESTCD TRSTRESC; A SMALL; A 12.5; A <5", listed={"TRSTRESC": RESULTS})),
    passes("TERM_EXTENSION", AE=Table("AEACNOTH; REASSURANCE", listed={"AEACNOTH": DICTIONARY})),
    finds("TERM_EXTENSION", "'REST'", "AE 2",
          AE=Table("AEACNOTH; REASSURANCE; REST", listed={"AEACNOTH": DICTIONARY})),
    passes("TERM_EXTENSION", VS=Table("VSTESTCD VSORRESU; HEIGHT cm; PULSE beats/min", listed={"VSORRESU": UNITS})),
    finds("TERM_EXTENSION", "'in'", "VS 1",
          VS=Table("VSTESTCD VSORRESU; HEIGHT in; PULSE in", listed={"VSORRESU": UNITS})),
    passes("TERM_CASE", AE=Table("AESER; Y; YES", listed={"AESER": NY})),
    finds("TERM_CASE", "'n'", "AE 2", AE=Table("AESER; Y; n", listed={"AESER": NY})),
    # Subjects
    passes("SUBJECT_IN_DM", DM="USUBJID; 01; 02", AE="USUBJID; 01", TS="TSPARMCD; TITLE"),
    finds("SUBJECT_IN_DM", "not in DM", "AE 2", DM="USUBJID; 01", AE="USUBJID; 01; 03"),
    passes("DM_SUBJECT_UNIQUE", DM="USUBJID SUBJID; 01 1; 02 2"),
    finds("DM_SUBJECT_UNIQUE", "USUBJID", "DM 1 2", DM="USUBJID SUBJID; 01 1; 01 2; 03 3"),
    finds("DM_SUBJECT_UNIQUE", "SUBJID is", "DM 1 3", DM="USUBJID SUBJID; 01 1; 02 2; 03 1"),
    passes("DM_AGE_UNIT", DM="AGE AGEU; 60 YEARS; . ."),
    finds("DM_AGE_UNIT", "only one", "DM 1 2", DM="AGE AGEU; 60 .; . YEARS; 60 YEARS"),
    finds("DM_AGE_UNIT", "negative", "DM 1", DM="AGE AGEU; -1 YEARS"),
    # born in November 1960: 59 on the day of consent, 60 on the first day of treatment; either is accepted
    passes("DM_AGE_DATES", DM="BRTHDTC RFICDTC RFSTDTC AGE AGEU; 1960-11-03 2020-10-30 2020-11-05 59 YEARS; "
                              "1960-11-03 2020-10-30 2020-11-05 60 YEARS; 1960 2020-10-30 2020-11-05 59 YEARS; "
                              "1960-11 2020-10-30 2020-11-05 . YEARS"),
    finds("DM_AGE_DATES", "BRTHDTC", "DM 1 2",
          DM="BRTHDTC RFICDTC RFSTDTC AGE AGEU; 1960-11-03 2020-10-30 2020-11-05 61 YEARS; "
             "1960 2020-10-30 2020-11-05 58 YEARS; 1960-11-03 . 2020-11-05 60 YEARS"),
    passes("DM_REFERENCE_ORDER",
           DM="USUBJID RFICDTC RFSTDTC RFENDTC RFXSTDTC RFXENDTC; "
              "01 2020-01-01 2020-01-01T09:00 2020-01 2020-01-01 2020-01-31; 02 2020-01-01 . . . ."),
    finds("DM_REFERENCE_ORDER", "RFSTDTC is after RFENDTC", "DM 1",
          DM="USUBJID RFSTDTC RFENDTC; 01 2020-02-01 2020-01"),
    finds("DM_REFERENCE_ORDER", "RFXSTDTC is after", "DM 1", DM="USUBJID RFXSTDTC RFXENDTC; 01 2020-02-01 2020-01-31"),
    finds("DM_REFERENCE_ORDER", "RFICDTC is after RFSTDTC", "DM 1", DM="USUBJID RFICDTC RFSTDTC; 01 2021 2020-12-31"),
    passes("DM_EXPOSURE_DATES",
           DM="USUBJID RFXSTDTC RFXENDTC; 01 2020-01-01 2020-03-01; 02 . .; 03 2020-01-01 2020-01",
           EX="USUBJID EXSTDTC EXENDTC; 01 2020-01-01T08:00 2020-01-31; 01 2020-02-01 2020-03-01; "
              "03 2020-01-01 2020-01"),
    finds("DM_EXPOSURE_DATES", "RFXSTDTC", "DM 1", DM="USUBJID RFXSTDTC RFXENDTC; 01 2020-01-02 2020-01-31",
          EX="USUBJID EXSTDTC EXENDTC; 01 2020-01-01 2020-01-31"),
    passes("DM_EXPOSURE_DATES", DM="USUBJID RFXSTDTC RFXENDTC; 01 2020-01-01 2020-01-31; 02 2020-01-01 2020-02-01",
           EX="USUBJID EXSTDTC EXENDTC; 01 2020-01-01 2020-01-31; 01 2020-02-01 .; 02 2020-01-01 2020-01-31; "
              "02 2020-02-01 ."),
    finds("DM_EXPOSURE_DATES", "RFXENDTC", "DM 1", DM="USUBJID RFXSTDTC RFXENDTC; 01 2020-01-01 .",
          EX="USUBJID EXSTDTC EXENDTC; 01 2020-01-01 2020-01-31"),
    passes("DM_DEATH", DM="DTHFL DTHDTC; Y 2020-01; . ."),
    finds("DM_DEATH", "not Y or missing", "DM 1", DM="DTHFL DTHDTC; N ."),
    finds("DM_DEATH", "DTHFL is not Y", "DM 1", DM="DTHFL DTHDTC; . 2020-01-01; Y 2020-01-01"),
    finds("DM_DEATH", "without a DTHDTC", "DM 1", DM="DTHFL DTHDTC; Y ."),
    passes("DEATH_RECORDED", DM="USUBJID DTHFL; 01 Y; 02 .",
           AE="USUBJID AESDTH AEOUT; 01 Y FATAL; 02 N RECOVERED/RESOLVED", DS="USUBJID DSDECOD; 01 DEATH",
           SS="USUBJID SSSTRESC; 01 DEAD; 02 ALIVE"),
    finds("DEATH_RECORDED", "DTHFL", "DD 1", DM="USUBJID DTHFL; 01 .", DD="USUBJID DDTESTCD; 01 SECDTH"),
    finds("DEATH_RECORDED", "DTHFL", "AE 1", DM="USUBJID DTHFL; 01 .", AE="USUBJID AESDTH AEOUT; 01 . FATAL"),
    finds("DEATH_RECORDED", "DTHFL", "DS 2", DM="USUBJID DTHFL; 01 .", DS="USUBJID DSDECOD; 01 COMPLETED; 01 DEATH"),
    passes("DEATH_DISPOSITION", DM="USUBJID DTHFL DTHDTC; 01 Y 2020-01-05; 02 . .",
           DS="USUBJID DSDECOD DSSTDTC; 01 DEATH 2020-01-05"),
    finds("DEATH_DISPOSITION", "without a death", "DM 1", DM="USUBJID DTHFL; 01 Y",
          DS="USUBJID DSDECOD DSSTDTC; 01 COMPLETED 2020"),
    finds("DEATH_DISPOSITION", "not the day", "DM 1", DM="USUBJID DTHFL DTHDTC; 01 Y 2020-01-05",
          DS="USUBJID DSDECOD DSSTDTC; 01 DEATH 2020-01-06"),
    passes("DM_ARM", TA=TA,
           DM="ARMCD ARM ACTARMCD ACTARM ARMNRS; A Drug A Drug .; A Drug . . NOT~TREATED; . . . . SCREEN~FAILURE"),
    finds("DM_ARM", "only one of ARMCD", "DM 1", TA=TA, DM="ARMCD ARM ARMNRS; A . SCREEN~FAILURE"),
    finds("DM_ARM", "not in TA", "DM 1", TA=TA, DM="ARMCD ARM ARMNRS; B Other .; A Drug ."),
    finds("DM_ARM", "without ARMNRS", "DM 1", TA=TA, DM="ARMCD ARM ACTARMCD ACTARM ARMNRS; A Drug . . ."),
    finds("DM_ARM", "with both arms", "DM 1", TA=TA,
          DM="ARMCD ARM ACTARMCD ACTARM ARMNRS; A Drug A Drug SCREEN~FAILURE"),
    passes("DM_EXPOSED", DM="USUBJID ACTARMCD ARMNRS; 01 A .; 02 . NOT~TREATED", EX="USUBJID; 01"),
    finds("DM_EXPOSED", "without exposure", "DM 1", DM="USUBJID ACTARMCD ARMNRS; 01 A .", EX="USUBJID; 02"),
    finds("DM_EXPOSED", "without ACTARMCD", "DM 1", DM="USUBJID ACTARMCD ARMNRS; 01 . .", EX="USUBJID; 01"),
]
