//! The announcement's words, by the language of the site: one comment has many readers, so that no
//! single reader's language is asked for.

/// A language that the announcement is made in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    German,
    Japanese,
}

/// The pieces of the sentence, in the order in which they stand around author, readers and panel.
pub(super) struct Phrases {
    pub opening: &'static str,
    pub before_readers: &'static str,
    /// Between two readers; between the last two.
    pub joint: &'static str,
    pub last_joint: &'static str,
    pub after_reader: &'static str,
    pub after_readers: &'static str,
    pub closing: &'static str,
    pub end: &'static str,
    pub subject: &'static str,
}

const ENGLISH: Phrases = Phrases {
    opening: " has shared a secure note",
    before_readers: " with ",
    joint: ", ",
    last_joint: " and ",
    after_reader: "",
    after_readers: "",
    closing: ". Please click on ",
    end: " to view it.",
    subject: "A secure note was shared with you",
};

const GERMAN: Phrases = Phrases {
    opening: " hat eine sichere Notiz",
    before_readers: " mit ",
    joint: ", ",
    last_joint: " und ",
    after_reader: "",
    after_readers: "",
    closing: " geteilt. Klicken Sie auf ",
    end: ", um sie zu lesen.",
    subject: "Eine sichere Notiz wurde mit Ihnen geteilt",
};

const JAPANESE: Phrases = Phrases {
    opening: "さんが",
    before_readers: "",
    joint: "、",
    last_joint: "、",
    after_reader: "さん",
    after_readers: "と",
    closing: "セキュアメモを共有しました。表示するには ",
    end: " をクリックしてください。",
    subject: "セキュアメモが共有されました",
};

impl Language {
    /// The language of a locale as Java or BCP 47 writes it; English for all without words of
    /// their own.
    pub fn of(locale: Option<&str>) -> Self {
        let tag = locale.and_then(|locale| locale.split(['_', '-']).next());
        match tag.map(str::to_ascii_lowercase).as_deref() {
            Some("de") => Language::German,
            Some("ja") => Language::Japanese,
            _ => Language::English,
        }
    }

    pub(super) const fn phrases(self) -> &'static Phrases {
        match self {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
            Language::Japanese => &JAPANESE,
        }
    }
}

impl Phrases {
    /// What stands before the reader at place `at` of `all`.
    pub fn joint(&self, at: usize, all: usize) -> &'static str {
        match at {
            0 => self.before_readers,
            _ if at + 1 == all => self.last_joint,
            _ => self.joint,
        }
    }

    /// What stands after that reader.
    pub fn after(&self, at: usize, all: usize) -> String {
        let last = at + 1 == all;
        let ending = if last { self.after_readers } else { "" };
        format!("{}{ending}", self.after_reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_has_one_language() {
        for (locale, language) in [
            (Some("en_US"), Language::English),
            (Some("de_DE"), Language::German),
            (Some("de"), Language::German),
            (Some("DE-at"), Language::German),
            (Some("ja_JP"), Language::Japanese),
            (Some("fr_FR"), Language::English),
            (Some(""), Language::English),
            (None, Language::English),
        ] {
            assert_eq!(Language::of(locale), language, "{locale:?}");
        }
    }
}
