"""What every shipped configuration compiles to, and one that searches, byte for byte.

The hash seed is another in every test process. Renew them by
`RENEW_GOLDEN=1 .venv/bin/pytest tests/kubeflow/test_golden.py -m ''`, then read the `git diff`.
"""

import os
import re

import pytest

from pipeline.config import load_config
from tests.kubeflow.conftest import ROOT, SEARCHED, cluster_section

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX warns of itself.

GOLDEN = ROOT / "tests" / "kubeflow" / "golden"
TUNED = ROOT / "configs" / "chicago_taxi.yaml"
CASES = [*((path, path.name, ()) for path in sorted(ROOT.glob("configs/*.yaml"))), (TUNED, "tuned.yaml", SEARCHED)]
FINGERPRINT = re.compile(r"(- --fingerprint\n\s+- '?)[0-9a-f]{16}('?)")  # Another one with every change of the code.


@pytest.mark.parametrize(("path", "golden", "assignments"), CASES, ids=[golden for _, golden, _ in CASES])
def test_a_configuration_compiles_to_the_same_bytes(path, golden, assignments, tmp_path, monkeypatch):
    from kubeflow.compile import compile_yaml

    monkeypatch.chdir(tmp_path)  # No data lies at the configurations' paths, whoever runs this wherever.
    text, again = (compile_yaml(load_config(str(path), [*cluster_section(), *assignments])) for _ in range(2))
    assert text == again
    shown, count = FINGERPRINT.subn(r"\1<fingerprint>\2", text)
    assert count == text.count("--fingerprint") > 10
    file = GOLDEN / golden
    if os.environ.get("RENEW_GOLDEN"):
        file.write_text(shown)
    assert file.exists() and shown == file.read_text(), "renew it as this file's first lines say, if it is right"
    assert list(tmp_path.iterdir()) == []
