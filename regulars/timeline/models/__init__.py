from regulars.timeline.models.follower import Follower, Hearing, JobFailure
from regulars.timeline.models.touchpoint import Touchpoint, TouchpointKind, Xid8Field

__all__ = ["Follower", "Hearing", "JobFailure", "Touchpoint", "TouchpointKind", "Xid8Field"]
