"""A study from nothing: a folder that builds at once, and proposals of specs for raw data that are already there."""

from crf2tlf.propose.accept import accept, needed, open_proposals
from crf2tlf.propose.proposals import Proposals, propose, write_proposals
from crf2tlf.propose.study import DESIGNS, Arm, Design, NewStudy, new_study, write_study

__all__ = [
    "DESIGNS",
    "Arm",
    "Design",
    "NewStudy",
    "Proposals",
    "accept",
    "needed",
    "new_study",
    "open_proposals",
    "propose",
    "write_proposals",
    "write_study",
]
