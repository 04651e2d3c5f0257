"""`evenkeel fusion tune`: proposes weights of what serves."""

from __future__ import annotations

import pathlib

import click
from rich.console import Console
from rich.text import Text

from models.errors import raise_if_any
from pipeline.commands.options import CONFIG_ARGUMENT, OUTPUT_FILE, SET_OPTION
from pipeline.config import load_config

__all__ = ["command"]


@click.command("tune")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option("--trials", type=click.IntRange(min=1), help="How many weights are tried.  [default: CONFIG's]")
@click.option("--seed", type=click.IntRange(min=0), help="Of the halves and the search.  [default: CONFIG's]")
@click.option("-o", "--out", "page", type=OUTPUT_FILE, help="Where a page with the front's picture goes.")
@click.option("--json", "json_path", type=OUTPUT_FILE, help="Where the proposal goes as JSON too.")
def command(
    config: str,
    overrides: tuple[str, ...],
    *,
    trials: int | None,
    seed: int | None,
    page: pathlib.Path | None,
    json_path: pathlib.Path | None,
) -> None:
    """Searches for the weights that CONFIG's `fusion.tune` asks for, and says how `fusion set` would put them live.

    Looks at the eval rows that the run of the served version has kept: it searches on one half of their users, and
    checks on the other. Changes nothing. Exits 1 where the rows cannot tell, 2 where CONFIG is wrong.
    """
    from pipeline.fusion.proposal_words import gate_sentence
    from pipeline.fusion.rules import unjudged
    from pipeline.fusion.set_command import set_command
    from pipeline.fusion.show_proposal import print_proposal
    from pipeline.fusion.tune import tune_served

    declared = load_config(config, overrides)
    if declared.fusion_tune is None:
        raise_if_any(
            config, ["`fusion.tune` is not declared, so there is nothing to search: write its goal and bounds."]
        )
    # `fusion set` must know the seed: by it the gate tells whom the search has not looked at.
    lasting = [*overrides, *([] if seed is None else [f"fusion.tune.seed={seed}"])]
    checked = load_config(config, [*lasting, *([] if trials is None else [f"fusion.tune.trials={trials}"])])
    served, found = tune_served(checked)
    console = Console()
    console.print(f"Version {served.version} serves.")
    print_proposal(found, console)
    line, refusal = set_command(config, found, lasting), unjudged(checked.gate, served.fusion, found.formula)
    if line:
        click.echo(f"\n  {line}\n")  # In one piece, to be copied.
        console.print(Text(gate_sentence(refusal)))
    if json_path is not None:
        json_path.write_text(found.to_json(), encoding="utf-8")
        click.echo(f"as JSON: {json_path}")
    if page is not None:
        from pipeline.report.proposal import proposal_page, write_proposal

        title = f"{checked.name}: weights for version {served.version}"
        write_proposal(proposal_page(found, title=title, config=config, overrides=lasting, refusal=refusal), page)
        click.echo(f"page: {page}")
