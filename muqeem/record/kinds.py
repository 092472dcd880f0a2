"""What the journal's lines and the portal's messages are called where staff read them.

Both are kept for ever under short codes that say nothing to people; no code is ever taken out of here.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENTS: dict[str, Promise] = {
    "operation": _("Operation done"),
    "refusal": _("Operation refused"),
    "prepared": _("Operation prepared for a second person"),
    "preparation-refused": _("Prepared operation refused"),
    "preparation-withdrawn": _("Prepared operation withdrawn"),
    "asked-employer": _("Employer asked"),
    "sign-in": _("Signed in to the portal"),
    "sign-out": _("Signed out"),
    "signed-out-elsewhere": _("Other sessions ended"),
    "password-changed": _("Password changed"),
    "phone-change-asked": _("Change of mobile number asked for"),
    "phone-change-confirmed": _("Change of mobile number confirmed"),
    "phone-change-withdrawn": _("Change of mobile number withdrawn"),
    "browser-remembered": _("Browser trusted"),
    "browsers-forgotten": _("Trust in browsers ended"),
    "authenticator-enrolled": _("Authenticator app set up"),
    "backup-codes-made": _("Back-up codes made"),
    "password-reset": _("Password reset"),
    "user-stopped": _("Account stopped by its user"),
    "registered": _("Individual registered"),
    "request-approved": _("Subscription request approved"),
    "request-more": _("More asked for a subscription request"),
    "request-refused": _("Subscription request refused"),
    "invited": _("User invited"),
    "invitation-withdrawn": _("Invitation withdrawn"),
    "invitation-renewed": _("Invitation sent again by staff"),
    "joined": _("Invitation accepted"),
    "privileges-changed": _("Privileges changed"),
    "member-suspended": _("User suspended"),
    "member-resumed": _("User let in again"),
    "member-removed": _("User removed"),
    "main-user-offered": _("Place of the main user offered"),
    "main-user-offer-withdrawn": _("Offer of the main user's place withdrawn"),
    "main-user-changed": _("Main user changed"),
    "four-eyes-begun": _("Two people asked for from now on"),
    "four-eyes-ended": _("One person is enough from now on"),
    "correction-answered": _("Correction request answered"),
    "share-made": _("Share code made"),
    "share-withdrawn": _("Share code withdrawn"),
    "credit": _("Wallet credited"),
    "subscription": _("Subscription begun"),
    "payment-simulated": _("Payment simulated by staff"),
    "desk-look": _("Looked up at the desk"),
    "desk-print": _("Copy printed at the desk"),
    "card-printed": _("Printed card recorded"),
    "card-undone": _("Record of a card withdrawn"),
    "import": _("Facts of authorities imported"),
    "staff-add": _("Added by staff"),
    "staff-change": _("Changed by staff"),
    "staff-delete": _("Deleted by staff"),
    "staff-retry": _("Tried again by staff"),
}

MESSAGES: dict[str, Promise] = {
    "sign-in-code": _("Sign-in code"),
    "operation-code": _("Security code"),
    "operation-done": _("Operation done"),
    "phone-confirmation": _("Mobile confirmation code"),
    "consent": _("Consent code"),
    "account-ready": _("Account ready"),
    "invitation": _("User invited"),
    "password-reset": _("Password reset"),
    "password-changed": _("Password changed"),
    "phone-change": _("Change of mobile number asked for"),
    "main-user-offer": _("Place of the main user offered"),
    "main-user-changed": _("Main user changed"),
    "request-received": _("Subscription request received"),
    "request-approved": _("Subscription request approved"),
    "request-more": _("More asked for a subscription request"),
    "request-refused": _("Subscription request refused"),
    "correction-answered": _("Correction request answered"),
    "ask-employer": _("A worker's request to the employer"),
    "residency-renewed": _("Residency renewed"),
    "done": _("Notification: operation of one’s own"),
    "done-by": _("Notification: operation of a delegated user"),
    "waits": _("Notification: an operation waits for a second person"),
    "residency-ends": _("Notification: a residency ends soon"),
    "residencies-end": _("Notification: several residencies end soon"),
    "subscription-ends": _("Notification: a subscription ends soon"),
    "few-operations": _("Notification: few operations are left"),
    "deposit-paid": _("Notification: a deposit is paid"),
    "package-paid": _("Notification: a package is paid"),
    "new-sign-in": _("Notification: sign-in on a new browser"),
    "exit-reentry-issued": _("Exit/re-entry visa issued"),
    "exit-reentry-by-months": _("Exit/re-entry visa issued by months"),
    "exit-reentry-extended": _("Exit/re-entry visa extended"),
    "final-exit-issued": _("Final exit visa issued"),
    "passport-updated": _("Passport updated"),
    "name-changed": _("Transliterated name changed"),
    "card-missing": _("Card reported missing"),
    "card-replaced": _("Replacement issued"),
    "visa-cancel": _("Reminder: cancel a visa"),
    "visa-return": _("Reminder: return on a visa"),
    "visa-return-own": _("Reminder to the traveller: return"),
    "visa-exit": _("Reminder: leave for good"),
    "visas-cancel": _("Reminder: cancel several visas"),
    "visas-return": _("Reminder: several must return"),
    "visas-exit": _("Reminder: several must leave for good"),
}


def event_in_words(code: str) -> Promise | str:
    """What a line of the journal tells of; its code where it has no name yet."""
    return EVENTS.get(code, code)


def message_in_words(code: str) -> Promise | str:
    """What a message is about; its code where it has no name yet."""
    return MESSAGES.get(code, code)
