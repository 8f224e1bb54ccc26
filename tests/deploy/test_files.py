"""The files of deploy/, by the linters that can be installed; the front matter of the README."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import compose_spec
import frontmatter
import pytest
import yaml

from rag.config import ROOT, Settings
from tests.deploy.replicas import TMP

DEPLOY = ROOT / "deploy"
TOOLS = Path(sys.executable).parent


def compose() -> dict[str, Any]:
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    "command",
    [
        ["hadolint", "--failure-threshold", "info", "deploy/Dockerfile"],
        ["compose-lint", "deploy/compose.yaml"],
        # The port has to stay in Host, and a forged one reaches nobody but who forged it; answers
        # come as they grow.
        ["gixy", "--skips", "host_spoofing,proxy_buffering_off", "deploy/nginx.conf"],
    ],
    ids=lambda command: command[0],
)
def test_linters_find_nothing(command: list[str]) -> None:
    program, *arguments = command
    done = subprocess.run(
        [TOOLS / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_compose_file_is_as_its_specification_says() -> None:
    def check(fields: dict[str, Any]) -> None:
        compose_spec.PyCompose.from_json(json.dumps(fields)).validate()

    check(compose())
    wrong = compose()
    wrong["services"]["one"]["networks"] = ["nowhere"]
    with pytest.raises(ValueError, match="nowhere"):
        check(wrong)


def test_every_replica_runs_as_nobody_in_particular_and_writes_to_its_data_alone() -> None:
    services = compose()["services"]
    for name in ("one", "two", "index"):
        service = services[name]
        assert service["read_only"], name
        assert service["user"] == "10001", name
        assert service["cap_drop"] == ["ALL"], name
        assert [volume.partition(":")[2] for volume in service["volumes"]] == ["/data"], name
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert "\nUSER 10001\n" in text
    assert "DATA_DIR=/data" in text


def test_what_the_compose_file_sets_are_settings() -> None:
    known = {name.upper() for name in Settings.model_fields}
    assert compose()["services"]["one"]["environment"].keys() <= known


def test_what_the_image_is_made_of_reaches_the_builder() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", (DEPLOY / "Dockerfile").read_text(), re.M)
    names = [name for line in copied for name in line.split()]
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    assert names
    assert set(names) == let_through
    assert all((ROOT / name).exists() for name in names)


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("there is no nginx")
    text = (DEPLOY / "nginx.conf").read_text("utf-8").replace(TMP, f"{tmp_path}/")
    (tmp_path / "nginx.conf").write_text(text)
    done = subprocess.run(
        [program, "-t", "-q", "-e", "stderr", "-c", str(tmp_path / "nginx.conf")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_repository_has_the_shape_of_a_hugging_face_space() -> None:
    fields = frontmatter.load(str(ROOT / "README.md")).metadata
    assert fields["sdk"] == "gradio"
    assert f"gradio=={fields['sdk_version']}" in (ROOT / "requirements.txt").read_text().split()
    assert (ROOT / str(fields["app_file"])).exists()
