"""Loading the people of a demonstration into an empty register."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from accounts.models import Account
from residency.demonstration.names import CULTURES, LONGEST
from residency.demonstration.occupations import JOBS
from residency.demonstration.papers import AUTHORITIES
from residency.demonstration.people import People, Person
from residency.demonstration.sponsors import Sponsors, count_workers, found
from residency.demonstration.states import DOMESTIC, FAMILIES, WORKERS, Relationship, Relative, State, ordinary
from residency.models import Clearance, Hold, Iqama, Movement, Occupation, Passport, Resident, Visa

SEED = 1447
FOUR_NAMES = next(culture for culture in CULTURES if culture.nationality == "EG")
HOUSEHOLDS_AT_ONCE = 500
PAPERS = (Passport, Iqama, Visa, Movement, Hold, Clearance)  # a crossing names its visa, so visas come first

RAFIQ = State("Everything is in order, 29 days left", expires_in=29, insured_in=29 + 400, permit_in=29 + 400)
RAFIQS_FAMILY = (Relative(Relationship.WIFE, 31, 140), Relative(Relationship.SON, 9, 60))


class Demonstration:
    """One loaded demonstration: its accounts and the people whom the portal's users are."""

    def __init__(self, residents: int, today: date) -> None:
        rng = random.Random(SEED)  # noqa: S311 (the same people each time)
        occupations = Occupation.objects.bulk_create(Occupation(code=job.code, title_ar=job.ar, title_en=job.en) for job in JOBS)
        kinds = zip(occupations, JOBS, strict=True)
        self.people = People(rng, today, [(occupation, job.genders, job.domestic) for occupation, job in kinds])
        self.residents = residents
        self.sponsors: Sponsors = found(self.people, residents)
        self.rafiq = self._rafiq()

    def load(self) -> None:
        """Write everybody. Requires a transaction."""
        made = 0
        households = self._households()
        while made < self.residents and (some := list(islice(households, HOUSEHOLDS_AT_ONCE))):
            made += write(some)
        Hold.objects.create(
            kind=Hold.Kind.ARREARS,
            account=self.sponsors.second,
            since_on=self.people.today - timedelta(days=45),
            amount=Decimal("11200.00"),
            authority=AUTHORITIES[Hold.Kind.ARREARS],
            reference=self.people.numbers.reference("H"),
        )
        count_workers(self.sponsors)

    def _rafiq(self) -> Person:
        """The resident who signs in for himself."""
        people, main = self.people, self.sponsors.main
        rafiq = people.worker(main, RAFIQ, self.sponsors.branches[main.pk][0], CULTURES[0], man=True)
        resident = rafiq.resident
        resident.marital_status = Resident.MaritalStatus.MARRIED
        resident.occupation = next(job for job, _genders in people.jobs if job.code == "311501")
        resident.first_ar, resident.first_en = "محمد رفيق", "MOHAMMAD RAFIQ"
        resident.father_ar, resident.father_en = "عبد الجبار", "ABDUL JABBAR"
        resident.family_ar, resident.family_en = "حسين", "HOSSAIN"
        for relative in RAFIQS_FAMILY:
            people.relative(rafiq, relative)
        return rafiq

    def _households(self) -> Iterator[list[Person]]:
        """Households: first those with a state worth meeting, then ordinary ones up to the number that was asked for."""
        yield list(self.rafiq.household())
        made = len(list(self.rafiq.household()))
        for household in self._cast():
            made += len(household)
            yield household
        while made < self.residents:
            household = self._ordinary(self.residents - made)
            made += len(household)
            yield household

    def _cast(self) -> Iterator[list[Person]]:
        people, sponsors, rng = self.people, self.sponsors, self.people.rng
        for state in WORKERS:
            yield [people.worker(sponsors.main, state, sponsors.some_branch(sponsors.main, rng))]
        yield [self._longest()]
        for state in DOMESTIC:
            yield [people.domestic_worker(sponsors.citizens[0], state)]
        for state, family in FAMILIES:
            head = people.worker(sponsors.main, state, sponsors.some_branch(sponsors.main, rng), FOUR_NAMES, man=True)
            head.resident.birth_on, head.resident.marital_status = people.born(56, rng.randrange(1, 360)), Resident.MaritalStatus.MARRIED
            for relative in family:
                people.relative(head, relative)
            yield list(head.household())
        yield [people.worker(sponsors.second, replace(WORKERS[2], says="The employer has arrears"))]
        employer = people.worker(sponsors.main, State("Employs a domestic worker", expires_in=120), culture=FOUR_NAMES, man=True)
        yield [employer]
        own = Account.objects.create(
            number=str(employer.resident.iqama_number),
            name_ar=employer.resident.name_ar,
            name_en=employer.resident.name_en,
            reported_on=people.today,
        )
        yield [people.domestic_worker(own, State("Works in a resident's household", expires_in=80))]

    def _longest(self) -> Person:
        """The longest name that the register takes."""
        person = self.people.worker(self.sponsors.main, State("The longest name", expires_in=29), culture=CULTURES[2], man=True)
        for part, (ar, en) in zip(("first", "father", "grandfather", "family"), LONGEST, strict=True):
            setattr(person.resident, f"{part}_ar", ar)
            setattr(person.resident, f"{part}_en", en)
        return person

    def _ordinary(self, at_most: int) -> list[Person]:
        people, sponsors, rng = self.people, self.sponsors, self.people.rng
        if rng.random() < 0.12:
            return [people.domestic_worker(rng.choice(sponsors.citizens), ordinary(rng, domestic=True))]
        account = sponsors.some_establishment(rng)
        head = people.worker(account, ordinary(rng), sponsors.some_branch(account, rng))
        if rng.random() < 0.2:
            people.family(head)
        return list(head.household())[:at_most]


def write(households: Iterable[list[Person]]) -> int:
    """Write these people: heads, then relatives, then the papers of all. Returns how many they are."""
    persons = [person for household in households for person in household]
    for residents in ([p.resident for p in persons if p.resident.head is None], [p.resident for p in persons if p.resident.head]):
        for resident in residents:
            resident.fold()
        Resident.objects.bulk_create(residents, batch_size=500)
    for model in PAPERS:
        rows: list[Any] = [paper for person in persons for paper in person.papers if type(paper) is model]
        model._default_manager.bulk_create(rows, batch_size=1000)
    return len(persons)
