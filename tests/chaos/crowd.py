"""A thousand tokens, each confirmed by fifty people at the same moment: about a quarter of an hour on two processors.

Not collected by itself: `make chaos ARGS=tests/chaos/crowd.py`.
"""

import time
from collections import Counter

from muqeem.operations.models import Receipt
from tests.factories import ResidentFactory
from tests.live import Site, Visitor, broken, note, released_together, reviewed

TOKENS, CROWD, A_ROUND = 1000, 50, 100


def test_a_thousand_tokens_and_fifty_confirmations_of_each(site: Site) -> None:
    site.web()
    outcomes: Counter[str] = Counter()
    began = time.monotonic()
    for _ in range(TOKENS // A_ROUND):
        person = Visitor(site, operations=None, holding="1000000.00")
        for resident in ResidentFactory.create_batch(A_ROUND, domestic=True, sponsor=person.account):
            token = reviewed(person, resident)
            address, data = f"/operations/{token.uuid}/", {"fingerprint": token.fingerprint}
            answers = released_together([lambda: person.client.post(address, data)] * CROWD)  # noqa: B023 -- all done in this round
            receipt = f"/receipts/{token.receipts.get().uuid}/"
            outcomes.update(answer.url.replace(receipt, "") if answer.status_code == 302 else str(answer.status_code) for answer in answers)
        note(f"{Receipt.objects.count()} receipts after {time.monotonic() - began:.0f} s")
    assert outcomes == {"": TOKENS, "?again=1": TOKENS * (CROWD - 1)}
    assert [line for line in broken() if not line.startswith("I13")] == []  # no worker runs beside this race
