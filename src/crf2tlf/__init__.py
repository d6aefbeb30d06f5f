"""From raw CRF extracts to SDTM, ADaM, tables, listings and figures, driven by specs."""
