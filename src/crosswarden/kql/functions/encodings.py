"""Encodings, hashes, URLs and readers of small formats."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql.functions.calls import as_type, macro
from crosswarden.kql.functions.entries import Table, simple, udf, unsupported
from crosswarden.kql.functions.kinds import ARRAY, Kind
from crosswarden.kql.functions.model import Argument, Context
from crosswarden.kql.sql import Expression, call, cast, exp, text
from crosswarden.tables import Type

__all__ = ["ENCODINGS"]

_BASE64, _HASH, _URL, _PARSE = "base64", "hash", "url", "parse"


def _hash(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    value = arguments[0]
    names = {
        Type.INT: "kql_hash_int",
        Type.LONG: "kql_hash_long",
        Type.DATETIME: "kql_hash_long",
        Type.TIMESPAN: "kql_hash_long",
        Type.REAL: "kql_hash_real",
        Type.BOOL: "kql_hash_bool",
        Type.GUID: "kql_hash_guid",
    }
    if value.type in names:
        found = call(names[value.type], value.expr)
    else:
        found = call("kql_hash_text", as_type(value, Type.STRING))
    if len(arguments) == 1:
        return found
    return call("kql_hash_modulo", found, as_type(arguments[1], Type.LONG))


def _version(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    found = call("kql_parse_version", as_type(arguments[0], Type.STRING))
    return exp.TryCast(this=found, to=exp.DataType.build("DECIMAL(38,0)"))


def _user_agent(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    agent, *rest = arguments
    wanted = rest[0] if rest else Argument(text('["browser","os","device"]'), ARRAY)
    return call("kql_parse_user_agent", as_type(agent, Type.STRING), as_type(wanted, Type.DYNAMIC))


_OWN = "its way of combining hashes is not documented"
ENCODINGS: Table = {
    "base64_encode_tostring": udf(_BASE64, macro("kql_base64_encode", "S")),
    "base64_encodestring": udf(_BASE64, macro("kql_base64_encode", "S")),
    "base64_encode_fromarray": udf(_BASE64, macro("kql_base64_encode_array", "J")),
    "base64_encode_fromguid": udf(_BASE64, macro("kql_guid_base64", "G")),
    "base64_decode_tostring": udf(_BASE64, macro("kql_base64_text", "S")),
    "base64_decodestring": udf(_BASE64, macro("kql_base64_text", "S")),
    "base64_decode_toarray": udf(_BASE64, macro("kql_base64_bytes", "S")),
    "base64_decode_toguid": udf(_BASE64, macro("kql_base64_guid", "S")),
    "gzip_compress_to_base64_string": udf(_BASE64, macro("kql_gzip_compress", "S")),
    "gzip_decompress_from_base64_string": udf(_BASE64, macro("kql_gzip_decompress", "S")),
    "zlib_compress_to_base64_string": udf(_BASE64, macro("kql_zlib_compress", "S")),
    "zlib_decompress_from_base64_string": udf(_BASE64, macro("kql_zlib_decompress", "S")),
    "hash": udf(_HASH, _hash),
    "hash_xxhash64": udf(_HASH, _hash),
    "hash_md5": simple(_HASH, macro("md5", "S")),
    "hash_sha1": simple(_HASH, macro("sha1", "S")),
    "hash_sha256": simple(_HASH, macro("sha256", "S")),
    "hash_combine": unsupported(_HASH, _OWN),
    "hash_many": unsupported(_HASH, _OWN),
    "url_encode": udf(_URL, macro("kql_url_encode", "S")),
    "url_encode_component": udf(_URL, macro("kql_url_encode_component", "S")),
    "url_decode": udf(_URL, macro("kql_url_decode", "S")),
    "parse_url": udf(_URL, macro("kql_parse_url", "S")),
    "parseurl": udf(_URL, macro("kql_parse_url", "S")),
    "parse_urlquery": udf(_URL, macro("kql_parse_urlquery", "S")),
    "parseurlquery": udf(_URL, macro("kql_parse_urlquery", "S")),
    "parse_user_agent": udf(_PARSE, _user_agent),
    "parse_csv": udf(_PARSE, macro("kql_parse_csv", "S")),
    "parse_xml": udf(_PARSE, macro("kql_parse_xml", "S")),
    "parse_path": udf(_PARSE, macro("kql_parse_path", "S")),
    "parse_version": udf(_PARSE, _version),
    "parse_command_line": udf(_PARSE, macro("kql_parse_command_line", "SS")),
    "format_bytes": udf(_PARSE, macro("kql_format_bytes", "RLS", 0, "")),
    "new_guid": udf(_HASH, lambda arguments, result, context: call("kql_new_guid", _row())),
}


def _row() -> Expression:
    return cast(exp.Literal.number(0), "BIGINT")
