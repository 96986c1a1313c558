use url::Url;

use super::language::{Language, Phrases};
use super::{Doc, Line};
use crate::ids::AccountId;

/// The words that lead to the panel.
pub(super) const PANEL: &str = "Secure Notes";
/// Shown for an account whose name the host does not tell.
const NAMELESS: &str = "Former user";
/// Longer names are cut: a name is somebody else's text.
const NAME_CHARS: usize = 100;

/// A person as the announcement names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub account: AccountId,
    pub name: String,
    /// A portal-only customer: no Atlassian account, so a mention would reach nobody.
    pub portal_only: bool,
}

/// What the issue is told of a new note: who shared it, with whom, and where to read it. It is
/// made of names and one address alone, so no byte of a note can be in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub author: Named,
    pub readers: Vec<Named>,
    /// Where *Secure Notes* leads: the panel in the issue, or in the portal's request.
    pub panel: Url,
    pub language: Language,
}

impl Announcement {
    fn phrases(&self) -> &'static Phrases {
        self.language.phrases()
    }

    /// One sentence to read, in plain words: for mail and for tests.
    pub fn text(&self) -> String {
        let phrases = self.phrases();
        let all = self.readers.len();
        let mut text = format!("{}{}", shown(&self.author.name), phrases.opening);
        for (at, reader) in self.readers.iter().enumerate() {
            text.push_str(phrases.joint(at, all));
            text.push_str(&shown(&reader.name));
            text.push_str(&phrases.after(at, all));
        }
        format!("{text}{}{PANEL}{}", phrases.closing, phrases.end)
    }

    /// What a mail with the same sentence is headed with.
    pub fn subject(&self) -> String {
        self.phrases().subject.to_owned()
    }

    /// The comment. Readers with an Atlassian account are mentioned, which is what notifies them;
    /// portal-only customers are named. The author is named and not mentioned: a mention would
    /// notify the author of their own note.
    pub fn comment(&self) -> Doc {
        let phrases = self.phrases();
        let all = self.readers.len();
        let opening = format!("{}{}", shown(&self.author.name), phrases.opening);
        let mut line = Line::new().text(&opening);
        for (at, reader) in self.readers.iter().enumerate() {
            let name = shown(&reader.name);
            let joint = phrases.joint(at, all);
            line = if reader.portal_only {
                line.text(&format!("{joint}@{name}"))
            } else {
                line.text(joint).mention(&reader.account, &name)
            };
            line = line.text(&phrases.after(at, all));
        }
        line = line
            .text(phrases.closing)
            .link(PANEL, &self.panel)
            .text(phrases.end);
        Doc::new().paragraph(line)
    }

    /// The same as the body of a mail in HTML, every name escaped.
    pub fn html(&self) -> String {
        let link = format!("<a href=\"{}\">{PANEL}</a>", escaped(self.panel.as_str()));
        let text = self.text();
        let (before, after) = text.rsplit_once(PANEL).unwrap_or((&text, ""));
        format!("<p>{}{link}{}</p>", escaped(before), escaped(after))
    }
}

