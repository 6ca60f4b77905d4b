"""Rows of how members stand from day to day."""

from datetime import date


def standing_rows(county: str, union: str, day: date) -> dict[str, dict[str, object]]:
    """Return one full row for each table, parents first."""
    return {
        "standing": {
            "county": county,
            "member_id": 1,
            "since": day,
            "until": None,
            "membership_id": 1,
            "union_code": union,
            "state": "ACTIVE",
            "sex": "2",
            "is_migrant_worker": "1",
            "worker_group": "",
            "born_in": 1985,
        },
        "composition": {
            "county": county,
            "union_code": union,
            "day": day,
            "cells": '{"ACTIVE,2,1,":1}',
            "by_year": '{"ACTIVE,2,1,,1985":1}',
        },
    }
