//! Who does which job, and when.

use std::borrow::Cow;
use std::collections::HashMap;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};

use super::super::queue::PER_ORIGIN;
use super::alone::ABREAST;
use super::*;

/// Does what a function says, and watches how many do it at once.
struct Watched<F> {
    now: AtomicUsize,
    most: AtomicUsize,
    by_origin: Mutex<HashMap<u32, (usize, usize)>>,
    stop: Arc<AtomicBool>,
    /// Does no answer take long?
    quick: bool,
    steps: Mutex<Vec<Step>>,
    /// Does the first job stand still until what is kept is let go of?
    stands: bool,
    let_go: AtomicUsize,
    run: F,
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Begun(u32),
    Awaited(u32),
    Ended(u32),
}

/// Origin and number; those from 1,000,000 on are urgent.
type Pair = (u32, u32);

impl Job for Pair {
    fn origin(&self) -> Cow<'_, str> {
        self.0.to_string().into()
    }

    fn is_urgent(&self) -> bool {
        self.1 >= 1_000_000
    }
}

impl<F: Fn(Pair, bool) -> Attempt<Pair, Pair> + Sync> Watched<F> {
    fn new(run: F) -> Self {
        Self {
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            by_origin: Mutex::new(HashMap::new()),
            stop: Arc::new(AtomicBool::new(false)),
            quick: true,
            steps: Mutex::new(Vec::new()),
            stands: false,
            let_go: AtomicUsize::new(0),
            run,
        }
    }

    fn most_of_an_origin(&self) -> usize {
        self.by_origin.lock().unwrap().values().map(|(_, most)| *most).max().unwrap_or(0)
    }
}

impl<F: Fn(Pair, bool) -> Attempt<Pair, Pair> + Sync> Work<Pair, Pair> for Watched<F> {
    type Begun = Pair;

    fn begin(&self, job: Pair) -> Pair {
        self.steps.lock().unwrap().push(Step::Begun(job.1));
        job
    }

    fn answered(&self, job: &Pair, _: Duration) -> bool {
        self.steps.lock().unwrap().push(Step::Awaited(job.1));
        self.quick
    }

    fn end(&self, job: Pair, last: bool, others: Others<'_>) -> Attempt<Pair, Pair> {
        if let Some(hurry) = others.wait.filter(|_| !self.quick) {
            hurry();
        }
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        {
            let mut origins = self.by_origin.lock().unwrap();
            let (now, most) = origins.entry(job.0).or_default();
            *now += 1;
            *most = (*most).max(*now);
        }
        self.steps.lock().unwrap().push(Step::Ended(job.1));
        if self.stands && job.1 == 0 {
            while self.let_go.load(Ordering::SeqCst) == 0 {
                (others.step_aside)();
                std::thread::yield_now();
            }
        }
        let attempt = (self.run)(job, last);
        self.by_origin.lock().unwrap().get_mut(&job.0).unwrap().0 -= 1;
        self.now.fetch_sub(1, Ordering::SeqCst);
        attempt
    }

    fn let_go(&self) {
        self.let_go.fetch_add(1, Ordering::SeqCst);
    }

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn interrupt(&self) {}
}

fn with<F, T>(
    most: usize,
    sequential: bool,
    work: &Watched<F>,
    page: impl for<'s, 'e> FnOnce(Crew<'s, 'e, Pair, Pair, Watched<F>>) -> T,
) -> T
where
    F: Fn(Pair, bool) -> Attempt<Pair, Pair> + Sync,
{
    let lanes = Lanes::new(most, sequential);
    std::thread::scope(|scope| {
        let crew = Crew::new(scope, &lanes, work);
        let result = page(crew);
        crew.close();
        result
    })
}

fn jobs(origins: u32, of: std::ops::Range<u32>) -> Vec<Pair> {
    of.map(|n| (n % origins, n)).collect()
}

