"""What a cluster costs besides parsing: batches through client and scheduler with the parse stubbed out.

    python benchmarks/cluster_overhead.py [--batches 2000]

Client, scheduler and two worker threads share this process, so that its processor time a batch is an upper bound of
what the machine that drives a cluster spends. One batch a core is parsed in some seconds: the quotient says how many
cores one driver can feed.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

TEXT = "Nothing is parsed here. " * 135  # as long as a news article
ARTICLES = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=2_000)
    options = parser.parse_args()
    began, used = time.perf_counter(), time.process_time()
    count = drive(options.batches)
    seconds, used = time.perf_counter() - began, time.process_time() - used
    used, seconds = used / count * 1e3, seconds / count * 1e3
    print(f"{count} batches: {used:.2f} ms of processor time each, {seconds:.2f} ms by the clock")


def drive(batches: int) -> int:
    import distributed

    from corpus_tools.language import cluster
    from corpus_tools.language.cache import open_store
    from corpus_tools.language.models import find_package
    from corpus_tools.language.pipeline import describe_configuration
    from corpus_tools.language.shards import Job

    package = find_package("lite")
    store = open_store(None, describe_configuration(package))
    source = (
        [Job(f"a{batch}-{number}", f"{batch:032x}{number:032x}", TEXT) for number in range(ARTICLES)]
        for batch in range(batches)
    )
    cluster.parse_batch = parse_stubbed
    kind: dict[str, Any] = {"processes": False, "n_workers": 1, "threads_per_worker": 2, "dashboard_address": ":0"}
    with distributed.LocalCluster(**kind) as local, distributed.Client(local, set_as_default=False) as client:
        done = cluster.run_on_cluster(source, cluster=client, workers="auto", package=package, store=store)
        return sum(1 for _ in done)


def parse_stubbed(batch: list[Any], order: Any) -> list[Any]:
    """Stand in for the parse: the header that a worker sends back after it has put its shard on the shelf."""
    from corpus_tools.language.batches import Parsed
    from corpus_tools.language.shards import ShardHeader

    header = ShardHeader({job.key: (number, number + 1) for number, job in enumerate(batch)})
    return [(batch, Parsed(written=("0" * 89, header)))]


if __name__ == "__main__":
    main()
