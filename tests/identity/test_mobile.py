import pytest

from registry.identity import mobile


@pytest.mark.parametrize("text", ["13800000001", "19912345678", "16612345678"])
def test_mobiles(text: str) -> None:
    assert mobile.is_mobile(text)
    assert mobile.normalise(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "12800000001", "1380000000", "138000000011", "0576-87222222", "１３８０００００００１"],
)
def test_no_mobiles(text: str) -> None:
    assert not mobile.is_mobile(text)


@pytest.mark.parametrize(
    "text",
    [
        "138 0000 0001",
        "138-0000-0001",
        "+8613800000001",
        "+86 138 0000 0001",
        "86-13800000001",
        "008613800000001",
        "(+86)13800000001",
        "１３８０００００００１",
        "'13800000001",
        "\u202a13800000001\u202c",
        "138\u00a00000\u30000001",
        "13800000001\n",
    ],
)
def test_what_clerks_write_around_a_mobile_goes(text: str) -> None:
    assert mobile.normalise(text) == "13800000001"


def test_nothing_else_is_taken_away() -> None:
    assert mobile.normalise("8613800") == "8613800"
    assert mobile.normalise("0576-87222222") == "057687222222"
    assert mobile.normalise("13800000001转2") == "13800000001转2"
    assert mobile.normalise("") == ""


def test_a_column_is_what_each_is() -> None:
    texts = ["13800000001", None, "", "138 0000 0001", "x"]
    expected = [mobile.normalise(text) if text else None for text in texts]
    assert mobile.normalise_column(texts) == expected == ["13800000001", None, None, *expected[3:]]
