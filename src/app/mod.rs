//! The program: configuration, the route table, the match over job kinds, pages, command line.

pub mod accept;
pub mod cli;
pub mod commands;
pub mod config;
mod dispatch;
mod doctor;
mod frames;
mod guard;
mod inspect;
mod life;
mod locale;
mod logging;
mod operations;
mod pages;
mod parts;
mod router;
mod serve;
mod shredding;

pub use parts::{Parts, StartError};
pub use serve::{Running, start};
