"""DC015, SFTP users: a public key and its addresses, under an ID that the desk allocates."""

import pytest

from tests.catalogue.filing import drafted, ended, prefilled, record, wrong
from tests.commands.office import APPROVE, FORWARD

OLD = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPGls1Lrn8ZeX6GIVZOz6uZxMr1DNIeqFPY0zuDo9vZc reports@harbourbright"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPQlRtXs3UUlCYCLLW0EE7WnOMcKeTuZzPjtb0I6rIPT reports@rotated"
TAIL = {
    "owner_contact": "vera.lee@harbourbright.test",
    "effective_date": "2026-11-30",
    "declare_true": "yes",
    "pics_ack": "yes",
}
NEW = {"action": "NEW", "environment": "TEST", "public_key": KEY, "source_ips.0.ip": "203.0.113.6", **TAIL}
ROTATED = {"action": "ROTATE_KEY", "sftp_user": "SFTP_H00123", "public_key": KEY, **TAIL}


def done(office, answers, **allocated):
    reference = drafted(office, "DC015", "mia")
    processed = {**FORWARD, **allocated}
    ended(office, reference, ("mia", answers), ("chen", APPROVE), ("fanny", processed), ("felix", APPROVE))
    return reference


def test_a_new_user_stands_in_the_register_under_the_id_that_the_desk_allocated(office):
    done(office, NEW, user_id="SFTP_H1TEST")
    kept = record(office, "sftp_user", "H00123", "SFTP_H1TEST")
    assert (kept["environment"], kept["source_ips"]) == ("TEST", ["203.0.113.6"])


def test_a_rotated_key_leaves_the_addresses_as_they_are(office):
    done(office, ROTATED)
    kept = record(office, "sftp_user", "H00123", "SFTP_H00123")
    assert (kept["public_key"], kept["source_ips"]) == (KEY, ["203.0.113.5"])


@pytest.mark.parametrize("pasted", [OLD, "-----BEGIN OPENSSH PRIVATE KEY-----"])
def test_the_key_in_use_and_a_private_key_are_refused(office, pasted):
    reference = drafted(office, "DC015", "mia")
    assert wrong(office, reference, "mia", {**ROTATED, "public_key": pasted}) == ["public_key"]


def test_the_desk_allocates_an_id_that_is_free(office):
    reference = drafted(office, "DC015", "mia")
    ended(office, reference, ("mia", NEW), ("chen", APPROVE))
    assert wrong(office, reference, "fanny", {**FORWARD, "user_id": "SFTP_H00123"}) == ["user_id"]


def test_nothing_of_a_user_is_shown_before_one_is_chosen(office):
    assert prefilled(office, drafted(office, "DC015", "mia"))["current_fingerprint"] is None
