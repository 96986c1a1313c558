//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// A Jira-compatible webhook and plugin bridge.
#[derive(Debug, Parser)]
#[command(name = "deskbridge", version)]
pub struct Cli {
    /// The configuration file; without one the defaults and the environment are used.
    #[arg(long, short, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until interrupted.
    Serve,
    /// Check the configuration, the store and the key ring, and say what to do.
    Doctor,
    /// Print the app descriptor as hosts will fetch it.
    Descriptor,
    /// Print the OpenAPI document of the panel routes.
    Openapi,
    /// The key ring that seals secrets at rest.
    #[command(subcommand)]
    Keys(Keys),
    /// Installations of the app.
    #[command(subcommand)]
    Tenants(Tenants),
    /// Jobs that were given up.
    #[command(subcommand)]
    Jobs(Jobs),
    /// The audit trail.
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Add a new key, seal every tenant's secrets with it, and say which keys are unused.
    Rotate,
}

#[derive(Debug, Subcommand)]
pub enum Tenants {
    /// One line a tenant: id, site, state, when it is shredded.
    List,
    /// Erase everything of an uninstalled tenant before its retention is over.
    Shred {
        tenant: crate::ids::TenantId,
        /// Also one that has the app installed: on its site it stops working.
        #[arg(long)]
        even_installed: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Jobs {
    /// Jobs given up, with the reason.
    List {
        /// Of this tenant only.
        #[arg(long)]
        tenant: Option<crate::ids::TenantId>,
    },
    /// Put jobs back to work: those named, or all of the tenant.
    Redrive {
        #[arg(long)]
        tenant: crate::ids::TenantId,
        ids: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Follow each tenant's chain and report the first break.
    Verify,
}
