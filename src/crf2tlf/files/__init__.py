"""Files: reading raw extracts, writing and checking transport files and data, replacing files only when complete."""
