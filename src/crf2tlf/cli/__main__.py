"""``python -m crf2tlf.cli``."""

from crf2tlf.cli import main

main()
