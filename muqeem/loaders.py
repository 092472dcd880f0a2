"""How templates are read."""

import re

from django.template import Origin
from django.template.loaders import filesystem

_INDENTED = re.compile(r"^[ \t]+(?=[<{])", re.MULTILINE)


class Unindented(filesystem.Loader):
    """Our pages without what indents their lines: it means nothing to a browser and is a twentieth of a first view.

    Lines keep their numbers, for whoever reads an error.
    """

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        return _INDENTED.sub("", contents) if str(origin.name).endswith(".html") else contents
