"""The shipped rules send ordinary complaints the right way; mistakes in an edited file are told."""

from __future__ import annotations

import datetime as dt
import gettext
from pathlib import Path

import pytest

from deskapp import paths
from deskapp.domain.registration import Sex
from deskapp.domain.text import Words
from deskapp.domain.triage import Triage, TriageRules, TriageVisitor, suggest
from deskapp.domain.urgency import Urgency
from deskapp.errors import StorageError
from deskapp.i18n import Translator
from deskapp.triage_rules import load_rules, load_sentences, load_urgency

ENGLISH = Translator("en", gettext.NullTranslations())
NOW = dt.datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001  # the site's local time
MAN, WOMAN = TriageVisitor(45, Sex.MALE), TriageVisitor(30, Sex.FEMALE)
CHILD, BABY, OLD = TriageVisitor(7), TriageVisitor(0), TriageVisitor(78)

COMPLAINTS = {
    "general-medicine": (MAN, "最近总觉得没力气", "I feel so tired lately", "Сүүлийн үед их ядраад байна"),
    "paediatrics": (
        CHILD,
        "小孩咳得厉害，发烧",
        "my son has a fever and coughs",
        "хүүхдийн хоолой өвдөөд халуурсан",
    ),
    "neonatology": (BABY, "新生儿皮肤黄", "our newborn looks yellow", "нярайн арьс шарлаад байна"),
    "respiratory": (MAN, "咳嗽有痰半个月了", "coughing up phlegm", "ханиалгаад цэр гарч байна"),
    "cardiology": (MAN, "心慌，血压高", "my blood pressure is high", "даралт их ихсээд зүрх дэлсэж байна"),
    "gastroenterology": (MAN, "昨晚开始拉肚子", "my tummy aches", "ходоодоор өвдөөд бөөлжмөөр байна"),
    "neurology": (MAN, "头痛，手有点麻", "terrible migraine since yesterday", "толгой минь их өвдөөд байна"),
    "nephrology": (MAN, "查出蛋白尿，眼皮肿", "I need dialysis", "бөөрний дутагдалтай, нүүр хавагнаад"),
    "endocrinology": (
        MAN,
        "血糖高，老口渴",
        "I have diabetes and am always thirsty",
        "чихрийн шижинтэй, ам цангаад",
    ),
    "haematology": (WOMAN, "贫血，血小板低", "I was told I am anaemic, anaemia", "цус багадалттай гэсэн"),
    "rheumatology": (
        WOMAN,
        "早上手指关节僵，类风湿",
        "rheumatism, morning stiffness",
        "хэрэх өвчтэй, үе мөч янгинаад",
    ),
    "infectious-diseases": (
        MAN,
        "发烧39度，打寒战",
        "high fever and chills",
        "өндөр халуурч чичирч байна, халуурсан",
    ),
    "geriatrics": (OLD, "老年痴呆，常摔跤", "my mother has dementia", "өндөр настан, мартамхай болсон"),
    "oncology": (MAN, "做化疗", "next chemotherapy", "хорт хавдартай, хими эмчилгээ хийлгэнэ"),
    "allergy": (MAN, "对花粉过敏，老打喷嚏", "pollen allergy", "харшилтай, найтаагаад байна"),
    "general-surgery": (MAN, "疝气想手术", "I think it is a hernia", "мухар олгойн хагалгаа"),
    "hepatobiliary-surgery": (MAN, "胆结石又犯了", "gallstones again", "цөсний чулуутай"),
    "anorectal": (MAN, "痔疮，大便带血", "my piles hurt", "шамбарам хөндүүрлээд, баахад өвдөж байна"),
    "breast-thyroid-surgery": (
        WOMAN,
        "乳房有硬块",
        "I felt something in my breast",
        "хөхний толгойноос юм гоожоод",
    ),
    "orthopaedics": (MAN, "膝盖疼，走不了路", "I sprained my ankle", "өвдөгний үе, нуруугаар өвдөж байна"),
    "neurosurgery": (MAN, "脑震荡", "bumped head, concussion", "тархины доргилт, толгойгоо мөргөсөн"),
    "cardiothoracic-surgery": (MAN, "肋骨骨折了", "broken ribs", "хавирга хугарсан бололтой"),
    "vascular-surgery": (MAN, "静脉曲张", "varicose veins", "хөлийн судас өргөссөн, венийн өргөсөл"),
    "urology": (MAN, "尿频尿急", "it burns when I pee", "шээхэд хорсоод байна"),
    "andrology": (MAN, "包皮手术，早泄", "I have an erection problem", "төмсөг өвдөөд байна"),
    "plastic-burns": (MAN, "手被开水烫伤", "burned my hand with hot water", "гараа халуун усанд түлсэн"),
    "gynaecology": (WOMAN, "月经两个月没来", "my periods hurt a lot", "сарын тэмдэг ирэхээ больсон"),
    "obstetrics": (
        WOMAN,
        "怀孕五个月来产检",
        "I am pregnant, scan of the baby",
        "жирэмсний хяналтад орох гэсэн",
    ),
    "reproductive": (
        WOMAN,
        "结婚三年不孕，想做试管",
        "we can't get pregnant",
        "хүүхэдтэй болж чадахгүй байна",
    ),
    "ophthalmology": (MAN, "眼睛看不清", "my eyes are blurry", "нүд бүрэлзээд байна"),
    "ent": (MAN, "耳朵嗡嗡响", "my throat is sore", "чих шуугиад байна"),
    "dentistry": (MAN, "牙疼得睡不好", "toothache on the left", "шүд янгинаад байна"),
    "dermatology": (MAN, "身上痒，起疹子", "itchy rash on my arm", "арьс тууралт гарч загатнаад"),
    "psychiatry": (
        WOMAN,
        "晚上睡不着，很焦虑",
        "I feel depressed and can't sleep",
        "сэтгэл гутраад унтаж чадахгүй",
    ),
    "pain-clinic": (
        MAN,
        "坐骨神经痛，慢性疼痛",
        "chronic pain for years, sciatica",
        "архаг өвдөлт, суудлын мэдрэл",
    ),
    "rehabilitation": (MAN, "做康复理疗", "physiotherapy for my arm", "сэргээн засах эмчилгээ хийлгэе"),
    "traditional-medicine": (
        MAN,
        "想看中医调理",
        "I would like acupuncture",
        "уламжлалт эмчид үзүүлж зүү тавиулна",
    ),
    "health-check": (MAN, "入职体检", "I need a check-up for my job", "эрүүл мэндийн үзлэгт орох гэсэн юм"),
    "emergency": (MAN, "被狗咬了", "a dog bite", "нохойд хазуулсан, нохой хазсан"),
}

