"""What every shipped configuration compiles to, byte for byte; the hash seed is another in every test process.

Renew them by `RENEW_GOLDEN=1 .venv/bin/pytest tests/kubeflow/test_golden.py -m ''`, then read the `git diff`.
"""

import os
import re

import pytest

from pipeline.config import load_config
from tests.kubeflow.conftest import ROOT, cluster_section

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX warns of itself.

GOLDEN = ROOT / "tests" / "kubeflow" / "golden"
CONFIGS = sorted(ROOT.glob("configs/*.yaml"))
FINGERPRINT = re.compile(r"(- --fingerprint\n\s+- '?)[0-9a-f]{16}('?)")  # Another one with every change of the code.


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_shipped_configuration_compiles_to_the_same_bytes(path, tmp_path, monkeypatch):
    from kubeflow.compile import compile_yaml

    monkeypatch.chdir(tmp_path)  # No data lies at the configurations' paths, whoever runs this wherever.
    text = compile_yaml(load_config(str(path), cluster_section()))
    assert text == compile_yaml(load_config(str(path), cluster_section()))
    shown, count = FINGERPRINT.subn(r"\1<fingerprint>\2", text)
    assert count == text.count("--fingerprint") > 10
    golden = GOLDEN / path.name
    if os.environ.get("RENEW_GOLDEN"):
        golden.write_text(shown)
    assert golden.exists() and shown == golden.read_text(), "renew it as this file's first lines say, if it is right"
    assert list(tmp_path.iterdir()) == []
