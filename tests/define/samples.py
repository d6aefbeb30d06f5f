"""Two small submissions with every part that Define-XML and Analysis Results Metadata know."""

from __future__ import annotations

from crf2tlf.metadata.model import (
    AnalysisDataset,
    AnalysisDisplay,
    AnalysisResult,
    Codelist,
    Comment,
    Comparison,
    DatasetMetadata,
    Document,
    Item,
    Method,
    Origin,
    Standard,
    Submission,
    Term,
)

PROTOCOL = Origin("Protocol", "Sponsor")
ASSIGNED = Origin("Assigned", "Sponsor")
DERIVED = Origin("Derived", "Sponsor")

STUDYID = Item("STUDYID", "Study Identifier", "text", PROTOCOL, 3, role="Identifier", core="Req", mandatory=True, key=1)
USUBJID = Item(
    "USUBJID", "Unique Subject Identifier", "text", DERIVED, 7, role="Identifier", core="Req", mandatory=True, key=2,
    method="USUBJID",
)  # fmt: skip


def where(dataset: str, variable: str, *values: str, other: Comparison | None = None) -> tuple[Comparison, ...]:
    """A where clause on a variable, and perhaps on another one too."""
    first = Comparison(dataset, variable, "IN" if len(values) > 1 else "EQ", values)
    return (first, other) if other else (first,)


DM = DatasetMetadata(
    name="DM", label="Demographics", domain="DM", observation_class="SPECIAL PURPOSE",
    structure="One record per subject", purpose="Tabulation", repeating=False, reference_data=False, records=2,
    keys=("STUDYID", "USUBJID"),
    items=(
        STUDYID,
        USUBJID,
        Item("SEX", "Sex", "text", Origin("Collected", "Investigator", forms=("demog",)), 1, role="Record Qualifier",
             core="Req", mandatory=True, codelist="SEX"),
        Item("RFICDTC", "Date/Time of Informed Consent", "date", Origin("Collected", "Investigator",
             forms=("demog", "consent")), role="Record Qualifier", core="Exp"),
    ),
)  # fmt: skip

VS = DatasetMetadata(
    name="VS", label="Vital Signs", domain="VS", observation_class="FINDINGS",
    structure="One record per vital sign per subject", purpose="Tabulation", repeating=True, reference_data=False,
    records=4, keys=("STUDYID", "USUBJID", "VSTESTCD"), comment="VS",
    items=(
        STUDYID,
        USUBJID,
        Item("VSTESTCD", "Vital Signs Test Short Name", "text", ASSIGNED, 6, role="Topic", core="Req", mandatory=True,
             key=3, codelist="VSTESTCD"),
        Item("VSORRESU", "Original Units", "text", ASSIGNED, 5, role="Variable Qualifier", core="Exp", codelist="UNIT"),
        Item("VSSTRESN", "Numeric Result/Finding in Standard Units", "float", None, 8, 1, "5.1",
             role="Result Qualifier", core="Exp",
             values=(
                 Item("VSSTRESN", "Temperature in degrees Celsius", "float", DERIVED, 4, 1, "4.1", method="CELSIUS",
                      where=where("VS", "VSTESTCD", "TEMP", other=Comparison("VS", "VSORRESU", "NE", ("C",)))),
                 Item("VSSTRESN", "Weight of men", "integer", Origin("Collected", "Subject"), 3, comment="MEN",
                      where=where("VS", "VSTESTCD", "WEIGHT", other=Comparison("DM", "SEX", "IN", ("M", "U")))),
             )),
        Item("VSDRESS", "Dressed & <weighed>", "text", Origin("Not Available"), 1, role="Record Qualifier"),
    ),
)  # fmt: skip

XX = DatasetMetadata(
    name="XX", label="A Domain of the Study's Own", domain="XX", observation_class="EVENTS",
    structure="One record per event", purpose="Tabulation", repeating=True, reference_data=False, records=0,
    keys=("STUDYID",),
    items=(
        STUDYID,
        Item("XXTERM", "Term", "text", Origin("Collected", "Vendor"), 20, codelist="MEDDRA"),
        Item("XXMODIFY", "Modified Term", "text", None, 1),
    ),
)  # fmt: skip

UNIT = Codelist(
    "UNIT", "Unit", "text", (Term("C", code="C42559"), Term("F", code="C44277"), Term("lbs/a", extended=True)),
    "C71620", "SDTMCT",
)  # fmt: skip
SEX = Codelist("SEX", "Sex", "text", (Term("F", "Female", "C16576"), Term("M", "Male", "C20197")), "C66731", "SDTMCT")

SDTM = Submission(
    study="TST", title="A trial of <this> & that", protocol="TST-001", sdtm=True, release="2026-01-31T00:00:00",
    standards=(Standard("SDTMIG", "SDTMIG", "IG", "3.4"), Standard("SDTMCT", "CDISC/NCI", "CT", "2025-03-28", "SDTM")),
    datasets=(DM, VS, XX),
    codelists=(
        SEX,
        UNIT,
        Codelist("VSTESTCD", "Vital signs of the study", "text", (Term("TEMP", "Temperature"), Term("WEIGHT"))),
        Codelist("MEDDRA", "Adverse Event Dictionary", "text", dictionary="MedDRA", version="28.0"),
    ),
    methods=(
        Method("USUBJID", "Subject identifier", "Computation", "The study and the subject's number.",
               '"TST-" + SUBJECT', "specs/study.yaml:4"),
        Method("CELSIUS", "Conversion to Celsius", "Computation", "The temperature converted to degrees Celsius.",
               "round(convert(number(VSORRES), VSORRESU,\n      \"C\"), 1) if VSORRES < \"200\" else None"),
    ),
    comments=(Comment("VS", "Vital signs at rest."), Comment("MEN", "Collected in pounds at one site.")),
    documents=(Document("acrf", "Annotated CRF", "acrf.pdf"), Document("csdrg", "Reviewer's Guide", "csdrg.pdf")),
    displays=(),
    pages={"demog": (2,), "consent": (1, 2), "unused": (9,)},
)  # fmt: skip

