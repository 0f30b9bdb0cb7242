"""Print the schema: ``python -m corpus_tools.annotation.schema``."""

from __future__ import annotations

import json
import sys

from corpus_tools.annotation.schema import build_schema

if __name__ == "__main__":
    sys.stdout.write(json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n")
