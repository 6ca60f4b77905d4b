"""One workbook for many unions: which union each name in it means, and its split into a submission
for each.
"""
