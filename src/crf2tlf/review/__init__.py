"""The review site: a folder of static pages that leads from any number of a study back to the lines of its CRF."""
