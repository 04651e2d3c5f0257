"""A Dockerfile as its stages and their instructions."""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATH = ROOT / "kubeflow" / "Dockerfile"


@dataclasses.dataclass
class Stage:
    """One `FROM`, with what its own stage and those it is built on say."""

    name: str
    base: str
    own: list[tuple[str, str]]
    all: list[tuple[str, str]]

    def said(self, instruction):
        return [rest for word, rest in self.all if word == instruction]


def stages():
    """By name, in the file's order."""
    text = re.sub(r"^\s*#.*\n", "", PATH.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    found, arguments = {}, {}
    for line in filter(str.strip, lines):
        word, rest = line.split(maxsplit=1)
        if word == "ARG":
            name, value = rest.split("=", 1)
            arguments[f"${{{name}}}"] = value
        elif word == "FROM":
            base, _, name = rest.split()
            base = arguments.get(base, base)
            stage = found[name] = Stage(name, base, [], list(found[base].all) if base in found else [])
        else:
            stage.own.append((word, rest))
            stage.all.append((word, rest))
    return found


def first_base(name):
    """The image that a stage is built on in the end."""
    found = stages()
    while name in found:
        name = found[name].base
    return name
