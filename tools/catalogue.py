"""The catalogue of the program's words: `python -m tools.catalogue extract | update | check | missing | fill | show`.

The English text in the source is the message id. Translators never touch a .po file: they get a list of what is
missing and hand back a JSON object from message id to translation.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tools.build_hook import compiled_catalogue
from tools.wording import problems_of

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "deskapp"
LOCALE = ROOT / "resources" / "locale"
LANGUAGES = {"zh": "zh_CN", "mn": "mn"}
SINGULAR = frozenset({"tr", "_tr", "N_", "Text"})
PLURAL = frozenset({"n"})
# Neither language changes a noun after a numeral, so one form serves every count.
_HEADER = """msgid ""
msgstr ""
"Project-Id-Version: deskapp\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


@dataclass
class Message:
    """One message of the source: its id, the plural of it if it counts something, and the files it is in."""

    id: str
    plural: str = ""
    places: set[str] = field(default_factory=set)


Messages = dict[str, Message]


def extract(source: Path = SOURCE) -> Messages:
    """Return every message of the source tree by its id."""
    found: Messages = {}
    for path in sorted(source.rglob("*.py")):
        place = path.relative_to(source.parent).as_posix()
        for message, plural in messages_in(path.read_text("utf-8")):
            entry = found.setdefault(message, Message(message))
            entry.plural = entry.plural or plural
            entry.places.add(place)
    return dict(sorted(found.items()))


def messages_in(source: str) -> Iterator[tuple[str, str]]:
    """Return (id, plural or "") of every marked text in Python source, each mark once."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name, texts = _called(node), [_literal(argument) for argument in node.args[:2]]
        if name in SINGULAR and texts and texts[0]:
            yield texts[0], ""
        elif name in PLURAL and len(texts) == 2 and all(texts):
            yield texts[0], texts[1]


def _literal(argument: ast.expr) -> str:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def catalogue_path(language: str, locale: Path = LOCALE) -> Path:
    """Return where the catalogue of "zh" or "mn" is kept."""
    return locale / LANGUAGES[language] / "LC_MESSAGES" / "deskapp.po"


def load(path: Path) -> Catalog:
    """Read a catalogue."""
    with path.open("rb") as stream:
        return read_po(stream)


def translation(catalogue: Catalog, message: str) -> str:
    """Return the translation of a message id, empty when there is none or only a guess."""
    known = catalogue.get(message)
    return "" if known is None or known.fuzzy else _first(known.string)


def _first(text: str | Sequence[str] | None) -> str:
    return text if isinstance(text, str) else next(iter(text or ()), "")


def empty(language: str = "") -> Catalog:
    """Return a catalogue without messages."""
    return read_po(io.BytesIO(_HEADER.format(language=language).encode()))


def merged(messages: Messages, old: Catalog, new: Mapping[str, str] | None = None) -> Catalog:
    """Return a catalogue of exactly these messages; translations come from `new`, else from the old one."""
    catalogue = empty()
    for message in messages.values():
        text = (new or {}).get(message.id) or translation(old, message.id)
        catalogue.add(
            (message.id, message.plural) if message.plural else message.id,
            (text,) if message.plural else text,
            locations=[(place, 0) for place in sorted(message.places)],
        )
    return catalogue


def save(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue so that it changes only where words change: sorted, no dates, no line numbers."""
    stream = io.BytesIO()
    write_po(stream, catalogue, width=100, omit_header=True, sort_output=True, include_lineno=False)
    header = _HEADER.format(language=path.parents[1].name)
    path.write_text(header + stream.getvalue().decode("utf-8").lstrip("\n"), "utf-8")
    path.with_suffix(".mo").write_bytes(compiled_catalogue(path))


def update(path: Path, messages: Messages) -> None:
    """Bring a catalogue to the messages of the source: new ones empty, obsolete ones gone, nothing guessed."""
    save(merged(messages, load(path)), path)


def check(language: str, messages: Messages, catalogue: Catalog) -> list[str]:
    """Return all that is wrong with a catalogue, one line each; empty when it is complete."""
    entries = [entry for entry in catalogue if entry.id]
    problems = [f"{_first(entry.id)!r} is obsolete" for entry in entries if _first(entry.id) not in messages]
    problems += [f"{_first(entry.id)!r} is fuzzy" for entry in entries if entry.fuzzy]
    for message in messages.values():
        text = translation(catalogue, message.id)
        if text:
            found = problems_of(language, message.plural or message.id, text)
            problems += [f"{message.id!r} -> {text!r}: {problem}" for problem in found]
        else:
            problems.append(f"{message.id!r} is missing ({', '.join(sorted(message.places))})")
    return [f"{language}: {problem}" for problem in problems]


def missing(messages: Messages, catalogue: Catalog) -> list[Message]:
    """Return the messages without a translation."""
    return [message for message in messages.values() if not translation(catalogue, message.id)]


def fill(language: str, path: Path, messages: Messages, words: Mapping[str, str]) -> list[str]:
    """Write translations by message id; return what was refused and why. What is refused stays as it was."""
    accepted, refused = {}, []
    for identity, text in words.items():
        message = messages.get(identity)
        if message is None:
            refused.append(f"{identity!r} is no message of the program")
        elif found := problems_of(language, message.plural or identity, text) if text else ["is empty"]:
            refused.append(f"{identity!r} -> {text!r}: {'; '.join(found)}")
        else:
            accepted[identity] = text
    save(merged(messages, load(path), accepted), path)
    return refused


# --- Command line ---------------------------------------------------------------------------------------------


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 when something is wrong with the catalogue."""
    options = _parser().parse_args(words)
    messages = extract()
    match options.command:
        case "extract":
            return _print(_described(messages.values()))
        case "update":
            for language in LANGUAGES:
                update(catalogue_path(language), messages)
            return 0
        case "check":
            found = [line for name in LANGUAGES for line in check(name, messages, load(catalogue_path(name)))]
            return _complain([*found, f"{len(messages)} messages, {len(found)} problems"] if found else [])
    return _one_language(options, messages, catalogue_path(options.language))


def _one_language(options: argparse.Namespace, messages: Messages, path: Path) -> int:
    if options.command == "fill":
        words = json.loads(options.file.read_text("utf-8"))
        return _complain(fill(options.language, path, messages, words))
    catalogue = load(path)
    if options.command == "show":
        return _print({message: translation(catalogue, message) for message in messages})
    left = missing(messages, catalogue)
    return _print(_described(left) if options.places else [message.id for message in left])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.catalogue", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract", help="print every message of the source as JSON")
    commands.add_parser("update", help="bring the catalogues to the source")
    commands.add_parser("check", help="say what is missing or wrong")
    commands.add_parser("show", help="print message id -> translation as JSON")
    commands.add_parser("missing", help="print untranslated message ids as JSON")
    commands.add_parser("fill", help="take translations from a JSON object of message id -> text")
    for name in ("show", "missing", "fill"):
        commands.choices[name].add_argument("language", choices=LANGUAGES)
    commands.choices["missing"].add_argument("--places", action="store_true", help="with plural and files")
    commands.choices["fill"].add_argument("file", type=Path)
    return parser


def _described(messages: Iterable[Message]) -> list[dict[str, object]]:
    return [{"id": m.id, "plural": m.plural, "places": sorted(m.places)} for m in messages]


def _print(value: object) -> int:
    print(json.dumps(value, ensure_ascii=False, indent=1))
    return 0


def _complain(lines: Sequence[str]) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
