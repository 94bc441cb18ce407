"""Durations as people write them, in digits, words, ISO 8601 and several languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_UNITS: Final = (
    (1, r"seconds?|secs?|s|sekunden?|secondes?|segundos?|second[oi]|seconden|sekund\w*|saniye|秒"),
    (60, r"minutes?|mins?|m|minuten|minutos?|minut[oi]|minut\w{0,3}|dakika\w*|dk|minat|分钟|分鐘|分間?"),
    (3600, r"hours?|hrs?|h|stunden?|std|heures?|horas?|or[ae]|uur|uren|godzin\w*|saat|ghant\w+|小时|時間"),
    (86400, r"days?|d|tage?n?|jours?|d[ií]as?|giorn[oi]|dag|dagen|dni|dzień|dzien|gün\w*|din|天|日間?"),
    (604800, r"weeks?|wks?|w|wochen?|semaines?|semanas?|settiman[ae]|weken|tygodn\w+|tydzień|hafta\w*|hafte|周|週間?"),
    (2592000, r"months?|monate?n?|mois|mes|meses|m[eê]s|mes[ei]|maand(?:en)?|miesi[ąa]c\w*|ay|mahin\w+|个月|[ヶか]月"),
    (31536000, r"years?|jahre?n?|ans?|années?|años?|anos?|ann[io]|jaar|jaren|lata?|rok|yıl|saal|年"),
)  # fmt: skip
_NUMBERS: Final = {
    word: number
    for number, words in {
        1: "a an one ein eine einen einer einem un une una uno um uma een één jeden jedną jedna bir ek 一 single",
        2: "two zwei deux dos dois duas due twee dwa dwie iki do 二 两 couple",
        3: "three drei trois tres três tre drie trzy üç teen 三",
        4: "four vier quatre cuatro quatro quattro cztery dört chaar 四",
        5: "five fünf cinq cinco cinque vijf pięć beş paanch 五",
        6: "six sechs seis sei zes sześć altı 六",
        7: "seven sieben sept siete sete sette zeven siedem yedi saat 七",
        8: "eight acht huit ocho oito otto osiem sekiz aath 八",
        10: "ten zehn dix diez dez dieci tien dziesięć on das 十",
        12: "twelve zwölf douze doce doze dodici twaalf dwanaście oniki barah 十二",
        14: "fourteen vierzehn quatorze catorce quattordici veertien czternaście",
        15: "fifteen fünfzehn quinze quince quindici vijftien piętnaście pandrah 十五",
        20: "twenty zwanzig vingt veinte vinte venti twintig dwadzieścia yirmi bees 二十",
        24: "twenty-four",
        30: "thirty dreißig dreissig trente treinta trinta trenta dertig trzydzieści otuz tees 三十",
        45: "forty-five fünfundvierzig quarante-cinq",
        60: "sixty sechzig soixante sesenta sessenta sessanta zestig 六十",
        90: "ninety neunzig quatre-vingt-dix noventa novanta negentig",
    }.items()
    for word in words.split()
}
_PHRASES: Final = (
    (900, r"(?:a )?quarter (?:of an|of one|of a)? ?hour|viertel ?stunde|quart d['’]heure|cuarto de hora|"
          r"quarto d['’ie] ?ora|quarto de hora|kwartier|kwadrans\w*|çeyrek saat|paun ghanta|一刻钟"),
    (1800, r"half (?:an|a) hour|half-?hour|halbe\w* stunde|demi-?heure|media hora|meia hora|mezz['’]? ?ora|"
           r"half ?uur|pół godziny|yarım saat\w*|aadh[ae] ghant\w+|半小时|半個?時間|半时"),
    (5400, r"an hour and a half|anderthalb stunden|hora y media|une heure et demie"),
    (1209600, r"fortnight"),
)  # fmt: skip
_UNIT: Final = "|".join(f"(?P<u{size}>{words})" for size, words in _UNITS)
_WORDS: Final = "|".join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True))
_PLAIN: Final = re.compile(
    rf"(?<![\w.$€:])(?:(?P<digits>\d+(?:[.,]\d+)?)\s?-?\s?|(?P<word>{_WORDS})(?:\s|-|(?=[一-龥])))(?:more )?(?:{_UNIT})(?![\w])",
    re.IGNORECASE,
)
_CJK: Final = re.compile(
    r"(?P<digits>\d+|[一二三四五六七八十两]+)\s?(?:个)?(?P<unit>秒|分钟|分鐘|分間?|小时|時間|天|日間?|周|週間?|个月|[ヶか]月|月|年)"
)
_SPOKEN: Final = tuple(
    (size, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for size, words in _PHRASES
)
_ISO: Final = re.compile(
    r"\bP(?=\d|T\d)(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)S)?)?\b"
)
_KEYED: Final = re.compile(
    r"(?P<key>[A-Za-z_][\w.-]*(?:minutes?|mins?|hours?|days?|seconds?|secs?|ttl|lifetime|expires?_?in|max_?age|leeway|skew))"
    r"[\"'`]?\s*[:=]\s*[\"'`]?(?P<n>\d+)(?![\w.:-])(?!\s*(?:min|sec|hour|day|stund|tag|\w))",
    re.IGNORECASE,
)
_KEY_UNITS: Final = (("min", 60), ("hour", 3600), ("day", 86400))
_CJK_UNITS: Final = {
    "秒": 1, "分": 60, "小": 3600, "時": 3600, "天": 86400, "日": 86400,
    "周": 604800, "週": 604800, "个": 2592000, "ヶ": 2592000, "か": 2592000, "月": 2592000, "年": 31536000,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration in seconds with its place in the text."""

    seconds: int
    start: int
    end: int


def durations(text: str) -> tuple[Duration, ...]:
    """Return every duration of the text, in order, without overlaps."""
    found = sorted(
        (*_phrases(text), *_iso(text), *_keyed(text), *_plain(text), *_cjk(text)),
        key=lambda d: (d.start, -d.end),
    )
    kept: list[Duration] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def _phrases(text: str) -> Iterator[Duration]:
    for size, pattern in _SPOKEN:
        for match in pattern.finditer(text):
            yield Duration(size, match.start(), match.end())


def _plain(text: str) -> Iterator[Duration]:
    for match in _PLAIN.finditer(text):
        unit = next(int(k[1:]) for k, v in match.groupdict().items() if k[0] == "u" and v)
        digits = match["digits"]
        number = float(digits.replace(",", ".")) if digits else _NUMBERS[match["word"].lower()]
        yield Duration(int(number * unit), match.start(), match.end())


def _cjk(text: str) -> Iterator[Duration]:
    for match in _CJK.finditer(text):
        number = int(match["digits"]) if match["digits"].isdigit() else _numeral(match["digits"])
        yield Duration(number * _CJK_UNITS[match["unit"][0]], match.start(), match.end())


def _numeral(text: str) -> int:
    tens, ten, ones = text.partition("十")
    if not ten:
        return _NUMBERS.get(text, 0)
    return 10 * (_NUMBERS.get(tens, 1) if tens else 1) + _NUMBERS.get(ones, 0)


def _iso(text: str) -> Iterator[Duration]:
    sizes = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
    for match in _ISO.finditer(text):
        total = sum(int(match[k]) * size for k, size in sizes.items() if match[k])
        if total:
            yield Duration(total, match.start(), match.end())


def _keyed(text: str) -> Iterator[Duration]:
    for match in _KEYED.finditer(text):
        key = match["key"].lower()
        unit = next((size for word, size in _KEY_UNITS if word in key), 1)
        yield Duration(int(match["n"]) * unit, match.start("n"), match.end("n"))
