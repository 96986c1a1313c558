//! Atlassian Document Format: the few nodes that the bridge writes.

mod announcement;
mod language;
mod unread;

pub use announcement::{Announcement, Named};
pub use language::Language;
pub use unread::Unread;

use serde_json::{Value, json};
use url::Url;

use crate::ids::AccountId;

/// A document of paragraphs, the body of a comment. What it prints is valid against
/// `@atlaskit/adf-schema` (`dist/json-schema/v1/full.json`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doc {
    paragraphs: Vec<Line>,
}

/// The inline content of one paragraph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Text(String),
    Mention { account: AccountId, name: String },
    Link { text: String, to: Url },
}

impl Doc {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn paragraph(mut self, line: Line) -> Self {
        self.paragraphs.push(line);
        self
    }

    /// The document as Jira takes it.
    pub fn to_value(&self) -> Value {
        let content: Vec<Value> = self
            .paragraphs
            .iter()
            .map(|line| json!({"type": "paragraph", "content": line.to_values()}))
            .collect();
        json!({"version": 1, "type": "doc", "content": content})
    }

    /// What a reader sees, without marks; a mention reads `@Name`.
    pub fn plain(&self) -> String {
        let lines: Vec<String> = self.paragraphs.iter().map(Line::plain).collect();
        lines.join("\n")
    }
}

impl Line {
    pub fn new() -> Self {
        Self::default()
    }

    /// Plain text; nothing in it is read as markup. Empty text is left out, because the schema
    /// refuses an empty text node.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        if !text.is_empty() {
            self.nodes.push(Node::Text(text.to_owned()));
        }
        self
    }

    /// Mentions a person: Jira shows the name and notifies the account.
    #[must_use]
    pub fn mention(mut self, account: &AccountId, name: &str) -> Self {
        self.nodes.push(Node::Mention {
            account: account.clone(),
            name: name.to_owned(),
        });
        self
    }

    /// Words that lead somewhere.
    #[must_use]
    pub fn link(mut self, text: &str, to: &Url) -> Self {
        if !text.is_empty() {
            self.nodes.push(Node::Link {
                text: text.to_owned(),
                to: to.clone(),
            });
        }
        self
    }

    fn to_values(&self) -> Vec<Value> {
        self.nodes.iter().map(Node::to_value).collect()
    }

    fn plain(&self) -> String {
        self.nodes.iter().map(Node::plain).collect()
    }
}

impl Node {
    fn to_value(&self) -> Value {
        match self {
            Node::Text(text) => json!({"type": "text", "text": text}),
            Node::Mention { account, name } => json!({
                "type": "mention",
                "attrs": {"id": account, "text": format!("@{name}")},
            }),
            Node::Link { text, to } => json!({
                "type": "text",
                "text": text,
                "marks": [{"type": "link", "attrs": {"href": to.as_str()}}],
            }),
        }
    }

    fn plain(&self) -> String {
        match self {
            Node::Text(text) | Node::Link { text, .. } => text.clone(),
            Node::Mention { name, .. } => format!("@{name}"),
        }
    }
}
