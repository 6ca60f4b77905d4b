"""Acts at one moment."""

import threading

from registry.db import db
from registry.errors import RegistryError


def at_once(app, *acts):
    """Run the acts at one moment and return what each answered or refused with."""
    db.session.remove()
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index, act):
        with app.app_context():
            barrier.wait()
            try:
                answers[index] = act()
            except RegistryError as refusal:
                answers[index] = refusal

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
