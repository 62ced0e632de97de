"""Prints where pip would download wheels from, as JSON; libtorch.py runs it in a process of its own.

`pip install --dry-run --report` prints that too, but fetches the wheels whole on the way. This
asks pip's own finder, so that every setting of pip holds (index, certificates, proxy, login).
The finder is no public interface: on any error but NOT_FOUND the caller uses `pip download`.
"""

import json
import logging
import sys

from pip._internal.cli.cmdoptions import make_target_python
from pip._internal.commands import create_command
from pip._vendor.packaging.specifiers import SpecifierSet

NOT_FOUND = 3

logging.basicConfig(level=logging.WARNING, format="%(message)s")
command = create_command("download")
with command.main_context():
    options, requirements = command.parse_args(sys.argv[1:])
    session = command.get_default_session(options)
    finder = command._build_package_finder(options, session, target_python=make_target_python(options))
    urls = {}
    for requirement in requirements:
        name, _, version = requirement.partition("==")
        found = finder.find_best_candidate(name, SpecifierSet(f"=={version}"))
        if found.best_candidate is None:
            print(f"no wheel of {requirement} for x86-64 Linux was found", file=sys.stderr)
            sys.exit(NOT_FOUND)
        urls[requirement] = found.best_candidate.link.url_without_fragment
print(json.dumps(urls))
