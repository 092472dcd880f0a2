"""What the portal's code never does, read from the code: commands, code from data, weak hashes, chance that can be guessed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OURS = ["muqeem", "accounts", "residency", "visas"]
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))

# What may be called or imported only in these places, each of which names itself what it starts, asks or draws.
ONLY_IN: dict[str, tuple[str, ...]] = {
    "eval": (),
    "exec": (),
    "compile": (),
    "__import__": (),
    "Template": (),
    "RawSQL": (),
    "os.system": (),
    "os.popen": (),
    "hashlib.md5": (),
    "hashlib.sha1": (),
    "uuid.uuid1": (),
    "ssl._create_unverified_context": (),
    "pickle": (),
    "marshal": (),
    "shelve": (),
    "yaml": (),
    "xml": (),
    "lxml": (),
    "ldap": (),
    "zipfile": (),
    "tarfile": (),
    "gzip": (),
    "zlib": ("muqeem/pdf/",),
    "django.views.decorators.csrf": ("accounts/views/money.py",),  # a payment is signed instead
    "urllib.request": (),
    "requests": (),
    "ftplib": (),
    "random": ("residency/demonstration/",),  # the same invented people each time
    "subprocess": ("muqeem/processes/",),
    "socket": ("muqeem/processes/",),
    "http.client": ("muqeem/processes/",),
    "httpx": ("muqeem/sms.py",),
    "smtplib": ("muqeem/mail.py",),
}
NEVER_SAID = {"shell": "True", "verify": "False", "follow_redirects": "True"}
SQL = {"execute", "executemany", "raw", "extra"}
UNESCAPED = re.compile(r"\|\s*safe(?:seq)?\b|autoescape\s+off")
NOT_IN_SCRIPTS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|postMessage|[\"']message[\"']|__proto__|prototype\b"
    r"|Object\.assign|jsonp|\bimport\(|createElement\([\"']script|set(?:Timeout|Interval)\(\s*[\"'`]|document\.cookie"
)


def sources() -> Iterator[tuple[str, str]]:
    for top in OURS:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def faults(name: str, source: str) -> Iterator[str]:
    """What a module does that it may not."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [node.module or "", *(f"{node.module}.{each.name}" for each in node.names)]
        elif isinstance(node, ast.Call):
            found = [dotted(node.func)]
            yield from (f"{name}:{node.lineno} {what}" for what in said(node))
        else:
            continue
        yield from (f"{name}:{node.lineno} {each}" for each in found if not may(name, each))


def said(call: ast.Call) -> Iterator[str]:
    """What is wrong with what a call is given."""
    for keyword in call.keywords:
        if keyword.arg in NEVER_SAID and ast.unparse(keyword.value) == NEVER_SAID[keyword.arg]:
            yield f"{keyword.arg}={NEVER_SAID[keyword.arg]}"
    if isinstance(call.func, ast.Attribute) and call.func.attr in SQL and call.args and is_put_together(call.args[0]):
        yield "SQL put together from text"


def is_put_together(text: ast.expr) -> bool:
    """Whether a text is made of anything but constants of the module, which are written in capitals."""
    if isinstance(text, ast.JoinedStr):
        parts = [part.value for part in text.values if isinstance(part, ast.FormattedValue)]
        return not all(isinstance(part, ast.Name) and part.id.isupper() for part in parts)
    return isinstance(text, ast.BinOp) or (isinstance(text, ast.Call) and dotted(text.func).endswith(".format"))


def dotted(node: ast.expr) -> str:
    """The name that is called, as far as it is one."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def may(name: str, thing: str) -> bool:
    places = [places for known, places in ONLY_IN.items() if thing == known or thing.startswith(f"{known}.")]
    return all(name.startswith(allowed) if allowed else False for allowed in places)


def test_the_code_does_nothing_that_opens_a_door() -> None:
    assert [fault for name, source in sources() for fault in faults(name, source)] == []


@pytest.mark.parametrize("thing", ONLY_IN)
def test_whatever_is_for_some_places_only_would_be_noticed_elsewhere(thing: str) -> None:
    assert list(faults("accounts/views/planted.py", f"{thing}()"))
    for place in ONLY_IN[thing]:
        assert list(faults(place, f"import {thing}\n{thing}.anything()")) == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from pickle import loads", "from xml.etree import ElementTree", "import random", "from random import choice",
        "from os import system", "hashlib.md5(x)", "subprocess.run(x)", "run(x, shell=True)", "httpx.get(x, verify=False)",
        "httpx.get(x, follow_redirects=True)", "cursor.execute(f'SELECT {x}')", "cursor.execute('SELECT %s' % x)",
        "cursor.execute('SELECT {}'.format(x))", "cursor.execute('SELECT ' + x)", "rows.raw(f'SELECT {x}')", "rows.extra('a' + x)",
    ],
)  # fmt: skip
def test_every_way_of_saying_it_would_be_noticed(line: str) -> None:
    assert list(faults("accounts/views/planted.py", line))
    assert list(faults("accounts/views/planted.py", "cursor.execute('SELECT %s', [x])")) == []


def test_templates_escape_everything_but_mails_without_markup() -> None:
    templates = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    assert [path.name for path in templates if UNESCAPED.search(path.read_text())] == ["letter.txt"]


def test_browsers_keep_nothing_but_a_moment() -> None:
    kept = [
        name for script in SCRIPTS for name in re.findall(r"(?:localStorage|sessionStorage|indexedDB|caches)\W*(.*)", script.read_text())
    ]
    assert kept == ["setItem(SEEN, String(Date.now()));"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_write_text_and_take_no_words_from_other_windows(script: Path) -> None:
    assert NOT_IN_SCRIPTS.findall(script.read_text()) == []


def test_a_script_that_writes_markup_would_be_noticed() -> None:
    for line in (
        "box.innerHTML = x",
        "document.write(x)",
        "eval(x)",
        "addEventListener('message', f)",
        "x.__proto__ = y",
        "setTimeout('f()', 1)",
    ):
        assert NOT_IN_SCRIPTS.search(line), line
    assert len(SCRIPTS) >= 4
