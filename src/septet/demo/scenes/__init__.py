"""What goes wrong and what people ask, told in pieces that are put together anew each time."""

from septet.demo.scenes.applications import APPLICATION_SCENES
from septet.demo.scenes.model import Scene
from septet.demo.scenes.network import NETWORK_SCENES
from septet.demo.scenes.operations import OPERATION_SCENES
from septet.demo.scenes.printing import PRINTING_SCENES
from septet.demo.scenes.workplace import WORKPLACE_SCENES

SCENES: tuple[Scene, ...] = (
    *WORKPLACE_SCENES,
    *PRINTING_SCENES,
    *NETWORK_SCENES,
    *APPLICATION_SCENES,
    *OPERATION_SCENES,
)

__all__ = ["SCENES", "Scene"]
