"""Who acts, for whom, and with what leave."""

from accounts.models.accounts import Account, Branch, Membership
from accounts.models.attempts import Attempt
from accounts.models.bills import Bill, Payment
from accounts.models.browsers import Browser, BrowserSession
from accounts.models.devices import AuthenticatorApp, PhoneDevice
from accounts.models.handovers import Handover
from accounts.models.invitations import Invitation
from accounts.models.money import Entry, Wallet
from accounts.models.notices import Notice, Preference
from accounts.models.packages import Package, Subscription
from accounts.models.phone_changes import PhoneChange
from accounts.models.phone_codes import PhoneCode
from accounts.models.requests import SubscriptionRequest
from accounts.models.resets import PasswordReset
from accounts.models.tokens import OperationToken
from accounts.models.users import Office, User

__all__ = [
    "Account",
    "Attempt",
    "AuthenticatorApp",
    "Bill",
    "Branch",
    "Browser",
    "BrowserSession",
    "Entry",
    "Handover",
    "Invitation",
    "Membership",
    "Notice",
    "Office",
    "OperationToken",
    "Package",
    "PasswordReset",
    "Payment",
    "PhoneChange",
    "PhoneCode",
    "PhoneDevice",
    "Preference",
    "Subscription",
    "SubscriptionRequest",
    "User",
    "Wallet",
]
