"""Every part of `make bench`: what is measured, and the table that it comes to."""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from muqeem.processes.child import Child
from tests.bench import first_views, journeys, pages, prints, tables
from tests.bench.load import Deed, Run, drive
from tests.bench.people import Cast
from tests.bench.stand import Cost, Stand, portal, register, settle

AT_EVERY_SIZE = ("confirmations", "journeys")
ON_THE_SMALLEST = ("sign-ins", "pages")
AT_ONCE = 4  # clients, where the number of them is not what is asked
RATES = ("a second", "median", "95 % within", "web", "database", "load")
HEADS = {
    "confirmations": ("residents", "clients", *RATES),
    "journeys": ("residents", "clients", *RATES),
    "sign-ins": ("clients", *RATES),
    "pages": ("page", *RATES),
    "views": ("page", "queries", "HTML, Arabic", "HTML, English", "with style", "with pictures and scripts"),
    "prints": ("renewals", "a second of one processor", "median", "largest file"),
}


@dataclass(frozen=True)
class Figure:
    """One measurement."""

    of: tuple[object, ...]
    run: Run
    spent: Cost

    @property
    def each(self) -> float:
        """Milliseconds of processor time of web server and database for one deed: the same on a busy machine."""
        return 1000 * (self.spent.web + self.spent.database) / self.run.done

    def row(self) -> list[object]:
        spent = (self.spent.web, self.spent.database, self.spent.load)
        waits = (f"{self.run.median:.0f} ms", f"{self.run.p95:.0f} ms")
        return [*self.of, f"{self.run.rate:.1f}", *waits, *(f"{1000 * seconds / self.run.done:.1f} ms" for seconds in spent)]


@dataclass
class Bench:
    """The measurements that need a running portal."""

    stand: Stand
    url: str
    size: int
    clients: list[int]
    deeds: int

    def __post_init__(self) -> None:
        self.cast = Cast()

    def confirmations(self) -> Iterator[Figure]:
        """Reviewed operations that are performed."""
        return self._at_each_number(partial(journeys.confirmations, self.cast, self.stand.port), self.deeds, f"{self.size:,}")

    def journeys(self) -> Iterator[Figure]:
        """Renewals from the service's page to the receipt."""
        return self._at_each_number(partial(journeys.journeys, self.cast, self.stand.port), self.deeds // 4, f"{self.size:,}")

    def sign_ins(self) -> Iterator[Figure]:
        """People who get in."""
        return self._at_each_number(partial(journeys.sign_ins, self.stand.port), self.deeds // 2)

    def pages(self) -> Iterator[Figure]:
        """Looks at a service's page; and what Django costs without the portal."""
        look = partial(pages.looks, self.cast.citizens(AT_ONCE, 1))
        yield self._figure((f"`{pages.SERVICE}`",), partial(look, self.stand.port, pages.SERVICE), self.deeds * 2)
        with pages.bare(self.url) as (port, web):
            yield self._figure(("bare Django",), partial(look, port, "/"), self.deeds * 2, web=web)

    def _at_each_number(self, make: Callable[[int], list[Deed]], many: int, *of: object) -> Iterator[Figure]:
        for clients in self.clients:
            yield self._figure((*of, clients), make, many if clients > 1 else many // 2, clients)

    def _figure(
        self, of: tuple[object, ...], make: Callable[[int], list[Deed]], many: int, clients: int = AT_ONCE, web: Child | None = None
    ) -> Figure:
        drive(make(max(16, many // 8)), AT_ONCE)  # after which every process has loaded what it needs
        deeds = make(many)
        self.stand.rest()
        before = self.stand.cost(web)
        run = drive(deeds, clients)
        return Figure(of, run, self.stand.cost(web) - before)


def measure(parts: Sequence[str], postgres: Child, *, residents: list[int], clients: list[int], deeds: int, keep: bool) -> None:
    """Measure these parts, print their tables, and put them on the page."""
    figures: dict[str, list[Figure]] = defaultdict(list)
    for size in sorted(residents):
        wanted = [part for part in parts if part in AT_EVERY_SIZE or (part in ON_THE_SMALLEST and size == min(residents))]
        if wanted:
            with register(size) as url, portal(url, postgres) as stand:
                bench = Bench(stand, url, size, clients, deeds)
                settle(url)
                for part in wanted:
                    figures[part] += getattr(bench, part.replace("-", "_"))()
    for part in parts:
        if part == "views":
            text = _views()
        elif part == "prints":
            text = _prints(deeds)
        else:
            text = tables.table(HEADS[part], [figure.row() for figure in figures[part]])
        text += "".join(f"\n\n{line}" for line in (_compared(part, figures[part]), tables.where_and_when()) if line)
        sys.stdout.write(f"\n{part}\n\n{text}\n")
        if keep:
            tables.keep(part, text)


def _compared(part: str, figures: list[Figure]) -> str:
    """What the figures say of each other, in one sentence."""
    if part == "pages":
        page, bare = figures
        return (
            f"The service's page is had {page.run.rate / bare.run.rate:.2f} times as often as the bare one,"
            f" for {page.each / bare.each:.1f} times its processor time."
        )
    if part not in AT_EVERY_SIZE or len({figure.of[0] for figure in figures}) < 2:
        return ""
    half = len(figures) // 2
    growth = [large.each / small.each for small, large in zip(figures[:half], figures[-half:], strict=True)]
    return f"From {figures[0].of[0]} to {figures[-1].of[0]} residents, one takes {max(growth):.2f} times the processor time at most."


def _views() -> str:
    """Every page: the most that anybody waits for, in either language."""
    seen: dict[str, list[first_views.View]] = defaultdict(list)
    with register(0):
        for view in (view for who in first_views.WHO for view in first_views.views(who)):
            seen[view.name].append(view)
    rows = [
        [
            f"`{name}`",
            max(view.queries for view in views),
            *(max((view.html for view in views if view.language == language), default=0) for language in ("ar", "en")),
            max(view.first for view in views),
            max(view.whole for view in views),
        ]
        for name, views in sorted(seen.items())
    ]
    return tables.table(HEADS["views"], rows)


def _prints(many: int) -> str:
    """The ways to print, and whether one can tell them apart."""
    ways, part = prints.prints(many)
    known, differing = prints.compare(many)
    return tables.table(HEADS["prints"], [way.row() for way in ways]) + (
        f"\n\nA printer that saw {prints.TAUGHT} pages knows the shape of {part:.0%} of random ones. Of {known} printed by their shape,"
        f" {differing} differ from their layout."
    )
