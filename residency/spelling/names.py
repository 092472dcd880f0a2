"""A name of four parts beside the zone of a passport, which knows two: what belongs to whom, and whether both are one name."""

from muqeem import mrz
from muqeem.passport_zone import PassportZone
from residency.models import LatinName


def of_zone(zone: PassportZone) -> LatinName:
    """The four parts as the zone suggests them: a given name each for person, father and grandfather, and the family's."""
    first, *others = [*zone.given, *([] if zone.given else zone.family)]
    if not zone.given:
        return LatinName(first=first, family=" ".join(others))
    return LatinName(first, "".join(others[:1]), " ".join(others[1:]), " ".join(zone.family))


def agrees(name: LatinName, zone: PassportZone) -> bool:
    """Whether both hold the same words in the same order; of a name that may be cut, as far as the zone goes."""
    written = mrz.words(str(name))
    read = [*zone.given, *zone.family]
    if not zone.may_be_cut:
        return written == read
    rest = iter(written)
    return all(any(word.startswith(sign) for word in rest) for sign in read)