ALARMS = {
    "chest-pain": ("胸口突然很痛", "bad pain in my chest", "цээжээр өвдөөд байна"),
    "cannot-breathe": ("我喘不过气来", "I can’t breathe well", "амьсгалж чадахгүй нь ээ"),
    "not-breathing": ("他没有呼吸了", "he is not breathing", "амьсгал нь зогссон"),
    "unconscious": ("我妈昏过去了", "my father collapsed", "ээж ухаан алдаад уначихлаа"),
    "heavy-bleeding": ("手割了止不住血", "it won't stop bleeding", "цус нь тогтохгүй байна"),
    "stroke": ("嘴歪了，说话不清", "his face is drooping", "ам нь мурийгаад ярьж чадахгүй"),
    "seizure": ("孩子抽搐了", "she is having a fit", "хүү маань татаад байна"),
    "severe-allergy": ("过敏性休克", "my throat is closing up", "анафилаксийн шок"),
    "poisoning": ("孩子误服了药", "he took too many pills", "эм андуурч уусан"),
    "severe-burn": ("触电了", "an electric shock", "тогонд цохиулсан"),
    "suicidal": ("我不想活了", "I want to kill myself", "амьдармааргүй байна"),
    "labour": ("羊水破了", "my waters broke", "төрөх гэж байна"),
    "major-trauma": ("出车祸了", "he was hit by a car", "машинд дайруулсан"),
    "newborn-danger": ("宝宝不吃奶了", "the baby is floppy", "нярай хүүхэд хөхөхгүй байна"),
    "low-sugar-or-diabetic-crisis": ("低血糖犯了", "low blood sugar", "цусан дахь сахар буурсан"),
    "eye-emergency": ("眼睛溅到洗涤剂", "a chemical went in my eye", "нүдэнд хүчил орсон"),
    "severe-abdominal-pain": ("肚子剧痛", "severe belly pain", "гэдэс хүчтэй өвдөж байна"),
}

PLAIN_SPEECH = (
    ("无法呼吸", "not-breathing"),
    ("He isn’t breathing", "not-breathing"),
    ("she lost consciousness", "unconscious"),
    ("左边身子动不了", "stroke"),
    ("心口非常疼", "chest-pain"),
    ("怀孕3个月出血", "labour"),
    ("喘不上气", "cannot-breathe"),
)

