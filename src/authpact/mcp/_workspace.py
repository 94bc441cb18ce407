"""What the tools may see and touch: one contract file, drafts, and what was allowed at start."""

from dataclasses import dataclass, field
from pathlib import Path

from authpact.contract import Contract, ContractError, load, parse, to_toml
from authpact.errors import AuthpactError
from authpact.mcp._drafts import DRAFT_ID, Drafts


@dataclass(frozen=True, slots=True)
class Workspace:
    """One folder with one contract; nothing is written or probed unless it was allowed."""

    contract_file: Path = Path("authpact.toml")
    writable: Path | None = None
    """The folder that files may be written below; None forbids writing."""
    may_probe: bool = False
    drafts: Drafts = field(default_factory=Drafts)

    @property
    def folder(self) -> Path:
        """The folder of the contract."""
        return self.contract_file.parent

    def contract(self, given: str = "") -> Contract:
        """Return the contract for a draft id or TOML text, by default that of the folder.

        Raises AuthpactError for an unknown draft, ContractError for a contract with errors.
        """
        if not given.strip():
            return load(self.contract_file)
        if DRAFT_ID.fullmatch(given.strip()):
            return self.drafts.contract(given.strip())
        parsed = parse(given)
        if parsed.contract is None:
            raise ContractError("contract", parsed.diagnostics)
        return parsed.contract

    def contract_text(self, given: str = "") -> str:
        """Return the TOML text behind the same argument, whether it can be used or not."""
        if DRAFT_ID.fullmatch(given.strip()):
            return to_toml(self.drafts.contract(given.strip()))
        return given if given.strip() else read(self.contract_file)

    def text(self, file: str) -> str:
        """Return the text of a Markdown file below the folder.

        Raises AuthpactError for any other file and for one that cannot be read.
        """
        path = (self.folder / file).resolve()
        if not path.is_relative_to(self.folder.resolve()) or path.suffix != ".md":
            raise AuthpactError(f"{file}: only Markdown files below the contract's folder are read")
        return read(path)


def read(file: Path) -> str:
    """Return the text of a file. Raises AuthpactError when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise AuthpactError(f"{file.name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise AuthpactError(f"{file.name}: is not UTF-8 text") from None
