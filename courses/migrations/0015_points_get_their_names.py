"""Points that clinics have already get the names of the shipped list; what a clinic wrote itself stays."""

from typing import Any

from django.db import migrations

# The Chinese name and the other names, as they were shipped then: a migration writes the same today as on the day
# it was made.
NAMES = {
    "EX-B2 C3": (
        "夹脊",
        "夾脊; Huatuojiaji; 华佗夹脊; 華佗夾脊; 颈夹脊; 頸夾脊; EX-B2; Jiaji C3; C3 Jiaji; "
        "Huatuojiaji C3; C3 Huatuojiaji; C3 EX-B2; HTJJ C3; C3 HTJJ; 夹脊 C3; C3 夹脊; "
        "颈三夹脊; 华佗夹脊 C3; M-BW-35 C3",
    ),
    "EX-B2 C4": (
        "夹脊",
        "夾脊; Huatuojiaji; 华佗夹脊; 華佗夾脊; 颈夹脊; 頸夾脊; EX-B2; Jiaji C4; C4 Jiaji; "
        "Huatuojiaji C4; C4 Huatuojiaji; C4 EX-B2; HTJJ C4; C4 HTJJ; 夹脊 C4; C4 夹脊; "
        "颈四夹脊; 华佗夹脊 C4; M-BW-35 C4",
    ),
    "EX-B2 C5": (
        "夹脊",
        "夾脊; Huatuojiaji; 华佗夹脊; 華佗夾脊; 颈夹脊; 頸夾脊; EX-B2; Jiaji C5; C5 Jiaji; "
        "Huatuojiaji C5; C5 Huatuojiaji; C5 EX-B2; HTJJ C5; C5 HTJJ; 夹脊 C5; C5 夹脊; "
        "颈五夹脊; 华佗夹脊 C5; M-BW-35 C5",
    ),
    "EX-B2 C6": (
        "夹脊",
        "夾脊; Huatuojiaji; 华佗夹脊; 華佗夾脊; 颈夹脊; 頸夾脊; EX-B2; Jiaji C6; C6 Jiaji; "
        "Huatuojiaji C6; C6 Huatuojiaji; C6 EX-B2; HTJJ C6; C6 HTJJ; 夹脊 C6; C6 夹脊; "
        "颈六夹脊; 华佗夹脊 C6; M-BW-35 C6",
    ),
    "EX-B2 C7": (
        "夹脊",
        "夾脊; Huatuojiaji; 华佗夹脊; 華佗夾脊; 颈夹脊; 頸夾脊; EX-B2; Jiaji C7; C7 Jiaji; "
        "Huatuojiaji C7; C7 Huatuojiaji; C7 EX-B2; HTJJ C7; C7 HTJJ; 夹脊 C7; C7 夹脊; "
        "颈七夹脊; 华佗夹脊 C7; M-BW-35 C7",
    ),
    "GB20": (
        "风池",
        "風池",
    ),
    "BL10": (
        "天柱",
        "",
    ),
    "GV14": (
        "大椎",
        "",
    ),
    "GV15": (
        "哑门",
        "啞門; 瘂門",
    ),
    "GV16": (
        "风府",
        "風府",
    ),
    "GB21": (
        "肩井",
        "",
    ),
    "BL11": (
        "大杼",
        "",
    ),
    "BL12": (
        "风门",
        "風門",
    ),
    "BL13": (
        "肺俞",
        "肺腧",
    ),
    "SI12": (
        "秉风",
        "秉風",
    ),
    "SI13": (
        "曲垣",
        "",
    ),
    "SI14": (
        "肩外俞",
        "",
    ),
    "SI15": (
        "肩中俞",
        "",
    ),
    "TE15": (
        "天髎",
        "",
    ),
    "SI11": (
        "天宗",
        "",
    ),
    "LU1": (
        "中府",
        "",
    ),
    "CV22": (
        "天突",
        "",
    ),
    "LI18": (
        "扶突",
        "",
    ),
    "SI17": (
        "天容",
        "",
    ),
    "ST9": (
        "人迎",
        "",
    ),
    "LI4": (
        "合谷",
        "",
    ),
    "SP6": (
        "三阴交",
        "三陰交",
    ),
    "BL60": (
        "昆仑",
        "崑崙",
    ),
    "BL67": (
        "至阴",
        "至陰",
    ),
    "LR3": (
        "太冲",
        "太沖; 太衝",
    ),
    "SI3": (
        "后溪",
        "後溪; 後谿",
    ),
    "TE5": (
        "外关",
        "外關",
    ),
    "LI11": (
        "曲池",
        "",
    ),
    "LI10": (
        "手三里",
        "",
    ),
    "LI15": (
        "肩髃",
        "",
    ),
    "BL62": (
        "申脉",
        "申脈",
    ),
    "GB39": (
        "悬钟",
        "懸鐘; 懸鍾; Juegu; 绝骨; 絕骨",
    ),
    "EX-UE8": (
        "外劳宫",
        "外勞宮; Wailaogong; 落枕; 落枕穴; Laozhen; Luozhenxue; M-UE-24",
    ),
    "EX-HN15": (
        "颈百劳",
        "頸百勞; 百劳; 百勞; Jingbailao; M-HN-30",
    ),
}


def fill_names(apps: Any, _schema_editor: Any) -> None:
    point = apps.get_model("courses", "Point")
    for code, (chinese_name, others) in NAMES.items():
        nameless = point.objects.filter(code=code, chinese_name="", other_names=[])
        nameless.update(chinese_name=chinese_name, other_names=others.split("; ") if others else [])


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0014_points_have_names"),
    ]

    operations = [migrations.RunPython(fill_names, migrations.RunPython.noop)]