#[test]
fn every_job_is_done_once_and_no_limit_is_passed() {
    for (origins, most) in [(1, 32), (2, 32), (20, 32), (20, 3), (1, 1)] {
        let done = Mutex::new(Vec::new());
        let work = Watched::new(|job: Pair, _| {
            std::thread::yield_now();
            done.lock().unwrap().push(job.1);
            Attempt::Done(None)
        });
        with(most, false, &work, |crew| {
            for part in jobs(origins, 0..1_000).chunks(100) {
                crew.enqueue(part.to_vec(), Start::AtOnce);
            }
            assert_eq!(crew.wait(0), Woken::Settled);
        });
        let mut done = done.lock().unwrap().clone();
        done.sort_unstable();
        assert_eq!(done, (0..1_000).collect::<Vec<_>>());
        assert!(work.most_of_an_origin() <= PER_ORIGIN);
        assert!(work.most.load(Ordering::SeqCst) <= most);
    }
}

/// Six must be at work at once for any to get on; a seventh never joins.
fn six_at_once(barrier: &Barrier) -> Watched<impl Fn(Pair, bool) -> Attempt<Pair, Pair> + Sync> {
    let mut work = Watched::new(|_, _| {
        barrier.wait();
        Attempt::Done(None)
    });
    work.quick = false;
    work
}

#[test]
fn slow_jobs_fill_all_places_of_an_origin_and_no_more() {
    let barrier = Barrier::new(PER_ORIGIN);
    let work = six_at_once(&barrier);
    with(32, false, &work, |crew| {
        crew.enqueue(jobs(1, 0..60), Start::Later);
        assert_eq!(crew.wait(0), Woken::Settled);
    });
    assert_eq!(work.most_of_an_origin(), PER_ORIGIN);
}

#[test]
fn calm_lanes_get_help_when_they_stand_still() {
    let barrier = Barrier::new(PER_ORIGIN);
    let work = six_at_once(&barrier);
    with(32, false, &work, |crew| {
        for n in 0..12 {
            crew.enqueue([(0, n)], Start::Calmly);
        }
        assert_eq!(crew.wait(0), Woken::Settled);
    });
    assert_eq!(work.most_of_an_origin(), PER_ORIGIN);
}

#[test]
fn a_slow_origin_keeps_no_other_waiting() {
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let others = AtomicUsize::new(0);
    let work = Watched::new(|job: Pair, _| {
        if job.0 == 0 {
            let _ = held.lock().unwrap().recv();
        } else if others.fetch_add(1, Ordering::SeqCst) + 1 == 50 {
            // All of the other origin are done while the first origin's stand still.
            for _ in 0..50 {
                let _ = release.send(());
            }
        }
        Attempt::Done(None)
    });
    with(32, false, &work, |crew| {
        crew.enqueue(jobs(2, 0..100), Start::AtOnce);
        assert_eq!(crew.wait(0), Woken::Settled);
    });
}

#[test]
fn jobs_begin_while_the_page_is_still_arriving() {
    let (begun, seen) = mpsc::channel();
    let work = Watched::new(move |job: Pair, _| {
        begun.send(job).unwrap();
        Attempt::Done(None)
    });
    with(32, false, &work, |crew| {
        crew.enqueue(jobs(1, 0..1), Start::AtOnce);
        // Nothing more comes from the page until the first job has begun.
        assert_eq!(seen.recv().unwrap(), (0, 0));
        crew.enqueue(jobs(1, 1..2), Start::AtOnce);
        assert_eq!(seen.recv().unwrap(), (0, 1));
        assert_eq!(crew.wait(0), Woken::Settled);
    });
}

#[test]
fn in_sequence_is_document_order_on_one_thread() {
    let page = std::thread::current().id();
    let done = Mutex::new(Vec::new());
    let work = Watched::new(|job: Pair, _| {
        assert_eq!(std::thread::current().id(), page);
        done.lock().unwrap().push(job.1);
        Attempt::Done((job.1 == 3).then_some((7, 99)))
    });
    with(32, true, &work, |crew| {
        crew.enqueue(jobs(3, 0..10), Start::AtOnce);
        assert_eq!(crew.wait(0), Woken::Answers(vec![(7, 99)]));
        crew.enqueue(jobs(1, 10..12), Start::AtOnce);
        assert_eq!(crew.wait(0), Woken::Settled);
    });
    assert_eq!(done.into_inner().unwrap(), (0..12).collect::<Vec<_>>());
}

