"""Making a person: number, name, age, work and family, all of which fit together."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import models

from accounts.models import Account, Branch
from muqeem import numbers
from muqeem.hijri import add_months
from residency.demonstration import names
from residency.demonstration.names import CULTURES, Culture, Pair
from residency.demonstration.papers import papers
from residency.demonstration.states import Relationship, Relative, State, ordinary
from residency.models import Iqama, Occupation, Resident

WOMEN = {Relationship.WIFE, Relationship.DAUGHTER, Relationship.MOTHER}
DOMESTIC_NATIONALITIES = {"BD", "IN", "PK", "PH", "SD"}
ARABS = {"YE", "EG", "SD", "SY"}
PASSPORTS = {  # how their numbers look
    "BD": "A{:08}",
    "EG": "A{:08}",
    "IN": "Z{:07}",
    "PH": "P{:07}B",
    "PK": "PK{:07}",
    "SD": "P{:08}",
    "SY": "N{:09}",
    "YE": "{:08}",
}


class Numbers:
    """Numbers out of the blocks that are kept free for demonstrations and tests. None is given twice."""

    def __init__(self) -> None:
        self.given: dict[str, int] = {}

    def iqama(self) -> str:
        return numbers.luhn_complete(f"29{self._mixed('iqama'):07}")

    def national_id(self) -> str:
        return numbers.luhn_complete(f"19{self._mixed('citizen'):07}")

    def border(self) -> str:
        return numbers.luhn_complete(f"39{self._mixed('border'):07}")

    def establishment(self) -> str:
        return f"79{self._mixed('establishment') * 10 + 3:08}"

    def phone(self) -> str:
        return f"+96650{1_000_000 + self._mixed('phone') % 9_000_000:07}"

    def passport(self, nationality: str) -> str:
        return PASSPORTS[nationality].format(self._mixed(f"passport {nationality}"))

    def visa(self) -> str:
        return f"69{self._mixed('visa'):08}"

    def reference(self, prefix: str) -> str:
        return f"DEMO-{prefix}-{self._next(prefix):08}"

    def _next(self, kind: str) -> int:
        self.given[kind] = self.given.get(kind, 0) + 1
        return self.given[kind]

    def _mixed(self, kind: str) -> int:
        """Seven digits in no visible order, each value once in ten million."""
        begin = sum(kind.encode()) * 97_007
        return (self._next(kind) * 7_368_787 + begin) % 10_000_000


@dataclass
class Person:
    """A resident with all papers, not yet in the database."""

    resident: Resident
    culture: Culture
    state: State
    papers: list[models.Model] = field(default_factory=list)
    relatives: list["Person"] = field(default_factory=list)

    def household(self) -> "Iterator[Person]":
        """The person and the relatives."""
        yield self
        yield from self.relatives

    def days_left(self, today: date) -> int:
        """Days until the residency ends."""
        return max((paper.expires_on - today).days for paper in self.papers if isinstance(paper, Iqama))


class People:
    """Makes people one after the other, the same ones for the same seed."""

    def __init__(self, rng: random.Random, today: date, occupations: list[tuple[Occupation, str, bool]]) -> None:
        self.rng = rng
        self.today = today
        self.numbers = Numbers()
        self.jobs = [(job, genders) for job, genders, domestic in occupations if not domestic]
        self.domestic_jobs = [(job, genders) for job, genders, domestic in occupations if domestic]

    def worker(
        self, sponsor: Account, state: State, branch: Branch | None = None, culture: Culture | None = None, *, man: bool = False
    ) -> Person:
        """Somebody who works for an establishment; with `man` certainly one."""
        job, genders = self.rng.choice([(job, genders) for job, genders in self.jobs if not man or "M" in genders])
        gender = "M" if man or genders == "M" else "F" if genders == "F" or self.rng.random() < 0.3 else "M"
        culture = culture or self._culture()
        return self._working(Resident.Kind.WORKER, sponsor, state, job, gender, culture, branch)

    def domestic_worker(self, sponsor: Account, state: State) -> Person:
        """Somebody who works in a household."""
        job, genders = self.rng.choice(self.domestic_jobs)
        return self._working(Resident.Kind.DOMESTIC, sponsor, state, job, genders, self._culture(DOMESTIC_NATIONALITIES), None)

    def relative(self, head: Person, who: Relative) -> Person:
        """A member of a worker's family: name, faith and dates follow from the head's."""
        household, gender = head.resident, "F" if who.relationship in WOMEN else "M"
        state = self._with_head(who.state, head)
        born = self.born(who.age, who.birthday_in)
        resident = Resident(
            kind=who.kind,
            iqama_number=self.numbers.iqama(),
            border_number=self.numbers.border(),
            birth_on=born,
            gender=gender,
            nationality=household.nationality,
            religion=household.religion,
            marital_status="single" if who.relationship in {Relationship.SON, Relationship.DAUGHTER} else "married",
            sponsor=household.sponsor,
            branch=household.branch,
            head=household,
            relationship=who.relationship,
            language=household.language,
            **self._family_name(head, who.relationship, gender),
        )
        relative = self._documented(resident, head.culture, state)
        head.relatives.append(relative)
        return relative

    def family(self, head: Person) -> None:
        """A wife and children as it happens."""
        rng = self.rng
        if head.resident.gender == "F":
            return
        head.resident.marital_status = Resident.MaritalStatus.MARRIED
        age = head.resident.age(self.today)
        wife = max(20, age - rng.randrange(1, 8))
        self.relative(head, Relative(Relationship.WIFE, wife, rng.randrange(1, 360), state=self._ordinary_relative()))
        for _child in range(rng.choices((0, 1, 2, 3, 4), (10, 30, 30, 20, 10))[0]):
            child = rng.choice((Relationship.SON, Relationship.DAUGHTER))
            years = rng.randrange(1, max(2, min(24, age - 24)))
            self.relative(head, Relative(child, years, rng.randrange(1, 300), state=self._ordinary_relative(child, years)))

    def citizen(self, *, man: bool | None = None) -> tuple[str, Pair]:
        """The number and the name of a citizen."""
        man = self.rng.random() < 0.6 if man is None else man
        first, father = self.rng.sample(names.SAUDI_MEN, 2)
        parts = [first if man else self.rng.choice(names.SAUDI_WOMEN), father, self.rng.choice(names.SAUDI_FAMILIES)]
        return self.numbers.national_id(), (" ".join(ar for ar, _en in parts), " ".join(en for _ar, en in parts))

    def born(self, age: int, birthday_in: int) -> date:
        """The birthday of somebody who turns this age in so many days."""
        return add_months(self.today + timedelta(days=birthday_in), -12 * age)

    def _working(
        self, kind: str, sponsor: Account, state: State, job: Occupation, gender: str, culture: Culture, branch: Branch | None
    ) -> Person:
        rng = self.rng
        arrived = state.expires_in is None
        resident = Resident(
            kind=kind,
            iqama_number=None if arrived else self.numbers.iqama(),
            border_number=self.numbers.border(),
            birth_on=self.born(rng.randrange(29, 57), rng.randrange(360)),
            gender=gender,
            nationality=culture.nationality,
            religion=culture.religion,
            marital_status=rng.choices(("married", "single", "divorced", "widowed"), (60, 34, 4, 2))[0],
            occupation=job,
            sponsor=sponsor,
            branch=branch,
            phone=self.numbers.phone(),
            language="ar" if culture.nationality in ARABS else "en",
            **self._own_name(culture, gender),
        )
        return self._documented(resident, culture, state)

    def _documented(self, resident: Resident, culture: Culture, state: State) -> Person:
        person = Person(resident, culture, state)
        person.papers = papers(resident, state, self.numbers, self.today)
        return person

    def _with_head(self, state: State, head: Person) -> State:
        """A dependant's residency ends with the head's and needs no work permit."""
        return State(**{**vars(state), "expires_in": head.days_left(self.today), "permit_in": None, "earlier": 0})

    def _ordinary_relative(self, relationship: str = "", age: int = 0) -> State:
        state = ordinary(self.rng)
        proofs = ("study",) if relationship == Relationship.SON and age >= 21 else ()
        if relationship == Relationship.DAUGHTER and age >= 18:
            proofs = ("unmarried",)
        return State(**{**vars(state), "obstacles": (), "late": (), "proofs": proofs, "biometrics": not relationship or age >= 6})

    def _culture(self, nationalities: set[str] | None = None) -> Culture:
        choice = [culture for culture in CULTURES if nationalities is None or culture.nationality in nationalities]
        return self.rng.choices(choice, [culture.thousands for culture in choice])[0]

    def _own_name(self, culture: Culture, gender: str) -> dict[str, str]:
        rng = self.rng
        first, father, grandfather = rng.sample(culture.men, 3)
        family, mothers_family = rng.sample(culture.families, 2)
        if gender == "F":
            first = rng.choice(culture.women)
            family = rng.choice(culture.wives or culture.families)
        if culture.nationality == "PH" and culture.religion == "christian":
            father = mothers_family  # the name between is the mother's family name there
        return _parts(first, father, grandfather if culture.parts == 4 else None, family)

    def _family_name(self, head: Person, relationship: str, gender: str) -> dict[str, str]:
        """What a relative is called: children bear the names of father and grandfather."""
        household, culture, rng = head.resident, head.culture, self.rng
        taken = {household.first_ar, household.father_ar, *(relative.resident.first_ar for relative in head.relatives)}
        pool = culture.men if gender == "M" else culture.women
        own = rng.choice([name for name in pool if name[0] not in taken] or pool)
        head_first = (household.first_ar, household.first_en)
        head_father = (household.father_ar, household.father_en)
        head_family = (household.family_ar, household.family_en)
        if relationship in {Relationship.SON, Relationship.DAUGHTER}:
            return _parts(own, head_first, head_father if culture.parts == 4 else None, head_family)
        if relationship == Relationship.WIFE and not culture.wife_takes_name:
            return self._own_name(culture, "F")
        if relationship == Relationship.MOTHER and not culture.wife_takes_name:
            return self._own_name(culture, "F")
        return _parts(own, rng.choice(culture.men), None, head_family)


def _parts(first: Pair, father: Pair, grandfather: Pair | None, family: Pair) -> dict[str, str]:
    parts = {"first": first, "father": father, "grandfather": grandfather or ("", ""), "family": family}
    return {f"{part}_{script}": name for part, both in parts.items() for script, name in zip(("ar", "en"), both, strict=True)}
