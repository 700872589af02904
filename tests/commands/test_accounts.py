"""Accounts: who may add, close, open and unlock whose, what it leads to, and what it leaves in the trail."""

import json

import pytest

from app.commands.managing import accounts
from app.commands.managing.accounts import NotInThatState, Particulars, SenderDiffers, WrongParticulars
from app.commands.signing import own_passwords, signin
from app.commands.signing.signin import Origin, SignInFailed
from app.commands.signing.signin_refusals import LinkOver
from app.seed import DEMO_PASSWORD
from app.store import tables
from engine.errors import NoRight, NotFound
from tests.commands.managing import NEW, account, actions, added, company_of, entries, fault, granted, right, rights_of
from tests.commands.office import PEOPLE, race
from tests.commands.refusing import lock, refused
from tests.signing import given_link

HOME = Origin("203.0.113.7", "Tests")
OUTSIDERS = ["mia", "chen", "karen", "olive", "audrey", "andy", "carmen"]


# --- adding -----------------------------------------------------------------------------------------------------------
def test_r47_the_exchange_sets_up_a_ccda(either_office):
    person = added(either_office, "agnes", "cora@lionrock.test", "ccda", "leo")
    assert account(either_office, person).kind == "ccda"


@pytest.mark.parametrize("who", ["ada", "mia", "karen", "olive", "audrey", "andy"])
def test_r47_nobody_else_sets_up_a_ccda(office, who):
    with refused(office, NotFound):
        added(office, who, "cora@lionrock.test", "ccda", "ada")


def test_r48_a_ccda_adds_a_business_user(either_office):
    assert account(either_office, added(either_office)).state == "invited"


@pytest.mark.parametrize("who", OUTSIDERS)
def test_r48_nobody_adds_a_business_user_to_a_company_that_is_not_theirs(office, who):
    with refused(office, NotFound):
        added(office, who, company="ada")


def test_r52_the_exchange_adds_no_business_user(office):
    with refused(office, NotFound):
        added(office, "agnes", company="ada")


@pytest.mark.parametrize("kind", ["staff", "ops", "auditor", "admin", "analyst"])
def test_a_ccda_adds_nobody_to_the_exchange(office, kind):
    with refused(office, NotFound):
        added(office, "ada", kind=kind)


def test_a_company_that_does_not_exist_gets_nobody(office):
    with refused(office, NotFound):
        accounts.add(office.portal, office.by("agnes"), 999, "ccda", NEW, Particulars("Nora"))


def test_r31_the_new_user_is_mailed_at_the_address_of_the_account(office):
    added(office)
    assert office.mailed("account_welcome") == [NEW]


def test_r32_the_welcome_carries_neither_a_password_nor_its_link_in_the_clear(office):
    added(office)
    (job,) = [job for job in office.rows("jobs", kind="mail") if job.payload["template"] == "account_welcome"]
    assert set(job.payload) == {"template", "to", "sealed_link"}


def test_an_account_begins_without_rights_and_without_a_password(office):
    person = added(office)
    assert rights_of(office, person) == frozenset() and account(office, person).channel is None


def test_the_address_of_the_login_is_kept_folded(office):
    assert account(office, added(office, email=" New.Person@HarbourBright.TEST ")).email == NEW


def test_an_address_belongs_to_one_account(office):
    with refused(office, WrongParticulars) as caught:
        added(office, email="MIA.Maker@harbourbright.test")
    assert "use another address" in caught.value.fields["email"]


def test_of_two_who_add_the_same_address_one_is_told(either_office):
    other = either_office.beside()
    found = race(lambda: added(either_office), lambda: added(other, "ben"))
    other.portal.database.close()
    assert sorted(type(one).__name__ for one in found) == ["WrongParticulars", "int"]


@pytest.mark.parametrize(
    "email",
    [
        *("", "nora", "nora@", "@here.test", "a b@c.test", "a@b", "a@b.", f"{'a' * 250}@b.test", f"{'ß' * 120}@b.test"),
        *("a..b@c.test", ".a@c.test", "a@x..test", "m\u0456a@c.test", "a\u200bb@c.test", "a@-c.test"),
        f"{'a' * 65}@b.test",
    ],
)
def test_an_address_that_is_none_is_refused(office, email):
    with refused(office, WrongParticulars) as caught:
        added(office, email=email)
    assert "email" in caught.value.fields


@pytest.mark.parametrize(
    ("field", "said"),
    [("name", ""), ("name", "\u3164 \u2800"), ("name", "x" * 121), ("title", "x" * 81), ("phone", "1" * 25)],
)
def test_particulars_that_cannot_be_kept_are_refused_by_name(office, field, said):
    known = Particulars("Nora")._replace(**{field: said})
    with refused(office, WrongParticulars) as caught:
        accounts.add(office.portal, office.by("ada"), company_of(office, "ada"), "business", NEW, known)
    assert list(caught.value.fields) == [field]


