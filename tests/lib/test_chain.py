from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.lib.chain import anchor_hash, chained, entry_hash, field_digest, field_salt

SALT = bytes(range(16))
values = st.none() | st.integers(-100, 100) | st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def test_the_bytes_that_are_hashed_never_change() -> None:
    """Journals out there were hashed this way; a change here would break every one of them."""
    salt = field_salt(SALT, "state")
    assert salt == sha256(SALT + b"state").digest()[:16]
    assert field_digest(salt, ["new", None]) == sha256(salt + b'["new",null]').hexdigest()[:32]
    assert entry_hash(b"p", {"who": 1}, {"state": ["new", "open"]}, {"b": "2", "a": "1"}) == (
        sha256(b'p{"digests":{"a":"1","b":"2"},"header":{"who":1},"plain":{"state":["new","open"]}}').digest()
    )
    assert chained(b"p", {"b": 1, "a": None}) == sha256(b'p{"a":null,"b":1}').digest()
    assert anchor_hash(b"p", 1, 2, [b"x", b"y"]) == sha256(b"p[1,2]xy").digest()


@given(st.tuples(values, values), st.tuples(values, values))
def test_another_change_has_another_digest(one: tuple[object, object], other: tuple[object, object]) -> None:
    assert (field_digest(SALT, one) == field_digest(SALT, other)) == (one == other)


def test_one_change_in_two_fields_has_two_digests() -> None:
    change = (None, "Alice")
    assert field_digest(field_salt(SALT, "owner"), change) != field_digest(field_salt(SALT, "requester"), change)


@given(st.integers(0, 3), st.sampled_from(["previous", "header", "plain", "digests"]))
def test_every_part_of_an_entry_counts_in_all_that_follow(at: int, part: str) -> None:
    def chain(tampered: bool) -> list[bytes]:
        hashes, previous = [], b""
        for index in range(4):
            here = tampered and index == at
            previous = entry_hash(
                previous + b"x" * (here and part == "previous"),
                {"who": 2 if here and part == "header" else 1},
                {"priority": [1, 3 if here and part == "plain" else 2]},
                {"state": "other" if here and part == "digests" else "digest"},
            )
            hashes.append(previous)
        return hashes

    whole, tampered = chain(False), chain(True)
    assert whole[:at] == tampered[:at]
    assert all(one != other for one, other in zip(whole[at:], tampered[at:], strict=True))


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=2, max_size=5, unique=True))
def test_an_anchor_sees_order_loss_and_range(hashes: list[bytes]) -> None:
    whole = anchor_hash(b"", 1, len(hashes), iter(hashes))
    assert whole == anchor_hash(b"", 1, len(hashes), hashes)
    assert whole != anchor_hash(b"", 1, len(hashes), hashes[::-1])
    assert whole != anchor_hash(b"", 1, len(hashes), hashes[:-1])
    assert whole != anchor_hash(b"", 2, len(hashes), hashes)
    assert whole != anchor_hash(b"other", 1, len(hashes), hashes)


def test_a_change_is_a_pair() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        field_digest(SALT, ["before"])
