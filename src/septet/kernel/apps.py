"""Starts the kernel: loads every declaration of the installed apps and binds them."""

import importlib
import pkgutil
from collections.abc import Container

from django.apps import AppConfig, apps

# The modules of a capability in which declarations stand; the order matters for none of them. An app may name fewer
# of them as `declaring`: a surface's module called records declares no records.
DECLARING = {"records", "actions", "reactions", "background", "goals", "panels", "readings", "relations", "clocks"}


class KernelConfig(AppConfig):
    """The kernel as a Django app."""

    name = "septet.kernel"
    label = "kernel"
    verbose_name = "Kernel"

    def ready(self) -> None:
        """Import what declares types, actions, reactions and background tasks; then check every name."""
        from septet.kernel.reactions import check_patterns
        from septet.kernel.readings import offers
        from septet.kernel.registry import registry

        for config in apps.get_app_configs():
            if config.name.startswith("septet."):
                load_declarations(config.name, getattr(config, "declaring", DECLARING))
        registry.ready()
        check_patterns()
        offers.check()


def load_declarations(package: str, declaring: Container[str] = DECLARING) -> None:
    """Import every module below `package` whose name is one of those that declare."""
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, prefix=f"{package}."):
        if found.name.rpartition(".")[2] in declaring:
            importlib.import_module(found.name)
