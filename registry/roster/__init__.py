"""From the bytes of a workbook to judged rows, and back to a workbook.

columns, rules, findings, messages say what a roster is and what can be said about it; sandbox,
workbook and header turn bytes into sheets; check and checks judge them; report puts all together;
blank and marked write workbooks. No database, no web.
"""
