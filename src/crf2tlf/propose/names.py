"""Names that forms give to what SDTM has: those of CDASH, and words that people use.

Source: CDASHIG 2.2 (collection variables and their SDTM targets); the words are those of common EDC libraries.
"""

from __future__ import annotations

CDASH_SUFFIX = {
    "DAT": "DTC",
    "DT": "DTC",
    "DATE": "DTC",
    "DTCOL": "DTC",
    "STDAT": "STDTC",
    "STDT": "STDTC",
    "STDATE": "STDTC",
    "ENDAT": "ENDTC",
    "ENDT": "ENDTC",
    "ENDATE": "ENDTC",
    "DSTXT": "DOSE",
    "DOSTXT": "DOSTXT",
    "FREQ": "DOSFRQ",
    "RES": "ORRES",
    "UNIT": "ORRESU",
    "PERF": "STAT",
    "NO": "SPID",
    "NUM": "SPID",
    "ONGO": "ENRTPT",
}
"""What follows the domain's letters in CDASH, and in SDTM."""

TIME_SUFFIX = {"DTC": ("TIM", "TM", "TMCOL", "TIME"), "STDTC": ("STTIM", "STTM"), "ENDTC": ("ENTIM", "ENTM")}
"""Columns with the time of day that belongs to a date."""

DEMOGRAPHICS = {
    "BRTHDAT": "BRTHDTC",
    "BRTHDT": "BRTHDTC",
    "BIRTHDAT": "BRTHDTC",
    "BIRTHDT": "BRTHDTC",
    "BIRTHDATE": "BRTHDTC",
    "DOB": "BRTHDTC",
    "RFICDAT": "RFICDTC",
    "ICDAT": "RFICDTC",
    "ICDT": "RFICDTC",
    "ICFDAT": "RFICDTC",
    "CONSDAT": "RFICDTC",
    "CONSDT": "RFICDTC",
    "CONSENTDATE": "RFICDTC",
    "DTHDAT": "DTHDTC",
    "DEATHDT": "DTHDTC",
    "DEATHDAT": "DTHDTC",
    "GENDER": "SEX",
    "ETHNICITY": "ETHNIC",
    "SITE": "SITEID",
    "SITENO": "SITEID",
    "CENTER": "SITEID",
    "CENTRE": "SITEID",
    "SITENUM": "SITEID",
    "PLANNEDARM": "ARM",
    "TREATMENTARM": "ARM",
    "TRTARM": "ARM",
    "RANDARM": "ARM",
    "RANDTRT": "ARM",
    "RANDOMIZEDARM": "ARM",
    "RANDOMIZEDTREATMENT": "ARM",
    "TREATMENTGROUP": "ARM",
    "TRTGRP": "ARM",
    "ARMCODE": "ARMCD",
    "TRTARMCD": "ARMCD",
    "RANDARMCD": "ARMCD",
    "PLANNEDARMCD": "ARMCD",
    "ACTUALARM": "ACTARM",
    "ACTUALARMCD": "ACTARMCD",
    "INVESTIGATOR": "INVNAM",
}
"""Names, without underscores, of what DM has."""

