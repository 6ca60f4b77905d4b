"""What a file says of who took it, and when: see `saving.save`."""

from datetime import datetime

from registry.clock import SHANGHAI


def words(account: str, at: datetime) -> str:
    """Return what stands in a file that an account takes at an instant."""
    local = at.astimezone(SHANGHAI)
    return f"同心册 · 账号 {account} · {local:%Y-%m-%d %H:%M} 下载 · 内含个人信息，请勿外传"
