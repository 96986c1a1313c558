use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! kinds {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// What happened, as the host names it in `webhookEvent`.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $($name,)*
            /// A kind we do not act on, by its name (cut at 64 characters; empty when missing).
            Other(Box<str>),
        }

        impl EventKind {
            pub fn named(text: &str) -> Self {
                match text {
                    $($text => EventKind::$name,)*
                    other => EventKind::Other(other.chars().take(64).collect()),
                }
            }

            pub fn name(&self) -> &str {
                match self {
                    $(EventKind::$name => $text,)*
                    EventKind::Other(name) => name,
                }
            }
        }
    };
}

kinds! {
    IssueCreated = "jira:issue_created",
    IssueUpdated = "jira:issue_updated",
    IssueDeleted = "jira:issue_deleted",
    IssuePropertySet = "issue_property_set",
    IssuePropertyDeleted = "issue_property_deleted",
    CommentCreated = "comment_created",
    CommentUpdated = "comment_updated",
    CommentDeleted = "comment_deleted",
    AttachmentCreated = "attachment_created",
    AttachmentDeleted = "attachment_deleted",
    IssueLinkCreated = "issuelink_created",
    IssueLinkDeleted = "issuelink_deleted",
    WorklogCreated = "worklog_created",
    WorklogUpdated = "worklog_updated",
    WorklogDeleted = "worklog_deleted",
    ProjectCreated = "project_created",
    ProjectUpdated = "project_updated",
    ProjectDeleted = "project_deleted",
    ProjectSoftDeleted = "project_soft_deleted",
    ProjectRestored = "project_restored_deleted",
    ProjectArchived = "project_archived",
    ProjectUnarchived = "project_restored_archived",
    UserCreated = "user_created",
    UserUpdated = "user_updated",
    UserDeleted = "user_deleted",
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for EventKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for EventKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(EventKind::named(&text))
    }
}
