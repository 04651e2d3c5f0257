"""The container's entry point: `python -m kubeflow.run_node` runs one node of a run.

Exits 0 where the node's work is done, by this attempt or an earlier one; 1 where a retry may help; 2 where none can:
the configuration is wrong or not the one that was compiled, or the metadata store is of another release.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import time
import types
from collections.abc import Sequence
from typing import Final

from kubeflow.errors import EvictedError, MetadataUnusableError
from kubeflow.parameters import run_date_of
from models.errors import ConfigError
from pipeline.errors import ROOMS, reason_of
from pipeline.quiet import hush
from pipeline.reproducible import fix_hash_seed

__all__ = ["DONE", "FINAL", "RETRY", "main"]

DONE: Final = 0
RETRY: Final = 1
FINAL: Final = 2

_LOG: Final = logging.getLogger("kubeflow.run_node")
_STARTED: Final = time.monotonic()
_UNFILLED: Final = "{{"  # How a placeholder begins that Kubeflow left as it was.


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one node; returns the exit status."""
    options = _parser().parse_args(arguments)
    _log_for(options.run_id, options.node)
    signal.signal(signal.SIGTERM, _leave)
    try:
        return _run(options)
    except ConfigError as error:
        _LOG.error("%s", error)
        return FINAL
    except MetadataUnusableError as error:
        _LOG.error("%s", error)
        return RETRY if error.passing else FINAL
    except EvictedError as error:
        _LOG.error("%s", error)
        return RETRY
    except Exception as error:  # Whatever a node raises: the trace for whoever mends it, a sentence for the rest.
        _LOG.error("stopped: %s", reason_of(error), exc_info=error)
        return RETRY


def _run(options: argparse.Namespace) -> int:
    from kubeflow.node_run import NodeRun

    run = NodeRun(
        node=options.node,
        run_id=options.run_id,
        path=options.config,
        assignments=options.assignments,
        overrides=_overrides(options),
        days_back=run_date_of(options.run_date).days_back,
        fingerprint=options.fingerprint,
    )
    if run.is_done():
        _LOG.info("was done by an earlier attempt")
        return DONE
    run.prepare()
    _LOG.info("begins after %.1f s of start-up", time.monotonic() - _STARTED)
    run.do()
    _LOG.info("is done after %.1f s", time.monotonic() - _STARTED)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kubeflow.run_node", description=__doc__)
    parser.add_argument("--node", required=True, help="its name in the pipeline")
    parser.add_argument("--config", required=True, help="the configuration's path in this container")
    parser.add_argument(
        "--run-id", required=True, type=_filled, help="names the run: one for all its nodes and retries"
    )
    parser.add_argument("--fingerprint", required=True, help="of what was compiled")
    parser.add_argument("--set", dest="assignments", action="append", default=[], help="as it was compiled with")
    parser.add_argument("--override", dest="overrides", action="append", default=[], help="of this run; KEY= for none")
    parser.add_argument("--run-date", default="", help="the newest day to read; empty for as is declared")
    parser.add_argument("--span-days", default="", help="days to read; empty for as is declared")
    return parser


def _overrides(options: argparse.Namespace) -> list[str]:
    """What the run sets over the configuration; a parameter that was left empty sets nothing."""
    found = [assignment for assignment in options.overrides if not assignment.endswith("=")]
    given = run_date_of(options.run_date)
    if given.is_unwritten:
        _LOG.warning(
            "Kubeflow left %s as it was: the run goes by the day on which it began, which of a run that is made up for "
            "is not the day it was scheduled for",
            options.run_date,
        )
    elif given.date:
        found.append(f"data.run_date='{given.date}'")
    if options.span_days:
        found.append(f"data.window_days={options.span_days}")
    return found


def _filled(value: str) -> str:
    if not value or _UNFILLED in value:
        raise argparse.ArgumentTypeError(
            f"must be the run's id, got {value!r}: Kubeflow left its placeholder as it was"
        )
    return value


def _log_for(run_id: str, node: str) -> None:
    """Every line says which node of which run it is of; of libraries only warnings are shown."""
    logging.disable(logging.NOTSET)
    handler = logging.StreamHandler(sys.stdout)
    names = f"run={run_id} node={node}".replace("%", "%%")
    handler.setFormatter(logging.Formatter(f"%(asctime)s %(levelname)s {names} %(name)s: %(message)s"))
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.partition(".")[0] in ROOMS)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _leave(signum: int, frame: types.FrameType | None) -> None:
    """Ends the attempt as an error does, so that TFX notes it and removes what is half written; the Trainer saves."""
    del signum, frame
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise EvictedError("asked to end by SIGTERM: the attempt is given up, a retry begins anew.")


if __name__ == "__main__":
    hush()
    fix_hash_seed()
    sys.exit(main())
