"""Drawing the small sheets and dialogs of the help pages: where each line, cell and word goes.

All measures are pixels at a text of 14; the page scales the whole drawing to the room there is.
"""

from typing import NamedTuple

from registry.roster.help import Picture

TEXT = 14
ROW = 28
PAD = 8
LETTERS = 22
NUMBERS = 34
GAP = 44
LEAST, MOST = 300, 430
_SIGN = 18
_MARKS = {"!": "wrong", "?": "doubtful", "+": "right"}


class Box(NamedTuple):
    """A rectangle; `look` names its class in help.css."""

    x: float
    y: float
    width: float
    height: float
    look: str


class Word(NamedTuple):
    """A text; `anchor` as in SVG. `y` is its base line."""

    x: float
    y: float
    text: str
    look: str
    anchor: str = "start"


class Sign(NamedTuple):
    """A small cross, exclamation mark or tick, or the arrow: never colour alone."""

    x: float
    y: float
    look: str


class Drawing(NamedTuple):
    """A finished drawing of that size."""

    width: float
    height: float
    boxes: list[Box]
    words: list[Word]
    signs: list[Sign]


class _Canvas:
    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.words: list[Word] = []
        self.signs: list[Sign] = []

    def marked(self, box: Box, text: str, look: str = "cell") -> None:
        """Draw a box with its text; a mark before the text colours both and adds a sign."""
        kind = _MARKS.get(text[:1], "")
        plain = text[1:] if kind else text
        self.boxes.append(box._replace(look=kind or box.look))
        base = box.y + box.height / 2 + TEXT * 0.36
        self.words.append(Word(box.x + PAD, base, plain, f"{look} {kind}".strip()))
        if kind:
            sign = Sign(box.x + box.width - _SIGN + 4, box.y + box.height / 2, kind)
            self.signs.append(sign)


def width_of(text: str) -> float:
    """Return about how wide a text is."""
    return sum(7.9 if char < "\u2000" else float(TEXT) for char in text)


def draw(picture: Picture) -> Drawing:
    """Return the drawing of a picture: what is there, an arrow, what it becomes."""
    canvas = _Canvas()
    shared = _shared_widths(picture)
    width = max(_width(picture.before, shared), _width(picture.after, shared), LEAST)
    bottom = _panel(canvas, picture.before, picture.tabs, 1, width, shared)
    canvas.signs.append(Sign(width / 2, bottom + GAP / 2, "arrow"))
    canvas.words.append(Word(width / 2 + 16, bottom + GAP / 2 + 5, "改成", "caption"))
    bottom = _panel(canvas, picture.after, picture.tabs_after, bottom + GAP, width, shared)
    return Drawing(width, bottom + 1, canvas.boxes, canvas.words, canvas.signs)


def _cells(sheet: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in sheet.splitlines()]


def _is_sheet(panel: str) -> bool:
    return "|" in panel.partition("\n")[0]


def _column_widths(rows: list[list[str]]) -> list[float]:
    return [max(_room(row[place]) for row in rows) for place in range(1, len(rows[0]))]


def _room(cell: str) -> float:
    return width_of(cell) + 2 * PAD + (_SIGN if cell[:1] in _MARKS else 0)


def _shared_widths(picture: Picture) -> list[float] | None:
    """Return the widths of columns that stand in both sheets, so that nothing shifts."""
    if not (_is_sheet(picture.before) and _is_sheet(picture.after)):
        return None
    before, after = _cells(picture.before), _cells(picture.after)
    return _column_widths(before + after) if before[0] == after[0] else None


def _width(panel: str, shared: list[float] | None) -> float:
    if _is_sheet(panel):
        return NUMBERS + sum(shared or _column_widths(_cells(panel))) + 2
    return max(width_of(line) for line in panel.splitlines()) + 5 * PAD


def _panel(
    canvas: _Canvas,
    panel: str,
    tabs: tuple[str, ...],
    top: float,
    width: float,
    shared: list[float] | None,
) -> float:
    """Draw a panel and return where it ends."""
    if not _is_sheet(panel):
        return _dialog(canvas, panel, top, width)
    rows = _cells(panel)
    widths = list(shared or _column_widths(rows))
    # The last column takes what is left, so that both sheets end on one line.
    widths[-1] += width - 2 - NUMBERS - sum(widths)
    bottom = _sheet(canvas, rows, widths, top)
    return _tabs(canvas, tabs, bottom, width) if tabs else bottom


def _sheet(canvas: _Canvas, rows: list[list[str]], widths: list[float], top: float) -> float:
    canvas.boxes.append(Box(1, top, NUMBERS, LETTERS, "edge"))
    left = 1.0 + NUMBERS
    for letter, wide in zip(rows[0][1:], widths, strict=True):
        canvas.boxes.append(Box(left, top, wide, LETTERS, "edge"))
        canvas.words.append(Word(left + wide / 2, top + 16, letter, "edge", "middle"))
        left += wide
    line = top + LETTERS
    for place, (number, *cells) in enumerate(rows[1:]):
        canvas.boxes.append(Box(1, line, NUMBERS, ROW, "edge"))
        canvas.words.append(Word(1 + NUMBERS / 2, line + 19, number, "edge", "middle"))
        left = 1.0 + NUMBERS
        for cell, wide in zip(cells, widths, strict=True):
            look = "header" if place == 0 else "cell"
            canvas.marked(Box(left, line, wide, ROW, look), cell, look)
            left += wide
        line += ROW
    return line


def _tabs(canvas: _Canvas, tabs: tuple[str, ...], top: float, width: float) -> float:
    canvas.boxes.append(Box(1, top, width - 2, ROW, "edge"))
    left = 1.0 + PAD
    for tab in tabs:
        wide = _room(tab)
        canvas.marked(Box(left, top, wide, ROW - 3, "tab"), tab)
        left += wide + 4
    return top + ROW


def _dialog(canvas: _Canvas, panel: str, top: float, width: float) -> float:
    title, *lines = panel.splitlines()
    height = ROW * (len(lines) + 1) + PAD * (len(lines) + 1)
    canvas.boxes.append(Box(1, top, width - 2, height, "dialog"))
    canvas.boxes.append(Box(1, top, width - 2, ROW, "title"))
    canvas.words.append(Word(1 + PAD, top + 19, title, "title"))
    line = top + ROW + PAD
    for text in lines:
        if text.startswith("["):
            _buttons(canvas, text, line, width)
        else:
            label, colon, value = text.partition("：")
            if not colon:
                label, value = "", text
            start = PAD * 2 + (width_of(label) + PAD * 2 if label else 0)
            if label:
                canvas.words.append(Word(PAD * 2, line + 19, label, "cell"))
            canvas.marked(Box(start, line, width - start - PAD * 2, ROW, "field"), value)
        line += ROW + PAD
    return top + height


def _buttons(canvas: _Canvas, text: str, top: float, width: float) -> None:
    left = width - PAD * 2
    for button in reversed([one.strip("[] ") for one in text.split("] [")]):
        wide = _room(button)
        left -= wide
        canvas.marked(Box(left, top, wide, ROW, "button"), button)
        left -= PAD
