"""What authenticators are asked and what they answer (WebAuthn), read and checked by py_webauthn.

The library takes a quarter of a second to import: only who uses a passkey pays for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

TIMEOUT_MS = 120_000


class Site(NamedTuple):
    """The site that passkeys are made for: its domain, and the origins whose pages may ask for them."""

    domain: str
    origins: tuple[str, ...]
    name: str


class NewKey(NamedTuple):
    """A key that an authenticator has just made."""

    credential: bytes
    public_key: bytes
    signs: int


class BadAnswer(Exception):
    """The answer of an authenticator does not hold."""


def ask_for_key(site: Site, challenge: bytes, *, handle: bytes, login: str, known: Sequence[bytes]) -> str:
    """What a browser is told, as JSON, to make a key; handle: whose it is; known: what must not be made again."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=site.domain,
        rp_name=site.name,
        user_id=handle,
        user_name=login,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return webauthn.options_to_json(options)


def read_key(site: Site, challenge: bytes, answer: str) -> NewKey:
    """The key that a browser's answer holds; raises BadAnswer."""
    import webauthn

    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except Exception as error:  # parsers of a stranger's bytes raise more than anybody has listed
        raise BadAnswer from error
    return NewKey(made.credential_id, made.credential_public_key, made.sign_count)


def ask_for_signature(site: Site, challenge: bytes, known: Sequence[bytes]) -> str:
    """What a browser is told, as JSON, to sign with one of these keys."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=site.domain,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in known],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def credential_of(answer: str) -> bytes:
    """Which key a browser says it has signed with; raises BadAnswer."""
    from webauthn.helpers import parse_authentication_credential_json

    try:
        return parse_authentication_credential_json(answer).raw_id
    except Exception as error:  # parsers of a stranger's bytes raise more than anybody has listed
        raise BadAnswer from error


def read_signature(site: Site, challenge: bytes, answer: str, key: NewKey) -> int:
    """The new count of a key that has signed this challenge for this site, with its user verified; raises BadAnswer."""
    import webauthn

    try:
        done = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=list(site.origins),
            credential_public_key=key.public_key,
            credential_current_sign_count=key.signs,
            require_user_verification=True,
        )
    except Exception as error:  # parsers of a stranger's bytes raise more than anybody has listed
        raise BadAnswer from error
    return done.new_sign_count
