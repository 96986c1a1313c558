//! The program: configuration, the route table, the match over job kinds, pages, command line.

pub mod accept;
pub mod cli;
pub mod config;
pub mod frames;
pub mod guard;
pub mod logging;
