"""What the standards say: SDTMIG 3.4 and ADaMIG 1.3 variables, and CDISC Controlled Terminology."""

from crf2tlf.standards.adam import ADAMIG, AdamStructure, adam_variable, adam_variables
from crf2tlf.standards.catalogue import DatasetStandard, Variable, VariableType
from crf2tlf.standards.sdtm import SDTMIG, sdtm_dataset, sdtm_order, sdtm_variable, sdtm_variables
from crf2tlf.standards.terminology import ADAM_CT, PROTOCOL_CT, SDTM_CT, Codelist, Term, codelist, codelist_names

__all__ = [
    "ADAMIG",
    "ADAM_CT",
    "PROTOCOL_CT",
    "SDTMIG",
    "SDTM_CT",
    "AdamStructure",
    "Codelist",
    "DatasetStandard",
    "Term",
    "Variable",
    "VariableType",
    "adam_variable",
    "adam_variables",
    "codelist",
    "codelist_names",
    "sdtm_dataset",
    "sdtm_order",
    "sdtm_variable",
    "sdtm_variables",
]
