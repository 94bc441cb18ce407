"""A person's session through the SDK's own client: brief, questions, answers, both documents.

Each line of the transcript is one call and what came of it; it is the same over both transports.
"""

from pathlib import Path

import pytest
from mcp import Client
from mcp.types import CallToolResult, TextContent
from mcp_sessions import Transport, talk

from authpact.compile import DESIGN, SPECIFICATION, checklist
from authpact.contract import criteria, parse

BRIEF = """\
A notes app. Users see only their own notes.
FastAPI gets its own login endpoint, and the tokens never expire.
"""
WHY = "The old mobile client cannot be changed before March."

TRANSCRIPT = """\
design                 ready no, open deviations custom-auth no-expiry, questions algorithm storage
questions              questions algorithm storage
answer algorithm=jwks  EdDSA, decided by answer, questions storage
answer storage=cookie  cookie, decided by answer, questions none
answer accept both     ready yes
contract_check         usable, 0 errors
spec                   specs/features/authentication.md, 0 findings
lint design            clean
lint specification     clean
compile                nothing written
compile write_files    authpact.toml docs/authentication-design.md specs/features/authentication.md
"""


class Conversation:
    """Calls tools and keeps one line for each."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.lines: list[str] = []

    async def call(self, tool: str, **arguments: object) -> dict[str, object]:
        result = await self._client.call_tool(tool, dict(arguments))
        assert not result.is_error, result.content
        assert result.structured_content is not None
        return dict(result.structured_content)

    def note(self, step: str, outcome: str) -> None:
        self.lines.append(f"{step:22} {outcome}")


def ids(design: dict[str, object], name: str, key: str) -> str:
    found = design[name]
    assert isinstance(found, list)
    return " ".join(str(item[key]) for item in found) or "none"


def decided(design: dict[str, object], topic: str) -> str:
    contract = parse(str(design["contract"])).contract
    assert contract is not None
    return f"{contract.decisions[topic].value}, decided by {contract.decisions[topic].origin}"


async def from_brief_to_contract(talk: Conversation) -> dict[str, object]:
    design = await talk.call("design", brief=BRIEF)
    talk.note(
        "design",
        f"ready {'yes' if design['ready'] else 'no'}, open deviations "
        f"{ids(design, 'deviations', 'kind')}, questions {ids(design, 'questions', 'id')}",
    )
    short = await talk.call("questions", brief=BRIEF)
    talk.note("questions", f"questions {ids(short, 'questions', 'id')}")
    assert short["draft"] == design["draft"]
    for topic, value in (("algorithm", "jwks"), ("storage", "cookie")):
        design = await talk.call("answer", draft=design["draft"], answers={topic: value})
        outcome = f"{decided(design, topic)}, questions {ids(design, 'questions', 'id')}"
        talk.note(f"answer {topic}={value}", outcome)
    accept = {"custom-auth": WHY, "no-expiry": WHY}
    design = await talk.call("answer", draft=design["draft"], accept=accept)
    talk.note("answer accept both", f"ready {'yes' if design['ready'] else 'no'}")
    return design


async def to_documents(talk: Conversation, draft: object) -> dict[str, object]:
    checked = await talk.call("contract_check", contract=draft)
    problems = checked["problems"]
    assert isinstance(problems, list)
    errors = sum(problem["severity"] == "error" for problem in problems)
    talk.note("contract_check", f"{'usable' if checked['usable'] else 'unusable'}, {errors} errors")
    spec = await talk.call("spec", contract=draft)
    talk.note("spec", f"{spec['path']}, {len(list(spec['findings']))} findings")  # type: ignore[call-overload]
    return spec


async def judged(talk: Conversation, name: str, document: object, draft: object) -> None:
    result = await talk.call("lint", document=document, contract=draft)
    talk.note(f"lint {name}", "clean" if result["clean"] else "found something")


async def written(talk: Conversation, draft: object) -> None:
    plan = await talk.call("compile", contract=draft, targets=["design", "spec"])
    talk.note("compile", " ".join(map(str, plan["written"])) or "nothing written")  # type: ignore[call-overload]
    done = await talk.call("compile", contract=draft, targets=["design", "spec"], write_files=True)
    talk.note("compile write_files", " ".join(map(str, done["written"])))  # type: ignore[call-overload]


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_a_session_goes_from_a_brief_to_both_documents(
    tmp_path: Path, transport: Transport
) -> None:
    async def session(client: Client) -> tuple[list[str], str, str]:
        talk = Conversation(client)
        design = await from_brief_to_contract(talk)
        spec = await to_documents(talk, design["draft"])
        await judged(talk, "design", design["document"], design["draft"])
        await judged(talk, "specification", spec["document"], design["draft"])
        await written(talk, design["draft"])
        return talk.lines, str(design["document"]), str(spec["document"])

    lines, design, spec = talk(tmp_path, transport, session, "--allow-write", ".")
    assert "\n".join(lines) + "\n" == TRANSCRIPT
    contract = parse((tmp_path / "authpact.toml").read_text("utf-8")).contract
    assert contract is not None
    assert {d.kind: d.why for d in contract.deviations} == {"custom-auth": WHY, "no-expiry": WHY}
    assert (tmp_path / DESIGN).read_text("utf-8").startswith(design)
    assert (tmp_path / SPECIFICATION).read_text("utf-8").startswith(spec)
    assert checklist(spec, contract, SPECIFICATION) == ()
    assert all(criterion.id in spec for criterion in criteria(contract))


def refusal(result: CallToolResult) -> str:
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def test_an_answer_to_no_question_changes_nothing(tmp_path: Path) -> None:
    async def session(client: Client) -> None:
        talk = Conversation(client)
        draft = (await talk.call("design", brief=BRIEF))["draft"]
        for arguments, said in (
            ({"answers": {"colour": "red"}}, "no question is called"),
            ({"answers": {"storage": "a drawer"}}, "is no answer"),
            ({"accept": {"later-phase": "why not"}}, "nothing in the brief is a deviation"),
            ({"draft": "0123456789ab"}, "no draft 0123456789ab"),
        ):
            called = {"draft": draft, **arguments}
            assert said in refusal(await client.call_tool("answer", called))
        assert (await talk.call("questions", brief=BRIEF))["draft"] == draft

    talk(tmp_path, "stdio", session)


def test_a_secret_in_a_brief_is_not_repeated(tmp_path: Path) -> None:
    secret = "Zk3" + "x9Qw7LmT2vRb8NcY5pHs" * 2

    async def session(client: Client) -> str:
        brief = f"todo app with HS256, the key is API_JWT_SECRET={secret}"
        return (await client.call_tool("design", {"brief": brief})).model_dump_json()

    assert secret not in talk(tmp_path, "stdio", session)