#[test]
fn without_jobs_there_is_no_thread_and_with_one_job_neither() {
    let page = std::thread::current().id();
    let work = Watched::new(|_, _| {
        assert_eq!(std::thread::current().id(), page);
        Attempt::Done(None)
    });
    with(32, false, &work, |crew| {
        assert_eq!(crew.wait(0), Woken::Settled);
        crew.enqueue(jobs(1, 0..1), Start::Later);
        assert_eq!(crew.wait(0), Woken::Settled);
        assert_eq!(crew.lanes.lock().threads, 0);
    });
}

#[test]
fn with_a_neighbour_the_pages_thread_does_it_all() {
    let page = std::thread::current().id();
    let done = Mutex::new(Vec::new());
    let work = Watched::new(|job: Pair, _| {
        assert_eq!(std::thread::current().id(), page);
        done.lock().unwrap().push(job.1);
        Attempt::Done(None)
    });
    with(32, false, &work, |crew| {
        crew.enqueue(jobs(1, 0..1_000), Start::Later);
        assert_eq!(crew.wait(0), Woken::Settled);
        assert_eq!(crew.lanes.lock().threads, 0);
    });
    let mut done = done.into_inner().unwrap();
    done.sort_unstable();
    assert_eq!(done, (0..1_000).collect::<Vec<_>>());
}

#[test]
fn the_pages_thread_is_called_for_more_before_the_lanes_run_dry() {
    for start in [Start::AtOnce, Start::Calmly, Start::Later] {
        let work = Watched::new(|_, _| {
            std::thread::yield_now();
            Attempt::Done(None)
        });
        with(4, false, &work, |crew| {
            crew.enqueue(jobs(1, 0..200), start);
            assert_eq!(crew.wait(50), Woken::Few);
            assert!(crew.waiting() < 50);
            assert_eq!(crew.wait(0), Woken::Settled);
        });
    }
}

#[test]
fn one_wait_serves_for_several_of_a_neighbours_answers() {
    let work = Watched::new(|_, _| Attempt::Done(None));
    with(32, false, &work, |crew| {
        crew.enqueue(jobs(1, 0..100), Start::Later);
        assert_eq!(crew.wait(0), Woken::Settled);
    });
    let steps = work.steps.into_inner().unwrap();
    let awaited: Vec<_> = steps.iter().filter(|step| matches!(step, Step::Awaited(_))).collect();
    assert_eq!(awaited.len(), 100 / ABREAST, "{awaited:?}");
    // The answers that are there are looked at while the next requests are on their way.
    let next = (0..4).flat_map(|n| [Step::Ended(n), Step::Begun(n + 4)]);
    let first = (0..4).map(Step::Begun).chain([Step::Awaited(3)]).chain(next).chain([Step::Awaited(7), Step::Ended(4)]);
    assert!(first.eq(steps.into_iter().take(15)));
}

#[test]
fn a_few_jobs_are_worth_no_second_connection() {
    let work = Watched::new(|_, _| Attempt::Done(None));
    with(32, false, &work, |crew| {
        crew.enqueue(jobs(1, 0..20), Start::Later);
        assert_eq!(crew.wait(0), Woken::Settled);
    });
    let steps = work.steps.into_inner().unwrap();
    assert!(steps.into_iter().eq((0..20).flat_map(|n| [Step::Begun(n), Step::Ended(n)])));
}

#[test]
fn what_is_not_the_neighbours_gets_lanes_at_once() {
    let page = std::thread::current().id();
    let work = Watched::new(|job: Pair, _| {
        // The page's thread would keep its neighbour's answers waiting.
        assert!(job.0 == 0 || std::thread::current().id() != page);
        Attempt::Done(None)
    });
    with(32, false, &work, |crew| {
        crew.hold("0");
        crew.let_go("0");
        crew.enqueue(jobs(2, 0..20), Start::Later);
        assert_eq!(crew.wait(0), Woken::Settled);
    });
}

