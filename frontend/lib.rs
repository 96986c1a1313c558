//! The panels, bundled by `build.mjs` and embedded, each with its gzip twin.
//!
//! A page names one script and one style sheet. The script fetches what it needs only now and
//! then (the form, the words of a language) as parts of their own, by `import()`.

/// One embedded file. Its path carries hashes of its content and of the tools that made it: it
/// may be cached for ever.
pub struct Asset {
    /// File name without hash, as `notes.js`.
    pub name: &'static str,
    /// Path under which pages name it, as `/assets/0123456789abcdef/notes-ABCDEFGH.js`.
    pub path: &'static str,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// Paths of all scripts that a browser fetches before this one runs: worth a `modulepreload`.
    pub needs: &'static [&'static str],
    /// The file.
    pub bytes: &'static [u8],
    /// The same, gzipped.
    pub gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets/assets.rs"));

/// The asset at this whole path (`/assets/HASH/NAME`). None for another release's: a page and
/// its scripts always belong together. A page that outlives a release has its parts loaded
/// already; one that was cut short says so and offers to load the page anew.
#[must_use]
pub fn asset(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().copied().find(|asset| asset.path == path)
}

/// Every asset.
#[must_use]
pub const fn assets() -> &'static [&'static Asset] {
    ASSETS
}

/// Which words a page speaks with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    Notes,
    Admin,
}

/// Paths of the scripts with these words for a language tag (BCP 47, as `de-AT`); English where
/// the language is not spoken here.
#[must_use]
pub fn words(of: Words, locale: &str) -> &'static [&'static str] {
    let folder = match of {
        Words::Notes => "notes",
        Words::Admin => "admin",
    };
    let language = locale.split('-').next().unwrap_or_default();
    let spoken = |wanted: &str| {
        let mut all = TONGUES.iter();
        all.find(|(words, tongue, _)| *words == folder && tongue.eq_ignore_ascii_case(wanted))
    };
    spoken(language)
        .or_else(|| spoken("en"))
        .map_or(&[], |(_, _, paths)| paths)
}

#[cfg(test)]
mod tests {
    use super::{ADMIN_JS, BACKGROUND_JS, NOTES_JS, PANEL_CSS, Words, asset, assets, words};

    #[test]
    fn every_path_leads_to_its_asset_and_no_other_path_does() {
        for named in [&NOTES_JS, &BACKGROUND_JS, &ADMIN_JS, &PANEL_CSS] {
            assert!(asset(named.path).is_some_and(|found| std::ptr::eq(found, named)));
        }
        for one in assets() {
            assert!(asset(one.path).is_some_and(|found| found.path == one.path));
            for need in one.needs {
                assert!(asset(need).is_some(), "{} needs {need}", one.name);
            }
        }
        for path in [
            "",
            "/assets/notes.js",
            "/assets/0000000000000000/notes.js",
            "notes.js",
        ] {
            assert!(asset(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_language_has_its_own_words_and_any_other_is_english() {
        for of in [Words::Notes, Words::Admin] {
            let english = words(of, "en-GB");
            assert!(!english.is_empty());
            for tag in ["", "en", "EN-us", "tlh", "x"] {
                assert_eq!(words(of, tag), english, "{tag}");
            }
            assert_eq!(words(of, "de-AT"), words(of, "DE"));
            assert_ne!(words(of, "de"), english);
            assert!(words(of, "ja-JP").iter().all(|path| asset(path).is_some()));
        }
        assert_ne!(words(Words::Notes, "ja"), words(Words::Admin, "ja"));
    }
}
