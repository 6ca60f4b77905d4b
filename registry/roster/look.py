"""What the values of cells do not tell and a second look at the file finds."""


class Look:
    """Facts on one sheet by place: Excel row number (from 1) and column number (from 0).

    `faults`: {row: [(column, code)]} with code cell.error or cell.formula. `months`: {row:
    [column]} of dates that are shown as year and month only. `hidden_rows`: row numbers.
    `hidden_columns`: column numbers, first and last of each run. `last_row`: number of the last row
    with a value, 0 where the look does not tell.
    """

    __slots__ = ("faults", "hidden_columns", "hidden_rows", "last_row", "months")

    def __init__(self) -> None:
        self.faults: dict[int, list[tuple[int, str]]] = {}
        self.months: dict[int, list[int]] = {}
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.last_row = 0

    def fault(self, row: int, column: int, code: str) -> None:
        """Note a cell whose value the file does not hold."""
        self.faults.setdefault(row, []).append((column, code))

    def month(self, row: int, column: int) -> None:
        """Note a date that is shown as year and month only."""
        self.months.setdefault(row, []).append(column)


def column_number(letters: str) -> int:
    """Return 0 for A, 25 for Z, 26 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(number: int) -> str:
    """Return A for 0, Z for 25, AA for 26."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# yyyy"年"m"月" and its like among the built-in formats (ECMA-376 part 1, 18.8.30, zh-cn).
_MONTH_FORMATS = {17, 27, 36, 50, 52, 57}


def shows_month_only(number: int, code: str | None) -> bool:
    """Tell whether a number format shows a date's year and month but no day.

    `number` is the format's id, `code` its text where the file defines one.
    """
    if code is None:
        return number in _MONTH_FORMATS
    letters = _bare(code.split(";")[0].lower())
    return "y" in letters and "m" in letters and not set("dhs") & set(letters)


def _bare(code: str) -> str:
    """Drop quoted text, [conditions] and escaped characters from a number format."""
    kept: list[str] = []
    closing = ""
    characters = iter(code)
    for character in characters:
        if closing:
            closing = "" if character == closing else closing
        elif character in '"[':
            closing = '"' if character == '"' else "]"
        elif character in "\\_*":
            next(characters, None)
        else:
            kept.append(character)
    return "".join(kept)
