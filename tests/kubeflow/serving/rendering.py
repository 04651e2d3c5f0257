"""What kustomize makes of an overlay, as far as ours need it: a strict reading that knows no other field."""

import pathlib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3] / "kubeflow" / "serving"
OVERLAYS = sorted(path.name for path in (ROOT / "overlays").iterdir())

KNOWN = {"apiVersion", "kind", "resources", "images", "patches", "configMapGenerator"}


def render(folder):
    """The documents by kind and name; a file that is not there, or a patch of nothing, is an error."""
    told = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert not set(told) - KNOWN, f"{folder}: {set(told) - KNOWN}"
    documents = {}
    for name in told.get("resources", []):
        path = (folder / name).resolve()
        found = render(path) if path.is_dir() else by_name(path)
        assert not set(documents) & set(found)
        documents |= found
    for patch in told.get("patches", []):
        for key, change in by_name(folder / patch["path"]).items():
            documents[key] = merged(documents[key], change)
    for generator in told.get("configMapGenerator", []):
        content = dict(literal.split("=", 1) for literal in generator.get("literals", []))
        content |= {name: (folder / name).read_text() for name in generator.get("files", [])}
        document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generator["name"]}, "data": content}
        documents["ConfigMap", generator["name"]] = document
    for image in told.get("images", []):
        for container in (c for d in documents.values() if d["kind"] == "Deployment" for c in containers(d)):
            if container["image"] == image["name"]:
                container["image"] = f"{image['name']}:{image['newTag']}"
    return documents


def by_name(path):
    documents = [document for document in yaml.safe_load_all(path.read_text()) if document]
    assert documents, path
    return {(document["kind"], document["metadata"]["name"]): document for document in documents}


def merged(old, new):
    """Kubernetes' strategic merge, for mappings and for lists whose items have names."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: merged(old[key], value) if key in old else value for key, value in new.items()}
    named = isinstance(old, list) and isinstance(new, list) and all("name" in item for item in [*old, *new])
    if not named or not old:
        return new
    items = {item["name"]: item for item in new} | {item["name"]: item for item in old}
    return [merged(item, *[n for n in new if n["name"] == name] or [{}]) for name, item in items.items()]


def containers(deployment):
    return deployment["spec"]["template"]["spec"]["containers"]
