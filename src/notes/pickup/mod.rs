//! Codes of five words: an author gives one to a reader, whose browser takes out what it unlocks,
//! once. The server holds a closed box, a wrap and the hash of a token, and can open none.

mod api;
mod give;
mod slot;
mod take;

pub use api::PickupApi;
