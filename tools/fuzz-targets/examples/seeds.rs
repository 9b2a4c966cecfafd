//! Writes the seeds of all fuzz targets into a folder, each target's into one of its own:
//! `cargo run -p millrace-fuzz-targets --example seeds -- fuzz/seeds`

use std::path::PathBuf;
use std::{env, fs, io};

use millrace_fuzz_targets::seeds;

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).unwrap_or_else(|| "fuzz/seeds".into()));
    for seed in seeds() {
        let of_target = folder.join(seed.target);
        fs::create_dir_all(&of_target)?;
        fs::write(of_target.join(seed.name), seed.bytes)?;
    }
    Ok(())
}
