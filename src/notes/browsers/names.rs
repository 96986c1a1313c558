//! What people call their browsers. Told to nobody but themselves.

use super::api::NewName;
use crate::ids::Scope;
use crate::notes::records::{KeyHead, encode};
use crate::notes::{Notes, layout, refuse};
use crate::store::{Batch, CommitError, Expect, Until};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// The longest name of a browser, in characters.
const LONGEST: usize = 60;

/// What a person may call a browser: short, without characters that move text about.
pub(super) fn named(name: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let plain = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    if name.chars().count() > LONGEST || !name.chars().all(plain) {
        return Err(refuse::field("name", "Choose a shorter, plain name."));
    }
    Ok(Some(name.to_owned()))
}

pub(super) fn name(head: &mut KeyHead, kid: &str, name: Option<String>) {
    let key = head.keys.iter_mut().find(|key| key.kid.to_string() == kid);
    if let (Some(key), Some(_)) = (key, &name) {
        key.name = name;
    }
}

impl Notes {
    pub(super) async fn name_browser(&self, caller: &Caller, new: &NewName) -> Result<(), Problem> {
        let now = self.clock.now();
        let scope = Scope::tenant(caller.tenant.id);
        let called = named(Some(&new.name))?;
        let found = self.key_head(&scope, &caller.account, now).await?;
        let Some((mut head, version)) = found else {
            return Err(Problem::new(Kind::NotFound));
        };
        if head.keys.iter().all(|key| key.kid.to_string() != new.kid) {
            return Err(Problem::new(Kind::NotFound));
        }
        name(&mut head, &new.kid, called);
        let place = layout::key_head(&caller.account);
        let batch = Batch {
            expect: vec![Expect::Is(place.clone(), version)],
            put: vec![(place, encode(&head), Until::Keep)],
            ..Batch::default()
        };
        match self.commit(&scope, &batch, now).await {
            Ok(_) => Ok(()),
            Err(CommitError::Conflict(_)) => Err(Problem::new(Kind::Conflict)),
            Err(error) => Err(refuse::commit(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        let name = |text: &str| named(Some(text)).ok();
        assert_eq!(named(None).ok(), Some(None));
        assert_eq!(name("  "), Some(None));
        assert_eq!(
            name(" Firefox on Windows "),
            Some(Some("Firefox on Windows".to_owned()))
        );
        assert_eq!(name(&"ü".repeat(LONGEST)), Some(Some("ü".repeat(LONGEST))));
        for bad in ["a\nb", "a\u{202E}b", &"u".repeat(LONGEST + 1)] {
            assert_eq!(name(bad), None, "{bad:?}");
        }
    }
}
