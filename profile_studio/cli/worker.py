"""`worker`"""

from profile_studio.cli.output import say
from profile_studio.cli.parts import open_studio


def worker() -> None:
    """Runs jobs and the engine without a page, until Ctrl-C."""
    # Imported here: only this command needs the supervisor.
    from profile_studio.jobs.supervisor import Supervisor

    settings = open_studio().settings
    say(f"The worker runs the jobs of {settings.resolved_home}. Ctrl-C saves and stops them.")
    Supervisor(settings).run()
