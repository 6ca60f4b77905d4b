"""Who may do what: permissions as data and the actor as plain values; knows neither accounts
nor unions.
"""