ADSL = DatasetMetadata(
    name="ADSL", label="Subject-Level Analysis Dataset", domain="ADSL",
    observation_class="SUBJECT LEVEL ANALYSIS DATASET", structure="One record per subject", purpose="Analysis",
    repeating=False, reference_data=False, records=2, keys=("STUDYID", "USUBJID"),
    items=(
        Item("STUDYID", "Study Identifier", "text", Origin("Predecessor", description="DM.STUDYID"), 3, key=1),
        Item("USUBJID", "Unique Subject Identifier", "text", Origin("Predecessor", description="DM.USUBJID"), 7, key=2),
        Item("SAFFL", "Safety Population Flag", "text", DERIVED, 1, codelist="NY", method="SAFFL"),
    ),
)  # fmt: skip

SUBJECT = Item(
    "USUBJID", "Unique Subject Identifier", "text", Origin("Predecessor", description="ADSL.USUBJID"), 7, key=1
)

ADTTE = DatasetMetadata(
    name="ADTTE", label="Time to Event", domain="ADTTE", observation_class="BASIC DATA STRUCTURE",
    structure="One record per subject per parameter", purpose="Analysis", repeating=True, reference_data=False,
    records=4, keys=("USUBJID", "PARAMCD"), subclass="TIME-TO-EVENT",
    items=(
        SUBJECT,
        Item("PARAMCD", "Parameter Code", "text", ASSIGNED, 3, key=2, codelist="PARAMCD"),
        Item("ADT", "Analysis Date", "integer", DERIVED, 8, display_format="DATE9.", method="ADT"),
        Item("AVAL", "Analysis Value", "float", DERIVED, 8, 2, method="AVAL"),
    ),
)  # fmt: skip

ADAE = DatasetMetadata(
    name="ADAE", label="Adverse Events", domain="ADAE", observation_class="OCCURRENCE DATA STRUCTURE",
    structure="One record per subject per event", purpose="Analysis", repeating=True, reference_data=False, records=1,
    keys=("USUBJID",), subclass="ADVERSE EVENT",
    items=(SUBJECT,),
)  # fmt: skip

PFS = AnalysisResult(
    "1", "Median by Kaplan and Meier", "SPECIFIED IN PROTOCOL", "PRIMARY OUTCOME MEASURE", ("ADTTE", "PARAMCD"),
    (
        AnalysisDataset("ADTTE", ("AVAL",), where("ADTTE", "PARAMCD", "PFS",
                        other=Comparison("ADSL", "SAFFL", "EQ", ("Y",)))),
        AnalysisDataset("ADSL", ("SAFFL",), selection="subjects whose first word & last dose are known"),
    ),
    "Product-limit estimates with log-log limits.", "survival:\n  method: kaplan_meier\n  where: PARAMCD == \"PFS\"\n",
)  # fmt: skip
COUNT = AnalysisResult(
    "2", "Number of subjects", "SPECIFIED IN SAP", "EXPLORATORY OUTCOME MEASURE", None,
    (AnalysisDataset("ADSL", ("USUBJID",)),), "", "",
)  # fmt: skip

ADAM = Submission(
    study="TST", title="A trial of <this> & that", protocol="TST-001", sdtm=False, release="2026-01-31T00:00:00",
    standards=(
        Standard("ADAMIG", "ADaMIG", "IG", "1.3"),
        Standard("OCCDS", "ADaM-OCCDSIG", "IG", "1.1"),
        Standard("SDTMCT", "CDISC/NCI", "CT", "2025-03-28", "SDTM"),
    ),
    datasets=(ADSL, ADTTE, ADAE),
    codelists=(
        Codelist("NY", "No Yes Response", "text", (Term("N", "No", "C49487"), Term("Y", "Yes", "C49488")), "C66742",
                 "SDTMCT"),
        Codelist("PARAMCD", "Parameters", "text", (Term("PFS", "Progression-Free Survival"), Term("OS", "Survival"))),
    ),
    methods=(
        Method("SAFFL", "Safety population", "Computation", "Y where a dose was taken.", '"Y" if DOSE > 0 else "N"'),
        Method("ADT", "Date of the event", "Imputation", "Progression, death or last assessment; 15 for the day."),
        Method("AVAL", "Months to the event", "Computation", "Days from consent over days per month."),
    ),
    comments=(),
    documents=(Document("adrg", "Reviewer's Guide", "adrg.pdf"), Document("tables", "All outputs", "tlf/all.pdf")),
    displays=(AnalysisDisplay("table-1", "Table 1", "Progression-free survival", "tables", (PFS, COUNT)),),
    pages={},
)  # fmt: skip
