"""Doing a search for anomalies: one kind after the other, then all is written at once."""

from registry.anomalies.facts import Fact
from registry.anomalies.operations import DETECTORS, keep
from registry.db import db, transaction
from registry.jobs.hold import Hold
from registry.jobs.leases import find
from registry.jobs.models import BatchState
from registry.trail.operations import hold, record


class AnomalyWork(Hold):
    """One search. Killed half-way it begins anew: nothing is written before all is found."""

    def do(self) -> None:
        """Run every detector, then keep what was found and end, in one transaction."""
        batch = find(db.session(), self.batch_id)
        if batch is None or self.is_hopeless(batch):
            return
        facts: list[Fact] = []
        for done, detector in enumerate(DETECTORS.values()):
            self.report("search", done, len(DETECTORS))
            facts += detector(db.session(), batch.county)
        with transaction() as session:
            hold(session, batch.county)
            counted = keep(session, batch.county, facts)
            self._hold(session, state=BatchState.DONE, lease_until=None)
            record(
                session,
                "anomaly.found",
                actor=None,
                actor_name="worker",
                county=batch.county,
                place=batch.county,
                detail=counted,
            )
