"""Signing in and the accounts: what the other floors need of it."""

from deskapp.services.access.accounts import AccountDetails, AccountView
from deskapp.services.access.service import AccessService, SiteSetup
from deskapp.services.access.tries import Earlier, Proof, SignIn, Try

__all__ = [
    "AccessService",
    "AccountDetails",
    "AccountView",
    "Earlier",
    "Proof",
    "SignIn",
    "SiteSetup",
    "Try",
]
