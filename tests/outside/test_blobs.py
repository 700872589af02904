"""Files in a folder and in a bucket: found by their SHA-256, and never handed out changed."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.outside.blobs import open_blobs


class Bucket(BaseHTTPRequestHandler):
    """What a bucket answers to those who put and get whole files."""

    kept: dict[str, bytes]

    def do_PUT(self):
        self.kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, b"", ETag='"1"')

    def do_GET(self):
        found = self.kept.get(self.path)
        self._answer(404 if found is None else 200, found or b"", ETag='"1"')

    def log_message(self, *_words):
        """Say nothing."""

    def _answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in {**headers, "Last-Modified": "Mon, 23 Nov 2026 02:00:00 GMT"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def bucket(monkeypatch):
    """A bucket behind a real socket, and what it keeps."""
    Bucket.kept = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    yield Bucket.kept
    server.shutdown()
    server.server_close()


def test_a_file_comes_back_from_a_bucket(bucket):
    blobs = open_blobs("s3://files/portal")
    name = blobs.put(b"%PDF-1.7 of a request")
    assert (blobs.get(name), list(bucket)) == (b"%PDF-1.7 of a request", [f"/files/portal/{name[:2]}/{name}"])


def test_a_file_that_was_changed_in_a_bucket_is_not_handed_out(bucket):
    blobs = open_blobs("s3://files/portal")
    name = blobs.put(b"as it was")
    bucket[f"/files/portal/{name[:2]}/{name}"] = b"otherwise"
    with pytest.raises(ValueError, match="another SHA-256"):
        blobs.get(name)


def test_a_file_comes_back_from_a_folder(tmp_path):
    blobs = open_blobs(str(tmp_path / "files"))
    assert blobs.get(blobs.put(b"kept")) == b"kept"
