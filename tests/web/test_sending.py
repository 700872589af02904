"""How pages and assets travel to browsers that read compressed answers, and to those that do not."""

import gzip

import brotli
import pytest

UNPACKED = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.fixture
def fetched(visitor):
    """Fetches an address as a browser that reads these codings."""
    client = visitor("mia")

    def fetch(url, codings):
        response = client.raw.get(url, base_url=client.origin, headers={"Accept-Encoding": codings})
        assert response.data
        response.close()
        return response

    return fetch


@pytest.fixture
def style(visitor):
    """The address of the style sheet."""
    with visitor.app.test_request_context():
        return visitor.app.jinja_env.globals["asset"]("app.css")


@pytest.mark.parametrize(
    ("codings", "coding"), [("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip")]
)
def test_a_page_is_compressed_as_its_browser_reads_it(fetched, codings, coding):
    response = fetched("/", codings)
    assert response.content_encoding == coding
    assert b"</html>" in UNPACKED[coding](response.data)


@pytest.mark.parametrize(
    ("codings", "coding"), [("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip")]
)
def test_an_asset_is_sent_as_it_was_built(fetched, style, codings, coding):
    response = fetched(style, codings)
    assert (response.content_encoding, response.mimetype) == (coding, "text/css")
    assert b"font-face" in UNPACKED[coding](response.data)


@pytest.mark.parametrize("codings", ["", "identity", "zstd", "br;q=0", "\x7f;;q=x"])
def test_who_reads_no_coding_of_ours_gets_an_asset_as_it_is(fetched, style, codings):
    response = fetched(style, codings)
    assert response.content_encoding is None and b"font-face" in response.data


def test_caches_are_told_that_codings_differ(fetched, style):
    assert "Accept-Encoding" in fetched(style, "").vary and "Accept-Encoding" in fetched("/", "").vary


def test_an_asset_that_does_not_exist_is_not_found(fetched):
    assert fetched("/static/../config.py", "br").status_code == 404


def test_the_length_of_a_page_says_nothing_of_what_is_on_it(fetched):
    lengths = {len(fetched("/search?q=token", "br").data) for _ in range(12)}
    assert len(lengths) > 3


def test_a_file_is_not_compressed_again(fetched):
    assert fetched("/guidance.pdf", "br").content_encoding is None
