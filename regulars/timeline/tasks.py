from __future__ import annotations

from regulars.kit.worker import every, loop, when_a_job_fails
from regulars.timeline.actions.adopting import adopt_restored_touchpoints
from regulars.timeline.actions.failures import forget_old_failures, note_job_failure
from regulars.timeline.actions.following import follow_next
from regulars.timeline.actions.hearing import hear_next


@loop("hearing")
def hearing() -> bool:
    """Let everybody hear what was announced."""
    return hear_next()


@loop("following")
def following() -> bool:
    """Let the followers read on."""
    return follow_next()


@every("43 * * * *", "timeline.tidy_up")
def tidy_up(timestamp: int) -> None:
    """Forget why jobs failed that are gone, and go on counting where a restored database stopped."""
    forget_old_failures()
    adopt_restored_touchpoints()


when_a_job_fails(note_job_failure)
