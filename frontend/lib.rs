//! The panels, bundled.
