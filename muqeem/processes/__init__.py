"""The processes of the portal: which there are, as whom they run, how they are started, watched and stopped.

Used before there are settings, because it makes what they read; so nothing here imports Django.
"""


class CannotStart(Exception):
    """A reason not to start, in one sentence that names the remedy."""
