"""Words, dates and numbers in three languages."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp import i18n, paths
from deskapp.domain.text import Text, Words
from deskapp.i18n import Translator, system_language, translator

TODAY = dt.date(2026, 11, 22)


class Dictionary:
    """A catalogue made of two dictionaries."""

    def __init__(self, **words: str) -> None:
        self.words = words

    def gettext(self, message: str) -> str:
        return self.words.get(message, message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return self.words.get(singular, singular if count == 1 else plural)


@pytest.fixture
def zh() -> Translator:
    words = Dictionary(**{"Good {part}": "{part}好", "morning": "早上", "{count} day": "{count}天"})
    return Translator("zh", words)  # type: ignore[arg-type]


def test_message_is_translated_and_filled_in(zh: Translator) -> None:
    assert zh("Good {part}", part="夜") == "夜好"


def test_text_brings_its_values_and_they_are_translated_too(zh: Translator) -> None:
    assert zh(Text("Good {part}", {"part": Text("morning")})) == "早上好"


def test_values_given_now_win_over_those_of_the_text(zh: Translator) -> None:
    assert zh(Text("Good {part}", {"part": "x"}), part="夜") == "夜好"


def test_without_values_braces_stay(zh: Translator) -> None:
    assert zh("{not filled}") == "{not filled}"


def test_no_message_is_no_words(zh: Translator) -> None:
    """gettext would return the catalogue's header for an empty id."""
    assert translator("zh")("") == ""


@pytest.mark.parametrize(("language", "shown"), [("zh", "内科"), ("en", "Internal"), ("mn", "Дотор")])
def test_words_of_a_site_are_shown_in_the_language(language: str, shown: str) -> None:
    assert translator(language)(Words("内科", "Internal", "Дотор")) == shown


def test_words_fall_back_to_what_there_is() -> None:
    assert translator("mn")(Words("内科", "", "")) == "内科"


def test_several_values_are_enumerated(zh: Translator) -> None:
    assert zh("{list}", list=["a", Text("morning")]) == "a、早上"
    assert translator("en")("{list}", list=("a", 2)) == "a, 2"


def test_plural_follows_the_count(zh: Translator) -> None:
    english = translator("en")
    assert [english.n("{count} day", "{count} days", n) for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert zh.n("{count} day", "{count} days", 5) == "5天"


@pytest.mark.parametrize(
    ("language", "shown"), [("zh", "2026-11-03"), ("en", "3 Nov 2026"), ("mn", "2026.11.03")]
)
def test_date_is_in_the_order_of_the_language(language: str, shown: str) -> None:
    assert translator(language)("{day}", day=dt.date(2026, 11, 3)) == shown


def test_early_years_keep_four_digits() -> None:
    assert translator("zh").date(dt.date(800, 1, 2)) == "0800-01-02"


def test_aware_moment_is_shown_in_local_time(zone: str) -> None:
    late = dt.datetime(2026, 11, 21, 20, 30, tzinfo=dt.UTC)
    expected = {"Asia/Shanghai": "2026-11-22 04:30", "America/St_Johns": "2026-11-21 17:00"}[zone]
    assert translator("zh")("{at}", at=late) == expected


def test_moments_near_today_are_said_as_people_say_them(zone: str) -> None:
    noon = dt.datetime.combine(TODAY, dt.time(12, 5))
    english = translator("en")
    shown = [english.day_time(noon + dt.timedelta(days), TODAY) for days in (-2, -1, 0, 1, 2)]
    assert shown == [
        "20 Nov 2026 12:05",
        "yesterday 12:05",
        "today 12:05",
        "tomorrow 12:05",
        "24 Nov 2026 12:05",
    ]


def test_today_is_today_where_the_desk_stands(zone: str) -> None:
    late = dt.datetime(2026, 11, 21, 20, 30, tzinfo=dt.UTC)
    shown = translator("en").day_time(late, dt.date(2026, 11, 22))
    assert shown == {"Asia/Shanghai": "today 04:30", "America/St_Johns": "yesterday 17:00"}[zone]


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (0, "¥0.00"),
        (5, "¥0.05"),
        (-5, "-¥0.05"),
        (123456789, "¥1,234,567.89"),
        (-100, "-¥1.00"),
    ],
)
def test_money(fen: int, shown: str) -> None:
    assert translator("zh").money(fen) == shown


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_money_loses_no_fen(fen: int) -> None:
    shown = translator("zh").money(fen)
    assert int(shown.replace("¥", "").replace(",", "").replace(".", "")) == fen


