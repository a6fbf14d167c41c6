"""Which columns a file of each kind has, under which names, and what their cells mean.

The names are a file format: they stay as they are whatever the catalogue says, so that a file made
with one version is read by the next. The English field name is always accepted.
"""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from deskapp.domain.registration import Allergy, ContactRelation, DocumentKind, MaritalStatus, Sex
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import InputError
from deskapp.services.transfer import cells
from deskapp.services.transfer.cells import BadCell, Reader
from deskapp.services.transfer.report import RowNote
from deskapp.services.transfer.tables import Cell, Formula, Row, Table


class Kind(enum.StrEnum):
    """What can be imported."""

    STAFF = "staff"
    VISITORS = "visitors"
    DOCTORS = "doctors"
    PRICES = "prices"
    DEPARTMENTS = "departments"
    PLACES = "places"
    PROMOTIONS = "promotions"
    NOTICES = "notices"
    PHRASES = "phrases"
    APPOINTMENTS = "appointments"


@dataclass(frozen=True)
class Column:
    """One column: field name, header in the three languages, what its cells mean, an example."""

    field: str
    header: Words
    read: Reader = cells.text
    required: bool = False
    example: str = ""
    also: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Return every name that the column goes by."""
        return (self.field, self.header.zh, self.header.en, self.header.mn, *self.also)


def _column(
    field: str,
    names: str,
    example: str = "",
    *,
    read: Reader = cells.text,
    required: bool = False,
    also: str = "",
) -> Column:
    return Column(
        field, Words(*names.split("|")), read, required, example, tuple(filter(None, also.split("|")))
    )


def _names(zh: str, en: str, mn: str) -> tuple[Column, ...]:
    return (
        _column("name_zh", "中文名称|Name in Chinese|Хятад нэр", zh, also="名称|name"),
        _column("name_en", "英文名称|Name in English|Англи нэр", en),
        _column("name_mn", "蒙文名称|Name in Mongolian|Монгол нэр", mn),
    )


def _texts(zh: str, en: str, mn: str) -> tuple[Column, ...]:
    return (
        _column("text_zh", "中文内容|Text in Chinese|Хятад бичвэр", zh, also="内容|text"),
        _column("text_en", "英文内容|Text in English|Англи бичвэр", en),
        _column("text_mn", "蒙文内容|Text in Mongolian|Монгол бичвэр", mn),
    )


_CODE: Final = _column("code", "编码|Code|Код", "cashier", required=True)
_DAYS: Final = (
    _column("valid_from", "生效日期|Valid from|Хүчинтэй эхлэх", "2026-01-01", read=cells.date),
    _column("valid_to", "截止日期|Valid to|Хүчинтэй дуусах", read=cells.date),
)
_ACTIVE: Final = _column("active", "启用|In use|Ашиглагдаж байгаа", "1", read=cells.yes_no)

COLUMNS: Final[Mapping[Kind, Sequence[Column]]] = {
    Kind.DEPARTMENTS: (
        _column("code", "编码|Code|Код", "cardiology", required=True),
        *_names("心血管内科", "Cardiology", "Зүрх судасны тасаг"),
        _column("room", "位置|Room|Өрөө", "A203"),
        _column("phone", "电话|Phone|Утас", "8203"),
        _column("prefix", "号码前缀|Number prefix|Дугаарын угтвар", "XN"),
        _ACTIVE,
        *_DAYS,
    ),
    Kind.PLACES: (
        _CODE,
        *_names("收费处", "Cashier", "Төлбөрийн касс"),
        _column("department", "科室|Department|Тасаг", also="部门"),
        _column("room", "位置|Room|Өрөө", "101"),
        _column("floor", "楼层|Floor|Давхар", "1"),
        _column("phone", "电话|Phone|Утас", "8001"),
        _column("note", "备注|Note|Тэмдэглэл", "07:30-18:00"),
        *_DAYS,
    ),
    Kind.PROMOTIONS: (
        _column("code", "编码|Code|Код", "check-40", required=True),
        *_names("四十岁以上女性体检优惠", "Check-up for women from 40", "40-өөс дээш насны эмэгтэйн үзлэг"),
        *_texts("乳腺检查八折。", "Breast examination at 80 percent.", "Хөхний үзлэг 20 хувь хямд."),
        _column("department", "科室|Department|Тасаг", also="部门"),
        _column("sex", "性别|Sex|Хүйс", "2", read=cells.coded(Sex)),
        _column("age_from", "年龄下限|Age from|Доод нас", "40", read=cells.whole),
        _column("age_to", "年龄上限|Age to|Дээд нас", read=cells.whole),
        _column("words", "主诉词|Words of the complaint|Зовиурын үг", "乳房, 体检", read=cells.word_list),
        *_DAYS,
    ),
    Kind.NOTICES: (
        _column("code", "编码|Code|Код", "n-2026-01", required=True),
        *_names("二楼电梯检修", "The lift to floor 2 is being repaired", "2 давхрын лифт засвартай"),
        *_texts("请走东侧楼梯。", "Please take the east stairs.", "Зүүн шатаар явна уу."),
        _column("on_board", "叫号屏显示|On the board|Самбарт гаргах", "1", read=cells.yes_no),
        *_DAYS,
    ),
    Kind.PHRASES: (
        _column("code", "编码|Code|Код", "offer-help", required=True),
        _column("situation", "情境|Situation|Нөхцөл", "greet"),
        _column("zh", "中文|Chinese|Хятад", "您好，请问有什么可以帮您？"),
        _column("en", "英文|English|Англи", "Hello, how may I help you?"),
        _column("mn", "蒙文|Mongolian|Монгол", "Сайн байна уу, танд юугаар туслах вэ?"),
        _ACTIVE,
    ),
    Kind.STAFF: (
        _column("number", "工号|Staff number|Ажилтны дугаар", "S101", required=True, also="编号"),
        _column("name", "姓名|Name|Нэр", "王芳", required=True),
        _column("department", "科室|Department|Тасаг", "cardiology", also="部门"),
        _column("post", "岗位|Post|Албан тушаал", "导诊"),
        _column("group_name", "班组|Group|Бүлэг", "一组"),
        _column("phone", "电话|Phone|Утас", "13800138000", also="手机"),
        _column("hired", "入职日期|Hired on|Ажилд орсон өдөр", "2021-03-01", read=cells.date),
        _column("left", "离职日期|Left on|Ажлаас гарсан өдөр", read=cells.date),
        _column("languages", "语言|Languages|Хэл", "zh mn", read=cells.languages),
        _column("qualifications", "资质|Qualifications|Мэргэшил", "护士资格证"),
        _column("input_method", "输入法|Input method|Оруулах арга", "五笔"),
        _column("typing_speed", "打字速度|Typing speed|Бичих хурд", "80", read=cells.whole),
    ),
    Kind.DOCTORS: (
        _column("number", "工号|Doctor number|Эмчийн дугаар", "D001", required=True, also="编号"),
        _column("name", "姓名|Name|Нэр", "李静", required=True),
        _column("department", "科室|Department|Тасаг", "cardiology", required=True, also="部门"),
        _column("title", "职称|Title|Зэрэг", "主任医师"),
        _column("speciality", "擅长|Speciality|Мэргэшсэн чиглэл", "高血压、冠心病"),
        _column("introduction", "简介|Introduction|Танилцуулга", "从医二十年。"),
        _column("languages", "语言|Languages|Хэл", "zh mn en", read=cells.languages),
        _column("room", "诊室|Room|Өрөө", "A203"),
        _column("prefix", "号码前缀|Number prefix|Дугаарын угтвар", "NK1"),
        _column("own_queue", "单独排队|Own queue|Өөрийн дараалал", "1", read=cells.yes_no),
        _column("slot_minutes", "每号分钟|Minutes a visit|Нэг үзлэгийн минут", "15", read=cells.whole),
        _ACTIVE,
        *_DAYS,
        _column(
            "duty",
            "出诊时间|Duty times|Үзлэгийн цаг",
            "1-5 08:00-12:00,14:00-17:30; 6 08:00-12:00",
            read=cells.duty_times,
        ),
        _column(
            "exceptions",
            "例外日期|Exceptions|Онцгой өдрүүд",
            "2026-12-01 08:00-12:00; 2026-12-02 off",
            read=cells.exceptions,
        ),
    ),
    Kind.PRICES: (
        _column("code", "项目编码|Code|Код", "CT-01", required=True, also="编码"),
        _column(
            "name_zh", "项目名称|Name in Chinese|Хятад нэр", "头部CT平扫", required=True, also="名称|name"
        ),
        _column("name_en", "英文名称|Name in English|Англи нэр", "Head CT, plain"),
        _column("name_mn", "蒙文名称|Name in Mongolian|Монгол нэр", "Толгойн КТ"),
        _column("category", "类别|Category|Ангилал", "检查"),
        _column(
            "price",
            "价格（元）|Price in yuan|Үнэ (юань)",
            "180.00",
            read=cells.money,
            required=True,
            also="价格|单价",
        ),
        *_DAYS,
    ),
    Kind.APPOINTMENTS: (
        _column("name", "姓名|Name|Нэр", "张伟", required=True),
        _column("phone", "电话|Phone|Утас", "13800138000", also="手机|手机号|联系电话"),
        _column("date", "日期|Date|Огноо", "2026-11-20", read=cells.date, required=True, also="预约日期"),
        _column("time", "时间|Time|Цаг", "10:30", read=cells.clock, required=True, also="预约时间"),
        _column("doctor", "医生|Doctor|Эмч", "D001", also="医生工号|医生姓名"),
        _column("department", "科室|Department|Тасаг", "cardiology", also="部门"),
        _column("minutes", "时长（分钟）|Minutes|Минут", "15", read=cells.whole, also="时长"),
        _column("reason", "加号原因|Reason|Шалтгаан"),
        _column("note", "备注|Note|Тэмдэглэл"),
        _column("cancelled", "已取消|Cancelled|Цуцалсан", "0", read=cells.yes_no),
        _column("uid", "预约编号|UID|Захиалгын дугаар", "2026-000123"),
    ),
    Kind.VISITORS: (
        _column("name", "姓名|Name|Нэр", "张伟", required=True),
        _column("sex", "性别|Sex|Хүйс", "1", read=cells.coded(Sex)),
        _column("birth_date", "出生日期|Birth date|Төрсөн өдөр", "1990-03-07", read=cells.date, also="生日"),
        _column("phone", "电话|Phone|Утас", "13800138000", also="手机|手机号|联系电话"),
        _column(
            "document_kind",
            "证件类型|Document kind|Бичиг баримтын төрөл",
            "resident-id",
            read=cells.coded(DocumentKind),
        ),
        _column(
            "document_number",
            "证件号码|Document number|Бичиг баримтын дугаар",
            "110101199003078873",
            also="身份证号|身份证号码|证件号",
        ),
        _column("address", "住址|Address|Хаяг", "朝阳区建国路1号", also="地址"),
        _column("allergy", "药物过敏|Drug allergy|Эмийн харшил", "2", read=cells.coded(Allergy)),
        _column("allergy_text", "过敏药物|Allergic to|Харшилтай эм", "青霉素", also="过敏史"),
        _column("preferred_name", "称呼|Preferred name|Дуудах нэр"),
        _column("nationality", "国籍|Nationality (ISO number)|Иргэншил", "156"),
        _column("ethnicity", "民族|Ethnicity|Үндэстэн", "汉族"),
        _column("marital", "婚姻状况|Marital status|Гэрлэлт", "2", read=cells.coded(MaritalStatus)),
        _column("occupation", "职业|Occupation|Мэргэжил", "教师"),
        _column("employer", "工作单位|Employer|Ажлын газар"),
        _column("contact_name", "联系人|Contact person|Холбоо барих хүн", "张强", also="联系人姓名"),
        _column(
            "contact_relation", "与联系人关系|Contact is|Хэн болох", "7", read=cells.coded(ContactRelation)
        ),
        _column("contact_phone", "联系人电话|Contact phone|Холбоо барих утас", "13900139000"),
        _column("guardian_name", "监护人|Guardian|Асран хамгаалагч"),
        _column("guardian_phone", "监护人电话|Guardian phone|Асран хамгаалагчийн утас"),
        _column("insurer", "医保类型|Insurer|Даатгал", "城镇职工医保", also="保险"),
        _column("language", "语言|Language|Хэл", "zh"),
        _column("interpreter", "需要翻译|Interpreter|Орчуулагч", "0", read=cells.yes_no),
        _column("note", "备注|Note|Тэмдэглэл"),
    ),
}


@dataclass(frozen=True)
class ReadRow:
    """The values of one row by field name; empty cells are left out."""

    number: int
    values: dict[str, Any]


def folded(name: str) -> str:
    """Return a header as it is compared: width, case, spaces and underlines make no difference."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().replace("_", " ").split())