def test_what_cannot_be_seen_in_a_name_is_not_kept(office):
    known = Particulars("Nora\u202e\x00  Hui")
    person = accounts.add(office.portal, office.by("ada"), company_of(office, "ada"), "business", NEW, known)
    assert account(office, person).name == "Nora Hui"


# --- the states of an account -----------------------------------------------------------------------------------------
def test_r50_a_suspended_user_is_signed_out_and_cannot_sign_in(office):
    accounts.suspend(office.portal, office.by("ada"), office.number("mia"))
    with pytest.raises(SignInFailed):
        signin.enter_password(office.portal, PEOPLE["mia"], DEMO_PASSWORD, HOME)


def test_r50_a_suspended_user_keeps_the_rights(office):
    held = rights_of(office, office.number("mia"))
    accounts.suspend(office.portal, office.by("ada"), office.number("mia"))
    assert rights_of(office, office.number("mia")) == held


def test_r50_an_activated_user_signs_in_with_the_old_password(office):
    mia = office.number("mia")
    accounts.suspend(office.portal, office.by("ada"), mia)
    accounts.activate(office.portal, office.by("ben"), mia)
    assert signin.enter_password(office.portal, PEOPLE["mia"], DEMO_PASSWORD, HOME)


def test_r50_a_deactivated_user_holds_no_right(office):
    accounts.deactivate(office.portal, office.by("ada"), office.number("mia"))
    assert rights_of(office, office.number("mia")) == frozenset()


def test_r50_an_open_draft_of_a_deactivated_user_is_gone_on_with_by_a_colleague(office):
    reference = office.open_draft("mia")
    accounts.deactivate(office.portal, office.by("ada"), office.number("mia"))
    office.submit(reference, "bo")
    assert office.status(reference) == "PENDING_CHECKER"


def test_whoever_comes_back_begins_anew(office):
    mia = office.number("mia")
    accounts.deactivate(office.portal, office.by("ada"), mia)
    accounts.activate(office.portal, office.by("ada"), mia)
    assert (account(office, mia).state, office.mailed("account_welcome")) == ("invited", [PEOPLE["mia"]])


@pytest.mark.parametrize("verb", [accounts.suspend, accounts.deactivate])
def test_every_sign_in_of_a_closed_account_ends(office, verb):
    signin.enter_password(office.portal, PEOPLE["mia"], DEMO_PASSWORD, HOME)
    verb(office.portal, office.by("ada"), office.number("mia"))
    assert [row for row in office.rows("signins", person_id=office.number("mia")) if row.ended_at is None] == []


@pytest.mark.parametrize("verb", [accounts.suspend, accounts.activate, accounts.deactivate, accounts.welcome_again])
@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_changes_the_account_of_another_company(office, verb, who):
    with refused(office, (NoRight if who == "mia" else NotFound)):
        verb(office.portal, office.by(who), office.number("mia"))


@pytest.mark.parametrize("verb", [accounts.suspend, accounts.deactivate, accounts.unlock])
def test_a_ccda_changes_no_ccda(office, verb):
    with refused(office, NotFound):
        verb(office.portal, office.by("ada"), office.number("ben"))


@pytest.mark.parametrize("who", ["ada", "agnes"])
@pytest.mark.parametrize("verb", [accounts.suspend, accounts.activate, accounts.deactivate, accounts.unlock])
def test_nobody_changes_their_own_account(office, verb, who):
    with refused(office, NoRight):
        verb(office.portal, office.by(who), office.number(who))


@pytest.mark.parametrize(
    ("before", "verb"),
    [
        (None, accounts.activate),
        (accounts.suspend, accounts.suspend),
        (accounts.deactivate, accounts.suspend),
        (accounts.deactivate, accounts.deactivate),
        (None, accounts.welcome_again),
    ],
)
def test_a_state_that_it_does_not_begin_from_is_named(office, before, verb):
    mia, ada = office.number("mia"), office.by("ada")
    if before:
        before(office.portal, ada, mia)
    with refused(office, NotInThatState):
        verb(office.portal, ada, mia)


def test_a_new_welcome_ends_the_link_before(office):
    person = added(office)
    accounts.welcome_again(office.portal, office.by("ben"), person)
    now = office.clock.now()
    assert sorted(row.ends_at > now for row in office.rows("links", person_id=person)) == [False, True]


def test_particulars_are_changed_and_sealed_by_what_changed(office):
    known = Particulars("Mia Chan", "Head of Operations", "+85237000000")
    accounts.change_particulars(office.portal, office.by("ada"), office.number("mia"), known)
    assert entries(office)[0].entry["facts"] == {"title": "Head of Operations"}