/// A name fit for one line of text.
pub(super) fn shown(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !is_direction(*c))
        .take(NAME_CHARS)
        .collect();
    match clean.trim() {
        "" => NAMELESS.to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

/// Marks that turn the reading direction around: in a name they could rearrange our sentence.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(account: &str, name: &str) -> Named {
        Named {
            account: account.parse().unwrap(),
            name: name.to_owned(),
            portal_only: account.starts_with("qm:"),
        }
    }

    fn by_niro_for(readers: &[(&str, &str)]) -> Announcement {
        Announcement {
            author: named("712020:niro", "Niro"),
            readers: readers.iter().map(|(a, n)| named(a, n)).collect(),
            panel: "https://site.example/browse/ITH-1".parse().unwrap(),
            language: Language::English,
        }
    }

    const NERO: (&str, &str) = ("712020:nero", "Nero");
    const JONATHAN: (&str, &str) = ("qm:1:2", "Jonathan");
    const ANA: (&str, &str) = ("712020:ana", "Ana");

    #[test]
    fn n15_the_announcement_names_author_and_readers() {
        let announcement = by_niro_for(&[NERO, JONATHAN]);
        assert_eq!(
            announcement.text(),
            "Niro has shared a secure note with Nero and Jonathan. \
             Please click on Secure Notes to view it."
        );
    }

    #[test]
    fn n16_one_reader_without_and_three_with_commas() {
        let cases: [(&[(&str, &str)], &str); 3] = [
            (&[NERO], "with Nero. Please"),
            (
                &[NERO, JONATHAN, ANA],
                "with Nero, Jonathan and Ana. Please",
            ),
            (&[], "a secure note. Please"),
        ];
        for (readers, expected) in cases {
            let text = by_niro_for(readers).text();
            assert!(text.contains(expected), "{text}");
        }
    }

    #[test]
    fn the_sentence_is_whole_in_every_language() {
        let table = [
            (
                Language::German,
                "Niro hat eine sichere Notiz mit Nero, Jonathan und Ana geteilt. \
                 Klicken Sie auf Secure Notes, um sie zu lesen.",
            ),
            (
                Language::Japanese,
                "NiroさんがNeroさん、Jonathanさん、Anaさんとセキュアメモを共有しました。\
                 表示するには Secure Notes をクリックしてください。",
            ),
        ];
        for (language, expected) in table {
            let announcement = Announcement {
                language,
                ..by_niro_for(&[NERO, JONATHAN, ANA])
            };
            assert_eq!(announcement.text(), expected);
            let comment = announcement.comment().plain().replace('@', "");
            assert_eq!(comment, expected);
            assert_ne!(announcement.subject(), by_niro_for(&[]).subject());
        }
        let one = Announcement {
            language: Language::German,
            ..by_niro_for(&[NERO])
        };
        assert!(one.text().contains("Notiz mit Nero geteilt."));
    }

    #[test]
    fn n14_the_comment_says_the_same_and_mentions_who_can_be_mentioned() {
        for readers in [&[NERO][..], &[NERO, JONATHAN], &[JONATHAN, ANA, NERO]] {
            let announcement = by_niro_for(readers);
            let comment = announcement.comment();
            assert_eq!(comment.plain().replace('@', ""), announcement.text());
            let value = comment.to_value();
            let nodes = value["content"][0]["content"].as_array().unwrap();
            let mentioned: Vec<_> = nodes
                .iter()
                .filter(|n| n["type"] == "mention")
                .map(|n| n["attrs"]["id"].as_str().unwrap())
                .collect();
            let expected: Vec<_> = readers
                .iter()
                .map(|(account, _)| *account)
                .filter(|account| !account.starts_with("qm:"))
                .collect();
            assert_eq!(mentioned, expected);
            let link = nodes.iter().find(|n| n["text"] == "Secure Notes").unwrap();
            assert_eq!(
                link["marks"][0]["attrs"]["href"],
                "https://site.example/browse/ITH-1"
            );
        }
    }

    #[test]
    fn a_name_stays_a_name() {
        let cases = [
            ("", "Former user"),
            (" \u{202e}\n ", "Former user"),
            ("Li\u{202e}na", "Lina"),
            ("A\nB", "A B"),
            (
                "*bold* [x|http://evil.example]",
                "*bold* [x|http://evil.example]",
            ),
        ];
        for (name, expected) in cases {
            assert_eq!(shown(name), expected);
        }
        assert_eq!(shown(&"x".repeat(500)).len(), NAME_CHARS);
        let hostile = by_niro_for(&[("712020:x", "<img src=x> Secure Notes")]);
        let html = hostile.html();
        assert!(!html.contains("<img"));
        assert!(html.ends_with(
            "<a href=\"https://site.example/browse/ITH-1\">Secure Notes</a> to view it.</p>"
        ));
    }
}
