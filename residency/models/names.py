"""The name of a person in one script, in its four parts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LatinName:
    """A name in Latin letters. A missing part is empty."""

    first: str = ""
    father: str = ""
    grandfather: str = ""
    family: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, [self.first, self.father, self.grandfather, self.family]))
