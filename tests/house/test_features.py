"""The eleven main features that Client Connect promises, and the tests that prove each."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FEATURES = {
    "2-factor authentication (2nd password via email or mobile app)": [
        "commands/test_two_factors.py::test_r7_password_and_code_open_one_by_either_channel",
        "commands/test_two_factors.py::test_r7_a_password_alone_opens_no_full_sign_in",
        "browser/test_signin.py::test_r44_r46_the_first_sign_in_sets_up_the_recommended_app",
    ],
    "Accessible from PC/tablet/mobile": [
        "browser/test_every_page.py::test_no_page_has_a_fault_at_any_width",
        "browser/test_every_page.py::test_r8_a_finger_finds_every_button_on_a_phone",
        "browser/test_webkit.py::test_a_request_is_made_checked_processed_and_its_sealed_pdf_downloaded",
    ],
    "Agile user account structure to support multiple memberships": [
        "commands/test_grants.py::test_r9_one_user_holds_rights_for_two_memberships",
        "commands/test_grants.py::test_r58_one_user_may_hold_both_for_one_function",
        "browser/test_people.py::test_new_people_of_a_new_administrator_complete_a_request",
    ],
    "Customized service access based on the user access right": [
        "web/test_access.py::test_the_table_of_who_is_let_in_is_the_accepted_one",
        "web/test_eservices.py::test_a_function_without_a_right_does_not_exist",
        "commands/test_grants.py::test_r53_a_right_that_was_taken_is_refused_on_the_very_next_request",
    ],
    "Access to eServices which will replace current paper/fax based operations": [
        "catalogue/test_walks.py::test_every_eservice_has_walks_to_each_of_its_ends",
        "catalogue/test_walks.py::test_the_real_request_goes_where_its_walk_says",
        "web/test_eservices.py::test_a_function_says_what_each_form_replaces_and_until_when",
    ],
    "Built-in intelligence to auto-fill and validate the eService input": [
        "web/test_filling.py::test_known_values_stand_in_the_form_with_where_they_come_from",
        "web/test_filling.py::test_a_value_from_a_register_follows_the_answers_that_choose_it",
        "web/test_filling.py::test_every_error_stands_at_its_field_and_in_the_summary",
        "browser/test_form.py::test_what_is_wrong_is_said_while_typing_and_taken_back_once_right",
    ],
    "Built-in workflow for maker-checker control": [
        "browser/test_journey.py::test_a_request_lives_its_whole_life_to_the_sealed_pdf",
        "commands/test_refusals.py::test_r59_nobody_checks_what_they_submitted",
        "commands/test_refusals.py::test_r59_the_database_itself_lets_nobody_check_their_own_work",
    ],
    "Email/on-screen notifications of outstanding tasks": [
        "browser/test_notices.py::test_r16_the_bell_counts_a_new_notice_within_thirty_seconds_and_without_reload",
        "commands/test_notices.py::test_r16_every_letter_of_a_life_is_a_notice_too",
        "web/test_journey.py::test_everybody_concerned_is_mailed_and_nobody_else",
    ],
    "Dashboard to show the outstanding and historical tasks with search and filter functions": [
        "web/test_dashboard.py::test_a_checker_is_led_to_what_waits",
        "web/test_dashboard.py::test_what_has_ended_is_history",
        "web/test_filters.py::test_a_list_is_narrowed_by_its_address",
        "store/test_cases.py::test_lists_counts_and_search_show_the_same",
    ],
    "Electronic enrolment for seminars and events": [
        "web/test_events.py::test_enrol_leads_to_the_form_with_the_event_filled_in",
        "catalogue/test_ev002.py::test_where_the_event_asks_for_no_check_the_enrolment_stands_at_once",
        "commands/test_places.py::test_of_two_firms_one_gets_the_last_place_and_the_other_waits",
    ],
    "Centralized technical document download area": [
        "browser/test_information.py::test_r22_a_document_that_the_exchange_publishes_is_fetched_on_a_phone_and_logged",
        "commands/test_technical_documents.py::test_r22_nobody_fetches_what_their_company_is_not_entitled_to",
    ],
}


def test_all_eleven_features_are_here():
    assert len(FEATURES) == 11


@pytest.mark.parametrize("feature", FEATURES)
def test_each_feature_has_tests_that_exist(feature):
    assert [name for name in FEATURES[feature] if not _exists(name)] == []


def _exists(name):
    path, _, function = name.partition("::")
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in tree.body)
