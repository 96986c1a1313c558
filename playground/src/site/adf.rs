//! Atlassian Document Format, read as text.

use serde_json::{Value, json};

/// A document of plain paragraphs, one per line of `text`.
pub fn paragraphs(text: &str) -> Value {
    let content: Vec<_> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| json!({"type": "paragraph", "content": [{"type": "text", "text": line}]}))
        .collect();
    json!({"type": "doc", "version": 1, "content": content})
}

/// Accounts mentioned in a document.
pub fn mentions(doc: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(doc, &mut |node| {
        if node["type"] == "mention"
            && let Some(id) = node["attrs"]["id"].as_str()
        {
            found.push(id.to_owned());
        }
    });
    found
}

fn walk(node: &Value, visit: &mut impl FnMut(&Value)) {
    visit(node);
    for child in node["content"].as_array().into_iter().flatten() {
        walk(child, visit);
    }
}

/// The words of a document.
pub fn to_text(doc: &Value) -> String {
    render(doc, false)
}

/// Wiki markup, as webhooks and version 2 of the API give comment bodies.
pub fn to_wiki(doc: &Value) -> String {
    render(doc, true)
}

fn render(node: &Value, wiki: bool) -> String {
    let inner = || -> String {
        node["content"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|child| render(child, wiki))
            .collect()
    };
    let attrs = &node["attrs"];
    match node["type"].as_str().unwrap_or_default() {
        "text" => text(node, wiki),
        "mention" if wiki => format!("[~accountid:{}]", attrs["id"].as_str().unwrap_or_default()),
        "mention" => attrs["text"].as_str().unwrap_or("@someone").to_owned(),
        "hardBreak" => "\n".to_owned(),
        "inlineCard" => attrs["url"].as_str().unwrap_or_default().to_owned(),
        "emoji" => attrs["shortName"].as_str().unwrap_or_default().to_owned(),
        "paragraph" | "heading" | "listItem" | "panel" => format!("{}\n", inner()),
        "doc" => inner().trim_end().to_owned(),
        _ => inner(),
    }
}

fn text(node: &Value, wiki: bool) -> String {
    let text = node["text"].as_str().unwrap_or_default();
    let link = node["marks"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|mark| mark["type"] == "link");
    match link.and_then(|mark| mark["attrs"]["href"].as_str()) {
        Some(href) if wiki => format!("[{text}|{href}]"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_read_as_text_and_as_wiki() {
        let doc = json!({"type": "doc", "version": 1, "content": [
            {"type": "paragraph", "content": [
                {"type": "mention", "attrs": {"id": "712020:x", "text": "@Nero"}},
                {"type": "text", "text": " see "},
                {"type": "text", "text": "Secure Notes",
                 "marks": [{"type": "link", "attrs": {"href": "https://x.test/"}}]}]},
            {"type": "paragraph", "content": [{"type": "text", "text": "Bye"}]}]});
        assert_eq!(to_text(&doc), "@Nero see Secure Notes\nBye");
        assert_eq!(
            to_wiki(&doc),
            "[~accountid:712020:x] see [Secure Notes|https://x.test/]\nBye"
        );
        assert_eq!(mentions(&doc), ["712020:x"]);
        assert_eq!(to_text(&paragraphs("a\nb")), "a\nb");
    }
}
