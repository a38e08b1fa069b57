"""`doctor`"""

from dataclasses import asdict

from profile_studio.cli.output import Reply
from profile_studio.services.doctor import examine
from profile_studio.settings import Settings


def doctor() -> Reply:
    """What works on this machine and what does not, each with the fix."""
    settings = Settings()
    settings.create_folders()
    checks = examine(settings)  # without opening the studio, which may be what does not work
    return {"ok": all(check.works for check in checks), "checks": [asdict(check) for check in checks]}
