"""Every word of the program exists in three languages, and the tool that keeps it so works."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tools import catalogue as tool
from tools.build_hook import compiled_catalogue, shipped_resources
from tools.wording import placeholders, problems_of

LANGUAGES = sorted(tool.LANGUAGES)


@pytest.fixture(scope="module")
def messages() -> tool.Messages:
    return tool.extract()


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_is_complete(language: str, messages: tool.Messages) -> None:
    problems = tool.check(language, messages, tool.load(tool.catalogue_path(language)))
    assert not problems, f"{len(problems)} problems, see: python -m tools.catalogue check\n" + "\n".join(
        problems[:20]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_stands_as_the_tool_writes_it(language: str, tmp_path: Path) -> None:
    """Else the next `update` would change lines that nobody meant to change."""
    path = tool.catalogue_path(language)
    copy = tmp_path / tool.LANGUAGES[language] / "LC_MESSAGES" / "deskapp.po"
    copy.parent.mkdir(parents=True)
    tool.save(tool.load(path), copy)
    assert copy.read_text("utf-8") == path.read_text("utf-8")


# --- Finding messages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('tr("Name")', [("Name", "")]),
        ('self._tr("Name {x}", x=1)', [("Name {x}", "")]),
        ('tr("One " "line")', [("One line", "")]),
        ('tr.n("{count} day", "{count} days", n)', [("{count} day", "{count} days")]),
        ('Text(N_("Both"), {"a": tr("inner")})', [("Both", ""), ("inner", "")]),
        ('Text("Bare")', [("Bare", "")]),
        ('tr(variable), tr(""), tr(f"{x}"), log("no"), tr()', []),
        ('cursor.n("one")', []),
    ],
)
def test_messages_are_found_once(source: str, found: list[tuple[str, str]]) -> None:
    assert sorted(tool.messages_in(source)) == found


def test_extraction_names_every_file(tmp_path: Path) -> None:
    package = tmp_path / "deskapp"
    package.mkdir()
    (package / "a.py").write_text('tr("Name"); tr("{count} day")')
    (package / "b.py").write_text('N_("Name"); tr.n("{count} day", "{count} days", 2)')
    found = tool.extract(package)
    assert found["Name"].places == {"deskapp/a.py", "deskapp/b.py"}
    assert found["{count} day"].plural == "{count} days"


# --- Keeping the catalogue ----------------------------------------------------------------------------------------


@pytest.fixture
def po(tmp_path: Path) -> Path:
    """Return an empty Chinese catalogue."""
    path = tmp_path / "zh_CN" / "LC_MESSAGES" / "deskapp.po"
    path.parent.mkdir(parents=True)
    tool.save(tool.empty(), path)
    return path


def _messages(*ids: str) -> tool.Messages:
    return {name: tool.Message(name, places={"deskapp/x.py"}) for name in ids}


def test_update_adds_what_is_new_and_drops_what_is_gone(po: Path) -> None:
    tool.fill("zh", po, _messages("Name", "Sex"), {"Name": "姓名", "Sex": "性别"})
    tool.update(po, _messages("Name", "Names"))
    kept = tool.load(po)
    assert tool.translation(kept, "Name") == "姓名"
    assert tool.translation(kept, "Names") == "", "nothing is guessed from similar words"
    assert kept.get("Sex") is None
    assert "性别" not in po.read_text("utf-8")


def test_catalogue_is_sorted_without_dates_or_line_numbers(po: Path) -> None:
    tool.update(po, _messages("b", "a", "{count} c"))
    lines = po.read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("msgid")][1:] == [
        'msgid "a"',
        'msgid "b"',
        'msgid "{count} c"',
    ]
    assert "#: deskapp/x.py" in lines
    assert not any("-Date" in line for line in lines)


def test_plurals_survive(po: Path) -> None:
    counted = {"{count} day": tool.Message("{count} day", "{count} days")}
    assert tool.fill("zh", po, counted, {"{count} day": "{count}天"}) == []
    tool.update(po, counted)
    assert tool.check("zh", counted, tool.load(po)) == []
    assert b"{count} days" in compiled_catalogue(po)
    assert "msgstr[1]" not in po.read_text("utf-8"), "there is one form for every count"


def test_fill_takes_the_good_and_refuses_the_bad(po: Path) -> None:
    messages = _messages("Name", "To {place}", "Sex")
    refused = tool.fill(
        "zh", po, messages, {"Name": "姓名", "To {place}": "去{plase}", "Other": "别的", "Sex": ""}
    )
    assert len(refused) == 3
    assert [message.id for message in tool.missing(messages, tool.load(po))] == ["To {place}", "Sex"]


def test_check_reports_each_kind_of_fault(po: Path) -> None:
    messages = _messages("a", "b {x}", "c", "d")
    po.write_text(
        po.read_text("utf-8")
        + 'msgid "a"\nmsgstr ""\n\nmsgid "b {x}"\nmsgstr "乙"\n\n#, fuzzy\nmsgid "c"\nmsgstr "丙"\n\n'
        + 'msgid "gone"\nmsgstr "走了"\n',
        "utf-8",
    )
    problems = "\n".join(tool.check("zh", messages, tool.load(po)))
    for expected in (
        "'a' is missing",
        "'b {x}' -> '乙': placeholders",
        "'c' is fuzzy",
        "'d' is missing",
        "'gone' is obs",
    ):
        assert expected in problems


def test_commands(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tool.LOCALE, tmp_path / "locale")
    package = tmp_path / "deskapp"
    package.mkdir()
    (package / "a.py").write_text('tr("Quite new words")')
    monkeypatch.setattr(tool.catalogue_path, "__defaults__", (tmp_path / "locale",))
    monkeypatch.setattr(tool.extract, "__defaults__", (package,))
    words = tmp_path / "words.json"
    words.write_text('{"Quite new words": "全新的词"}', "utf-8")

    assert tool.main(["update"]) == 0
    assert tool.main(["missing", "zh"]) == 0
    assert json.loads(capsys.readouterr().out) == ["Quite new words"]
    assert tool.main(["check"]) == 1
    assert tool.main(["fill", "zh", str(words)]) == 0
    capsys.readouterr()
    assert tool.main(["show", "zh"]) == 0
    assert json.loads(capsys.readouterr().out) == {"Quite new words": "全新的词"}
    assert tool.main(["missing", "mn", "--places"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["places"] == ["deskapp/a.py"]


# --- What a translation must keep ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "message", "translation"),
    [
        ("zh", "Wait", "请稍候。"),
        ("zh", "Print (F9)", "打印（F9）"),
        ("zh", "{name}: {value}", "{name}：{value}"),
        ("zh", "Open until 17:30", "17:30 前开放"),
        ("zh", "See https://example.org", "参见 https://example.org"),
        ("zh", "PDF", "PDF"),
        ("zh", "%s is required", "必须有 %s"),
        ("mn", "To {name}", "{name}-д"),
        ("mn", "Save as PDF", "PDF-ээр хадгалах"),
        ("mn", "{sum:,} yuan", "{sum:,} юань"),
    ],
)
def test_good_translations_pass(language: str, message: str, translation: str) -> None:
    assert problems_of(language, message, translation) == []


@pytest.mark.parametrize(
    ("language", "message", "translation", "problem"),
    [
        ("zh", "Wait, please", "请,稍候", "half-width punctuation"),
        ("zh", "Wait.", "请稍候.", "half-width punctuation"),
        ("zh", "Print (F9)", "打印(F9)", "half-width bracket"),
        ("zh", "Wait. Please", "稍候。 请", "space beside"),
        ("zh", "{name}: here", "{name}:在这里", "after a value"),
        ("zh", "To {name}", "去{nam}", "placeholders"),
        ("zh", "To {name}", "去{name", "broken"),
        ("zh", "{sum:,} yuan", "{sum}元", "placeholders"),
        ("zh", "Name ", "姓名", "white space"),
        ("zh", "Please wait here", "Please wait here", "left in English"),
        ("zh", "%(prog)s: error: %(message)s", "%(prog)s：错误：%s", "%-placeholders"),
        ("mn", "Name", "Hэр", "Latin letter"),
        ("mn", "Room", "єрєє", "Ukrainian"),
    ],
)
def test_bad_translations_are_caught(language: str, message: str, translation: str, problem: str) -> None:
    assert any(problem in found for found in problems_of(language, message, translation))


def test_placeholders_keep_their_format() -> None:
    assert placeholders("{a} {b:>3} {c!r} {{d}}") == {"a", "b:>3", "c!r"}
    assert placeholders("{a") is None


# --- What is shipped ----------------------------------------------------------------------------------------------


def test_wheel_and_bundle_get_compiled_catalogues_in_place_of_sources(tmp_path: Path) -> None:
    shipped = shipped_resources(tool.ROOT / "resources", tmp_path)
    compiled = shipped["locale/mn/LC_MESSAGES/deskapp.mo"]
    assert compiled.read_bytes()[:4] in {b"\xde\x12\x04\x95", b"\x95\x04\x12\xde"}
    assert tmp_path in compiled.parents
    assert not any(name.endswith(".po") for name in shipped)
    assert {"fonts/NotoSans-OFL.txt", "icons/LUCIDE-LICENSE.txt"} <= shipped.keys()
