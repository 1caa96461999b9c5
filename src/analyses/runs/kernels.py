"""The process in which a notebook runs: this Python, over local sockets instead of TCP ports."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from analyses.runs import forks, stopping


class LocalKernelManager(AsyncKernelManager):
    """Start a notebook's kernel with the Python that runs us.

    A kernel named ``python3`` in the user's folder may belong to another environment; ours is the
    one whose packages the manifest lists. Where the system has them, local sockets in a folder of
    their own replace TCP ports, which collide when several notebooks start at once.
    """

    def __init__(self, **options: Any) -> None:
        self._sockets: Path | None = None
        if os.name == "posix":
            self._sockets = Path(tempfile.mkdtemp(prefix="coeurville-"))
            options |= {"transport": "ipc", "ip": str(self._sockets / "kernel")}
        super().__init__(**options)

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Return the command that starts the kernel."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", self.connection_file]
        return [*command, *(extra_arguments or [])]

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        """Start the kernel with an environment in which results do not vary."""
        options["env"] = {
            **(options.get("env") or os.environ),
            **forks.ENVIRONMENT,
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }
        await super().start_kernel(**options)
        stopping.hold(self, self._end)

    def _end(self) -> None:
        """End the kernel's process at once, from any thread."""
        process = getattr(self.provisioner, "process", None)
        if process is not None:
            process.kill()

    async def cleanup_resources(  # type: ignore[override]
        self, restart: bool = False
    ) -> None:
        """Remove the sockets with the kernel that used them."""
        stopping.release(self)
        await super().cleanup_resources(restart=restart)
        if self._sockets is not None and not restart:
            shutil.rmtree(self._sockets, ignore_errors=True)
