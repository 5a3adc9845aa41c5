"""Timesketch's own importer with the network taken away.

The command line is parsed, the file is read, checked and changed by the
importer itself; only requests are not sent: what a server would answer is told
here. What the importer would have sent is written, an event a line, into the
file that SENT names. A request that is not told of fails.
"""

import email
import io
import json
import os
import sys

import requests

SKETCH = {"objects": [{"id": 1, "name": "audit", "user": {"username": "rita"}}], "meta": {}}
TIMELINE = {"objects": [{"id": 7, "searchindex": {"index_name": "ab"}, "status": [{"status": "ready"}]}]}
TASKS = {"objects": [{"task_id": "t", "state": "SUCCESS"}]}


def fields(request):
    """The parts of a form, by name."""
    body = request.body if isinstance(request.body, bytes) else request.body.encode()
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    parts = email.message_from_bytes(head + body).get_payload()
    named = ((part.get_param("name", header="content-disposition"), part) for part in parts)
    return {name: part.get_payload(decode=True) for name, part in named}


def answer(request):
    path = request.url.partition("timesketch.invalid")[2].partition("?")[0].rstrip("/")
    if (request.method, path) == ("POST", "/api/v1/upload"):
        form = fields(request)
        assert form["sketch_id"] == b"1" and form["name"] == b"audit", form
        with open(os.environ["SENT"], "ab") as sent:
            sent.write(form["events"].strip() + b"\n")
        return TIMELINE | {"meta": {"task_id": "t"}}
    known = {
        "": {},
        "/login": {},
        "/api/v1/sketches/1": SKETCH,
        "/api/v1/sketches/1/timelines/7": TIMELINE,
        "/api/v1/tasks": TASKS,
        "/api/v1/version": {"meta": {"version": "none"}},
    }
    return known[path]


def send(_, request, **__):
    response = requests.Response()
    response.status_code = 200
    response.request = request
    response.url = "http://timesketch.invalid/" if "/login" in request.url else request.url
    response.headers["Content-Type"] = "application/json"
    response.raw = io.BytesIO(json.dumps(answer(request)).encode())
    return response


requests.adapters.HTTPAdapter.send = send

from tools.timesketch_importer import main  # noqa: E402

# What the first use of it asks for.
ASKED = ["--host", "http://timesketch.invalid", "--user", "rita", "--password", "none"]
sys.exit(main(ASKED + sys.argv[1:]))
