"""The eServices by business function, and opening a request."""

CASH = "/eservices/EU_CashTrading"
OPEN = "/eservices/CT027/requests"


def test_a_maker_opens_a_request_and_is_led_to_its_form(office, visitor):
    mia = visitor("mia")
    mia.get(CASH)
    page = mia.submit(OPEN)
    assert page.heading == "OTP-C Order Consideration Limit"
    assert office.rows("cases")[0].reference in page.text


def test_a_function_says_what_each_form_replaces_and_until_when(visitor):
    page = visitor("mia").get(CASH)
    assert "Replaces" in page.text
    assert "cut-off 17:00 HKT" in page.text
    assert "OTP-C 買賣盤價值上限設定確認" in page.text


def test_a_checker_is_told_why_not(visitor):
    page = visitor("chen").get(CASH)
    assert "You check these; only makers open them" in page.text
    assert OPEN not in [form.action for form in page.forms]


def test_a_company_of_another_kind_is_told_for_whom_it_is(office, visitor):
    office.run_sql("UPDATE memberships SET kind = 'ISS' WHERE participant_id = 'B00456' AND kind = 'SEHK-EP'")
    assert "For SEHK-EP only" in visitor("leo").get(CASH).text


def test_a_function_without_a_right_does_not_exist(visitor):
    visitor("mia").get("/eservices/EU_SmartcardMaint", expect=404)


def test_staff_find_no_forms(visitor):
    assert "You hold no right for an eService" in visitor("karen").get("/eservices").text


def test_every_function_with_an_eservice_is_in_the_menu(visitor):
    assert "Cash trading" in visitor("mia").get("/eservices").links