def names_of(kind: Kind) -> dict[str, Column]:
    """Return every accepted header, folded, with its column."""
    return {folded(name): column for column in COLUMNS[kind] for name in column.names() if name}


def read_rows(kind: Kind, table: Table) -> tuple[list[ReadRow], list[RowNote]]:
    """Return the rows that can be read, and what is wrong with the header and with the others.

    Raises `InputError` when a column that every row needs is missing: then no row means anything.
    """
    placed, problems = _placed(kind, table.header)
    rows = []
    for row in table.rows:
        values, bad = _read(row, table, placed)
        problems += bad
        if not bad:
            rows.append(ReadRow(row.number, values))
    return rows, problems


def _placed(kind: Kind, header: Sequence[str]) -> tuple[dict[int, Column], list[RowNote]]:
    known = names_of(kind)
    placed: dict[int, Column] = {}
    problems = []
    for place, name in enumerate(header):
        column = known.get(folded(name))
        if name and column is None:
            problems.append(RowNote(0, "", Text(N_("There is no column “{name}” here."), {"name": name})))
        elif column is not None and column in placed.values():
            problems.append(
                RowNote(0, column.field, Text(N_("The column “{name}” is there twice."), {"name": name}))
            )
        elif column is not None:
            placed[place] = column
    _refuse_missing(kind, placed, header)
    return placed, problems


