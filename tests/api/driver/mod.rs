//! The contract of every driver, tested on both: the sandbox directly, and the live driver over the wire, with
//! the loopback server in front of the same simulated world.
//!
//! A scenario is written once, against a [`desk::Desk`], and runs as two tests.

mod desk;

/// Runs scenarios on both drivers.
macro_rules! over_both_drivers {
    ($($scenario:ident),+ $(,)?) => {
        mod sandbox {
            $(
                // The clock is paused and skips waits, so the world's minutes take no time.
                #[tokio::test(start_paused = true)]
                async fn $scenario() {
                    super::$scenario(crate::driver::desk::Kind::Sandbox).await;
                }
            )+
        }
        mod wire {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $scenario() {
                    super::$scenario(crate::driver::desk::Kind::Wire).await;
                }
            )+
        }
    };
}

mod backlog;
mod belonging;
mod linking;
mod members;
mod pushes;
mod reading;
mod refusals;
mod server;
mod settings;
mod trouble;
