//! What every backend promises, run over each of them.

pub mod bed;
mod erasing;
mod faults;
mod kill;
mod lanes;
mod model;
pub mod proxy;
mod records;
pub mod server;

/// Runs each rule over every backend.
macro_rules! rules {
    ($($rule:ident),* $(,)?) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                super::$rule(crate::store::bed::embedded()).await;
            })*
        }

        mod redis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                if let Some(bed) = crate::store::bed::redis(&[]).await {
                    super::$rule(bed).await;
                }
            })*
        }

        /// One server for all rules: a cluster takes seconds to come up.
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_cluster_of_one_node_keeps_the_same_rules() {
            let Some(server) = crate::store::bed::cluster() else { return };
            $($rule(crate::store::bed::emptied(&server).await).await;)*
        }
    };
}
use rules;
