"""Values are written into a JSON text, and every other character of it stays."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_containers.client_config.json_merge import UnmergeableError, merge_json
from serverless_containers.json_source import parse_json

GENERATED = settings(deadline=None, derandomize=True, database=None)

NAMES = ("region", "apis", "auth", "x", "é", "")
DOCUMENT = {
    "region": "r",
    "apis": [{"name": "web", "url": "u"}, {"name": "ü", "url": "v"}],
    "auth": {"pool": {"id": "p"}, "client": "c"},
}


def merge(text, document, kept=()):
    return merge_json(text, parse_json(text), document, kept=frozenset(kept))


@pytest.mark.parametrize(
    ("before", "document", "after"),
    [
        # text: replaced where it is, whatever it was, and added at the end
        ('{"a": "x", "b": 1.0e9}', {"a": "y"}, '{"a": "y", "b": 1.0e9}'),
        ('{"a": null, "b": true}', {"a": "", "b": ""}, '{"a": "", "b": ""}'),
        ('{"a": 5, "b": false}', {"a": "y"}, '{"a": "y", "b": false}'),
        ('{ "b" : 1 }', {"a": "y"}, '{ "b" : 1, "a" : "y" }'),
        ('{"b":1}', {"a": {"c": "y", "d": "z"}}, '{"b":1,"a":{"c":"y","d":"z"}}'),
        ('{"b": 1}\n', {"a": "y", "c": "z"}, '{"b": 1, "a": "y", "c": "z"}\n'),
        ('{\n"b":\n1\n}', {"a": "y"}, '{\n"b":\n1,\n"a": "y"\n}'),
        # nothing there yet
        ("{}", {"a": "y"}, '{\n  "a": "y"\n}'),
        ("  { \n }\n", {"a": {"b": "y"}}, '  {\n    "a": {\n      "b": "y"\n    }\n  }\n'),
        ('{"a": {}}', {"a": {"b": "y"}}, '{"a": {"b": "y"}}'),
        ('{"a":[]}', {"a": [{"name": "y"}]}, '{"a":[{"name":"y"}]}'),
        ('{\n\t"a": {}\n}', {"a": {"b": "y"}}, '{\n\t"a": {\n\t\t"b": "y"\n\t}\n}'),
        ('{\n "a": [ ]\n}', {"a": [{"name": "y"}]}, '{\n "a": [\n  {\n   "name": "y"\n  }\n ]\n}'),
        ('{\n "a": null\n}', {"a": {"b": "y"}}, '{\n "a": {\n  "b": "y"\n }\n}'),
        # as deep as its neighbours, with their line ends
        ('{\r\n   "b": 1\r\n}', {"a": {"c": "y"}},
         '{\r\n   "b": 1,\r\n   "a": {\r\n      "c": "y"\r\n   }\r\n}'),
        ('{\n  "a": {\n    "b": 1\n  }\n}', {"a": {"c": "y"}},
         '{\n  "a": {\n    "b": 1,\n    "c": "y"\n  }\n}'),
        ('{\n  "a": {"b": 1}, "d": 2\n}', {"a": {"c": "y"}},
         '{\n  "a": {"b": 1, "c": "y"}, "d": 2\n}'),
        # items of lists by their names, in place; of two the last
        ('{"a": [{"name": "x", "u": 1, "k": 2}, 3]}', {"a": [{"name": "x", "u": "y"}]},
         '{"a": [{"name": "x", "u": "y", "k": 2}, 3]}'),
        ('{"a": [{"name": "x"}, {"name": "x"}]}', {"a": [{"name": "x", "u": "y"}]},
         '{"a": [{"name": "x"}, {"name": "x", "u": "y"}]}'),
        ('{"a": [1, {"name": null}, {"name": {}}, {}]}', {"a": [{"name": "x"}]},
         '{"a": [1, {"name": null}, {"name": {}}, {}, {"name": "x"}]}'),
        ('{"a": [\n  {"name": "z"}\n]}', {"a": [{"name": "x"}, {"name": "y"}]},
         '{"a": [\n  {"name": "z"},\n  {\n    "name": "x"\n  },\n  {\n    "name": "y"\n  }\n]}'),
        # of two members of one name, JavaScript takes the last
        ('{"a": "1", "a": "2"}', {"a": "y"}, '{"a": "1", "a": "y"}'),
        # what is escaped stays escaped
        ('{"b": "\\u00e9\\/", "a": "\\u0079"}', {"a": "y"}, '{"b": "\\u00e9\\/", "a": "\\u0079"}'),
        ('{"\\u0061": "x"}', {"a": "é"}, '{"\\u0061": "é"}'),
    ],
)  # fmt: skip
def test_what_becomes_of_a_text(before, document, after):
    assert merge(before, document).text == after
    assert merge(after, document).text == after


def test_what_was_done_is_told():
    text = '{"region": "r", "apis": [{"name": "web", "url": "old"}], "auth": {"pool": {"id": "p"}}}'
    merged = merge(text, DOCUMENT)
    assert merged.added == ("apis[ü]", "auth.client")
    assert merged.changed == ("apis[web].url",)
    assert str(merged) == "added apis[ü], auth.client; changed apis[web].url"
    again = merge(merged.text, DOCUMENT)
    assert (again.text, again.added, again.changed, str(again)) == (merged.text, (), (), "")


@pytest.mark.parametrize(
    ("there", "left"), [('"x"', '"x"'), ('""', '"y"'), ("null", '"y"'), ("1", '"y"')]
)
def test_what_is_kept_counts_only_where_there_is_none(there, left):
    assert merge(f'{{"a": {there}}}', {"a": "y"}, kept=["a"]).text == f'{{"a": {left}}}'
    assert merge('{"b": 1}', {"a": "y"}, kept=["a"]).text == '{"b": 1, "a": "y"}'
    assert merge('{"b": {"a": "x"}}', {"b": {"a": "y"}}, kept=["a"]).text == '{"b": {"a": "y"}}'


@pytest.mark.parametrize(
    ("text", "document", "message", "offset"),
    [
        ('{"a": {"b": 1}}', {"a": "y"}, "a: expected text, got an object", 6),
        ('{"a": []}', {"a": "y"}, "a: expected text, got a list", 6),
        ('{"a": {"b": [1]}}', {"a": {"b": {"c": "y"}}}, "a.b: expected an object, got a list", 12),
        ('{"a": 1}', {"a": {"c": "y"}}, "a: expected an object, got a number", 6),
        ('{"a": ""}', {"a": [{"name": "y"}]}, "a: expected a list, got text", 6),
        ('{"a": {}}', {"a": [{"name": "y"}]}, "a: expected a list, got an object", 6),
        ('{"a": [{"name": "y", "u": {}}]}', {"a": [{"name": "y", "u": ""}]},
         "a[y].u: expected text, got an object", 26),
    ],
)  # fmt: skip
def test_what_holds_something_else_is_not_replaced(text, document, message, offset):
    with pytest.raises(UnmergeableError) as raised:
        merge(text, document)
    assert (str(raised.value), raised.value.offset) == (message, offset)


def expected(there, wanted):
    """The merge of two values, as plain Python would do it."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        return {**there, **{key: expected(there.get(key), value) for key, value in wanted.items()}}
    if isinstance(wanted, list) and isinstance(there, list):
        result = list(there)
        for item in wanted:
            same = [
                index
                for index, each in enumerate(result)
                if isinstance(each, dict) and each.get("name") == item["name"]
            ]
            if same:
                result[same[-1]] = expected(result[same[-1]], item)
            else:
                result.append(item)
        return result
    return wanted


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=3)
    ),
    max_leaves=8,
).filter(lambda value: "Infinity" not in json.dumps(value))
ITEM = st.fixed_dictionaries(
    {"name": st.sampled_from(["web", "ü", "other"])}, optional={"url": st.text(), "more": ANYTHING}
)
OURS = {
    "region": st.text() | st.none(),
    "apis": st.none() | st.lists(ITEM | ANYTHING, max_size=4),
    "auth": st.none()
    | st.fixed_dictionaries(
        {},
        optional={
            "pool": st.dictionaries(st.sampled_from(["id", "x"]), st.text(), max_size=2),
            "client": st.text(),
            "more": ANYTHING,
        },
    ),
}
THERE = st.tuples(
    st.fixed_dictionaries({}, optional=OURS),
    st.dictionaries(st.text().filter(lambda name: name not in OURS), ANYTHING, max_size=3),
    st.randoms(use_true_random=False),
)


