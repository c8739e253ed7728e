"""The samples of tests/reference.py's folder, written as bodies of a root PATCH on top of good-01."""

from __future__ import annotations

from tests.reference import REFERENCE, reference
from tests.sandbox.curity.admin import Admin

# The secret of the how-to's client, and its id.
SECRET, CLIENT_ID = "a-secret-of-the-test", "konnect-dcr"


def sample_names(kind: str) -> list[str]:
    """Names of the good or bad samples; none where the folder is missing."""
    return sorted(file.stem for file in (REFERENCE / "curity" / "samples").glob(f"{kind}-*.xml")) if REFERENCE else []


def sample(name: str) -> bytes:
    """The body of a sample."""
    return (reference() / "curity" / "samples" / f"{name}.xml").read_bytes()


def base_export() -> bytes:
    """good-01 as an export."""
    text = sample("good-01-minimal-base").decode()
    opening, closing = '<data xmlns="urn:ietf:params:xml:ns:yang:ietf-restconf">', "</data>"
    return text.replace(opening, '<config xmlns="http://tail-f.com/ns/config/1.0">').replace(closing, "</config>").encode()


def admin_of_samples(dialect: dict[str, str]) -> Admin:
    """The admin interface over good-01, speaking one of the dialects."""
    admin = Admin(base_export())
    admin.readings.update(dialect)
    return admin


def export_names() -> list[str]:
    """Names of the real exports."""
    return sorted(file.name for file in (REFERENCE / "curity" / "exports").glob("*.xml")) if REFERENCE else []


def real_export(name: str) -> bytes:
    """A real export."""
    return (reference() / "curity" / "exports" / name).read_bytes()


def how_to() -> bytes:
    """The how-to as one root PATCH, its placeholders filled."""
    text = (reference() / "curity" / "root_patch.xml").read_text(encoding="utf-8")
    return text.replace("${DCR_CLIENT_ID}", CLIENT_ID).replace("${DCR_CLIENT_SECRET}", SECRET).encode()
