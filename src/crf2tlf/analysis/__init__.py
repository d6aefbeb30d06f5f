"""Table, listing and figure specs and ADaM data in, results as data out."""
