"""`repr`, `str`, pickle and JSON of anything that holds a secret show none: every class, found by walking the types."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, Union, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from dcr.errors import DcrError
from dcr.model.violations import names_a_secret
from dcr.secret import BasicCredentials, Secret
from dcr.settings.model import Settings
from dcr.settings.ready_file import ReadyFile
from tests.leaks.holders import fields_of, holders, our_classes, planted
from tests.leaks.hunting import Hunt
from tests.leaks.representations import representations

PLANTED = "S3cret+/value=with%signs&more"
HUNT = Hunt([PLANTED])
# Named after a secret, and what they hold tells nothing of it, like its version.
TELL_OF_ONE: frozenset[str] = frozenset()


def found_in(value: Any) -> list[str]:
    return [way for way, written in representations(value) if any(HUNT.in_bytes(way, written))]


@pytest.mark.parametrize("holder", holders(), ids=lambda holder: f"{holder.__module__}.{holder.__qualname__}")
def test_no_representation_of_a_holder_shows_its_secret(holder: type, count: Callable[[str, int], None]) -> None:
    assert found_in(planted(holder, PLANTED)) == []
    count("classes that hold a secret, none shown by repr, str, pickle, JSON", 1)


def test_the_walk_finds_what_is_known_to_hold_one() -> None:
    assert {Settings, ReadyFile, BasicCredentials} <= set(holders())


def test_a_holder_with_a_plain_secret_would_be_found() -> None:
    assert set(found_in(SecretStr(PLANTED))) == {"pickle", "Prefect's pickle"}
    assert "repr" in found_in([PLANTED])


def test_what_is_named_after_a_secret_is_kept_as_one() -> None:
    plain = [
        f"{one.__name__}.{name}"
        for one in our_classes()
        for name, annotation in fields_of(one).items()
        if names_a_secret(name) and _may_be_text(annotation)
    ]
    assert set(plain) == TELL_OF_ONE


def _may_be_text(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, types.UnionType):
        return any(_may_be_text(one) for one in get_args(annotation))
    return annotation in (str, bytes, Any)


@given(value=st.text(min_size=12, max_size=60).filter(lambda text: text.strip("*")))
def test_any_text_in_a_secret_is_hidden(value: str) -> None:
    hunt = Hunt([value])
    for held in (Secret(value), BasicCredentials("somebody", Secret(value)), [Secret(value)], {"key": Secret(value)}):
        assert [way for way, written in representations(held) if any(hunt.in_bytes(way, written))] == []


@pytest.mark.parametrize("model", [one for one in holders() if hasattr(one, "model_validate")], ids=lambda model: model.__qualname__)
def test_a_refused_value_is_not_quoted(model: Any) -> None:
    """A validation error that tells the input would tell the secret."""
    with pytest.raises(ValidationError) as refused:
        model.model_validate({name: {"odd": PLANTED} for name in fields_of(model)})
    assert PLANTED not in str(refused.value)
    assert PLANTED not in repr(refused.value)


def test_an_error_has_no_place_for_more_than_words() -> None:
    """Prefect pickles errors: what is not in `args` of ours is not in the copy either."""
    error = DcrError("where", "problem", "remedy")
    error.__cause__ = ValueError(PLANTED)
    error.__context__ = ValueError(PLANTED)
    assert found_in(error) == []
