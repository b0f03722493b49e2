//! What every driver promises, asked of both: the sandbox directly, and the live driver through the
//! wire, with the server on loopback in front of the same simulated world.
//!
//! A scenario is written once, against a [`desk::Desk`], and runs as two tests.

mod desk;

/// Runs scenarios over both drivers.
macro_rules! over_both_drivers {
    ($($scenario:ident),+ $(,)?) => {
        mod sandbox {
            $(
                // Time stands still but for waits, so the world's minutes cost nothing.
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

mod belonging;
mod linking;
mod members;
mod pushes;
mod reading;
mod refusals;
mod server;
mod settings;
mod trouble;
