//! Threads: one cuts, some score, the caller's writes.

use std::any::Any;
use std::collections::BTreeMap;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::worker::{Engine, Job, Worker};
use crate::error::{HostError, Result};
use crate::input::{BadRow, Chunk, Cutter, Source};

/// Buffers a worker: one in work, one waiting on each side, one for a neighbour that is slower.
const BUFFERS: usize = 4;

/// How long a worker waits before it looks whether the run has ended.
const PATIENCE: Duration = Duration::from_millis(50);

/// A scored chunk.
#[derive(Debug)]
pub struct Done {
    /// Its text, and the output's in `out`.
    pub chunk: Chunk,
    /// Rows scored.
    pub rows: u64,
    /// Rows read, the bad ones included.
    pub rows_seen: u64,
    /// Lines read.
    pub lines_seen: u64,
    /// Details of the first bad rows.
    pub bad: Vec<BadRow>,
    /// Bad rows.
    pub bad_count: u64,
}

/// What came of it all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows scored.
    pub rows: u64,
    /// Rows that could not be.
    pub bad: u64,
}

/// What a worker does with each chunk.
type Process<'a> = Box<dyn FnMut(Chunk) -> Result<Done> + 'a>;

/// Scores everything that `cutter` gives. `write` gets the chunks in the order of the input; its error ends the run.
pub fn run<R: Read + Send + 'static>(
    job: &Job,
    engine: &Engine,
    key: Option<&[u8; 32]>,
    threads: usize,
    name: &str,
    mut cutter: Cutter<R>,
    write: &mut dyn FnMut(&Done) -> Result<()>,
) -> Result<Summary> {
    cutter.limit_records(job.plan.values_of_a_row(job.bundle()));
    let open = || -> Result<Process<'_>> {
        let mut worker = Worker::new(job, engine.open(&job.model, key)?)?;
        Ok(Box::new(move |chunk| worker.process(chunk)))
    };
    run_with(&open, threads, name, cutter, write)
}

/// Each thread works with what `open` gives it.
fn run_with<'a, R: Read + Send + 'static>(
    open: &(dyn Fn() -> Result<Process<'a>> + Sync),
    threads: usize,
    name: &str,
    cutter: Cutter<R>,
    write: &mut dyn FnMut(&Done) -> Result<()>,
) -> Result<Summary> {
    if threads <= 1 {
        return alone(open()?, name, cutter, write);
    }
    let (empty_in, empty) = channel::<Chunk>();
    let (full_in, full) = channel::<Result<Chunk>>();
    for _ in 0..threads * BUFFERS {
        let _ = empty_in.send(Chunk::default());
    }
    // The reader is not joined: it may be waiting for a terminal, and a run that has failed must not wait for it.
    let name = name.to_owned();
    std::thread::spawn(move || cut(cutter, &name, &empty, &full_in));
    let (done_in, done) = channel::<Result<Done>>();
    let shared = Shared { full: Mutex::new(full), stopped: AtomicBool::new(false) };
    std::thread::scope(|scope| {
        // However this thread leaves the scope, by a panic of `write` too, the workers end.
        let _stop = Stop(&shared.stopped);
        for _ in 0..threads {
            let (done_in, shared) = (done_in.clone(), &shared);
            scope.spawn(move || {
                if let Err(error) = caught(|| work(open()?, shared, &done_in)) {
                    let _ = done_in.send(Err(error));
                }
            });
        }
        drop(done_in);
        collect(&done, &empty_in, write)
    })
}

/// Runs what a thread has to do; a panic becomes an error, so that nobody waits for what will not come. What it left half
/// done is dropped with the run.
fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(HostError::Panic { what: message(panic.as_ref()) }))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}

fn cut<R: Read>(mut cutter: Cutter<R>, name: &str, empty: &Receiver<Chunk>, full: &Sender<Result<Chunk>>) {
    while let Ok(mut chunk) = empty.recv() {
        let more = caught(|| cutter.next(&mut chunk).map_err(|error| Source::failed(name, error)));
        let (cut, more) = match more {
            Ok(false) => return,
            Ok(true) => (Ok(chunk), true),
            Err(error) => (Err(error), false),
        };
        if full.send(cut).is_err() || !more {
            return;
        }
    }
}

/// What the workers share beside the job.
struct Shared {
    full: Mutex<Receiver<Result<Chunk>>>,
    stopped: AtomicBool,
}

