//! The panels, bundled by `build.mjs` and embedded, each with its gzip twin.

/// One embedded file. Its path carries a hash of its content: it may be cached for ever.
pub struct Asset {
    /// File name, as `notes.js`.
    pub name: &'static str,
    /// Path under which pages name it, as `/assets/0123456789abcdef/notes.js`.
    pub path: &'static str,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// The same, gzipped.
    pub gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets/assets.rs"));

/// The asset at this whole path (`/assets/HASH/NAME`). None for another
/// release's hash: a page and its script always belong together.
#[must_use]
pub fn asset(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// Every asset.
#[must_use]
pub fn assets() -> &'static [Asset] {
    ASSETS
}

#[cfg(test)]
mod tests {
    use super::{ADMIN_JS, BACKGROUND_JS, NOTES_JS, PANEL_CSS, asset, assets};

    #[test]
    fn every_named_path_leads_to_its_asset_and_no_other_path_does() {
        for path in [NOTES_JS, BACKGROUND_JS, ADMIN_JS, PANEL_CSS] {
            assert_eq!(asset(path).map(|found| found.path), Some(path));
        }
        assert_eq!(assets().len(), 4);
        for path in [
            "",
            "/assets/notes.js",
            "/assets/0000000000000000/notes.js",
            "notes.js",
        ] {
            assert!(asset(path).is_none(), "{path}");
        }
    }
}
