"""What the pages on fusion declare, read."""

import pathlib
import re

from pipeline.config import load_config

PAGE = pathlib.Path(__file__).resolve().parents[1] / "docs" / "fusion_tuning.md"
AROUND = """\
name: shop
data: {format: csv, path: none.csv, split: {by: hash, eval_share: 0.2, columns: [user_id]}}
features: {item: {kind: categorical, top_k: 100, dim: 4}}
tasks:
  - {name: click, kind: binary, label: clicked}
  - {name: buy, kind: binary, label: bought, given: click, product: ctcvr}
model: {architecture: shared_bottom, tower: [8]}
training: {epochs: 1}
gate: {rules: [{output: click, metric: auc, min: 0.5}]}
push: {directory: served}
"""


def load(folder, text, overrides=()):
    path = folder / "shop.yaml"
    path.write_text(AROUND + text)
    return load_config(str(path), overrides)


def test_the_search_of_the_page_can_be_declared_and_each_goal_of_its_table(tmp_path):
    text = PAGE.read_text()
    (block,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    assert load(tmp_path, block).fusion_tune.goal.kind == "within"
    goals = re.findall(r"^\| `(\{kind: .*?\})` \|", text, flags=re.MULTILINE)
    names = iter(("ctcvr.ndcg", "click.gauc", "buy.gauc", "click.ndcg"))
    goals = [re.sub("NAME", lambda _: next(names), goal) for goal in goals]
    overrides = ["fusion.tune.observe=[]"]
    kinds = [load(tmp_path, block, [*overrides, f"fusion.tune.goal={goal}"]).fusion_tune.goal.kind for goal in goals]
    assert kinds == ["sum", "within", "pareto"]