EVERYDAY = (
    "没有呼吸困难",
    "没有意识不清，就是头晕",
    "no breathing problems, only a cough",
    "中风3年了，来开药",
    "没有胸痛，就是咳嗽",
    "没有发烧、胸痛",
    "感冒流鼻涕，嗓子疼",
    "中风后来做康复",
    "血糖有点高",
    "牙龈出血",
    "孩子发烧38.5度",
    "no chest pain, only a cough",
    "I have a sore throat and a runny nose",
    "physio after my stroke last year",
    "came back for my test results",
    "цээж өвдөхгүй, зүгээр ханиалгаж байна",
    "их удаан цусны даралттай байгаа",
    "хоолой өвдөж, ханиад хүрсэн",
    "харвалтын дараах сэргээн засал",
)


@pytest.fixture(scope="module")
def rules() -> TriageRules:
    return load_rules()


def ask(said: str, visitor: TriageVisitor, rules: TriageRules) -> Triage:
    return suggest(said, visitor, rules, doctors=[], turns={}, now=NOW)


class TestShippedRules:
    def test_departments_are_many_and_each_has_words_in_three_languages(self, rules: TriageRules) -> None:
        assert len(rules.departments) >= 30
        for rule in rules.departments:
            assert all((rule.name.zh, rule.name.en, rule.name.mn))
            assert len(rule.phrases) >= 24

    def test_every_department_is_tried_below(self, rules: TriageRules) -> None:
        assert {rule.code for rule in rules.departments} == set(COMPLAINTS)
        assert {rule.code for rule in rules.red_flags} == set(ALARMS)

    @pytest.mark.parametrize("place", [0, 1, 2], ids=["zh", "en", "mn"])
    @pytest.mark.parametrize("code", COMPLAINTS)
    def test_an_ordinary_complaint_finds_its_department(
        self, rules: TriageRules, code: str, place: int
    ) -> None:
        visitor, *said = COMPLAINTS[code]
        found = ask(said[place], visitor, rules)
        assert found.suggestions[0].department == code

    @pytest.mark.parametrize("place", [0, 1, 2], ids=["zh", "en", "mn"])
    @pytest.mark.parametrize("code", ALARMS)
    def test_an_alarming_complaint_interrupts(self, rules: TriageRules, code: str, place: int) -> None:
        found = ask(ALARMS[code][place], TriageVisitor(), rules)
        assert code in [flag.code for flag in found.red_flags]
        assert found.suggestions[0].department in {"emergency", "obstetrics"}

    @pytest.mark.parametrize(("said", "code"), PLAIN_SPEECH)
    def test_plain_speech_interrupts_too(self, rules: TriageRules, said: str, code: str) -> None:
        assert code in [flag.code for flag in ask(said, TriageVisitor(), rules).red_flags]

    @pytest.mark.parametrize("said", EVERYDAY)
    def test_an_everyday_complaint_does_not(self, rules: TriageRules, said: str) -> None:
        assert ask(said, TriageVisitor(), rules).red_flags == ()

    def test_traditional_characters_are_understood(self, rules: TriageRules) -> None:
        found = ask("胸痛、喘不過氣，頭暈", MAN, rules)
        assert {flag.code for flag in found.red_flags} == {"chest-pain", "cannot-breathe"}
        assert "頭暈" in next(one for one in found.suggestions if one.department == "neurology").words

    def test_a_department_is_found_by_its_name(self, rules: TriageRules) -> None:
        for rule in rules.departments:
            visitor = TriageVisitor(rule.max_age if rule.max_age is not None else 65, rule.sex or Sex.UNKNOWN)
            for name in (rule.name.zh, rule.name.en, rule.name.mn):
                assert ask(name, visitor, rules).suggestions[0].department == rule.code

    def test_red_flags_lead_to_departments_that_exist(self, rules: TriageRules) -> None:
        for flag in rules.red_flags:
            assert rules.department(flag.department) is not None
            assert flag.level in set(Urgency)
            assert all((flag.sentence.zh, flag.sentence.en, flag.sentence.mn, flag.source.zh))

    def test_somebody_is_there_for_every_age(self, rules: TriageRules) -> None:
        for age in range(100):
            assert ask("???x", TriageVisitor(age), rules).suggestions


class TestUrgencyTable:
    def test_all_levels_and_sources_are_there(self) -> None:
        table = load_urgency()
        assert [rule.level for rule in table.levels] == list(Urgency)
        assert all(criterion.source.mn for criterion in table.criteria)

    def test_own_figures_are_told_from_the_consensus(self) -> None:
        table = load_urgency()
        own = {one.source.en for one in table.criteria if one.sign in {"consciousness"}}
        assert "own addition" in own.pop()


