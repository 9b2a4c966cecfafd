//! Ctrl-C: the first one asks for an orderly end, the second one ends at once.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::error::Error;

/// What a shell reports of a command that Ctrl-C ended.
pub(crate) const EXIT_CODE: u8 = 130;

/// How much later than the end of a child a signal to both may be noticed.
const SIGNAL_DELAY: Duration = Duration::from_millis(100);

/// Knows whether an end was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt {
    asked: watch::Receiver<bool>,
}

impl Interrupt {
    /// Listens for SIGINT, SIGTERM and SIGHUP from now on. On the second one the process ends
    /// without waiting for anything; its function then ends because its Runtime API is gone.
    pub(crate) fn listen() -> Result<Self, Error> {
        let mut signals = [
            signal(SignalKind::interrupt()).map_err(Error::Signals)?,
            signal(SignalKind::terminate()).map_err(Error::Signals)?,
            signal(SignalKind::hangup()).map_err(Error::Signals)?,
        ];
        let (ask, asked) = watch::channel(false);
        tokio::spawn(async move {
            any(&mut signals).await;
            let _ = ask.send(true);
            any(&mut signals).await;
            std::process::exit(EXIT_CODE.into());
        });
        Ok(Self { asked })
    }

    /// Whether an end has been asked for.
    pub(crate) fn was_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits until an end is asked for.
    pub(crate) async fn asked(&self) {
        let mut asked = self.asked.clone();
        if asked.wait_for(|asked| *asked).await.is_err() {
            // Nobody listens any more: nobody will ever ask.
            std::future::pending::<()>().await;
        }
    }

    /// Whether an end was asked for.
    pub(crate) fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Does the work, unless an end is asked for meanwhile: then the work is dropped.
    pub(crate) async fn unless_asked<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let result = tokio::select! {
            biased;
            () = self.asked() => return Err(Error::Interrupted),
            result = work => result,
        };
        // In a terminal Ctrl-C reaches the function, too, and its end may be noticed first.
        if result.is_err() && timeout(SIGNAL_DELAY, self.asked()).await.is_ok() {
            return Err(Error::Interrupted);
        }
        result
    }
}

async fn any(signals: &mut [Signal; 3]) {
    let [interrupt, terminate, hangup] = signals;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}
