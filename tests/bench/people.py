"""Who acts in a measurement: citizens for their domestic workers, establishments for their workers, all in good order."""

import random
from collections.abc import Callable

from accounts.models import Account
from muqeem import clock
from residency.demonstration.occupations import JOBS
from residency.demonstration.people import Numbers, People
from residency.demonstration.people import Person as Made
from residency.demonstration.register import RAFIQ, SEED, write
from residency.models import Occupation, Resident
from tests.bench.load import Visitor
from tests.operations.journeys import Person

RICH = "90000000.00"
EMPLOYERS = slice(2, 6)  # of the register's establishments, the largest that nobody acts for yet


class Later(Numbers):
    """Numbers that the register has not given."""

    def _next(self, kind: str) -> int:
        return super()._next(kind) + 4_000_000


class Actor(Person):
    """Somebody signed in, with residents to act for."""

    def __init__(self, account: Account, residents: list[Resident], *, by_app: bool) -> None:
        super().__init__(account=account, resident=residents[0], operations=None, holding=RICH, by_app=by_app, language="ar")
        self.residents = residents

    def visitor(self, port: int) -> Visitor:
        """This person's browser, signed in."""
        return Visitor(port, self.client.cookies["session"].value)


class Cast:
    """Makes them. Its numbers go on from measurement to measurement."""

    def __init__(self) -> None:
        occupations = {occupation.code: occupation for occupation in Occupation.objects.all()}
        self.people = People(random.Random(SEED + 1), clock.today(), [(occupations[job.code], job.genders, job.domestic) for job in JOBS])
        self.people.numbers = Later()
        self._employers: list[Actor] = []

    def citizens(self, many: int, residents: int) -> list[Actor]:
        """New people who sign in with texts, each with so many domestic workers."""
        accounts = []
        for _ in range(many):
            number, (name_ar, name_en) = self.people.citizen()
            accounts.append(Account.objects.create(number=number, name_ar=name_ar, name_en=name_en))
        return [Actor(account, self._hired(account, residents, self.people.domestic_worker), by_app=False) for account in accounts]

    def employers(self, residents: int) -> list[Actor]:
        """The people who act for some of the register's establishments, each with so many new workers."""
        largest = Account.objects.filter(number__startswith="7").order_by("pk")[EMPLOYERS]
        hired = [self._hired(account, residents, self.people.worker) for account in largest]
        if not self._employers:
            self._employers = [Actor(account, workers, by_app=True) for account, workers in zip(largest, hired, strict=True)]
        for actor, workers in zip(self._employers, hired, strict=True):
            actor.residents = workers
        return self._employers

    def _hired(self, account: Account, many: int, hire: Callable[..., Made]) -> list[Resident]:
        people = [hire(account, RAFIQ) for _ in range(many)]
        write([[person] for person in people])
        return [person.resident for person in people]
