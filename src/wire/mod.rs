//! Words that all HTTP routes share.

mod problem;

pub use problem::{Kind, Problem, Refused};
