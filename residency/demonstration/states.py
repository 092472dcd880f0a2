"""Every state that a rule can meet, in days from today: the cast that each demonstration has, however small."""

import random
from dataclasses import dataclass, field, replace

from residency.models import Hold, Resident, Visa

Relationship = Resident.Relationship
YEAR = 365


@dataclass(frozen=True)
class Obstacle:
    """A hold that began some days ago."""

    kind: str
    since: int = 30
    amount: str | None = None
    term_in: int | None = None
    cleared: int | None = None


@dataclass(frozen=True)
class State:
    """How things stand with one person. None means that there is no such paper."""

    says: str = ""
    expires_in: int | None = 150
    late: tuple[int, ...] = ()  # how late earlier renewals were
    earlier: int = 2  # versions of the permit before this one
    biometrics: bool = True
    passport_in: int = 3 * YEAR
    insured_in: int | None = 2 * YEAR + 60
    permit_in: int | None = 2 * YEAR + 60
    obstacles: tuple[Obstacle, ...] = ()
    left: int | None = None  # left the Kingdom so many days ago …
    visa: str | None = None  # … or has this visa, unused
    visa_in: int = 40  # its last day
    visa_since: int = 25  # its day of issue, or five days before the departure
    visa_months: int | None = None  # by months, from the day of travel
    deceased: int | None = None
    gone: int | None = None  # for good
    proofs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Relative:
    """A dependant or companion: who, how old, and how things stand. The birthday is so many days ahead."""

    relationship: str
    age: int
    birthday_in: int = 0
    kind: str = Resident.Kind.DEPENDANT
    state: State = field(default_factory=State)


FINES = Hold.Kind.TRAFFIC

WORKERS = (
    State("The renewal is not open yet: 200 days left", expires_in=200),
    State("100 days left", expires_in=100),
    State("29 days left", expires_in=29),
    State("3 days left", expires_in=3),
    State("Today is the last day", expires_in=0),
    State("Expired yesterday", expires_in=-1),
    State("Expired 3 days ago, the last day of grace", expires_in=-3),
    State("Expired 4 days ago, the first day of the fine", expires_in=-4),
    State("Expired 40 days ago, never late before", expires_in=-40),
    State("Expired 40 days ago, late once before", expires_in=-40, late=(10,)),
    State("Expired 40 days ago, late twice before", expires_in=-40, late=(10, 25)),
    State("Biometrics not recorded", expires_in=29, biometrics=False),
    State("Passport expired", expires_in=29, passport_in=-12),
    State("Passport expires in 20 days", expires_in=29, passport_in=20),
    State("No health insurance", expires_in=29, insured_in=None),
    State("Health insurance too short", expires_in=29, insured_in=60),
    State("No work permit", expires_in=29, permit_in=None),
    State("Work permit expired", expires_in=29, permit_in=-15),
    State("Work permit ends with the residency", expires_in=29, permit_in=29),
    State("Work permit covers nine months more", expires_in=29, permit_in=29 + 274),
    State("Traffic violations unpaid", expires_in=29, obstacles=(Obstacle(FINES, 60, "1000.00"), Obstacle(FINES, 20, "500.00"))),
    State("Traffic violations paid yesterday", expires_in=29, obstacles=(Obstacle(FINES, 60, "300.00", cleared=1),)),
    State("Absent from work", expires_in=90, obstacles=(Obstacle(Hold.Kind.ABSENT, 75),)),
    State("Absence reported, term running", expires_in=90, obstacles=(Obstacle(Hold.Kind.ABSENCE_REPORTED, 20, term_in=40),)),
    State("Recruitment violation", expires_in=90, obstacles=(Obstacle(Hold.Kind.RECRUITMENT, 50),)),
    State("Vehicle registered", expires_in=29, obstacles=(Obstacle(Hold.Kind.VEHICLE, 400),)),
    State("Outside the Kingdom on a visa", expires_in=60, left=25, visa=Visa.Kind.SINGLE, visa_in=35),
    State("Outside the Kingdom, the visa has ended", expires_in=60, left=80, visa=Visa.Kind.SINGLE, visa_in=-10),
    State("Outside the Kingdom, did not return", expires_in=60, left=150, visa=Visa.Kind.SINGLE, visa_in=-75),
    State("Exit/re-entry visa not used yet", expires_in=90, visa=Visa.Kind.MULTIPLE),
    State("Exit/re-entry visa by months, not used yet", expires_in=250, visa=Visa.Kind.SINGLE, visa_months=2),
    State("Outside the Kingdom, to return within 7 days", expires_in=250, left=20, visa=Visa.Kind.SINGLE, visa_in=7),
    State("Final exit visa to be used by tomorrow", expires_in=120, visa=Visa.Kind.FINAL, visa_in=1, visa_since=50),
    State("Exit/re-entry visa to be cancelled within 3 days", expires_in=250, visa=Visa.Kind.SINGLE, visa_in=60, visa_since=87),
    State("Exit/re-entry visa ended unused", expires_in=90, visa=Visa.Kind.SINGLE, visa_in=-5),
    State("Final exit visa not used yet", expires_in=70, visa=Visa.Kind.FINAL, visa_in=45),
    State("Deceased", expires_in=40, deceased=18),
    State("Left for good", expires_in=20, gone=14),
    State("Arrived 30 days ago, residency not issued", expires_in=None, biometrics=False, permit_in=None),
)