def _refuse_missing(kind: Kind, placed: Mapping[int, Column], header: Sequence[str]) -> None:
    missing = [column for column in COLUMNS[kind] if column.required and column not in placed.values()]
    if missing:
        names = ", ".join(f"{column.field} ({column.header.zh}, {column.header.mn})" for column in missing)
        message = N_("These columns are missing: {names}. The file's columns are: {found}.")
        raise InputError(
            "file", "file.columns", Text(message, {"names": names, "found": ", ".join(filter(None, header))})
        )


def _read(row: Row, table: Table, placed: Mapping[int, Column]) -> tuple[dict[str, Any], list[RowNote]]:
    values: dict[str, Any] = {}
    problems = []
    for place, cell in enumerate(row.cells):
        if isinstance(cell, str) and not cell.strip():
            continue
        column = placed.get(place)
        if column is None and not any(table.header[place : place + 1]):
            problems.append(RowNote(row.number, "", Text(N_("This row has more cells than the header."))))
            break
        if column is not None:
            try:
                values[column.field] = _value(column, cell)
            except BadCell as error:
                problems.append(RowNote(row.number, column.field, error.text))
    return values, problems + _empty(row, {*values, *(note.field for note in problems)}, placed)


def _value(column: Column, cell: Cell | Formula) -> Any:
    # Text first: it tells formulas and rounded numbers, which no other reader would notice.
    written = cells.text(cell)
    return written if column.read is cells.text or isinstance(cell, Formula) else column.read(cell)


def _empty(row: Row, filled: set[str], placed: Mapping[int, Column]) -> list[RowNote]:
    empty = [column for column in placed.values() if column.required and column.field not in filled]
    return [RowNote(row.number, column.field, Text(N_("Please fill this in."))) for column in empty]


def template(kind: Kind, language: str) -> list[list[str]]:
    """Return header and one example row of a file of this kind."""
    columns = COLUMNS[kind]
    return [
        [column.header.in_language(language) for column in columns],
        [column.example for column in columns],
    ]
