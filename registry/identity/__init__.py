"""Who a person is on paper: document numbers, names, mobiles, and how they are masked.

Everything here is pure: text in, judgement out, no database and no outside check. A number that
passes agrees with the published rules for its form; nobody was asked whether it was ever issued.
"""
