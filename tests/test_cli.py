"""The command line as people and scripts use it: words, exit codes, one plain line when it could not."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest

from deskapp import bootstrap, paths
from deskapp.bootstrap import Start, open_hospital
from deskapp.cli import COMMANDS, desk, main
from deskapp.cli.desk import has_screen
from deskapp.demo.run import sign_in
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import DepartmentDraft, DoctorDraft
from deskapp.domain.duty import Duty
from deskapp.domain.text import Words
from deskapp.services.access import SiteSetup
from deskapp.services.base import new_request

HEAVY = (
    *("sqlalchemy", "PySide6", "reportlab", "alembic", "python_calamine", "xlsxwriter", "msgspec", "babel"),
    *("multiprocessing", "sqlite3", "csv", "zipfile", "xml.etree.ElementTree", "icalendar", "numpy"),
)
STAFF = "number,name,department\nS1,王芳,\nS2,李娜,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the data folder of a hospital that has been set up."""
    folder = tmp_path / "hospital"
    hospital = open_hospital(folder)
    setup = SiteSetup("测试医院", "mn", "points", "admin", "院长", "correct horse")
    hospital.services.access.first_start(Actor(0, "", frozenset()), new_request(), setup)
    hospital.close()
    return folder


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in English; return exit code, what it said, what it complained."""

    def call(*words: object, language: str = "en") -> tuple[int, str, str]:
        try:
            code = main([*map(str, words), "--lang", language])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def text_of(pdf: Path) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)


# --- Help and usage -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_help_names_every_command_in_every_language(run: Run, language: str) -> None:
    code, said, complaint = run("--help", language=language)
    assert (code, complaint) == (0, "")
    assert all(name in said for name in COMMANDS)
    for name in COMMANDS:
        assert run(name, "--help", language=language)[0] == 0


def test_help_loads_nothing_heavy() -> None:
    told = (
        "import atexit, runpy, sys\n"
        "atexit.register(lambda: print(sorted(sys.modules), file=sys.stderr))\n"
        "sys.argv = ['deskapp', '--help']\n"
        "runpy.run_module('deskapp', run_name='__main__')"
    )
    command = [sys.executable, "-c", told]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=paths.resources().parent)
    assert [name for name in HEAVY if f"'{name}'" in done.stderr] == []


@pytest.mark.parametrize(
    "words",
    [
        ["dance"],
        ["demo", "--visits", "many"],
        ["demo", "--visits", "-1"],
        ["demo", "--as-of", "tomorrow"],
        ["print"],
        ["print", "registration-form", "--blank"],
        ["print", "registration-form", "--out", "x.pdf"],
        ["print", "wish-list", "--blank", "--out", "x.pdf"],
        ["print", "registration-form", "--blank", "--id", "V1", "--out", "x.pdf"],
        ["import"],
        ["import", "staff"],
        ["import", "staff", "a.csv", "--template", "b.csv"],
        ["import", "questions", "a.csv"],
        ["import", "holidays", "a.csv"],
        ["export", "visits"],
        ["export", "roster", "--out", "x.csv"],
        ["export", "visits", "--from", "1.1.2026", "--out", "x.csv"],
        ["migrate", "--data", "a", "--url", "postgresql://b/c"],
        ["--data", "a", "migrate", "--url", "postgresql://b/c"],
        ["migrate", "--url", "sqlite:///a"],
        ["migrate", "--url", "postgresql://me:secret@b/c"],
        ["restore"],
        ["exp", "visits"],
    ],
)
def test_wrong_usage_is_exit_code_2_and_changes_nothing(
    run: Run, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said, complaint = run(*words)
    assert (code, said) == (2, "")
    assert "usage" in complaint
    assert list(tmp_path.iterdir()) == []


def test_what_can_be_imported_is_named_when_something_else_is_asked_for(run: Run) -> None:
    _code, _said, complaint = run("import", "holidays", "a.csv")
    assert "staff, visitors" in complaint
    assert "departments, doctors, prices, places, promotions, notices, phrases" in complaint


def test_a_password_in_the_address_is_not_repeated(run: Run) -> None:
    _code, _said, complaint = run("migrate", "--url", "postgresql://me:secret@host/db")
    assert ".pgpass" in complaint
    assert "secret" not in complaint


@pytest.mark.parametrize("before", [True, False])
def test_global_options_stand_before_or_after_the_command(
    run: Run, folder: Path, tmp_path: Path, before: bool
) -> None:
    place, command = ["--data", folder], ["export", "visits", "--out", tmp_path / "v.json"]
    assert run(*(place + command if before else command + place))[0] == 0
    assert json.loads((tmp_path / "v.json").read_text("utf-8")) == []


# --- Could not ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["export", "visits", "--out", "v.csv"],
        ["import", "staff", "staff.csv"],
        ["print", "registration-form", "--id", "V1", "--out", "x.pdf"],
    ],
)
@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_where_no_hospital_is_one_line_says_so_and_none_is_begun(
    run: Run, tmp_path: Path, words: list[str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "staff.csv").write_text(STAFF)
    code, _said, complaint = run("--data", tmp_path / "nothing", *words, language=language)
    assert (code, complaint.count("\n")) == (1, 1)
    assert str(tmp_path / "nothing") in complaint
    assert not (tmp_path / "nothing").exists()


def test_what_is_no_database_is_one_plain_line(run: Run, folder: Path, tmp_path: Path) -> None:
    (folder / "deskapp.sqlite").write_bytes(b"never was one" * 1000)
    code, _said, complaint = run("export", "visits", "--data", folder, "--out", tmp_path / "v.csv")
    assert (code, complaint.count("\n")) == (1, 1)
    assert "Traceback" not in complaint


def test_a_file_that_can_not_be_written_is_one_plain_line(run: Run, folder: Path, tmp_path: Path) -> None:
    code, _said, complaint = run("export", "visits", "--data", folder, "--out", tmp_path / "no" / "v.csv")
    assert (code, complaint.count("\n")) == (1, 1)
    assert str(tmp_path / "no") in complaint
    code, _said, complaint = run("print", "number-slip", "--blank", "--out", tmp_path / "no" / "x.pdf")
    assert (code, complaint.count("\n")) == (1, 1)
    assert complaint.startswith(f"There is no folder {tmp_path / 'no'}.")


def test_stopping_is_not_a_crash(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_start: Start) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "run_desk", stop)
    assert run()[0::2] == (1, "Stopped.\n")


# --- Commands ---------------------------------------------------------------------------------------------------


def test_without_a_command_the_desk_opens(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Start] = []
    monkeypatch.setattr(bootstrap, "run_desk", lambda start: opened.append(start) or 0)
    assert run("--data", tmp_path)[0] == 0
    assert (opened[0].folder, opened[0].language) == (tmp_path, "en")


def add_doctor(folder: Path) -> None:
    """Put a doctor N1 into the hospital who is on duty day and night."""
    hospital = open_hospital(folder)
    directory, head = hospital.services.directory, Actor(1, "院长", frozenset({Role.ADMINISTRATOR}))
    place = DepartmentDraft("internal", Words("内科", "Internal medicine", ""), prefix="N")
    department = directory.save_department(head, new_request(), place).value.id
    doctor = directory.save_doctor(
        head, new_request(), DoctorDraft("N1", "李静", department, own_queue=False)
    )
    always = [Duty(dt.time(0), dt.time(0), weekday=day) for day in range(7)]
    directory.save_duty_times(head, new_request(), doctor.value, always)
    hospital.close()


def test_appointments_come_from_a_calendar_file(run: Run, folder: Path, tmp_path: Path) -> None:
    add_doctor(folder)
    day = f"{dt.date.today() + dt.timedelta(2):%Y%m%d}"  # noqa: DTZ011
    event = f"UID:1\nDTSTART:{day}T100000\nSUMMARY:王芳\nDESCRIPTION:13800138000\nLOCATION:N1\n"
    path = tmp_path / "a.ics"
    path.write_text(f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{event}END:VEVENT\nEND:VCALENDAR\n", "utf-8")
    assert "New: 1" in run("import", "appointments", path, "--data", folder)[1]
    assert "known: 1" in run("import", "appointments", path, "--data", folder)[1]
    path.write_text("hello", "utf-8")
    code, _said, complaint = run("import", "appointments", path, "--data", folder)
    assert (code, complaint) == (1, "This is no calendar file that can be read.\n")


def test_import_reports_row_by_row(run: Run, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_text(STAFF, "utf-8")
    assert run("import", "staff", path, "--dry-run", "--data", folder)[0] == 0
    code, said, _complaint = run("import", "staff", path, "--data", folder)
    assert code == 0
    assert "New: 2" in said
    path.write_text(STAFF.replace("S2,李娜,", "S2,李娜,魔法科").replace("S1,", ","), "utf-8")
    code, said, complaint = run("import", "staff", path, "--data", folder)
    assert (code, complaint) == (1, "Nothing was stored: rows were refused.\n")
    assert "Row 2 number" in said
    assert "Row 3 department" in said
    assert run("import", "staff", path, "--partial", "--data", folder)[0] == 0


@pytest.mark.parametrize("kind", ["staff", "visitors", "doctors", "prices"])
def test_the_template_needs_no_hospital(run: Run, tmp_path: Path, kind: str) -> None:
    assert run("import", kind, "--template", tmp_path / "t.csv")[0] == 0
    assert (tmp_path / "t.csv").read_text("utf-8-sig").count("\n") == 2


def test_the_list_of_forms(run: Run) -> None:
    code, said, _complaint = run("print", "--list")
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()] == [
        "registration-form",
        "record-page",
        "number-slip",
        "recovery-sheet",
        "intake-overview",
        "person-data",
    ]


def test_a_blank_form_needs_no_hospital_and_has_its_letterhead(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "form.pdf"
    assert run("print", "registration-form", "--blank", "--out", out, "--data", tmp_path / "nothing")[0] == 0
    assert "测试医院" not in text_of(out)
    assert not (tmp_path / "nothing").exists()
    assert (
        run("print", "registration-form", "--blank", "--out", out, "--data", folder, "--size", "A5")[0] == 0
    )
    assert "测试医院" in text_of(out)


def test_an_unknown_form_is_answered_with_those_that_there_are(run: Run) -> None:
    code, _said, complaint = run("print", "wish-list", "--blank", "--out", "x.pdf")
    assert code == 2
    assert "wish-list" in complaint
    assert "registration-form, record-page, number-slip" in complaint


def test_an_unknown_size_is_said(run: Run, tmp_path: Path) -> None:
    words = ("number-slip", "--size", "A0", "--blank", "--out", tmp_path / "x.pdf")
    code, _said, complaint = run("print", *words, "--data", tmp_path / "none")
    assert code == 1
    assert "A6" in complaint


def test_the_form_of_a_visit_is_in_the_hospitals_language_unless_asked_otherwise(
    folder: Path, tmp_path: Path, run: Run
) -> None:
    from deskapp.domain.access import Role
    from deskapp.domain.intake import VisitorDraft

    hospital = open_hospital(folder)
    [account] = hospital.services.access.names(Actor(0, "", frozenset()))
    actor = Actor(account.id, "院长", frozenset(Role))
    visitor = hospital.services.visitors.register(actor, new_request(), VisitorDraft(name="单㛃")).value
    visit = hospital.services.visits.open(actor, new_request(), visitor.id).value
    hospital.close()
    out = tmp_path / "form.pdf"
    words = [
        "print",
        "registration-form",
        "--id",
        visit.code.lower(),
        "--out",
        str(out),
        "--data",
        str(folder),
    ]
    assert main(words) == 0
    mongolian = text_of(out)
    assert "单㛃" in mongolian
    assert run(*words)[0] == 0
    assert text_of(out) != mongolian
    code, _said, complaint = run("print", "number-slip", *words[2:])
    assert (code, complaint.count("\n")) == (1, 1)
    assert run("print", "number-slip", "--id", "VXXXX", *words[4:])[0] == 1


def test_migrating_twice_is_fine(run: Run, tmp_path: Path) -> None:
    assert "was brought" in run("migrate", "--data", tmp_path / "new")[1]
    assert "is up to date" in run("migrate", "--data", tmp_path / "new")[1]


# --- demo ---------------------------------------------------------------------------------------------------------

DEMO = ["demo", "--visits", "12", "--staff", "2", "--seed", "7", "--as-of", "2026-11-22"]


def test_the_demo_opens_the_window_signed_in(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Start] = []
    monkeypatch.setattr(bootstrap, "run_desk", lambda start: opened.append(start) or 0)
    monkeypatch.setattr(desk, "has_screen", lambda: True)
    code, said, _complaint = run(*DEMO, "--data", tmp_path / "demo")
    assert code == 0
    assert "demo with the password" in said
    [start] = opened
    hospital = open_hospital(start.folder, None, start.clock)
    assert start.actor is sign_in
    rows = hospital.services.visits.day_list(sign_in(hospital.services))
    hospital.close()
    assert "单㛃" in [row.name for row in rows]


def test_the_demo_refuses_a_hospital_in_one_line(run: Run, folder: Path) -> None:
    code, _said, complaint = run(*DEMO, "--data", folder)
    assert (code, complaint.count("\n")) == (1, 1)


@pytest.mark.e2e
def test_the_demo_without_a_window_leaves_papers_and_pictures(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "deskapp", *DEMO, "--no-window", "--lang", "mn"]
    place = ["--data", str(tmp_path / "demo"), "--out", str(out)]
    done = subprocess.run(
        [*command, *place], capture_output=True, text=True, check=False, cwd=paths.resources().parent
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert (out / "intake-mn.png").read_bytes().startswith(b"\x89PNG")
    assert "单㛃" in text_of(out / "registration-form.pdf")
    assert all((out / f"{form}.pdf").stat().st_size for form in ("record-page", "number-slip"))


@pytest.mark.parametrize(
    ("variables", "screen"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "w"}, True),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
    ],
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
def test_a_screen_is_recognised(
    variables: dict[str, str], screen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert has_screen() is screen


def test_the_directory_goes_out_and_comes_back(folder: Path, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "directory.xlsx"
    code, said, _complaint = run("export", "directory", "--data", folder, "--out", out)
    assert code == 0
    assert "rows written" in said
    code, said, _complaint = run("import", "phrases", out, "--data", folder, "--dry-run")
    assert code == 0
    assert "New: 0" in said
    code, _said, complaint = run("export", "directory", "--data", folder, "--out", tmp_path / "all.csv")
    assert code == 1
    assert "one kind" in complaint
    code, _said, _complaint = run("export", "visits", "--kind", "places", "--out", tmp_path / "v.csv")
    assert code == 2


def test_the_audit_trail_is_exported(folder: Path, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "trail.json"
    code, said, complaint = run("export", "audit", "--data", folder, "--out", out)
    assert (code, complaint) == (0, "")
    rows = json.loads(out.read_text("utf-8"))
    assert said == f"{len(rows)} lines written.\n"
    assert "account.add" in {row["action"] for row in rows}
    assert (
        run("export", "audit", "--data", folder, "--to", "1999-01-01", "--out", out)[1]
        == "0 lines written.\n"
    )