HINTS = (
    (r"BIRTH|DOB", "BRTHDTC"),
    (r"CONSENT|\bIC(F)?\b", "RFICDTC"),
    (r"DEATH|DIED", "DTHDTC"),
    (r"COLLECT|\bCOL\b|EXAM|MEASURE|ASSESS|SAMPL", "--DTC"),
    (r"START|ONSET|BEGIN|FIRST", "--STDTC"),
    (r"\bEND\b|STOP|RESOL|\bLAST\b", "--ENDTC"),
    (r"ONGOING|CONTINU", "--ENRTPT"),
    (r"DRUG|TREATMENT|MEDICATION|PRODUCT", "--TRT"),
    (r"\bEVENT\b|DIAGNOS|SYMPTOM|CONDITION", "--TERM"),
    (r"OUTCOME", "--OUT"),
    (r"SEVER|INTENSIT", "--SEV"),
    (r"GRADE|CTCAE", "--TOXGR"),
    (r"SERIOUS", "--SER"),
    (r"RELAT|CAUSAL", "--REL"),
    (r"ACTION", "--ACN"),
    (r"FREQ|FRQ", "--DOSFRQ"),
    (r"ROUTE", "--ROUTE"),
    (r"DOSE FORM|DOSFM|FORMULATION", "--DOSFRM"),
    (r"DOSE UNIT|DOSU", "--DOSU"),
    (r"\bDOSE\b|STRENGTH", "--DOSE"),
    (r"INDICAT", "--INDC"),
    (r"POSITION|\bPOS\b|SUBPOS", "--POS"),
    (r"LATERAL", "--LAT"),
    (r"LOCATION|\bLOC\b", "--LOC"),
    (r"METHOD", "--METHOD"),
    (r"TIME ?POINT|\bTPT\b|TMPT", "--TPT"),
    (r"SPECIMEN|SAMPLE TYPE", "--SPEC"),
    (r"\bUNITS?\b", "--ORRESU"),
    (r"RESULT|\bVALUE\b", "--ORRES"),
    (r"\bTEST\b|ANALYTE|PARAMETER", "--TEST"),
    (r"EOTREAS|EOSREAS|REASON.*(END|STOP|DISC)|DCREAS|STATUS|DISPOSITION", "DSDECOD"),
    (r"REASON|OTHERSP|SPECIFY", "DSTERM"),
    (r"REASON", "--REASND"),
    (r"CATEGORY", "--CAT"),
    (r"SITE N|CENT(ER|RE)", "SITEID"),
)
"""Words in a header or label, and the variable that they point to."""

SUBJECT_NAMES = (
    "SUBJID",
    "SUBJECT",
    "USUBJID",
    "SUBJ",
    "PATNUM",
    "SUBJECTID",
    "PATID",
    "PATIENTID",
    "PATIENT",
    "SUBJNO",
    "SUBNUM",
    "SUBJNUM",
    "PTNO",
    "PTID",
    "CASENO",
    "SCREENINGNO",
    "ENROLLNO",
    "ID",
)
"""What the column of the subject is called, the usual names first."""

VISIT_NAMES = ("VISIT", "VISITNAME", "INSTANCE", "INSTANCENAME", "EVENTNAME", "FOLDERNAME", "VISITNAM", "VISNAME")

SYSTEM = {
    "STUDY": "STUDYID is set in study.yaml",
    "STUDYID": "STUDYID is set in study.yaml",
    "PROJECT": "STUDYID is set in study.yaml",
    "FOLDER": "A column of the EDC itself",
    "FOLDERL": "A column of the EDC itself",
    "FOLDERNAME": "A column of the EDC itself",
    "FORM": "A column of the EDC itself",
    "FORML": "A column of the EDC itself",
    "DATAPAGENAME": "A column of the EDC itself",
    "PAGE": "A column of the EDC itself",
    "RECORDPOSITION": "A column of the EDC itself",
    "DOMAIN": "DOMAIN is a constant of the dataset",
}
"""Columns that go to no variable, and why."""

DOMAINS = {
    "AE": ("adverse",),
    "CM": ("concom", "conmed", "medication", "priortx", "prior_ther", "subsequent"),
    "DD": ("death_detail",),
    "DM": ("demog", "subject_char"),
    "DS": ("dispos", "eot", "eos", "complet", "discont", "withdraw", "termination"),
    "DV": ("deviation",),
    "EG": ("ecg", "electrocard"),
    "EX": ("expos", "dosing", "dose", "drug_admin", "study_drug", "study_treatment"),
    "IE": ("eligib", "inclusion"),
    "LB": ("lab", "haemat", "hemat", "chemis"),
    "MH": ("medical_hist", "medhist", "history", "diagnosis"),
    "PE": ("physical",),
    "PR": ("procedure", "surgery", "radio"),
    "QS": ("question",),
    "RS": ("response", "ecog", "performance"),
    "SS": ("survival", "subject_status"),
    "SU": ("smok", "tobacco", "alcohol", "substance"),
    "TR": ("target",),
    "VS": ("vital",),
}
"""Domains that are proposed, and beginnings of words in the names of their forms."""

ALIAS = {"EX": ("EC",)}
"""Domains whose forms also have the letters of another one: what is collected in EC gives EX."""
