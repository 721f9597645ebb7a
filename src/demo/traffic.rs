//! Customers: they come at a steady pace, look at orders and place some, and leave when it takes too
//! long.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

/// The time between two customers.
const PACE: Duration = Duration::from_millis(80);
/// How long a customer waits.
const PATIENCE: Duration = Duration::from_secs(5);
/// Every so manieth customer buys.
const BUYS: u32 = 4;
/// The most customers at once: who comes then finds a queue and goes.
const CROWD: usize = 24;

/// Sends customers to the shop at `url` until the task is dropped.
pub(super) async fn customers(url: String) -> Result<(), reqwest::Error> {
    // The shop is on this machine, where no proxy has to be asked.
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy();
    let client = client.build()?;
    let room = std::sync::Arc::new(tokio::sync::Semaphore::new(CROWD));
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in 1_u32.. {
        pace.tick().await;
        let Ok(seat) = room.clone().try_acquire_owned() else {
            continue;
        };
        let request = if number.is_multiple_of(BUYS) {
            client.post(format!("{url}/orders"))
        } else {
            client.get(format!("{url}/orders/latest"))
        };
        tokio::spawn(async move {
            // What comes of it shows in the database and in the probes.
            let _ = request.send().await;
            drop(seat);
        });
    }
    Ok(())
}