@GENERATED
@given(
    there=THERE,
    indent=st.sampled_from([None, 0, 1, 4, "\t"]),
    separators=st.sampled_from([(",", ":"), (",", ": "), (", ", ": "), (" ,", " : ")]),
    newline=st.sampled_from(["\n", "\r\n"]),
    ascii_only=st.booleans(),
)
def test_nothing_else_is_lost_and_twice_changes_nothing(
    there, indent, separators, newline, ascii_only
):
    ours, others, random = there
    members = [*ours.items(), *others.items()]
    random.shuffle(members)
    value = dict(members)
    text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=ascii_only)
    text = text.replace("\n", newline)
    merged = merge(text, DOCUMENT)
    assert json.loads(merged.text) == expected(value, DOCUMENT)
    # the order of what was there, and no line end of another kind
    assert list(json.loads(merged.text))[: len(value)] == list(value)
    if newline in text:
        assert merged.text.count("\n") == merged.text.count(newline)
    if indent is None and value:
        assert "\n" not in merged.text
    # each text that was there and is not ours is there still, as it was written
    for name, other in others.items():
        written = json.dumps(
            {name: other}, indent=indent, separators=separators, ensure_ascii=ascii_only
        )
        assert written.replace("\n", newline)[1:-1].strip(" \t\r\n") in merged.text
    assert merge(merged.text, DOCUMENT).text == merged.text


@GENERATED
@given(value=st.dictionaries(st.sampled_from([*OURS, "more"]), ANYTHING, max_size=4))
def test_any_object_is_merged_or_refused(value):
    text = json.dumps(value, indent=2)
    try:
        merged = merge(text, DOCUMENT)
    except UnmergeableError:
        return
    assert json.loads(merged.text) == expected(value, DOCUMENT)
