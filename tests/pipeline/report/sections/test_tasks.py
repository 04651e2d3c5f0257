import dataclasses

from models.heads import Ranking
from models.tasks import Task
from pipeline.report.sections.tasks import TasksSection


def test_a_ranking_is_shown_by_its_preference_and_others_by_their_label(run):
    order = Task(name="order", kind=Ranking(list="session"), prefer="buy > click > impression")
    graph = dataclasses.replace(run.graph, tasks=(*run.graph.tasks, order))
    shown = {line.name: line.predicts for line in TasksSection.of(dataclasses.replace(run, graph=graph)).outputs}
    assert shown["order"] == "buy > click > impression"
    assert shown["click"] == run.graph.by_name["click"].label