DOMESTIC = (
    State("Domestic worker, 10 months left", expires_in=300),
    State("Domestic worker outside the Kingdom, to return within 3 days", expires_in=29, left=12, visa=Visa.Kind.SINGLE, visa_in=3),
    State("Domestic worker, 15 months left", expires_in=450),
)

FAMILIES: tuple[tuple[State, tuple[Relative, ...]], ...] = (
    (
        State("Family that may travel, or leave for good", expires_in=250),
        (
            Relative(Relationship.WIFE, 34, 40),
            Relative(Relationship.SON, 12, 70),
            Relative(Relationship.DAUGHTER, 8, 15),
        ),
    ),
    (
        State("Children around the age of biometrics", expires_in=50),
        (
            Relative(Relationship.WIFE, 33, 90),
            Relative(Relationship.SON, 6, 1, state=State("Son who turns 6 tomorrow, no biometrics", biometrics=False)),
            Relative(Relationship.DAUGHTER, 6, 0, state=State("Daughter of 6, no biometrics", biometrics=False)),
        ),
    ),
    (
        State("Sons around the age of study proof", expires_in=50),
        (
            Relative(Relationship.WIFE, 47, 200),
            Relative(Relationship.SON, 21, 1, state=State("Son who turns 21 tomorrow, no proof of study")),
            Relative(Relationship.SON, 21, 0, state=State("Son of 21, no proof of study")),
            Relative(Relationship.SON, 22, 60, state=State("Son of 21 with proof of study", proofs=("study",))),
        ),
    ),
    (
        State("Sons around the age of transfer", expires_in=50),
        (
            Relative(Relationship.SON, 25, 1, state=State("Son who turns 25 tomorrow, studies", proofs=("study",))),
            Relative(Relationship.SON, 25, 0, state=State("Son of 25", proofs=("study",))),
            Relative(Relationship.DAUGHTER, 23, 100, state=State("Daughter of 22, no proof of being unmarried")),
            Relative(Relationship.DAUGHTER, 26, 30, state=State("Daughter of 25 with proof of being unmarried", proofs=("unmarried",))),
        ),
    ),
    (
        State("Family with companions", expires_in=50),
        (
            Relative(Relationship.WIFE, 29, 10, state=State("Wife outside the Kingdom", left=30, visa=Visa.Kind.SINGLE)),
            Relative(Relationship.MOTHER, 68, 120, kind=Resident.Kind.COMPANION),
            Relative(Relationship.SON, 19, 20, kind=Resident.Kind.COMPANION),
        ),
    ),
)


def ordinary(rng: random.Random, *, domestic: bool = False) -> State:
    """A state as most people have it: now and then something stands in the way."""
    expires_in = rng.randrange(10, 420) if domestic else rng.choices([rng.randrange(0, 340), -rng.randrange(1, 60)], [94, 6])[0]
    state = State(
        expires_in=expires_in,
        earlier=rng.randrange(4),
        passport_in=rng.randrange(120, 9 * YEAR),
        insured_in=expires_in + YEAR + rng.randrange(90) if rng.random() < 0.7 else max(expires_in, 5),
        permit_in=None if domestic else expires_in + YEAR + rng.randrange(90) if rng.random() < 0.6 else expires_in,
    )
    chance = rng.random()
    if chance < 0.05:
        return replace(state, obstacles=(Obstacle(FINES, rng.randrange(5, 200), f"{rng.choice((150, 300, 500, 900, 2000))}.00"),))
    if chance < 0.10:
        return replace(state, left=rng.randrange(1, 50), visa=Visa.Kind.SINGLE, visa_in=rng.randrange(5, 60))
    if chance < 0.12:
        return replace(state, passport_in=rng.randrange(-60, 60))
    if chance < 0.13:
        return replace(state, late=(rng.randrange(4, 40),))
    if chance < 0.14:
        return replace(state, insured_in=None)
    return state