impl Shared {
    /// The next chunk; `None` at the end, or when the run has ended early.
    fn next(&self) -> Option<Result<Chunk>> {
        loop {
            let next = self.full.lock().ok()?.recv_timeout(PATIENCE);
            match next {
                Ok(chunk) => return Some(chunk),
                Err(RecvTimeoutError::Timeout) if !self.stopped.load(Ordering::Relaxed) => {}
                Err(_) => return None,
            }
        }
    }
}

/// Ends the workers when it is dropped.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn work(mut process: Process<'_>, shared: &Shared, done: &Sender<Result<Done>>) -> Result<()> {
    while let Some(chunk) = shared.next() {
        if done.send(Ok(process(chunk?)?)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Brings the chunks back into order.
fn collect(
    done: &Receiver<Result<Done>>,
    empty: &Sender<Chunk>,
    write: &mut dyn FnMut(&Done) -> Result<()>,
) -> Result<Summary> {
    let mut early: BTreeMap<u64, Done> = BTreeMap::new();
    let mut next = 0;
    let mut summary = Summary::default();
    let mut failed = None;
    while let Ok(one) = done.recv() {
        match one {
            Ok(one) => early.insert(one.chunk.index, one),
            Err(error) => {
                failed = Some(error);
                break;
            }
        };
        while let Some(one) = early.remove(&next) {
            next += 1;
            summary.rows += one.rows;
            summary.bad += one.bad_count;
            write(&one)?;
            let _ = empty.send(one.chunk);
        }
    }
    failed.map_or(Ok(summary), Err)
}

/// The same in one thread.
fn alone<R: Read>(
    mut process: Process<'_>,
    name: &str,
    mut cutter: Cutter<R>,
    write: &mut dyn FnMut(&Done) -> Result<()>,
) -> Result<Summary> {
    let (mut chunk, mut summary) = (Chunk::default(), Summary::default());
    while cutter.next(&mut chunk).map_err(|error| Source::failed(name, error))? {
        let done = process(chunk)?;
        summary.rows += done.rows;
        summary.bad += done.bad_count;
        write(&done)?;
        chunk = done.chunk;
    }
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;
    use crate::input::Format;

    /// Far more chunks than there are buffers.
    fn cutter() -> Cutter<std::io::Cursor<Vec<u8>>> {
        let text = "123456789\n".repeat(1 << 20).into_bytes();
        Cutter::new(std::io::Cursor::new(text), Vec::new(), Format::Csv, b',')
    }

    fn done(chunk: Chunk) -> Result<Done> {
        let rows = chunk.text.len() as u64 / 10;
        Ok(Done { chunk, rows, rows_seen: rows, lines_seen: rows, bad: Vec::new(), bad_count: 0 })
    }

    #[test]
    fn every_row_arrives_once() {
        for threads in [1, 2, 5] {
            let open = || -> Result<Process<'_>> { Ok(Box::new(done)) };
            let summary = run_with(&open, threads, "test", cutter(), &mut |_| Ok(())).unwrap();
            assert_eq!(summary, Summary { rows: 1 << 20, bad: 0 });
        }
    }

    #[test]
    fn a_panic_of_one_worker_ends_the_run_with_an_error() {
        let opened = AtomicU64::new(0);
        let open = || -> Result<Process<'_>> {
            let first = opened.fetch_add(1, Ordering::Relaxed) == 0;
            Ok(Box::new(move |chunk| {
                assert!(!first, "as a mistake in the tool would");
                done(chunk)
            }))
        };
        let error = run_with(&open, 3, "test", cutter(), &mut |_| Ok(())).unwrap_err();
        assert_eq!(error.code(), "SCL-0716");
        assert!(error.to_string().contains("as a mistake in the tool would"), "{error}");
    }

    #[test]
    fn a_panic_while_reading_is_no_end_of_the_input() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                panic!("a reader that is broken")
            }
        }
        let cutter = Cutter::new(Broken, Vec::new(), Format::Csv, b',');
        let open = || -> Result<Process<'_>> { Ok(Box::new(done)) };
        let error = run_with(&open, 2, "test", cutter, &mut |_| Ok(())).unwrap_err();
        assert_eq!(error.code(), "SCL-0716");
    }

    #[test]
    fn a_panic_of_the_writer_leaves_no_worker_waiting() {
        let open = || -> Result<Process<'_>> { Ok(Box::new(done)) };
        let ended = catch_unwind(AssertUnwindSafe(|| {
            run_with(&open, 2, "test", cutter(), &mut |_| panic!("a writer that is broken"))
        }));
        assert!(ended.is_err());
    }
}
