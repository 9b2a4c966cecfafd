//! Starts `analytics` again and again, and says what it took of CPU to its first answer: in the clear, over
//! TLS with one root certificate to load, and over TLS with those of the machine.
//!
//! ```console
//! $ cargo run -p millrace-bench --example cold-start -- 20 target/release/analytics [ANOTHER…]
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use millrace_bench::binaries::unpack;
use millrace_bench::figures::Series;
use millrace_bench::world::World;
use millrace_runtime_api::{FunctionProcess, Outcome};
use millrace_workloads::payloads::Payload;

/// Where Debian and its like have their root certificates.
const ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Enough for a binary that is a script which runs it under valgrind.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Clone, Copy)]
enum Way {
    InTheClear,
    OneRoot,
    AllRoots,
}

#[derive(Default)]
struct Samples {
    ready_ms: Series,
    answered_ms: Series,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let rounds: usize = arguments.next().unwrap_or_default().parse()?;
    let binaries: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    let ways = [Way::InTheClear, Way::OneRoot, Way::AllRoots];
    let (mut variants, mut folders) = (Vec::new(), Vec::new());
    for binary in &binaries {
        let folder = tempfile::tempdir_in(binary.parent().ok_or("a binary without a folder")?)?;
        let unpacked = unpack(binary, folder.path())?;
        variants.extend(ways.map(|way| (binary, unpacked.clone(), way)));
        folders.push(folder);
    }
    let mut samples: Vec<Samples> = variants.iter().map(|_| Samples::default()).collect();
    let batch = Payload::A100.stream().next_event();
    for _ in 0..rounds {
        for ((_, unpacked, way), samples) in variants.iter().zip(&mut samples) {
            start(unpacked, *way, &batch, samples).await?;
        }
    }
    for ((binary, _, way), samples) in variants.iter().zip(&samples) {
        let what = match way {
            Way::InTheClear => "in the clear",
            Way::OneRoot => "over TLS, one root",
            Way::AllRoots => "over TLS, all roots",
        };
        let median = |series: &Series| series.median().unwrap_or_default();
        let (ready, answered) = (median(&samples.ready_ms), median(&samples.answered_ms));
        let binary = binary.display();
        println!(
            "{binary} {what}: {ready:.2} ms of CPU to ready, {answered:.2} to the first answer"
        );
    }
    Ok(())
}

async fn start(
    binary: &Path,
    way: Way,
    batch: &[u8],
    samples: &mut Samples,
) -> Result<(), Box<dyn Error>> {
    let world = World::start().await?;
    let at = world.endpoints.listen_over_tls().await?;
    let trusted = tempfile::NamedTempFile::new()?;
    let mut roots = at.authority.clone();
    if matches!(way, Way::AllRoots) {
        roots.push_str(&std::fs::read_to_string(ROOTS)?);
    }
    std::fs::write(trusted.path(), &roots)?;
    let mut spec = world.analytics(binary.to_owned());
    spec.init_timeout = PATIENCE;
    if !matches!(way, Way::InTheClear) {
        spec.env.retain(|(name, _)| name != "MILLRACE_ENDPOINT_URL");
        spec = spec
            .with_env("MILLRACE_ENDPOINT_URL", &at.url)
            .with_env("SSL_CERT_FILE", trusted.path().display().to_string());
    }
    let process = FunctionProcess::start(spec).await?;
    let first = process.invoke(batch.to_vec()).await?;
    process.stop().await;
    match &first.outcome {
        Outcome::Response(answer) if answer.as_ref() == br#"{"batchItemFailures":[]}"# => {}
        other => return Err(format!("the first batch: {other}").into()),
    }
    let all = first.process_cpu_time.unwrap_or_default();
    let ready = all.saturating_sub(first.cpu_time.unwrap_or_default());
    samples.ready_ms.push(ready.as_secs_f64() * 1e3);
    samples.answered_ms.push(all.as_secs_f64() * 1e3);
    Ok(())
}
