"""The package for the gateway: folders, names, checksums, and the criteria for technical rejection."""
