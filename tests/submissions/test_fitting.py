"""Keys of another installation are refused before anything is done with them."""

import os

import pytest

from registry.db import db
from registry.review.operations import approve
from registry.submissions.fitting import demand_fitting_keys
from registry.vault import keyfile
from registry.vault.keyfile import KeyFileError
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in


@pytest.mark.parametrize("is_admitted", [False, True])
def test_keys_of_another_installation_are_refused(register, tmp_path, is_admitted):
    demand_fitting_keys()  # nothing is there yet: all keys fit
    sent = send_in(make_roster(make_people(2)), make_clerk())
    if is_admitted:
        approve(sent, actor=make_reviewer())
    demand_fitting_keys()

    keyfile.create(tmp_path / "other", demo=False)
    path = keyfile.path_in(register.config["DATA"])
    path.write_bytes(keyfile.path_in(tmp_path / "other").read_bytes())
    os.utime(path, (1, 1))

    with pytest.raises(KeyFileError) as refused:
        demand_fitting_keys()
    assert refused.value.code == "keys.foreign"


def test_without_tables_nothing_is_judged(small_register):
    db.drop_all()
    demand_fitting_keys()
