"""`doctor`"""

from dataclasses import asdict

from profile_studio.cli.output import Reply
from profile_studio.cli.parts import open_studio
from profile_studio.services.doctor import examine


def doctor() -> Reply:
    """What works on this machine and what does not, each with the fix."""
    checks = examine(open_studio().settings)
    return {"ok": all(check.works for check in checks), "checks": [asdict(check) for check in checks]}
