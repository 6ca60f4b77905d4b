"""The report for superiors: the figures of a place on a day, as a page and as a workbook."""
