"""Which browsers are supported, and the notice to others: given, put away, and never in the way."""

import pytest

from app.web.agents import is_outdated

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_12_6) AppleWebKit/603.3.8 (KHTML, like Gecko)"
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME_91 = f"{WINDOWS} {KIT} Chrome/91.0.4472.124 Safari/537.36"
SUPPORTED = {
    "Chrome 92": f"{WINDOWS} {KIT} Chrome/92.0.4515.107 Safari/537.36",
    "Chrome 140": f"{WINDOWS} {KIT} Chrome/140.0.0.0 Safari/537.36",
    "Firefox 51": "Mozilla/5.0 (X11; Linux x86_64; rv:51.0) Gecko/20100101 Firefox/51.0",
    "Firefox 140": f"{WINDOWS[:-1]}; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Edge 101": f"{WINDOWS} {KIT} Chrome/101.0.4951.41 Safari/537.36 Edg/101.0.1210.32",
    "Safari 10": f"{MAC} Version/10.1.2 Safari/603.3.8",
    "Safari 18": f"{MAC} Version/18.0 Safari/605.1.15",
    "iOS 10": "Mozilla/5.0 (iPhone; CPU iPhone OS 10_3_3 like Mac OS X) AppleWebKit/603.3.8 Version/10.0 Safari/602.1",
    "iPad 15": "Mozilla/5.0 (iPad; CPU OS 15_1 like Mac OS X) AppleWebKit/605.1.15 CriOS/96.0.4664.53 Safari/604.1",
    "Android 4.4": f"Mozilla/5.0 (Linux; Android 4.4.2; Nexus 5) {KIT} Version/4.0 Chrome/30.0.0.0 Safari/537.36",
    "Android 14": f"Mozilla/5.0 (Linux; Android 14; Pixel) {KIT} Chrome/120.0.0.0 Mobile Safari/537.36",
    "Firefox on Android": "Mozilla/5.0 (Android; Mobile; rv:40.0) Gecko/40.0 Fennec/40.0",
    "nothing": "",
    "a robot": "Mozilla/5.0 (compatible; Something/2.1; +http://example.com)",
    "a library": "python-requests/2.31",
    "a long one": "Chrome" * 200_000,
}
OUTDATED = {
    "Chrome 91": CHROME_91,
    "Firefox 50": "Mozilla/5.0 (X11; Linux x86_64; rv:50.0) Gecko/20100101 Firefox/50.0",
    "Edge 100": f"{WINDOWS} {KIT} Chrome/100.0.4896.60 Safari/537.36 Edg/100.0.1185.29",
    "Edge 18": f"{WINDOWS} {KIT} Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763",
    "Safari 9": f"{MAC} Version/9.1.2 Safari/601.7.7",
    "Safari on Windows": "Mozilla/5.0 (Windows; U; Windows NT 6.1) AppleWebKit/533.19 Version/5.0.3 Safari/533.19",
    "iOS 9": "Mozilla/5.0 (iPhone; CPU iPhone OS 9_3_2 like Mac OS X) AppleWebKit/601.1.46 Version/9.0 Safari/601.1",
    "Android 4.3": "Mozilla/5.0 (Linux; U; Android 4.3; en-us; SM-N900T) AppleWebKit/534.30 Version/4.0 Safari/534.30",
    "Android 2": "Mozilla/5.0 (Linux; U; Android 2.3.6) AppleWebKit/533.1 Version/4.0 Mobile Safari/533.1",
    "Internet Explorer 11": "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Internet Explorer 8": "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)",
    "Opera 12": "Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.16",
}
NOTICE = "This browser was not tried here."


@pytest.mark.parametrize("name", SUPPORTED)
def test_r33_to_r38_a_supported_or_unknown_browser_is_not_outdated(name):
    assert not is_outdated(SUPPORTED[name])


@pytest.mark.parametrize("name", OUTDATED)
def test_r97_an_older_browser_is_outdated(name):
    assert is_outdated(OUTDATED[name])


@pytest.mark.parametrize(
    ("hints", "outdated"),
    [
        ('"Chromium";v="120", "Google Chrome";v="120"', False),
        ('"Chromium";v="90", "Google Chrome";v="90"', True),
        ('"Chromium";v="100", "Microsoft Edge";v="100"', True),
        ('"Not A;Brand";v="99"', True),
        ("nonsense", True),
    ],
)
def test_what_a_browser_hints_at_counts_before_what_it_calls_itself(hints, outdated):
    assert is_outdated(CHROME_91, hints) == outdated


def with_agent(client, agent):
    client.environ["HTTP_USER_AGENT"] = agent
    return client


@pytest.mark.parametrize("url", ["/sign-in", "/help", "/support"])
def test_r97_an_unsupported_browser_gets_a_notice_and_the_whole_page(visitor, url):
    page = with_agent(visitor.stranger(), OUTDATED["Internet Explorer 11"]).get(url)
    assert NOTICE in page.text and page.heading


def test_r97_a_notice_stands_on_pages_behind_the_sign_in_too(visitor):
    assert NOTICE in with_agent(visitor("mia"), CHROME_91).get("/").text


def test_no_supported_browser_gets_one(visitor):
    assert NOTICE not in with_agent(visitor("mia"), SUPPORTED["Firefox 51"]).get("/").text


def test_r97_the_notice_is_put_away_for_good_and_leads_back_without_scripts(visitor):
    mia = with_agent(visitor("mia"), CHROME_91)
    mia.get("/circulars?show=earlier")
    page = mia.submit("/browser-notice/dismissal")
    assert page.url == "/circulars?show=earlier" and NOTICE not in page.text + mia.get("/").text


def test_a_stranger_puts_it_away_too(visitor):
    stranger = with_agent(visitor.stranger(), CHROME_91)
    stranger.get("/sign-in")
    assert NOTICE not in stranger.submit("/browser-notice/dismissal").text


@pytest.mark.parametrize("place", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_putting_it_away_leads_to_no_other_site(visitor, place):
    mia = with_agent(visitor("mia"), CHROME_91)
    mia.get("/help")
    assert mia.submit("/browser-notice/dismissal", next=place).heading == "Dashboard"
