import re

import pytest

from serverless_containers.ingress.cloudfront.paths import check_cached_paths


def check(static, public, pages=None):
    check_cached_paths(public, static, pages or {}, caches_others=False)


@pytest.mark.parametrize(
    ("static", "public"),
    [
        ("/assets/*", ["/assets/*"]),
        ("/assets/*.js", ["/a*"]),
        ("/a?c", ["/a?c"]),
        ("*.css", ["/*.css"]),
        ("*/foo", ["/*/foo", "/foo"]),
        ("*/foo", ["/*foo"]),
        ("**/foo", ["/*/foo", "/foo"]),
        ("*?foo", ["/*?foo", "/foo"]),
    ],
)
def test_paths_that_need_no_sign_in_may_be_cached(static, public):
    check([static], public)


@pytest.mark.parametrize(
    ("static", "public", "match"),
    [
        ("/assets/*", ["/assets/?"], "static_paths: '/assets/*' needs"),
        ("*.css", ["/*.js"], "static_paths: '*.css' matches '/*.css', which needs"),
        # A star stands for nothing, too.
        ("*/foo", ["/*/foo"], "static_paths: '*/foo' matches '/foo', which needs a sign-in"),
        ("*/foo", ["/foo"], "static_paths: '*/foo' matches '/*/foo', which needs a sign-in"),
        ("**/foo", ["/*/foo"], "static_paths: '**/foo' matches '/foo', which needs"),
        ("*/*.js", ["/*/*.js"], "static_paths: '*/*.js' matches '/*.js', which needs"),
        ("*?foo", ["/*?foo"], "static_paths: '*?foo' matches '/foo', which needs"),
    ],
)
def test_a_path_that_needs_a_sign_in_is_named(static, public, match):
    with pytest.raises(ValueError, match=re.escape(match)):
        check([static], public)


@pytest.mark.parametrize(
    ("static", "fix"),
    [
        ("/css/*", "make '/css/*' one of the public_paths of sign_in, or leave it out"),
        ("*.css", "keep to a folder that is one of the public_paths of sign_in, as in '/assets/*'"),
    ],
)
def test_the_way_out_is_one_that_sign_in_takes(static, fix):
    with pytest.raises(ValueError, match=re.escape(fix)):
        check([static], ["/assets/*"])
