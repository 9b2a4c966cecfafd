//! Processes that wait for each other.

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::fs;
use tokio::time::sleep;

/// Between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Leaves a file of this process in the folder, and waits until there is one of another, too.
pub(crate) async fn of_two(folder: &Path) -> io::Result<()> {
    fs::write(folder.join(std::process::id().to_string()), "").await?;
    while std::fs::read_dir(folder)?.count() < 2 {
        sleep(LOOK_AGAIN).await;
    }
    Ok(())
}
