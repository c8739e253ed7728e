"""Until when a registration token is good for something, told in time. Pure: dates in, words out.

Source: docs/vendors/curity.md, Client management: 28 days for reads and updates, 365 days for the removal.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dcr.model.timestamps import moment
from dcr.steps.application.record import ApplicationRecord

WRITE_NOTICE, EXPIRY_NOTICE = timedelta(days=7), timedelta(days=30)


def date_warnings(name: str, record: ApplicationRecord, now: datetime) -> tuple[str, ...]:
    """What ends soon, or has ended.

    Args:
        name: of the application.
        now: UTC.
    """
    if not record.text("client_id"):
        return ()
    if not record.text("registration_access_token"):
        return (f"curity: the client of {name} came without a registration token: this tool cannot remove it later.",)
    expires, writes = moment(record.text("registration_expires_at")), moment(record.text("registration_write_until"))
    if expires and now >= expires:
        return (f"curity: the registration token of {name} has expired on {expires:%Y-%m-%d}: its client can only be removed at Curity.",)
    found = []
    if expires and now >= expires - EXPIRY_NOTICE:
        found.append(f"curity: the registration token of {name} expires on {expires:%Y-%m-%d}: replace the client before.")
    if writes and now >= writes:
        found.append(f"curity: the client of {name} can be removed or replaced, but not changed, since {writes:%Y-%m-%d}.")
    elif writes and now >= writes - WRITE_NOTICE:
        found.append(f"curity: the client of {name} can be changed until {writes:%Y-%m-%d}; after that only removed or replaced.")
    return tuple(found)
