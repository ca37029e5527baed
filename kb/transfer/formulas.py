"""Keep spreadsheets from running a cell's text as a formula, in a way that readers undo exactly."""

from __future__ import annotations

# OWASP, "CSV Injection": characters a spreadsheet may take as the start of a formula; in some languages full-width too.
FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
MARK = "'"


def protect(text: str) -> str:
    """Put a mark before a text that would run, that is marked already, or that is empty (and not absent)."""
    return MARK + text if not text or text.startswith((*FORMULA_STARTS, MARK)) else text


def unprotect(cell: str) -> str:
    """Take off the mark that `protect` puts on; any other text stays as it is."""
    is_marked = cell.startswith(MARK) and (cell == MARK or cell[1:].startswith((*FORMULA_STARTS, MARK)))
    return cell[1:] if is_marked else cell