@pytest.mark.parametrize(
    ("birth", "shown"),
    [
        (dt.date(2026, 11, 22), "0 days"),
        (dt.date(2026, 11, 21), "1 day"),
        (dt.date(2026, 10, 23), "30 days"),
        (dt.date(2026, 10, 22), "1 month"),
        (dt.date(2023, 11, 23), "35 months"),
        (dt.date(2023, 11, 22), "3 years"),
        (dt.date(1992, 2, 29), "34 years"),
        (dt.date(2026, 11, 23), "0 days"),
    ],
)
def test_age_is_said_as_a_desk_says_it(birth: dt.date, shown: str) -> None:
    assert translator("en").age(birth, TODAY) == shown


def test_unknown_language_is_chinese() -> None:
    assert translator("xx").language == "zh"


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "mn_MN.UTF-8"}, "mn"),
        ({"LANG": "en_GB"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "zh"),
        ({"LANG": "en_US", "LC_ALL": "mn_MN"}, "mn"),
        ({"LANG": "en_US", "LC_MESSAGES": "C"}, "zh"),
    ],
)
def test_language_of_the_system(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert system_language() == language


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("Chinese (Simplified)_China", "zh"),
        ("Mongolian_Mongolia", "mn"),
        ("English_Ireland", "en"),
        (None, "zh"),
    ],
)
def test_language_of_windows_has_an_english_name(
    name: str | None, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LANG")
    monkeypatch.setattr(i18n.locale, "getlocale", lambda: (name, "1252"))
    assert system_language() == language


def test_a_locale_that_python_does_not_know_is_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> tuple[str, str]:
        raise ValueError("unknown locale: UTF-8")

    monkeypatch.delenv("LANG")
    monkeypatch.setattr(i18n.locale, "getlocale", broken)
    assert system_language() == "zh"


class TestCatalogue:
    """The compiled catalogue is used when it is there and current, the source otherwise."""

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        folder = tmp_path / "locale" / "mn" / "LC_MESSAGES"
        folder.mkdir(parents=True)
        monkeypatch.setattr(paths, "resource", tmp_path.joinpath)
        return folder

    @pytest.fixture
    def write(self, folder: Path) -> Callable[[str], Path]:
        def write(word: str) -> Path:
            file = folder / "deskapp.po"
            header = paths.resources() / "locale" / "mn" / "LC_MESSAGES" / "deskapp.po"
            head = header.read_text("utf-8").split("\n\n")[0]
            file.write_text(f'{head}\n\nmsgid "Name"\nmsgstr "{word}"\n', "utf-8")
            return file

        return write

    @staticmethod
    def _translate() -> str:
        return Translator("mn", i18n._catalogue("mn"))("Name")

    def test_source_alone_is_enough(self, write: Callable[[str], Path]) -> None:
        write("Нэр")
        assert self._translate() == "Нэр"

    def test_compiled_alone_is_enough(self, write: Callable[[str], Path]) -> None:
        from tools.build_hook import compiled_catalogue

        source = write("Нэр")
        source.with_suffix(".mo").write_bytes(compiled_catalogue(source))
        source.unlink()
        assert self._translate() == "Нэр"

    def test_changed_source_wins_over_what_was_compiled_before(self, write: Callable[[str], Path]) -> None:
        from tools.build_hook import compiled_catalogue

        source = write("Хуучин")
        compiled = source.with_suffix(".mo")
        compiled.write_bytes(compiled_catalogue(source))
        write("Шинэ")
        os.utime(compiled, (1, 1))
        assert self._translate() == "Шинэ"

    def test_no_catalogue_is_an_error_not_english(self, folder: Path) -> None:
        shutil.rmtree(folder)
        with pytest.raises(FileNotFoundError):
            i18n._catalogue("mn")
