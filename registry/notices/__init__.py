"""The notice by which people are told what is done with their particulars: its versions, and which
of them every roster was sent under.
"""
