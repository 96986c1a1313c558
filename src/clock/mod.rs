//! Time and randomness. Everything above takes an [`Instant`] or an [`Entropy`] as an argument;
//! nothing else may read the machine's clock or its random source.

mod entropy;
mod instant;

pub use entropy::Entropy;
pub use instant::{Clock, Instant};
