"""The Spec Kit extension, read by its structure; `tests/tools` installs it with the real tool."""

import re

from authpact.cli._app import app
from authpact.compile import SPECIFICATION, render
from authpact.compile.targets.spec_kit import ROOT
from authpact.contract import default_contract


def extension() -> dict[str, str]:
    files = render(default_contract(), ["spec-kit"])
    return {file.path.removeprefix(f"{ROOT}/"): file.text for file in files}


def test_the_manifest_names_exactly_the_commands_that_are_there() -> None:
    files = extension()
    named = re.findall(r"^      file: (\S+)$", files["extension.yml"], re.MULTILINE)
    assert sorted(named) == sorted(path for path in files if path.startswith("commands/"))
    provided = re.findall(r"^    - name: (speckit\.\S+)$", files["extension.yml"], re.MULTILINE)
    assert [f"commands/{name}.md" for name in provided] == named


def test_every_hook_asks_first_and_calls_a_command_of_the_extension() -> None:
    manifest = extension()["extension.yml"]
    hooks = manifest.partition("\nhooks:\n")[2].partition("\ntags:")[0]
    called = re.findall(r"^    command: (\S+)$", hooks, re.MULTILINE)
    assert len(called) == hooks.count("optional: true") == hooks.count("prompt:") == 4
    assert set(called) <= set(re.findall(r"- name: (speckit\.\S+)", manifest))


def test_a_command_starts_with_its_description() -> None:
    for path, text in extension().items():
        if path.startswith("commands/"):
            assert re.match(r'---\ndescription: "[^"]+"\n---\n\n# ', text), path


def test_the_commands_name_only_commands_of_authpact_that_exist() -> None:
    texts = "\n".join(extension().values())
    used = set(re.findall(r"`authpact ([a-z]+)", texts))
    assert used and all(name in app for name in used)
    assert f"authpact lint {SPECIFICATION}" in texts


def test_the_rules_that_a_feature_may_not_leave_stand_in_the_first_command() -> None:
    text = extension()["commands/speckit.authpact.contract.md"]
    for rule in ("no login", "no opaque tokens", "BETTER_AUTH_SECRET", "at most three questions"):
        assert rule in text
