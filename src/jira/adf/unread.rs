use url::Url;

use super::announcement::{PANEL, escaped, shown};

/// What the author of a note is told that ended before any of its readers opened it. Like the
/// announcement it is made of names and one address alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The names of the readers.
    pub readers: Vec<String>,
    pub panel: Url,
}

impl Unread {
    pub fn subject(&self) -> String {
        "Your secure note expired unread".to_owned()
    }

    pub fn text(&self) -> String {
        let names: Vec<String> = self.readers.iter().map(|name| shown(name)).collect();
        let what = match &names[..] {
            [] => "Your secure note expired before anybody read it".to_owned(),
            [one] => format!("Your secure note expired before {one} read it"),
            [first @ .., last] => format!(
                "Your secure note for {} and {last} expired before any of them read it",
                first.join(", ")
            ),
        };
        format!("{what}. Please click on {PANEL} if they still need it.")
    }

    /// The same as the body of a mail in HTML, every name escaped.
    pub fn html(&self) -> String {
        let link = format!("<a href=\"{}\">{PANEL}</a>", escaped(self.panel.as_str()));
        let text = self.text();
        let (before, after) = text.rsplit_once(PANEL).unwrap_or((&text, ""));
        format!("<p>{}{link}{}</p>", escaped(before), escaped(after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread(readers: &[&str]) -> Unread {
        Unread {
            readers: readers.iter().map(|&name| name.to_owned()).collect(),
            panel: "https://site.example/browse/ITH-1?a=1&b=2".parse().unwrap(),
        }
    }

    #[test]
    fn it_names_those_who_did_not_read() {
        for (readers, expected) in [
            (&["Kofi"][..], "expired before Kofi read it. Please"),
            (
                &["Nero", "Kofi"],
                "note for Nero and Kofi expired before any of them",
            ),
            (&["Nero", "Ana", "Kofi"], "for Nero, Ana and Kofi expired"),
            (&[""], "before Former user read it"),
        ] {
            let text = unread(readers).text();
            assert!(text.contains(expected), "{text}");
        }
    }

    #[test]
    fn a_name_cannot_become_markup() {
        let html = unread(&["<b>Kofi</b>"]).html();
        assert!(html.contains("&lt;b&gt;Kofi"), "{html}");
        assert!(html.contains("?a=1&amp;b=2\">Secure Notes</a>"), "{html}");
    }
}
