"""The rule language: parse, check names and kinds, compile to whole-column pandas."""
