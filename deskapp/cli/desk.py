"""Opening the desk, the demo, and the self-check of an installation."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from deskapp import paths
from deskapp.cli.call import DONE, Call, Command
from deskapp.cli_words import count_option, day_option
from deskapp.domain.text import N_
from deskapp.i18n import Translator


def open_desk(call: Call) -> int:
    """Open the window and stay until it is closed."""
    from deskapp.bootstrap import Start, run_desk

    return run_desk(Start(call.folder, call.args.url, call.args.lang))


def _demo_options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument("--out", metavar=tr("DIR"), help=tr("folder for the printed forms and pictures"))
    parser.add_argument(
        "--visits", type=count_option(tr), default=400, metavar="N", help=tr("how many visits")
    )
    parser.add_argument(
        "--staff", type=count_option(tr), default=40, metavar="N", help=tr("how many members of staff")
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help=tr("equal seeds make equal hospitals")
    )
    parser.add_argument(
        "--as-of", type=day_option(tr), metavar=tr("DATE"), help=tr("the day on which the demo takes place")
    )
    parser.add_argument(
        "--no-window", action="store_true", help=tr("save pictures of the window instead of opening it")
    )


def _demo(call: Call) -> int:
    from deskapp.bootstrap import Start, pictures, run_desk
    from deskapp.demo.house import OPERATOR, PASSWORD
    from deskapp.demo.run import Options, make_demo, sign_in

    args = call.args
    options = Options(
        folder=call.folder or paths.demo_data_folder(),
        url=args.url,
        out=Path(args.out) if args.out else None,
        visits=args.visits,
        staff=args.staff,
        seed=args.seed,
        as_of=args.as_of,
        language=call.tr.language,
    )
    made = make_demo(options, call.tr, print)
    for form in made.forms:
        call.say(N_("Printed: {file}"), file=form)
    call.say(N_("Sign in as {name} with the password {password}."), name=OPERATOR, password=PASSWORD)
    clock = (lambda: made.now) if args.as_of else None
    start = Start(options.folder, args.url, call.tr.language, sign_in, clock)
    if has_screen() and not args.no_window:
        return run_desk(start)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    for picture in pictures(start, made.out):
        call.say(N_("Picture: {file}"), file=picture)
    return DONE


def has_screen() -> bool:
    """Say whether a window can be shown: there is a display, and Qt was not told to draw without one."""
    if os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in {"offscreen", "minimal", "vnc"}:
        return False
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def _self_check(call: Call) -> int:
    import tempfile

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from deskapp.self_check import checks

    with tempfile.TemporaryDirectory(prefix="deskapp-") as folder:
        for checked in checks(Path(folder)):
            print(call.tr(checked), flush=True)
    call.say(N_("Everything works."))
    return DONE


COMMANDS: Final = {
    "demo": Command(N_("make a hospital to try things out and open it"), _demo, _demo_options),
    "self-check": Command(N_("check that this installation works"), _self_check),
}
