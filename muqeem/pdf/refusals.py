"""Why a page is not printed."""


class Unprintable(Exception):
    """A fact cannot be printed as it is stored."""


class Overfull(Exception):
    """The facts do not fit on one page, however closely set."""


class Unfetchable(Exception):
    """The page asked for an address that is not one of the bundled files."""
