//! Threads: one cuts, some score, the caller's writes.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::worker::{Engine, Job, Worker};
use crate::error::Result;
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
    cutter.limit_records(job.bundle().fields.len());
    if threads <= 1 {
        return alone(Worker::new(job, engine.open(&job.model, key)?)?, name, cutter, write);
    }
    let (empty_in, empty) = channel::<Chunk>();
    let (full_in, full) = channel::<std::io::Result<Chunk>>();
    for _ in 0..threads * BUFFERS {
        let _ = empty_in.send(Chunk::default());
    }
    // The reader is not joined: it may be waiting for a terminal, and a run that has failed must not wait for it.
    std::thread::spawn(move || cut(cutter, &empty, &full_in));
    let (done_in, done) = channel::<Result<Done>>();
    let shared = Shared { name, full: Mutex::new(full), stopped: AtomicBool::new(false) };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (done_in, shared) = (done_in.clone(), &shared);
            scope.spawn(move || {
                let worker = engine.open(&job.model, key).and_then(|e| Worker::new(job, e));
                if let Err(error) = worker.and_then(|worker| work(worker, shared, &done_in)) {
                    let _ = done_in.send(Err(error));
                }
            });
        }
        drop(done_in);
        let outcome = collect(&done, &empty_in, write);
        shared.stopped.store(true, Ordering::Relaxed);
        outcome
    })
}

fn cut<R: Read>(mut cutter: Cutter<R>, empty: &Receiver<Chunk>, full: &Sender<std::io::Result<Chunk>>) {
    while let Ok(mut chunk) = empty.recv() {
        let (cut, more) = match cutter.next(&mut chunk) {
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
struct Shared<'a> {
    name: &'a str,
    full: Mutex<Receiver<std::io::Result<Chunk>>>,
    stopped: AtomicBool,
}

impl Shared<'_> {
    /// The next chunk; `None` at the end, or when the run has ended early.
    fn next(&self) -> Option<std::io::Result<Chunk>> {
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

fn work(mut worker: Worker<'_>, shared: &Shared<'_>, done: &Sender<Result<Done>>) -> Result<()> {
    while let Some(chunk) = shared.next() {
        let chunk = chunk.map_err(|error| Source::failed(shared.name, error))?;
        if done.send(Ok(worker.process(chunk)?)).is_err() {
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
    mut worker: Worker<'_>,
    name: &str,
    mut cutter: Cutter<R>,
    write: &mut dyn FnMut(&Done) -> Result<()>,
) -> Result<Summary> {
    let (mut chunk, mut summary) = (Chunk::default(), Summary::default());
    while cutter.next(&mut chunk).map_err(|error| Source::failed(name, error))? {
        let done = worker.process(chunk)?;
        summary.rows += done.rows;
        summary.bad += done.bad_count;
        write(&done)?;
        chunk = done.chunk;
    }
    Ok(summary)
}
