"""What schemathesis has to be told beside the document of the admin API.

Loaded by schemathesis, see schemathesis.toml; changes where it connects from, and what is there when it asks. ADMIN and TOKEN are set by run.sh.

Invariant: what is asked stays what was generated, but for the token that the run itself needs.
"""

import itertools
import os

import requests
import schemathesis
from urllib3.util import connection

# The name of the token in run.sh.
OWN_TOKEN = "schemathesis"
# The function that has a version before the live one, and a candidate.
FUNCTION = "greet"

_connect = connection.create_connection
_numbers = itertools.count()


def _connect_from_anew(address, timeout=None, source_address=None, socket_options=None):
    """Connects from a loopback address that did not come before: ten wrong tokens from one address close the door to it for a minute."""
    number = next(_numbers) % (1 << 16)
    source = f"127.1.{number >> 8}.{number & 255}"
    return _connect(address, timeout, (source, 0), socket_options)


connection.create_connection = _connect_from_anew


@schemathesis.hook
def before_call(context, case, kwargs):
    """Does not take back the token in use, and brings back what the requests before have used up: most would be answered 404 or 409."""
    parameters = case.path_parameters
    if parameters.get("token") == OWN_TOKEN:
        parameters["token"] = "another"
    if parameters.get("name") == FUNCTION:
        _bring_back()


def _bring_back():
    shown = _ask("GET", "")
    if shown.status_code == 200 and "candidate" in shown.json() and len(shown.json()["versions"]) > 2:
        return
    for query in ("", "", "&canary=25"):
        text = f"export default () => {next(_numbers)};"
        deployed = _ask("PUT", f"?wait=true{query}", {"files": {"index.js": text}})
        assert deployed.json()["status"] == "done", deployed.text


def _ask(method, query, body=None):
    token = os.environ["TOKEN"]
    headers = {"authorization": f"Bearer {token}"} if token else {}
    url = f"{os.environ['ADMIN']}/api/v1/functions/{FUNCTION}{query}"
    return requests.request(method, url, json=body, headers=headers, timeout=30)