def test_particulars_that_stay_leave_no_entry(office):
    was = account(office, office.number("mia"))
    known = Particulars(was.name, was.title, was.phone)
    accounts.change_particulars(office.portal, office.by("ada"), office.number("mia"), known)
    assert entries(office) == []


# --- unlocking --------------------------------------------------------------------------------------------------------
def test_r42_a_ccda_unlocks_a_business_user(either_office):
    lock(either_office, "mia")
    accounts.unlock(either_office.portal, either_office.by("ada"), either_office.number("mia"))
    assert account(either_office, either_office.number("mia")).locked_at is None


def test_r42_a_ccda_of_another_company_cannot(office):
    lock(office, "mia")
    with refused(office, NotFound):
        accounts.unlock(office.portal, office.by("carmen"), office.number("mia"))


def test_r42_a_ccda_cannot_unlock_a_ccda(office):
    lock(office, "ben")
    with refused(office, NotFound):
        accounts.unlock(office.portal, office.by("ada"), office.number("ben"))


def test_r40_the_exchange_unlocks_a_ccda(office):
    lock(office, "ada")
    accounts.unlock(office.portal, office.by("agnes"), office.number("ada"), "CCDA1@harbourbright.test ")
    assert account(office, office.number("ada")).locked_at is None


@pytest.mark.parametrize("sender", ["", "ccda2@harbourbright.test", "ccda1@harbourbright.test.evil.test"])
def test_r41_a_ccda_who_writes_from_another_address_stays_locked(office, sender):
    lock(office, "ada")
    with pytest.raises(SenderDiffers):
        accounts.unlock(office.portal, office.by("agnes"), office.number("ada"), sender)
    assert account(office, office.number("ada")).locked_at is not None


def test_r41_the_comparison_is_sealed_when_it_fails(office):
    lock(office, "ada")
    with pytest.raises(SenderDiffers):
        accounts.unlock(office.portal, office.by("agnes"), office.number("ada"), "else@where.test")
    assert entries(office)[0].entry["facts"] == {"sender": "else@where.test", "same": False}


def test_r41_the_comparison_is_sealed_when_it_fits(office):
    lock(office, "ada")
    accounts.unlock(office.portal, office.by("agnes"), office.number("ada"), PEOPLE["ada"])
    assert entries(office)[0].entry["facts"] == {"sender": PEOPLE["ada"], "same": True}


def test_an_account_that_is_not_locked_is_not_unlocked(office):
    with refused(office, NotInThatState):
        accounts.unlock(office.portal, office.by("ada"), office.number("mia"))


def test_whoever_was_unlocked_is_told(office):
    lock(office, "mia")
    accounts.unlock(office.portal, office.by("ada"), office.number("mia"))
    assert office.mailed("account_unlocked") == [PEOPLE["mia"]]


# --- the trail, and who hears of it -----------------------------------------------------------------------------------
def test_the_trail_tells_who_did_what_to_whom(office):
    added(office)
    said = entries(office)[0].entry
    assert (said["actor"]["name"], said["action"], said["subject"]["email"]) == ("Ada Lau", "account.added", NEW)


def test_the_trail_of_a_company_is_a_chain(either_office):
    person = added(either_office)
    granted(either_office, person, [right(either_office, "maker")])
    accounts.suspend(either_office.portal, either_office.by("ben"), person)
    assert actions(either_office) == ["account.added", "rights.changed", "account.suspended"]
    assert fault(either_office) == ""


def test_an_entry_that_was_changed_is_found(sqlite_url, office):
    added(office)
    entry = dict(entries(office)[0].entry) | {"action": "nothing"}
    with office.portal.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER administration_trail_no_update")
        connection.execute(tables.administration_trail.update().values(entry=json.dumps(entry)))
    office.forged.append("administration_trail")
    assert fault(office) == "Expected entry 1 as it was sealed, but it was changed."


@pytest.mark.parametrize("column", ["subject_id = NULL", "action = 'x'", "at = '2020-01-01 00:00:00+00:00'"])
def test_an_entry_that_is_filed_elsewhere_is_found(office, column):
    added(office)
    office.run_sql("DROP TRIGGER administration_trail_no_update")
    office.run_sql(f"UPDATE administration_trail SET {column}")
    office.forged.append("administration_trail")
    assert fault(office) == "Expected entry 1 as it was sealed, but it was changed."


@pytest.mark.parametrize(
    "statement", ["UPDATE administration_trail SET action = 'x'", "DELETE FROM administration_trail"]
)
def test_the_database_refuses_to_change_the_trail(either_office, statement):
    added(either_office)
    with pytest.raises(Exception, match="append-only"):
        either_office.run_sql(statement)
    either_office.forged.clear()


