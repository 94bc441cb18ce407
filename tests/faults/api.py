"""The API under fault: one protected route. FAULTS_CONTRACT holds the contract as JSON."""

import json
import os

from fastapi import FastAPI

from authpact import Contract
from authpact.fastapi import CurrentPrincipal, install
from faults.api_settings import CACHE_SECONDS, COOLDOWN_SECONDS

contract = Contract.model_validate(json.loads(os.environ["FAULTS_CONTRACT"]))
quick = contract.keys.model_copy(update={"cache": CACHE_SECONDS, "cooldown": COOLDOWN_SECONDS})
contract = contract.model_copy(update={"keys": quick})
app = FastAPI()


@app.get("/me")
async def me(principal: CurrentPrincipal) -> str:
    return principal.subject


@app.get("/pid")
async def pid() -> int:
    return os.getpid()


install(app, contract)
