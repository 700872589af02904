"""CT027 from the first sign-in to the sealed PDF: with scripts, without, and on a phone."""

import pytest

from tests.browser.journey import whole
from tests.browser.visitor import DESKTOP, PHONE

WAYS = {
    "desktop": {"width": DESKTOP},
    "without scripts": {"width": DESKTOP, "java_script_enabled": False},
    "phone": {"width": PHONE, "has_touch": True, "is_mobile": True},
}


@pytest.mark.parametrize(
    "way", ["without scripts", *(pytest.param(way, marks=pytest.mark.long) for way in ("desktop", "phone"))]
)
def test_a_request_lives_its_whole_life_to_the_sealed_pdf(site, arrive, way):
    mia, chen, karen, kelvin = (arrive(**WAYS[way]) for _ in range(4))
    reference = whole(mia, chen, karen, kelvin)
    site.settle()
    mia.visit(f"/requests/{reference}")
    mia.reads("Completed")
    first, second = mia.download("Audit trail (PDF)"), mia.download("Audit trail (PDF)")
    assert first == second
    assert site.verdict(first).intact
