"""How the build's time and memory grow with the number of subjects."""