def test_an_end_that_was_cut_off_is_found(office):
    added(office)
    office.run_sql("UPDATE companies SET entries = 0, head = '', seal = '' WHERE code = 'CP00001'")
    assert fault(office) == "Expected 0 entries, but found 1."


def test_two_who_act_at_once_make_one_chain(either_office):
    other = either_office.beside()
    race(lambda: added(either_office), lambda: added(other, "ben", "second@harbourbright.test"))
    other.portal.database.close()
    assert (actions(either_office), fault(either_office)) == (["account.added"] * 2, "")


def test_the_other_ccdas_are_mailed_of_each_change(office):
    added(office)
    assert office.mailed("account_changed") == [PEOPLE["ben"]]


def test_a_refused_change_leaves_no_trace_and_no_mail(office):
    with refused(office, NotFound):
        accounts.suspend(office.portal, office.by("carmen"), office.number("mia"))


def test_nothing_secret_stands_in_the_trail(office):
    added(office)
    assert "link" not in str(entries(office)[0].entry) and "password" not in str(entries(office)[0].entry)


@pytest.mark.parametrize("verb", [accounts.suspend, accounts.deactivate])
def test_no_link_of_before_opens_an_account_that_was_closed(office, verb):
    mia = office.number("mia")
    token = given_link(office.portal, mia)
    verb(office.portal, office.by("ada"), mia)
    accounts.activate(office.portal, office.by("ada"), mia)
    with pytest.raises(LinkOver):
        own_passwords.set_by_link(office.portal, token, "lantern-orbit-91-quiet", HOME)


# --- a device that was lost -------------------------------------------------------------------------------------------
def test_whoever_has_lost_their_device_chooses_anew_after_a_mailed_code(office):
    mia = office.number("mia")
    office.run_sql("UPDATE people SET channel = 'app', app_secret = 'x' WHERE id = :id", id=mia)
    accounts.forget_codes(office.portal, office.by("ada"), mia)
    half = signin.visit(
        office.portal, signin.enter_password(office.portal, PEOPLE["mia"], DEMO_PASSWORD, HOME), active=True
    )
    assert (half.chosen, half.channel, account(office, mia).channel) == (False, None, None)


def test_nothing_that_could_stand_in_for_a_code_is_left(office):
    mia = office.number("mia")
    office.run_sql("INSERT INTO recovery_codes (person_id, digest, made_at) VALUES (:id, 'd', '2026-11-23')", id=mia)
    accounts.forget_codes(office.portal, office.by("ada"), mia)
    assert (office.rows("recovery_codes"), office.rows("passkeys")) == ([], [])


@pytest.mark.parametrize("who", [one for one in OUTSIDERS if one != "mia"])
def test_nobody_else_forgets_their_codes(office, who):
    with refused(office, NotFound):
        accounts.forget_codes(office.portal, office.by(who), office.number("mia"))


def test_r41_a_ccda_who_writes_from_another_address_keeps_their_codes(office):
    ada = office.number("ada")
    office.run_sql("UPDATE people SET channel = 'app', app_secret = 'x' WHERE id = :id", id=ada)
    with pytest.raises(SenderDiffers):
        accounts.forget_codes(office.portal, office.by("agnes"), ada, "else@where.test")
    assert account(office, ada).channel == "app"


def test_r41_it_is_sealed_that_a_lost_device_was_told_of_from_another_address(office):
    with pytest.raises(SenderDiffers):
        accounts.forget_codes(office.portal, office.by("agnes"), office.number("ada"), "else@where.test")
    newest = entries(office)[0].entry
    assert (newest["action"], newest["facts"]) == ("forget.refused", {"sender": "else@where.test", "same": False})


def test_r41_it_is_sealed_from_which_address_a_ccda_told_of_a_lost_device(office):
    accounts.forget_codes(office.portal, office.by("agnes"), office.number("ada"), PEOPLE["ada"])
    newest = entries(office)[0].entry
    assert (newest["action"], newest["facts"]) == ("channel.forgotten", {"sender": PEOPLE["ada"], "same": True})


def test_they_are_told_that_their_codes_were_forgotten(office):
    accounts.forget_codes(office.portal, office.by("ada"), office.number("mia"))
    assert office.mailed("account_told") == [PEOPLE["mia"]]


def test_an_administrator_and_the_owner_never_wait_for_each_other_crosswise(either_office):
    other, mia = either_office.beside(), either_office.number("mia")
    for verb in (accounts.suspend, accounts.activate) * 5:
        found = race(
            lambda verb=verb: verb(either_office.portal, either_office.by("ada"), mia),
            lambda: accounts.change_particulars(other.portal, other.by("ben"), mia, Particulars("Mia Chan")),
        )
        assert [one for one in found if isinstance(one, Exception)] == []
    other.portal.database.close()
    assert fault(either_office) == ""
