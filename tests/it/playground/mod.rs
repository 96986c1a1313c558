//! The playground's site, seen by a small real app.

mod app;
mod demo;
mod holdings;
mod install;
mod openapi;
mod rest;
mod webhooks;
