//! System calls that fail now and then, by libfiu, under an unchanged program; and a small disk that really fills up.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::process::{Said, is_ready, keeps, recovers, registers, run, titles};
use crate::journeys::kills::Process;

/// Which calls of a kind fail.
#[derive(Debug, Clone, Copy)]
enum Failing {
    /// The next one, in each part anew: as many as there are parts.
    Next,
    /// Each with this probability.
    Random(f64),
}

use Failing::{Next, Random};

/// Registers tickets, in parts of so many, while calls of some kinds fail; then the calls do well again.
async fn fails(calls: &[(&str, Failing)], parts: usize, tickets: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    // A database in form, so that the fault meets a desk at work.
    Process::start(folder.path(), "").await.kill();
    let desk = Process::start_by(&["fiu-run", "-x"], folder.path(), "", Stdio::null()).await;
    let told = |what: &str| run("fiu-ctrl", &["-c", what, &desk.id().to_string()]);
    let mut said = Said::default();
    let mut was_ready = true;
    for part in 0..parts {
        for (call, failing) in calls {
            let enabled = match failing {
                Random(_) if part > 0 => continue,
                Random(probability) => told(&format!("enable_random name={call},probability={probability}")),
                Next => {
                    recovers(&desk.url).await;
                    told(&format!("enable name={call},onetime"))
                }
            };
            assert!(enabled, "libfiu is there: tests/setup.sh");
        }
        let some = registers(&desk.url, titles(&format!("part {part}"), tickets)).await;
        said.kept.extend(some.kept);
        said.refused += some.refused;
        said.silent += some.silent;
        was_ready &= is_ready(&desk.url).await;
    }
    for (call, _) in calls {
        assert!(told(&format!("disable name={call}")));
    }
    recovers(&desk.url).await;
    said.kept.extend(registers(&desk.url, titles("after", 20)).await.kept);
    assert_eq!(said.silent, 0, "the process lives");
    println!("{calls:?} failing: it was {}", if was_ready { "always ready when asked" } else { "not ready at times" });
    let desk = keeps(desk, folder.path(), "", &said).await;
    desk.kill();
}

#[actix_web::test]
async fn a_sync_that_failed_loses_no_ticket() {
    fails(&[("posix/io/sync/fsync", Next)], 6, 10).await;
}

#[actix_web::test]
#[ignore = "minutes: part of make proof"]
async fn writes_syncs_and_opens_that_fail_lose_no_ticket() {
    let (sync, write, open) = ("posix/io/sync/fsync", "posix/io/rw/pwrite", "posix/io/oc/open");
    for calls in [
        &[(sync, Random(0.05))][..],
        &[(write, Random(0.005))],
        &[(write, Random(0.05))],
        // A connection that is thrown away, and none to be had in its place.
        &[(sync, Random(0.1)), (open, Random(0.5))],
        &[(sync, Random(0.02)), (write, Random(0.002)), (open, Random(0.2))],
    ] {
        fails(calls, 20, 20).await;
    }
}

/// A file system of its own of so many bytes; `None`, with a word, where that may not be.
pub fn small_disk(bytes: &str) -> Option<Disk> {
    let folder = tempfile::tempdir().expect("a folder").keep();
    if !run("mount", &["-t", "tmpfs", "-o", &format!("size={bytes},mode=0777"), "tmpfs", &folder.display().to_string()]) {
        println!("not tried: a file system of its own takes root");
        return None;
    }
    Some(Disk(folder))
}

/// One that is unmounted in the end.
pub struct Disk(PathBuf);

impl Disk {
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Takes all the room there is.
    pub fn fill(&self) {
        run("sh", &["-c", &format!("cat /dev/zero > '{}/filling' 2>/dev/null", self.0.display())]);
    }

    /// Gives it back.
    pub fn free(&self) {
        std::fs::remove_file(self.0.join("filling")).expect("room");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &["-l", &self.0.display().to_string()]);
        drop(std::fs::remove_dir(&self.0));
    }
}

#[actix_web::test]
#[ignore = "minutes: part of make proof"]
async fn a_disk_that_fills_up_again_and_again_loses_no_ticket() {
    let Some(disk) = small_disk("24m") else { return };
    let desk = Process::start(disk.path(), "").await;
    let mut said = Said::default();
    for time in 0..5 {
        said.kept.extend(registers(&desk.url, titles(&format!("before {time}"), 50)).await.kept);
        disk.fill();
        let full = registers(&desk.url, titles(&format!("full {time}"), 100)).await;
        assert!(full.refused > 0 && !is_ready(&desk.url).await, "{full:?}");
        said.refused += full.refused;
        said.silent += full.silent;
        said.kept.extend(full.kept);
        disk.free();
        recovers(&desk.url).await;
        said.kept.extend(registers(&desk.url, titles(&format!("after {time}"), 50)).await.kept);
    }
    assert_eq!(said.silent, 0, "the process lives");
    keeps(desk, disk.path(), "", &said).await.kill();
}
