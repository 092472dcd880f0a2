"""Those under whom residents stand: establishments of all sizes, citizens with domestic workers."""

import random
from dataclasses import dataclass, field

from accounts.models import Account, Branch
from residency.demonstration import names
from residency.demonstration.people import People

RESIDENTS_A_CITIZEN = 2
VERY_SMALL = 9  # workers at most
LARGEST = 400  # establishments, however many residents


@dataclass
class Sponsors:
    """The accounts of a demonstration. The first establishment is the one that the portal's people act for."""

    establishments: list[Account]
    citizens: list[Account]
    branches: dict[int, list[Branch]] = field(default_factory=dict)

    @property
    def main(self) -> Account:
        return self.establishments[0]

    @property
    def second(self) -> Account:
        """The establishment with arrears."""
        return self.establishments[1]

    def some_establishment(self, rng: random.Random) -> Account:
        """One of them, the larger the likelier: half as likely at twice the rank."""
        ranks = range(1, len(self.establishments) + 1)
        return rng.choices(self.establishments, [1 / rank for rank in ranks])[0]

    def some_branch(self, account: Account, rng: random.Random) -> Branch | None:
        branches = self.branches.get(account.pk)
        return rng.choice(branches) if branches else None


def found(people: People, residents: int) -> Sponsors:
    """Make the accounts for so many residents, with their branches."""
    rng = people.rng
    titles = list(names.ESTABLISHMENTS)
    while len(titles) < min(LARGEST, max(len(titles), residents // 30)):
        (house_ar, house_en), (trade_ar, trade_en) = rng.choice(names.HOUSES), rng.choice(names.TRADES)
        titles.append((f"{house_ar} {trade_ar}", f"{house_en} {trade_en}"))
    establishments = Account.objects.bulk_create(
        Account(number=people.numbers.establishment(), name_ar=ar, name_en=en, reported_on=people.today) for ar, en in titles
    )
    citizens = []
    for place in range(max(4, residents // 8 // RESIDENTS_A_CITIZEN)):
        number, (ar, en) = people.citizen(man=True if place == 0 else None)
        citizens.append(Account(number=number, name_ar=ar, name_en=en, reported_on=people.today))
    sponsors = Sponsors(establishments, Account.objects.bulk_create(citizens, batch_size=2000))
    for account in establishments[: max(2, len(establishments) // 4)]:
        branches = [Branch(account=account, name_ar=f"فرع {ar}", name_en=f"{en} branch") for ar, en in names.CITIES]
        sponsors.branches[account.pk] = Branch.objects.bulk_create(branches)
    return sponsors


def count_workers(sponsors: Sponsors) -> None:
    """Note on each establishment how many Saudis and expatriates work there: a majority of either, and as many of both.

    The owner of a very small one works there.
    """
    ratios = (0.2, 0.5, 1.4, 1.0)
    for place, account in enumerate(sponsors.establishments):
        account.expatriates = account.residents.filter(kind="worker", left_on=None, deceased_on=None).count()
        account.saudis = round(account.expatriates * ratios[place % len(ratios)])
        account.owner_full_time = account.saudis > 0 and account.saudis + account.expatriates <= VERY_SMALL
    Account.objects.bulk_update(sponsors.establishments, ["saudis", "expatriates", "owner_full_time"], batch_size=500)