class TestSentences:
    def test_every_situation_has_its_sentence(self) -> None:
        situations = {sentence.situation for sentence in load_sentences().values()}
        assert situations == {
            *("greet", "triage", "red-flag", "register", "number", "pay", "wait"),
            *("escort", "step-away", "direct", "decline", "calm", "see-off"),
        }

    def test_is_filled_in_with_what_the_visit_knows(self) -> None:
        values = {
            "department": Words("眼科", "Ophthalmology", "Нүдний тасаг"),
            "number": "A012",
            "waiting": 3,
        }
        filled = load_sentences()["number"].filled(values)
        assert filled.en == (
            "Your number is A012 for Ophthalmology, with 3 before you. Please keep the slip."
        )
        assert "眼科" in filled.zh
        assert "Нүдний тасаг" in filled.mn

    def test_stand_ins_fill_what_is_not_known(self) -> None:
        for sentence in load_sentences().values():
            filled = sentence.filled({"name": ""})
            assert not any("{" in text for text in (filled.zh, filled.en, filled.mn))

    def test_braces_in_a_name_stay(self) -> None:
        assert "{doctor}" in load_sentences()["see-off"].filled({"name": "{doctor}"}).en

    def test_begins_with_a_capital_whatever_stands_in_first(self) -> None:
        for sentence in load_sentences().values():
            filled = sentence.filled()
            assert not filled.en[:1].islower()
            assert not filled.mn[:1].islower()

    def test_never_come_again_and_always_good_health(self) -> None:
        farewell = load_sentences()["see-off"].words
        assert "health" in farewell.en
        assert "康复" in farewell.zh


class TestEditedFiles:
    def copy(self, folder: Path, name: str, old: str, new: str) -> Path:
        text = paths.resource("triage", name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8-sig")
        return folder

    def test_an_own_file_takes_the_place_of_the_shipped_one(self, tmp_path: Path) -> None:
        self.copy(tmp_path, "departments.toml", '"拉肚子"', '"拉肚子", "跑厕所"')
        found = ask("跑厕所", MAN, load_rules(tmp_path))
        assert found.suggestions[0].department == "gastroenterology"
        assert found.suggestions[0].words == ("跑厕所",)

    def test_own_thresholds_count(self, tmp_path: Path) -> None:
        self.copy(tmp_path, "urgency.toml", "adult_from = 14", "adult_from = 18")
        assert load_urgency(tmp_path).adult_from == 18

    @pytest.mark.parametrize(
        ("name", "old", "new", "told"),
        [
            ("departments.toml", "[[department]]", "[[department]", "line"),
            ("departments.toml", "strong.zh", "stron.zh", "stron"),
            ("departments.toml", 'sex = "male"', 'sex = "m"', "m"),
            ("departments.toml", 'code = "general-medicine"', 'code = "emergency"', "emergency"),
            ("departments.toml", '"急诊"', '"?"', "?"),
            ("red_flags.toml", 'source = "consensus"', 'source = "rumour"', "rumour"),
            ("variants.toml", 'simplified = """\n并', 'simplified = """\n', "simplified"),
        ],
    )
    def test_a_mistake_is_told_with_the_file(
        self, tmp_path: Path, name: str, old: str, new: str, told: str
    ) -> None:
        self.copy(tmp_path, name, old, new)
        with pytest.raises(StorageError) as mistake:
            load_rules(tmp_path)
        words = ENGLISH(mistake.value.text)
        assert name in words
        assert told in words

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ('sign = "pulse"', 'sign = "puls"', "puls"),
            ("above = 180", "", "pulse"),
            ("level = 4", "level = 3", "levels"),
            ("{ up_to = 8, points = 3 }", "{ up_to = 12, points = 3 }", "respiration"),
            ("  { points = 3 },\n]\nspo2", "]\nspo2", "respiration"),
            ('source = "news2"', 'source = "news3"', "news3"),
        ],
    )
    def test_a_table_with_a_hole_is_refused(self, tmp_path: Path, old: str, new: str, told: str) -> None:
        self.copy(tmp_path, "urgency.toml", old, new)
        with pytest.raises(StorageError) as mistake:
            load_urgency(tmp_path)
        assert told in ENGLISH(mistake.value.text)

    @pytest.mark.parametrize("new", ["{nmae}", "{}", "sir"])
    def test_placeholders_have_to_be_known_and_the_same_in_every_language(
        self, tmp_path: Path, new: str
    ) -> None:
        self.copy(tmp_path, "phrases.toml", 'en = "Hello, {name}.', f'en = "Hello, {new}.')
        with pytest.raises(StorageError) as mistake:
            load_sentences(tmp_path)
        assert "greet-by-name" in ENGLISH(mistake.value.text)

    def test_a_file_that_is_no_text_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "phrases.toml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(StorageError, match=r"phrases\.toml"):
            load_sentences(tmp_path)
