"""Sentences that are kept: stored as a key with its values, said in the reader's language.

A requirement's reason, its mend, the note of a fee line and the reason of a refusal outlive the request in which
they arose and are read by people of two languages. So a `Sentence` is data until somebody reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from muqeem import facts

_registered: dict[str, Promise | str] = {}


def sentence(key: str, words: Promise | str) -> str:
    """Register the words of a key (lazy, also `ngettext_lazy(…, "n")`) and return the key."""
    if _registered.setdefault(key, words) is not words:
        raise ValueError(f"two sentences are called {key}")
    return key


@dataclass(frozen=True)
class Sentence:
    """One sentence about particular values, which may be sentences. `str()` says it in the active language."""

    key: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        words = _registered.get(self.key)
        if words is None:  # kept longer than the service that said it
            return " ".join([self.key, *map(str, self.values.values())])
        return str(words % {name: facts.plain(name, _read(value)) for name, value in self.values.items()})

    def stored(self) -> list[Any]:
        """The JSON form; `Sentence.of` reads it back."""
        return [self.key, {name: _stored(value) for name, value in self.values.items()}]

    @classmethod
    def of(cls, stored: list[Any]) -> "Sentence":
        """The sentence of its JSON form."""
        return cls(stored[0], stored[1])


def say(key: str, **values: Any) -> Sentence:
    """A sentence about these values; its key must be registered."""
    if key not in _registered:
        raise KeyError(f"no sentence is called {key}")
    return Sentence(key, values)


def _stored(value: Any) -> Any:
    return {"sentence": value.stored()} if isinstance(value, Sentence) else facts.stored(value)


def _read(value: Any) -> Any:
    match value:
        case {"sentence": [_, _] as stored}:
            return Sentence.of(stored)
    return value
