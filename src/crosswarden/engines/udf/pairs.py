"""Key-value text (``parse-kv``) and bags without their empty entries."""

from __future__ import annotations

import re

from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import dumps, loads

__all__ = ["BODIES"]


def _unquoted(text: str, quotes: str, escape: str) -> tuple[str, int]:
    """The text between a quote at the start and its end, and where that end is."""
    close = quotes[-1]
    made, at = [], 1
    while at < len(text):
        char = text[at]
        if escape and char == escape and at + 1 < len(text):
            made.append(text[at + 1])
            at += 2
            continue
        if char == close:
            return "".join(made), at + 1
        made.append(char)
        at += 1
    return "".join(made), at


def parse_kv(text: str, name: str, pair: str, between: str, quote: str, escape: str, greedy: str) -> str:
    r"""The value of one key in ``a=1 b="2"``; empty where the key is not there.

    >>> parse_kv(r'src=10.1.1.1 failure="said \"bye\"" n=1', "failure", " ", "=", '"', "\\", "")
    'said "bye"'
    """
    if not pair and not between:
        return _undelimited(text, name, quote, escape)
    pair, between = pair or " ", between or "="
    if greedy:
        return _greedy(text, name, pair, between)
    rest = text
    while rest:
        key, value = _key(rest, pair, between, quote, escape)
        if value is None:
            return ""
        value = value.lstrip(" ") if pair.strip() else value
        if quote and value.startswith(quote[0]):
            content, end = _unquoted(value, quote, escape)
            rest = value[end:].removeprefix(pair)
        else:
            content, _, rest = value.partition(pair)
        if key.strip() == name:
            return content.strip()
    return ""


def _key(text: str, pair: str, between: str, quote: str, escape: str) -> tuple[str, str | None]:
    """The next key, which may be quoted, and what follows its delimiter; None when no key is left."""
    start = text.lstrip()
    if quote and start.startswith(quote[0]):
        key, end = _unquoted(start, quote, escape)
        if start[end:].lstrip().startswith(between):
            return key, start[end:].lstrip()[len(between) :]
    key, found, value = text.partition(between)
    stray = key.rfind(pair)
    return (key[stray + len(pair) :] if stray >= 0 else key), (value if found else None)


def _undelimited(text: str, name: str, quote: str, escape: str) -> str:
    """Without delimiters every character that is no letter or digit is one: the value is the next run of them.

    >>> parse_kv("[INFO] ThreadId:458, Text: Started", "Text", "", "", "", "", "")
    'Started'
    """
    at, wanted = 0, False
    while at < len(text):
        if quote and text[at] == quote[0]:
            token, length = _unquoted(text[at:], quote, escape)
        else:
            run = re.compile(r"[^\W_]*").match(text, at)
            token = run[0] if run else ""
            length = max(len(token), 1)
        if token and wanted:
            return token
        wanted = wanted or token == name
        at += length
    return ""


def _greedy(text: str, name: str, pair: str, between: str) -> str:
    """Values that hold the pair delimiter: each ends where the next key begins."""
    keys = list(
        re.finditer(
            rf"(?:^|{re.escape(pair)})\s*([^\s{re.escape(between)}{re.escape(pair)}]+){re.escape(between)}",
            text,
        )
    )
    for at, match in enumerate(keys):
        if match[1].strip() == name:
            end = keys[at + 1].start() if at + 1 < len(keys) else len(text)
            return text[match.end() : end].strip()
    return ""


def parse_kv_regex(text: str, name: str, pattern: str) -> str:
    """The value of one key where a pattern with two groups finds the pairs."""
    for match in re.finditer(pattern, text):
        if match[1].strip() == name:
            return match[2].strip()
    return ""


def without_empty(bag: str) -> str | None:
    """The bag without entries that are null or empty."""
    return dumps({key: value for key, value in loads(bag).items() if value is not None and value != ""})


BODIES = {
    "kql_parse_kv": Body(parse_kv, ("VARCHAR",) * 7, "VARCHAR", otherwise=""),
    "kql_parse_kv_regex": Body(parse_kv_regex, ("VARCHAR",) * 3, "VARCHAR", otherwise=""),
    "kql_without_empty": Body(without_empty, ("VARCHAR",), "VARCHAR"),
}
