"""Whether a country writes the day or the month first."""

# Countries where 3/12/2026 is the twelfth of March, and countries where both orders are in use.
MONTH_FIRST = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "UM", "PH", "FM", "MH", "PW"})
EITHER_ORDER = frozenset({"", "BI", "CA", "CN", "JP", "KR", "TW", "HU", "MN", "IR", "ZA", "KE", "SE", "LT"})
DAY_MONTH, MONTH_DAY, UNSURE = "dmy", "mdy", ""


def order_in(code: str) -> str:
    """The order of day and month in dates such as 3/12/2026; UNSURE if both orders are in use."""
    if code in MONTH_FIRST:
        return MONTH_DAY
    return UNSURE if code in EITHER_ORDER else DAY_MONTH
