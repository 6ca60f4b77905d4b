"""Tongxin, the member real-name register; the packages stand in the order in which a roster
travels.

ground      db, clock, errors
knowledge   codes, identity, roster: no database, no web
kept        vault, trail, access, unions, accounts, members, submissions, review, totals, jobs
shell       cli, web; app puts all together; __main__ is the command

This file imports nothing, ever: that keeps cycles away.
"""
