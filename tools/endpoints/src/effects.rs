//! Requests that have been taken and whose effect is still to come.

use tokio::sync::watch;

/// How many there are.
#[derive(Debug)]
pub(crate) struct Effects(watch::Sender<usize>);

/// One of them; it has come when this is dropped.
#[derive(Debug)]
pub(crate) struct Effect(watch::Sender<usize>);

impl Default for Effects {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Effects {
    pub(crate) fn begin(&self) -> Effect {
        self.0.send_modify(|effects| *effects += 1);
        Effect(self.0.clone())
    }

    /// Waits until there is none.
    pub(crate) async fn settle(&self) {
        // The sender is here, so there is somebody to wait for.
        let _ = self.0.subscribe().wait_for(|effects| *effects == 0).await;
    }
}

impl Drop for Effect {
    fn drop(&mut self) {
        self.0.send_modify(|effects| *effects -= 1);
    }
}
