"""Whether HTML is what its author meant: read without one mend of the parser's, with names once and nothing pointing nowhere.

What a checker of the whole standard says comes from `make scan`; this is quick enough for every run.
"""

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tinyhtml5.parser import HTMLParser

NAMING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "form", "list")


def faults_of_html(text: str) -> list[str]:
    """What is wrong, in words."""
    parser = HTMLParser(namespace_html_elements=False)
    tree = parser.parse(text)
    wrong = [f"HTML: {code} at line {line}" for (line, _column), code, _values in parser.errors]
    elements = list(tree.iter())
    names = Counter(element.attrib["id"] for element in elements if "id" in element.attrib)
    wrong += [f"HTML: {times} elements are called {name}" for name, times in names.items() if times > 1]
    return wrong + [f"HTML: nothing is called {name}" for name in sorted(_pointed_at(elements) - set(names))]


def _pointed_at(elements: list[Element]) -> set[str]:
    return set(_names(elements))


def _names(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        for attribute in NAMING:
            yield from element.attrib.get(attribute, "").split()
        address = element.attrib.get("href", "")
        if address.startswith("#") and len(address) > 1:
            yield address[1:]
