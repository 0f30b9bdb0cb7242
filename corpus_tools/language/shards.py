"""A shard: the token tables of some articles as one Parquet file that says what it holds and whether it is whole.

The bytes of a shard depend on nothing but its content, so that an interrupted run, resumed, ends with the same files.
Columns: ``key, article``, then those of :mod:`corpus_tools.language.tokens`; rows in the order of the articles. Under
the schema's metadata key ``corpus_tools`` lies a JSON object: ``shard`` (version of this layout), ``configuration``,
``articles`` (``[[key, article, rows], ...]``) and ``skipped`` (``[[key, article, reason], ...]``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpus_tools.language.tokens import COLUMNS, SCHEMA

__all__ = ["Job", "ShardHeader", "decode_header", "decode_table", "encode", "hash_configuration", "key_of", "name_of"]

SHARD_VERSION = 1

_METADATA = b"corpus_tools"
_KEYS = [pa.field("key", pa.string(), nullable=False), pa.field("article", pa.string(), nullable=False)]


@dataclass(frozen=True, slots=True)
class Job:
    """One text to be parsed: the article's id, the key under which the result is kept, and the text."""

    article: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class ShardHeader:
    """What a shard says about itself: rows ``(start, stop)`` by key, and the reasons of texts without a table."""

    rows: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> int:
        """Rows of all tables."""
        return max((stop for _, stop in self.rows.values()), default=0)


def hash_configuration(configuration: Mapping[str, Any]) -> str:
    """Return the sha256 of a configuration in canonical JSON."""
    canonical = json.dumps(configuration, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def key_of(fingerprint: str, configuration_hash: str) -> str:
    """Return the content address of a parse: sha256 of the text's sha256 and the configuration's."""
    return hashlib.sha256(f"{fingerprint}\n{configuration_hash}".encode("ascii")).hexdigest()


def name_of(keys: Sequence[str], data: bytes) -> str:
    """Name the file of a shard: what it is about (16 digits of a hash over the keys), and the sha256 of its bytes."""
    about = hashlib.sha256("\n".join(keys).encode("ascii")).hexdigest()[:16]
    return f"{about}-{hashlib.sha256(data).hexdigest()}.parquet"


def encode(
    results: Sequence[tuple[Job, pa.Table]], skipped: Sequence[tuple[Job, str]], configuration: Mapping[str, Any]
) -> bytes:
    """Encode a shard from the tables of its articles and the lasting reasons of those that have none."""
    header = {
        "shard": SHARD_VERSION,
        "configuration": dict(configuration),
        "articles": [[job.key, job.article, table.num_rows] for job, table in results],
        "skipped": [[job.key, job.article, reason] for job, reason in skipped],
    }
    schema = pa.schema([*_KEYS, *SCHEMA], metadata={_METADATA: json.dumps(header, ensure_ascii=False).encode("utf-8")})
    tables = [_with_keys(job, table, schema) for job, table in results]
    whole = pa.concat_tables(tables) if tables else schema.empty_table()
    sink = pa.BufferOutputStream()
    pq.write_table(whole.replace_schema_metadata(schema.metadata), sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue())


def decode_header(data: bytes) -> ShardHeader:
    """Read from the footer alone what a shard holds.

    Raises
    ------
    ValueError
        The bytes are no shard of this version.
    """
    metadata = pq.read_schema(pa.BufferReader(data)).metadata or {}
    header = json.loads(metadata.get(_METADATA, b"{}"))
    if header.get("shard") != SHARD_VERSION:
        raise ValueError(f"shard version {header.get('shard')!r} instead of {SHARD_VERSION}")
    rows = {}
    position = 0
    for key, _, count in header["articles"]:
        rows[key] = (position, position + count)
        position += count
    return ShardHeader(rows, {key: reason for key, _, reason in header["skipped"]})


def decode_table(data: bytes) -> pa.Table:
    """Decode all rows of a shard, with the columns of the token table only."""
    table = pq.read_table(pa.BufferReader(data), columns=list(COLUMNS), page_checksum_verification=True)
    return table.combine_chunks().replace_schema_metadata(None)


def _with_keys(job: Job, table: pa.Table, schema: pa.Schema) -> pa.Table:
    keys = [pa.repeat(pa.scalar(value, pa.string()), table.num_rows) for value in (job.key, job.article)]
    return pa.table([*keys, *(table[name] for name in COLUMNS)], schema=schema.remove_metadata())