#[test]
fn a_long_answer_keeps_no_other_waiting() {
    // The first answer begins quickly and then stands still until all others are there.
    let (release, held) = mpsc::channel::<()>();
    let others = AtomicUsize::new(0);
    let held = Mutex::new(held);
    let mut work = Watched::new(|job: Pair, _| {
        if job.1 == 0 {
            held.lock().unwrap().recv().unwrap();
        } else if others.fetch_add(1, Ordering::SeqCst) + 1 == 99 {
            release.send(()).unwrap();
        }
        Attempt::Done(None)
    });
    work.quick = false;
    with(32, false, &work, |crew| {
        crew.enqueue(jobs(1, 0..100), Start::Later);
        assert_eq!(crew.wait(0), Woken::Settled);
    });
    assert_eq!(others.into_inner(), 99);
}

#[test]
fn a_server_of_one_connection_at_a_time_keeps_nobody_waiting_twice() {
    let stood = Barrier::new(2);
    let mut work = Watched::new(|job: Pair, _| {
        if job.1 < 2 {
            stood.wait();
        }
        Attempt::Done(None)
    });
    work.stands = true;
    with(2, false, &work, |crew| {
        crew.enqueue(jobs(1, 0..2), Start::AtOnce);
        assert_eq!(crew.wait(0), Woken::Settled);
    });
    // When the first stood still, and as soon as each of them had ended.
    assert_eq!(work.let_go.into_inner(), 3);
}

#[test]
fn urgent_jobs_go_first() {
    let done = Mutex::new(Vec::new());
    let work = Watched::new(|job: Pair, _| {
        done.lock().unwrap().push(job.1);
        Attempt::Done(None)
    });
    with(1, false, &work, |crew| {
        crew.enqueue([(0, 0), (0, 1), (0, 1_000_000), (0, 2), (0, 1_000_001)], Start::Later);
        assert_eq!(crew.wait(0), Woken::Settled);
    });
    assert_eq!(done.into_inner().unwrap(), [1_000_000, 1_000_001, 0, 1, 2]);
}

#[test]
fn too_few_descriptors_mean_fewer_lanes_and_not_fewer_images() {
    let open = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let work = Watched::new(|job: Pair, last| {
        // Three at a time may have one.
        if open.fetch_add(1, Ordering::SeqCst) >= 3 && !last {
            open.fetch_sub(1, Ordering::SeqCst);
            return Attempt::Starved(job);
        }
        std::thread::yield_now();
        open.fetch_sub(1, Ordering::SeqCst);
        done.fetch_add(1, Ordering::SeqCst);
        Attempt::Done(None)
    });
    with(32, false, &work, |crew| {
        crew.enqueue(jobs(30, 0..500), Start::AtOnce);
        assert_eq!(crew.wait(0), Woken::Settled);
    });
    assert_eq!(done.into_inner(), 500);
}

#[test]
fn an_interruption_hands_out_nothing_more() {
    for most in [1, 4] {
        let begun = AtomicUsize::new(0);
        let stop = Arc::new(AtomicBool::new(false));
        let mut work = Watched::new(|_, _| {
            if begun.fetch_add(1, Ordering::SeqCst) == 10 {
                stop.store(true, Ordering::SeqCst);
            }
            Attempt::Done(None)
        });
        work.stop = stop.clone();
        with(most, false, &work, |crew| {
            crew.enqueue(jobs(1, 0..1_000), Start::Later);
            assert_eq!(crew.wait(0), Woken::Interrupted);
        });
        assert!(begun.load(Ordering::SeqCst) < 10 + 2 * most, "{most}");
    }
}

#[test]
fn the_pages_own_connection_counts() {
    let work = Watched::new(|_, _| {
        std::thread::yield_now();
        Attempt::Done(None)
    });
    with(32, false, &work, |crew| {
        crew.hold("0");
        crew.enqueue(jobs(1, 0..500), Start::AtOnce);
        while crew.lanes.lock().queues.waiting > 0 {
            std::thread::yield_now();
        }
        assert!(work.most_of_an_origin() < PER_ORIGIN);
        crew.let_go("0");
        assert_eq!(crew.wait(0), Woken::Settled);
    });
}

#[test]
fn many_origins_take_no_quadratic_time() {
    let work = Watched::new(|_, _| Attempt::Done(None));
    with(4, false, &work, |crew| {
        crew.enqueue(jobs(50_000, 0..50_000), Start::Later);
        assert_eq!(crew.wait(0), Woken::Settled);
    });
}
