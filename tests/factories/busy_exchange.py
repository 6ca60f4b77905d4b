"""What went to the higher federation from a busy site."""

from registry.access.actor import Actor
from registry.exchange import operations
from registry.exchange.models import ExchangeBatch
from registry.exchange.receipts import read_back
from tests.factories.copies import copies
from tests.factories.exchange import lines_of, receipt, sent


def make_exchange(auditor: Actor, count: int) -> int:
    """Have all members sent, a third of them refused, a third accepted, a third not mentioned
    clearly, and have many more batches; returns the number of the first.
    """
    number = sent(auditor)
    content = operations.download(number, 1, actor=auditor)
    answers = (("退回", "姓名不符"), ("？", ""), ("成功", ""))
    said = {place: answers[place % 3] for place, _ in enumerate(lines_of(content))}
    read_back(number, receipt(content, said), file_name="回执.xlsx", actor=auditor)
    copies(ExchangeBatch, ExchangeBatch.id == number, count, id=lambda copy: 1_000 + copy)
    return number
