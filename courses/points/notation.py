"""How people write points: channel codes, words for a side, words for a tender spot. Data; pure.

Source: WHO Standard Acupuncture Point Locations (2008) for the standard codes; the others are those of the WHO
list of 1984, of pinyin abbreviations and of German and French textbooks. Codes that could also mean a vertebra
(C, L, S, T) or two channels are left out on purpose: such text needs a question.
"""

from __future__ import annotations

# The standard code of each channel, with its other spellings.
_CHANNELS = {
    "LU": "lung",
    "LI": "largeintestine di gi",
    "ST": "stomach stom ma",
    "SP": "spleen mp rp",
    "HT": "heart h he hrt",
    "SI": "smallintestine dü ig",
    "BL": "bladder urinarybladder ub b",
    "KI": "kidney k kid kd ni",
    "PC": "pericardium p pe mc hc cx",
    "TE": "tripleenergizer tripleburner triplewarmer tripleheater sanjiao sj tw tb th tr 3e 3h",
    "GB": "gallbladder g vb",
    "LR": "liver liv lv le",
    "GV": "governingvessel governorvessel du dumai dm vg lg",
    "CV": "conceptionvessel ren renmai rn rm vc kg",
}
CHANNELS = {code: (code.lower(), *aliases.split()) for code, aliases in _CHANNELS.items()}
CHANNEL_OF = {alias: code for code, aliases in CHANNELS.items() for alias in aliases}
# Points of these channels are on the midline; those of the other twelve are on both sides, never on it.
MIDLINE_CHANNELS = frozenset({"GV", "CV"})

# Words for a side, before or after a point.
_SIDES = {
    "left": "l lt left links 左 左侧 左側",
    "right": "r rt right rechts 右 右侧 右側",
    "both": "b bil bilat bilateral bilaterally both bds beidseits beidseitig 双 双侧 雙 雙側 両側",
    "midline": "midline median 正中",
}
SIDE_OF = {word: side for side, words in _SIDES.items() for word in words.split()}
# Words for a tender spot, by their normal form.
TENDER_WORDS = ("ashi", "ashipoint", "tender", "tenderpoint", "tenderspot", "triggerpoint", "阿是", "阿是穴")
# Names that two points share, most of them by the same pinyin: the name alone does not say which is meant.
# Source: WHO Standard Acupuncture Point Locations (2008); short names as in common use. Needs clinical sign-off.
SHARED_NAMES: dict[str, tuple[str, ...]] = {
    "Futu": ("LI18", "ST32"),
    "Wangu": ("GB12", "SI4"),
    "Zhongzhu": ("KI15", "TE3"),
    "Zhongdu": ("GB32", "LR6"),
    "Juliao": ("GB29", "ST3"),
    "Yinjiao": ("CV7", "GV28"),
    "Yangguan": ("GB33", "GV3"),
    "Sanli": ("LI10", "ST36"),
    "Wuli": ("LI13", "LR10"),
    "Linqi": ("GB15", "GB41"),
    "Qiaoyin": ("GB11", "GB44"),
    "Tonggu": ("BL66", "KI20"),
    "Heliao": ("LI19", "TE22"),
}
