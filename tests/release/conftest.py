"""What an installation begins with."""

import pytest

from septet.kernel.actions import new_request
from septet.kernel.actors import OPERATOR
from septet.kernel.readings import run_procedure


@pytest.fixture
def standard_rules(db: None) -> None:
    """The rules with which an installation begins: who may not do what because of what they did before."""
    run_procedure("load-standard-model", OPERATOR, {"teams": False}, via="cli", request=new_request())
