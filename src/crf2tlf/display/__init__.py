"""Results in, documents out: Word, Excel and figures, with no knowledge of statistics or of any study."""

from __future__ import annotations

from pathlib import Path

from crf2tlf.analysis.results import Results
from crf2tlf.display.text import file_names, printable

__all__ = ["render"]


def render(results: Results, folder: Path) -> list[Path]:
    """Write every display of ``results`` into ``folder`` and return the files, in the order written.

    The same results give the same bytes. Texts are made safe for XML once, here, so no writer has to think of it.
    """
    # What draws figures and writes Word and Excel files takes a while to import: only a run that renders pays for it.
    from crf2tlf.display.excel import write_workbook
    from crf2tlf.display.figures import draw_figures
    from crf2tlf.display.word import write_collection, write_documents

    shown = printable(results)
    names = file_names([output.id for output in shown.outputs])
    folder.mkdir(parents=True, exist_ok=True)

    pictures = draw_figures(shown, names, folder / "figures")
    documents = write_documents(shown, names, pictures, folder)
    collection = write_collection(shown, pictures, folder / "tlf.docx")
    workbook = write_workbook(shown, pictures, folder / "tlf.xlsx")

    drawn = [file for picture in pictures.values() for file in (picture.svg, picture.png)]
    return [*drawn, *documents, collection, workbook]
