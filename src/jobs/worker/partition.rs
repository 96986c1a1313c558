use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::{Shared, run};
use crate::ids::Partition;

/// How long a partition waits after the store did not answer.
const STORE_AWAY: Duration = Duration::from_millis(500);
/// Leases taken in one call.
const LEASES: usize = 32;

/// Leases the jobs of one partition until the worker stops.
pub(super) async fn serve(shared: Arc<Shared>, partition: Partition) {
    let places = Arc::new(Semaphore::new(shared.options.at_once_in_partition));
    while !shared.stop.is_cancelled() {
        let free = places.available_permits().min(LEASES);
        if free == 0 {
            // A job that ends wakes its partition.
            rest(&shared, partition, shared.options.poll).await;
            continue;
        }
        let max = u16::try_from(free).unwrap_or(u16::MAX);
        let now = shared.clock.now();
        match shared
            .store
            .lease(partition, max, shared.options.hold, now)
            .await
        {
            Ok(leases) => {
                let full = leases.len() >= free;
                for lease in leases {
                    let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                        break;
                    };
                    let shared = Arc::clone(&shared);
                    shared.tasks.clone().spawn(async move {
                        run::job(&shared, lease).await;
                        drop(place);
                        // Its place is free, and its successor in the lane can be leased.
                        shared.wake(partition);
                    });
                }
                if !full {
                    rest(&shared, partition, shared.options.poll).await;
                }
            }
            Err(away) => {
                tracing::debug!(error = %away, partition = partition.number(), "no jobs leased");
                rest(&shared, partition, STORE_AWAY).await;
            }
        }
    }
}

async fn rest(shared: &Shared, partition: Partition, at_most: Duration) {
    let Some(wake) = shared.wake.get(usize::from(partition.number())) else {
        return;
    };
    tokio::select! {
        () = shared.stop.cancelled() => {}
        () = wake.notified() => {}
        () = tokio::time::sleep(at_most) => {}
    }
}
