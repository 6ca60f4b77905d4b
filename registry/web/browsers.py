"""What a browser calls itself, in the words of who uses it."""

# The first that fits: most browsers also say that they are the ones named after them.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("QQBrowser", "QQ 浏览器"),
    ("360SE", "360 浏览器"),
    ("360EE", "360 浏览器"),
    ("QihooBrowser", "360 浏览器"),
    ("Edg", "Edge"),
    ("Firefox", "火狐"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("OpenHarmony", "鸿蒙"),
    ("Android", "安卓手机"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Windows", "Windows 电脑"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)


def browser_of(user_agent: str) -> str:
    """Return "Windows 电脑 · Chrome"; what it says itself is not to be trusted, only to be read."""
    system, browser = _first(_SYSTEMS, user_agent), _first(_BROWSERS, user_agent)
    return " · ".join(part for part in (system, browser) if part) or "没有说明的浏览器"


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((words for sign, words in table if sign in text), "")
