"""Runs one command like a shell: passes signals on and returns its exit code."""

import os
import signal
import subprocess
from collections.abc import Callable

from demo.private_services.errors import ServiceError
from demo.private_services.keeper import die_with_parent

SI_KERNEL = 0x80
PASSED_ON = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2}


def run_command(command: list[str], environment: dict[str, str]) -> int:
    """Run a command, pass signals on to it, and return its exit code as a shell would."""
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON | {signal.SIGCHLD})
    try:
        process = subprocess.Popen(command, env=os.environ | environment, preexec_fn=_ready_for_signals())
    except OSError as error:
        raise ServiceError(f"{command[0]} cannot be run: {error.strerror}.") from error
    while process.poll() is None:
        received = signal.sigwaitinfo(PASSED_ON | {signal.SIGCHLD})
        # The terminal's Ctrl-C comes from the kernel and has already reached the command.
        if received.si_signo != signal.SIGCHLD and received.si_code != SI_KERNEL:
            process.send_signal(received.si_signo)
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _ready_for_signals() -> Callable[[], None]:
    die = die_with_parent(signal.SIGTERM)

    def arrange() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON | {signal.SIGCHLD})
        die()

    return arrange
