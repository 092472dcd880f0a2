"""A site with every bug that a scanner of running sites must find. It listens on loopback while the scan runs, and never else."""

import sqlite3
import sys
from html import escape
from pathlib import Path
from socketserver import ThreadingMixIn
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

INVALID = Path(__file__).with_name("invalid.html")
DATABASE = sqlite3.connect(":memory:", check_same_thread=False)
DATABASE.executescript("CREATE TABLE people (name TEXT, number TEXT); INSERT INTO people VALUES ('Amal', '1'), ('Badr', '2');")
FORM = """<form method="post" action="/sign-in"><input name="name"><input name="password" type="password"><button>Go</button></form>
<form action="/search"><input name="q" value="Amal"><button>Go</button></form>
<a href="/hello?name=Amal">hello</a> <a href="/search?q=Amal">search</a> <a href="/go?to=/hello">go</a>"""


def application(environ, start_response):
    path = environ["PATH_INFO"]
    size = int(environ.get("CONTENT_LENGTH") or 0)
    typed = parse_qs(environ["QUERY_STRING"] or environ["wsgi.input"].read(size).decode("utf-8", "replace"), keep_blank_values=True)
    first = {name: values[0] for name, values in typed.items()}
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "session=1; Path=/")]
    status, body = "200 OK", FORM
    if path == "/hello":
        body = f"<p>Hello {first.get('name', '')}</p>"
    elif path in {"/search", "/sign-in"}:
        try:
            column = f"SELECT name FROM people WHERE name = '{first.get('q', first.get('name', ''))}'"
            rows = DATABASE.execute(column).fetchall()
            body = f"<p>{len(rows)} found: {escape(str(rows))}</p>{FORM}"
        except sqlite3.Error as error:
            status, body = "500 Internal Server Error", f"<p>sqlite3.OperationalError: {escape(str(error))}</p>"
    elif path == "/invalid":
        body = INVALID.read_text(encoding="utf-8")
    elif path == "/go":
        status, body = "302 Found", ""
        headers.append(("Location", first.get("to", "/")))
    start_response(status, headers)
    return [body.encode()]


class Silent(WSGIRequestHandler):
    def log_message(self, *args):
        pass


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]), application, server_class=Server, handler_class=Silent).serve_forever()
