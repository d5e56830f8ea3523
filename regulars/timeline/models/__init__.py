from regulars.timeline.models.follower import Follower, Heard
from regulars.timeline.models.touchpoint import Touchpoint, TouchpointKind, Xid8Field

__all__ = ["Follower", "Heard", "Touchpoint", "TouchpointKind", "Xid8Field"]
