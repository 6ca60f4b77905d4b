"""Addresses and marks that templates keep: the same as those worked out anew."""

from flask import url_for
from markupsafe import Markup

PAGE = "members.members"


def address(app, mounted_at="", **asked):
    """Return an address as a template writes it, which is as Flask does."""
    with app.test_request_context("/home", environ_overrides={"SCRIPT_NAME": mounted_at}):
        shown = app.jinja_env.globals["url_for"](PAGE, code="331083", **asked)
        assert shown == url_for(PAGE, code="331083", **asked)
    return shown


def test_an_address_is_the_one_that_flask_builds(app):
    for _ in range(2):
        assert address(app, after=1) == "/unions/331083/members?after=1"
        assert address(app, after="1") == "/unions/331083/members?after=1"
        assert address(app, after=True) == "/unions/331083/members?after=True"
        assert address(app, "/tongxin", after=1).startswith("/tongxin/unions/")


def test_a_name_that_was_searched_for_is_not_kept(app):
    built = app.jinja_env.globals["url_for"].__closure__
    kept = [one.cell_contents for one in built if hasattr(one.cell_contents, "cache_info")]
    assert address(app, search="叶某").endswith("?search=%E5%8F%B6%E6%9F%90")
    assert [one.cache_info().currsize for one in kept] == [0]
    address(app, after=1)
    assert [one.cache_info().currsize for one in kept] == [1]


def test_a_mark_is_drawn_once_and_text_is_never_taken_for_markup(app):
    badge = app.jinja_env.get_template("components/badges.html").module.badge
    assert "<b>!</b>" in badge(Markup("<b>!</b>"))
    assert "&lt;b&gt;!&lt;/b&gt;" in badge("<b>!</b>")
    assert badge("待审", "amber") is badge("待审", "amber")


def test_templates_share_the_globals_of_the_site(app):
    """What Jinja would chain to them costs at every import; what a page sets stays its own."""
    page = app.jinja_env.get_template("components/cards.html")
    assert page.globals is app.jinja_env.globals
    assert app.jinja_env.from_string("{% set url_for = 1 %}{{ url_for }}").render() == "1"
    assert app.jinja_env.from_string("{{ own }}", globals={"own": 2}).render() == "2"
    assert "own" not in app.jinja_env.globals
    assert callable(app.jinja_env.globals["url_for"])
