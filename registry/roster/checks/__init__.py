"""The rules over columns: each file judges one kind of column, or compares columns of a row.

A value-level rule is a function from one cell to a `Verdict`; `column.ColumnJudge` asks it once for
each distinct value of a column. Rules that compare cells of a row are in `person`.
"""
