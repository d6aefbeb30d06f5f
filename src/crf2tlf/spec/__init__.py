"""What a study may say: frozen models of the YAML files under ``specs/``, loaded with file and line kept."""

from crf2tlf.spec.load import Study, load_study

__all__ = ["Study", "load_study"]
