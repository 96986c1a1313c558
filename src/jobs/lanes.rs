use crate::ids::IssueId;
use crate::store::Lane;

/// Events of one issue, strictly in order: pure decisions with one commit each, never a network
/// call, so that nothing outside can hold it up.
pub fn event_lane(issue: IssueId) -> Lane {
    Lane::of(&["event", &issue.to_string()])
}

/// Events of a tenant that name no issue.
pub fn tenant_event_lane() -> Lane {
    Lane::of(&["event", "-"])
}

/// What `room` does about one issue, in order. A job that keeps failing leaves the lane.
///
/// A job with a later `due` at the head holds up its successors: work that is to wait belongs
/// into a lane of its own or into the unordered set.
pub fn effect_lane(issue: IssueId, room: &str) -> Lane {
    Lane::of(&["effect", &issue.to_string(), room])
}

/// What `room` does for a tenant as a whole, in order.
pub fn tenant_lane(room: &str) -> Lane {
    Lane::of(&["tenant", room])
}
