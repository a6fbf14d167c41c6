"""Text that breaks programs: invisible, endless, half, upside down, or meant for another machine."""

from __future__ import annotations

from typing import Final

ZALGO: Final = "Z" + "".join(chr(0x300 + place % 0x70) for place in range(300)) + "a" + "\u0489" * 50

NOTHING: Final = (
    "",
    " ",
    "  ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\u3000",
    "\u00a0",
    "\u2028",
    "\u2029",
    "\u200b",
    "\ufeff",
)
BROKEN: Final = (
    *("\0", "王\0建国", "\ud800", "\udfff", "王\ud83d国", "\udc00\ud800", "a\x00b\x00", "\x01\x02\x1f\x7f"),
    *("\u0085", "\ufffe", "\uffff", "\U0010ffff", "\ue000", "\U000f0000", "\x1b[31mred\x1b[0m", "\b\b\b"),
)
DIRECTIONS: Final = (
    *("\u202eabc", "abc\u202e\u2066\u2069", "שלום", "مرحبا بالعالم", "الكل\u200eabc", "\u200f\u200e\u061c"),
    *("\u202e\u2066test\u2067", "123\u2067٤٥٦"),
)
INVISIBLE: Final = (
    *(
        "\u200b王\u200b建\u200c国\u200d",
        "\u2060",
        "a\u00adb",
        "\ufeff王",
        "\u180e",
        "⁣⁢",
        "\U000e0041\U000e0042",
    ),
    *("ᅠᅠ", "ㅤ", "\u034f", "‌‍", "a\ufe0fb\ufe0e"),
)
RARE: Final = (
    *("𠮷野家", "㛃", "𬭎", "髙﨑", "⽟⼤", "王·建国", "买买提・依明", "ＡＢＣ１２３", "ﬁﬂ", "㊣㍿", "℡№"),
    *(
        "Өлзийсайхан",
        "Ё",
        "ҮҮ",
        "Ԥ",
        "İstanbul ı",
        "ŉ ǰ ΐ",
        "ß ẞ ſ",
        "Σςσ",
        "ÅÅ",
        "e\u0301\u0301",
        "가각",
        "각",
    ),
)
EMOJI: Final = ("😀", "👨‍👩‍👧‍👦", "🇲🇳🇨🇳", "🏳️‍🌈", "👍🏽", "1️⃣", "🧑🏿‍⚕️", "\U0001f9ff" * 40)
TOWERS: Final = (ZALGO, "ด้้้้้็็็็็้้้้้็็็็็", "a" + "\u20dd" * 100, "\u0301", "क्षि" * 20, "ࠀ")
LANGUAGES_OF_MACHINES: Final = (
    *(
        "' OR '1'='1",
        "'; DROP TABLE visitor; --",
        '" OR ""="',
        "1; SELECT pg_sleep(9)",
        "\\'",
        "''",
        '"',
        "`id`",
        "--",
    ),
    *(
        "/* */",
        "%",
        "_",
        "%%%",
        "\\",
        "a%b_c",
        "%s %d %n",
        "%(name)s",
        "{}",
        "{0}",
        "{name}",
        "{0.__class__}",
        "{{",
        "}}",
    ),
    *(
        "$HOME",
        "${jndi:ldap://x/a}",
        "$(reboot)",
        "`reboot`",
        "; rm -rf /",
        "| cat",
        "&& ls",
        "<b>bold</b>",
        "</para>",
    ),
    *(
        "<para>",
        "<font color='red'>",
        "<img src='file:///etc/passwd'/>",
        "&amp;",
        "&lt",
        "&#0;",
        "&#x110000;",
        "<![CDATA[",
        "<br/>",
    ),
    *(
        "<script>alert(1)</script>",
        "<?xml version='1.0'?>",
        "<!ENTITY x SYSTEM 'file:///x'>",
        "]]>",
        "(\\050)",
        "%PDF-1.4 endobj",
    ),
    *("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1", "＝1", '=cmd|"/c calc"!A1', "'=1"),
    *(
        "null",
        "None",
        "NaN",
        "Infinity",
        "-0",
        "undefined",
        "true",
        "[object Object]",
        "[]",
        '{"a": 1}',
        '"\\u0000"',
    ),
)
PATHS: Final = (
    *(
        "../../../etc/passwd",
        "..\\..\\boot.ini",
        "/",
        "//server/share",
        "\\\\server\\share",
        "C:\\CON",
        "NUL",
        "aux.txt",
    ),
    *("file:///etc/passwd", "~root", "a/b", "a\\b", ".", "..", "CLOCK$", "x.csv\0.exe"),
)
NUMBERS: Final = (
    *(
        "0",
        "-1",
        "1e999",
        "0x10",
        "1_000",
        "９９９",
        "٠١٢٣٤٥٦٧٨٩",
        "०१२",
        "¼",
        "Ⅷ",
        "二十",
        "1,000.50",
        "1 000",
        "+86 138 0013 8000",
    ),
    *(
        "99999999999999999999999999",
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "V0000000000",
        "P" * 12,
        "²³",
    ),
)
LONG: Final = (
    *("长" * 201, "a" * 10_001, "王" * 1_000_000, "\n" * 5000, "word " * 3000, "W" * 500, "𠮷" * 300),
    "a b " * 60 + "c",
)

NAUGHTY: Final = (
    *NOTHING,
    *BROKEN,
    *DIRECTIONS,
    *INVISIBLE,
    *RARE,
    *EMOJI,
    *TOWERS,
    *LANGUAGES_OF_MACHINES,
    *PATHS,
    *NUMBERS,
    *LONG,
)
