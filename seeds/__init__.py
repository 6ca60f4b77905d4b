"""What an installation begins with: the schema, Yuhuan's tree, and the demo's invented people.

`codes/`, `rules.csv` and `roster-columns.csv` beside these modules are read where they stand, as
data of the product; the modules write into the database and run inside an application context.
"""
