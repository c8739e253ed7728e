"""Reads the three subtrees of Curity's configuration that concern us: profile, environment, facilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from dcr.curity.admin.answers import Entries, bare
from dcr.curity.admin.client import CurityAdmin
from dcr.curity.admin.nodes import PROFILE_TYPE
from dcr.curity.admin.state import CurityState, Environment, Facilities, NamedFacility, Profile
from dcr.curity.admin.tree import tree_of
from dcr.errors import Refused
from dcr.model.names import segment

T = TypeVar("T")

# Ids only: data sources hold passwords and keystores hold keys, and the admin user need not be allowed to read them.
FACILITY_IDS = "data-sources/data-source/id;crypto(signing-keys/signing-key/id;signature-verification-keys/signature-verification-key/id)"
PARTS = ("token-issuers", "settings/profile-oauth:authorization-server", "endpoints")
ENVIRONMENT_FIELDS = "base-url;services/service-role(id;enabled;endpoints)"


def read_facilities(admin: CurityAdmin) -> Facilities:
    """What settings refer to: other people's things, which are there or not for as long as a run takes."""
    return _parsed(Facilities, "facilities", admin.get("base:facilities", fields=FACILITY_IDS))


def read_state(admin: CurityAdmin, profile: str, facilities: Facilities) -> CurityState:
    """Read what concerns us, in two requests; more only where something is not there: which profiles are, or whether it may be read.

    Args:
        profile: id of the token service profile.
        facilities: as `read_facilities` gives them.

    Raises:
        Passing: nothing was learned; reading again is safe.
        Refused: not allowed, or not an answer of Curity's.

    Source: docs/vendors/curity.md, Names in URIs, Issuer URL, RESTCONF queries, Absent nodes.
    """
    answer, found = _read_profile(admin, profile)
    environment = admin.get("base:environments/environment", fields=ENVIRONMENT_FIELDS)
    return CurityState(
        found,
        _parsed(Environment, "environment", environment),
        facilities,
        () if found else _profiles(admin),
        tree_of(answer, environment),
    )


def _read_profile(admin: CurityAdmin, profile: str) -> tuple[Mapping[str, Any] | None, Profile | None]:
    path = f"base:profiles/profile={segment(profile)},{PROFILE_TYPE}"
    answer = admin.get(path)
    entries = _parsed(Entries[Profile], "profile", answer)
    for part in _left_out(answer) if entries else ():
        admin.get(f"{path}/{part}")  # refused, where this user may not read it
    return answer, entries[0] if entries else None


def _left_out(answer: Mapping[str, Any] | None) -> list[str]:
    """Parts that every profile has and this answer has not: what a user may not read is left out of a larger answer without a word."""
    shown = bare(answer or {}).get("profile")
    profile = shown[0] if isinstance(shown, list) else shown
    return [part for part in PARTS if profile and part.partition("/")[0] not in profile]


def _profiles(admin: CurityAdmin) -> tuple[str, ...]:
    answer = admin.get("base:profiles", fields="profile(id;type)")
    there = _parsed(_Profiles, "profiles", answer)
    return tuple(profile.id for profile in there.get("profile", ()) if profile.type == PROFILE_TYPE)


_Profiles = dict[str, Entries[NamedFacility]]


def _parsed(kind: type[T], member: str, answer: Mapping[str, Any] | None) -> T:
    """The one member of an answer as its own type; an absent one as that type's defaults."""
    content = bare(answer or {}).get(member)
    try:
        return TypeAdapter(kind).validate_python(content if content is not None else _nothing(member))
    except ValidationError as error:
        places = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False, include_url=False))
        raise Refused(f"curity: {member}", f"cannot be understood at {places}", "This version of Curity speaks another dialect.") from None


def _nothing(member: str) -> Any:
    return [] if member == "profile" else {}
