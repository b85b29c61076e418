//! Where a page's content goes: standard output as it is, standard output as a terminal can bear it, or a file that is whole or not there.
//!
//! ```text
//!  Output ─┬─ stdout.rs    byte for byte, in the pieces that arrive; the exchange may splice into it
//!          ├─ preview.rs   a terminal: control bytes visible, the first lines, no binary
//!          └─ file.rs      a temporary name beside FILE until the content is whole; devices and pipes directly
//!     with -C: resume.rs    does the answer go on where what is there ends? Until then nothing is written
//! ```

mod file;
mod preview;
mod resume;
mod stdout;

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use self::file::{Ended, FileSink};
use self::preview::Preview;
use self::resume::{Resume, Verdict};
use self::stdout::Stdout;
use crate::event::Emitter;
use crate::plan::{self, ContinueAt, Job, Plan, StdoutMode};
use crate::stages::message::Message;
use crate::stages::response::{BodySink, Head, RangeFault, Refused, ResponseError, ResponseEvent, SinkError};
use crate::stages::url::Target;

/// Where one URL's content goes, over all its redirects. Nothing is created before there is something to write.
pub struct Output<'h> {
    place: Place,
    include: bool,
    /// `-C`, where something is there already.
    resume: Option<Resume>,
    /// `-I`: there will be no content to be judged.
    head_only: bool,
    out: Emitter<'h>,
}

enum Place {
    Stdout(Stdout),
    Preview(Box<Preview>),
    File(Box<FileSink>),
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.place {
            Place::Stdout(_) => "Output(stdout)",
            Place::Preview(_) => "Output(terminal)",
            Place::File(_) => "Output(file)",
        })
    }
}

impl<'h> Output<'h> {
    /// The output that `job` names. No file is touched yet; one that `-C` continues is opened.
    ///
    /// # Errors
    /// `-O` and a URL whose path ends without a name; a file that `-C` continues and that cannot be opened for it (23).
    pub fn open(job: &Job, plan: &Plan, typed: &Target, out: Emitter<'h>) -> Result<Self, ResponseError> {
        let mut place = match &job.output {
            plan::Output::Stdout => match plan.stdout {
                StdoutMode::Exact => Place::Stdout(Stdout::new()),
                StdoutMode::Preview { lines } => Place::Preview(Box::new(Preview::new(lines))),
            },
            plan::Output::File(path) => Place::File(Box::new(FileSink::new(path.clone(), plan.create_dirs))),
            plan::Output::RemoteName(folder) => {
                // As in curl the name stands in the URL's path as it is, percent signs and all: it can hold no slash.
                let Ok(name) = typed.remote_name() else {
                    return Err(SinkError::refused(out.secrets().url(typed.url()), Refused::Nameless).into());
                };
                // `--output-dir` alone does not make the folder, as in curl.
                Place::File(Box::new(FileSink::new(folder.join(name), plan.create_dirs)))
            }
        };
        let head_only = plan.request.head;
        let offset = match (&mut place, plan.continue_at) {
            (_, None) => 0,
            (Place::File(file), Some(asked)) => file.continue_at(asked, !head_only)?,
            (Place::Stdout(_) | Place::Preview(_), Some(ContinueAt::End)) => 0,
            (Place::Stdout(_) | Place::Preview(_), Some(ContinueAt::Byte(n))) => n,
        };
        let resume = (offset > 0).then(|| Resume::new(offset));
        Ok(Self { place, include: plan.include, resume, head_only, out })
    }

    /// `-C`: the first byte to ask for; 0 asks for all.
    pub fn offset(&self) -> u64 {
        self.resume.as_ref().map_or(0, |resume| resume.offset)
    }

    /// `-C`: the file that holds what is before that byte.
    pub fn continues(&self) -> Option<String> {
        match &self.place {
            Place::File(file) => file.continues(),
            Place::Stdout(_) | Place::Preview(_) => None,
        }
    }

    /// `--until message`: the request's own bytes, exactly.
    ///
    /// # Errors
    /// Whatever writing them fails with (23).
    pub fn message(&mut self, message: &Message) -> Result<(), ResponseError> {
        let bytes = [&message.head, &message.body[..]].concat();
        match &mut self.place {
            // A terminal, too, gets the message itself.
            Place::Preview(_) => Stdout::new().write(&bytes)?,
            Place::Stdout(stdout) => stdout.write(&bytes)?,
            // What is there is a part of the content: the message must not get into it.
            Place::File(_) if self.resume.is_some() => Stdout::new().write(&bytes)?,
            Place::File(file) => {
                file.write(&bytes)?;
                self.end()?;
            }
        }
        Ok(())
    }

    /// Writes the preview that a terminal gets; called when the stage has been told, so that the story stays in order.
    ///
    /// # Errors
    /// Whatever writing it fails with (23).
    pub fn show(&mut self) -> Result<(), ResponseError> {
        match &mut self.place {
            Place::Preview(preview) => Ok(preview.show()?),
            Place::Stdout(_) | Place::File(_) => Ok(()),
        }
    }

    fn refused(&self, fault: RangeFault) -> SinkError {
        let path = match &self.place {
            Place::File(file) => file.continues().unwrap_or_else(|| file.shown()),
            Place::Stdout(_) | Place::Preview(_) => crate::words::english(&crate::phrase!("response-standard-output")),
        };
        SinkError::refused(path, Refused::Range(fault))
    }

    fn tell(&self, ended: Ended, whole: bool) {
        if matches!(ended, Ended::Appended { bytes: 0, .. }) {
            return;
        }
        self.out.emit(|| match ended {
            Ended::Saved { path, bytes, replaced } => ResponseEvent::Saved { path, bytes, replaced },
            Ended::Left { path, part, bytes } => ResponseEvent::Left { path, part, bytes },
            Ended::Appended { path, before, bytes } => ResponseEvent::Appended { path, before, bytes, whole },
        });
    }

    /// Is there anything to be added to what is there?
    fn judge(&mut self, head: &Head) -> Result<bool, SinkError> {
        let Some(resume) = self.resume.as_mut().filter(|_| !self.head_only) else { return Ok(true) };
        if let Err(fault) = resume.judge(head) {
            return Err(self.refused(fault));
        }
        let (first, verdict) = (resume.offset, resume.verdict);
        match verdict {
            Verdict::Part { last, total } => {
                self.out.emit(|| ResponseEvent::Continued { path: self.continues(), first, last, total });
                Ok(true)
            }
            Verdict::Nothing { whole } => {
                self.out.emit(|| ResponseEvent::NothingToAdd { offset: first, whole });
                Ok(false)
            }
            Verdict::Bodiless(_) | Verdict::Unjudged => Ok(false),
        }
    }

    /// A head for `-i`. Into a file that is continued it gets only together with the content.
    fn put(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        if let (Place::File(_), Some(resume), false) = (&self.place, &mut self.resume, self.head_only)
            && !matches!(resume.verdict, Verdict::Part { .. })
        {
            resume.held.extend_from_slice(bytes);
            return Ok(());
        }
        match &mut self.place {
            Place::Stdout(stdout) => stdout.write(bytes),
            Place::Preview(preview) => preview.head(bytes),
            Place::File(file) => file.write(bytes),
        }
    }
}

impl BodySink for Output<'_> {
    fn interim(&mut self, raw: &[u8]) -> Result<(), SinkError> {
        if self.include { self.put(raw) } else { Ok(()) }
    }

    fn begin(&mut self, head: &Head, raw: &[u8]) -> Result<(), SinkError> {
        let wanted = self.judge(head)?;
        match &mut self.place {
            Place::Stdout(_) => {}
            Place::Preview(preview) => preview.begin(head),
            Place::File(file) if wanted => {
                file.begin()?;
                let held = self.resume.as_mut().map(|resume| std::mem::take(&mut resume.held)).unwrap_or_default();
                self.put(&held)?;
            }
            Place::File(_) => {}
        }
        if self.include { self.put(raw) } else { Ok(()) }
    }

    fn pass_over(&mut self, _: &Head, raw: &[u8]) -> Result<(), SinkError> {
        if self.include { self.put(raw) } else { Ok(()) }
    }

    fn declines(&self) -> bool {
        self.resume.as_ref().is_some_and(|resume| matches!(resume.verdict, Verdict::Nothing { .. }))
    }

    fn write(&mut self, content: &[u8]) -> Result<(), SinkError> {
        let (taken, fault) = match &mut self.resume {
            Some(resume) if !self.head_only => resume.take(content.len()),
            Some(_) | None => (content.len(), Ok(())),
        };
        let content = &content[..taken];
        match &mut self.place {
            Place::Stdout(stdout) => stdout.write(content)?,
            Place::Preview(preview) => preview.write(content)?,
            Place::File(file) => file.write(content)?,
        }
        fault.map_err(|fault| self.refused(fault))
    }

    fn splice_to(&self) -> Option<BorrowedFd<'_>> {
        if self.resume.is_some() {
            // Each byte is judged.
            return None;
        }
        match &self.place {
            Place::Stdout(stdout) => stdout.splice_to(),
            Place::File(file) => file.splice_to(),
            Place::Preview(_) => None,
        }
    }

    fn spliced(&mut self, bytes: u64) {
        if let Place::File(file) = &mut self.place {
            file.spliced(bytes);
        }
    }

    fn splice_failed(&self, error: io::Error) -> SinkError {
        match &self.place {
            Place::File(file) => file.error(error),
            Place::Stdout(_) | Place::Preview(_) => stdout::error(error),
        }
    }

    fn end(&mut self) -> Result<(), SinkError> {
        let judged = self.resume.as_ref().filter(|_| !self.head_only);
        if let Some(Err(fault)) = judged.map(Resume::end) {
            return Err(self.refused(fault));
        }
        if let (Some(resume), Place::File(file)) = (judged, &self.place)
            && !resume.completes(file.continues().is_some())
        {
            return Ok(());
        }
        match &mut self.place {
            Place::Stdout(_) => {}
            Place::Preview(preview) => {
                let told = preview.end()?;
                if let Some((shown, lines, cut)) = told {
                    self.out.emit(|| ResponseEvent::Previewed { shown, lines, cut });
                }
            }
            Place::File(file) => {
                let ended = file.commit()?;
                self.tell(ended, true);
            }
        }
        Ok(())
    }

    fn abandon(&mut self) {
        match &mut self.place {
            Place::Stdout(_) => {}
            Place::Preview(preview) => {
                // What was held back for the preview came all the same.
                let _ = preview.end();
            }
            Place::File(file) => {
                if let Some(ended) = file.abandon() {
                    self.tell(ended, false);
                }
            }
        }
    }
}

impl Drop for Output<'_> {
    fn drop(&mut self) {
        // A journey that ended between two hops: nothing half may stay under a final name, and nothing may be kept back.
        self.abandon();
        let _ = self.show();
    }
}

/// Writes all of it, with as few calls as the system allows.
fn write_all(fd: impl AsFd, mut bytes: &[u8]) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::Errno;
    while !bytes.is_empty() {
        match rustix::io::write(&fd, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => bytes = &bytes[taken..],
            Err(Errno::INTR) => interrupted()?,
            // Someone else made this pipe or terminal non-blocking.
            Err(Errno::AGAIN) => {
                interrupted()?;
                let mut fds = [PollFd::new(&fd, PollFlags::OUT)];
                let _ = poll(&mut fds, None);
            }
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

fn interrupted() -> io::Result<()> {
    use std::sync::atomic::Ordering;
    if crate::deadline::INTERRUPTED.load(Ordering::Relaxed) { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
}

/// Something that splice() can move bytes to without anyone noticing a difference: a pipe, or /dev/null.
fn takes_splice(fd: impl AsFd) -> bool {
    use rustix::fs::{FileType, fstat, major, minor};
    let Ok(stat) = fstat(fd) else { return false };
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Fifo => true,
        FileType::CharacterDevice => cfg!(target_os = "linux") && (major(stat.st_rdev), minor(stat.st_rdev)) == (1, 3),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::clock::Still;
    use crate::event::{Detail, Event, FetchId, Hub, Kept};
    use crate::secret::Secrets;
    use crate::stages::message::Version;
    use crate::stages::response::Fields;

    fn head(status: u16) -> Head {
        Head { version: Version::Http11, status, reason: b"OK".to_vec(), fields: Fields::default() }
    }

    const RAW: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";

    fn target(url: &str) -> Target {
        Target::of(::url::Url::parse(url).expect("a url")).expect("http")
    }

    /// Runs `scene` on the output that `-o path` opens, and gives the events.
    fn with_file(path: &Path, plan: &Plan, scene: impl FnOnce(&mut Output<'_>)) -> Vec<ResponseEvent> {
        with(plan::Output::File(path.to_owned()), plan, "http://h.example/x", scene).expect("a file can be opened later")
    }

    fn with(
        output: plan::Output,
        plan: &Plan,
        url: &str,
        scene: impl FnOnce(&mut Output<'_>),
    ) -> Result<Vec<ResponseEvent>, ResponseError> {
        let kept = Kept::default();
        let hub = Hub::new(&Still, Secrets::Masked, Detail::Normal, vec![Box::new(kept.clone())]);
        let job = Job { url: url.to_owned(), output };
        let mut output = Output::open(&job, plan, &target(url), hub.emitter(FetchId(0)))?;
        scene(&mut output);
        drop(output);
        let events = kept.entries().into_iter().filter_map(|entry| match entry.event {
            Event::Response(event) => Some(event),
            _ => None,
        });
        Ok(events.collect())
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_under_its_name_only_when_it_is_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("f");
        let events = with_file(&path, &Plan::default(), |out| {
            out.begin(&head(200), RAW).expect("nothing happens");
            assert_eq!(names(dir.path()), [""; 0], "nothing before the first byte");
            out.write(b"one ").expect("room");
            assert!(!path.exists());
            out.write(b"two").expect("room");
            out.end().expect("room");
        });
        assert_eq!(std::fs::read(&path).expect("the file"), b"one two");
        assert_eq!(names(dir.path()), ["f"]);
        let saved = ResponseEvent::Saved { path: path.display().to_string(), bytes: 7, replaced: false };
        assert_eq!(events, [saved]);
    }

    #[test]
    fn an_empty_body_that_came_whole_is_an_empty_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("f");
        with_file(&path, &Plan::default(), |out| {
            out.begin(&head(200), RAW).expect("nothing happens");
            out.end().expect("room");
        });
        assert_eq!(std::fs::read(&path).expect("the file"), b"");
    }

    #[test]
    fn an_old_file_survives_a_fetch_that_fails_and_what_came_is_kept_beside_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("f");
        std::fs::write(&path, "old").expect("room");
        let events = with_file(&path, &Plan::default(), |out| {
            out.begin(&head(200), RAW).expect("nothing happens");
            out.write(b"half").expect("room");
            out.abandon();
        });
        assert_eq!(std::fs::read(&path).expect("the file"), b"old");
        assert_eq!(std::fs::read(dir.path().join("f.part")).expect("the part"), b"half");
        let path = path.display().to_string();
        assert_eq!(events, [ResponseEvent::Left { part: Some(format!("{path}.part")), path, bytes: 4 }]);
        // A second failure does not overwrite the first one's part.
        with_file(&dir.path().join("f"), &Plan::default(), |out| out.write(b"again").expect("room"));
        assert_eq!(names(dir.path()), ["f", "f.part", "f.part.2"]);
        // Nothing came: nothing is left.
        assert_eq!(with_file(&dir.path().join("g"), &Plan::default(), |out| out.abandon()), []);
        assert_eq!(names(dir.path()), ["f", "f.part", "f.part.2"]);
    }

    #[test]
    fn what_is_continued_stays_so_when_the_request_is_sent_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("f");
        std::fs::write(&path, "01234").expect("room");
        let plan = Plan { continue_at: Some(ContinueAt::End), ..Plan::default() };
        let mut head = head(206);
        head.fields.push("Content-Range", b"bytes 5-7/8");
        with_file(&path, &plan, |out| {
            assert_eq!(out.offset(), 5);
            // A kept connection that the server had closed.
            out.abandon();
            out.begin(&head, RAW).expect("it goes on");
            out.write(b"567").expect("room");
            out.end().expect("whole");
        });
        assert_eq!(std::fs::read(&path).expect("the file"), b"01234567");
        assert_eq!(names(dir.path()), ["f"]);
    }

    #[test]
    fn an_existing_file_keeps_its_mode_and_a_link_its_target() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().expect("a folder");
        let (path, link) = (dir.path().join("f"), dir.path().join("link"));
        std::fs::write(&path, "old and longer").expect("room");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("ours");
        std::os::unix::fs::symlink("f", &link).expect("room");
        let whole = |out: &mut Output<'_>| {
            out.write(b"new").expect("room");
            out.end().expect("room");
        };
        let events = with_file(&link, &Plan::default(), whole);
        assert!(matches!(&events[..], [ResponseEvent::Saved { replaced: true, .. }]));
        assert_eq!(std::fs::read(&path).expect("the file"), b"new");
        assert!(link.is_symlink());
        assert_eq!(std::fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o640);
        // A link to nothing makes what it names, as opening it would.
        let dangling = dir.path().join("dangling");
        std::os::unix::fs::symlink("made", &dangling).expect("room");
        with_file(&dangling, &Plan::default(), whole);
        assert!(dangling.is_symlink());
        assert_eq!(std::fs::read(dir.path().join("made")).expect("the file"), b"new");
    }

    #[test]
    fn what_cannot_be_written_is_an_error_with_its_path() {
        let dir = tempfile::tempdir().expect("a folder");
        let fails = |path: &Path, plan: &Plan| {
            let mut said = String::new();
            with_file(path, plan, |out| {
                let error = out.begin(&head(200), RAW).and_then(|()| out.write(b"x")).and_then(|()| out.end());
                said = ResponseError::from(error.expect_err("it must fail")).to_string();
            });
            assert!(said.contains(&path.display().to_string()), "{said}");
            said
        };
        assert!(fails(dir.path(), &Plan::default()).contains("EISDIR"));
        let missing = dir.path().join("no/such/f");
        assert!(fails(&missing, &Plan::default()).contains("ENOENT"));
        if Path::new("/dev/full").exists() {
            assert!(fails(Path::new("/dev/full"), &Plan::default()).contains("ENOSPC"));
        }
        with_file(&missing, &Plan { create_dirs: true, ..Plan::default() }, |out| {
            out.write(b"x").expect("folders are made");
            out.end().expect("room");
        });
        assert_eq!(std::fs::read(&missing).expect("the file"), b"x");
    }

    #[test]
    fn the_remote_name_is_the_last_part_of_the_path_and_never_leaves_the_folder() {
        let dir = tempfile::tempdir().expect("a folder");
        let to = || plan::Output::RemoteName(dir.path().to_owned());
        let whole = |out: &mut Output<'_>| {
            out.write(b"x").expect("room");
            out.end().expect("room");
        };
        for url in ["http://h.example/a/b.html?q=/etc/passwd", "http://h.example/..%2f..%2fup", "http://h.example/%2e%2e/%00"] {
            with(to(), &Plan::default(), url, whole).expect("a name");
        }
        assert_eq!(names(dir.path()), ["%00", "..%2f..%2fup", "b.html"]);
        for url in ["http://h.example/folder/", "data:,name"] {
            let nameless = with(to(), &Plan::default(), url, |_| {}).expect_err("no name");
            assert_eq!(nameless.exit().code(), 23, "{url}");
        }
    }

    #[test]
    fn heads_come_first_with_i_also_of_what_is_passed_over() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("f");
        with_file(&path, &Plan { include: true, ..Plan::default() }, |out| {
            out.interim(b"HTTP/1.1 103 X\r\n\r\n").expect("room");
            out.pass_over(&head(301), b"HTTP/1.1 301 X\r\n\r\n").expect("room");
            out.begin(&head(200), RAW).expect("room");
            out.write(b"body").expect("room");
            out.end().expect("room");
        });
        let text = std::fs::read_to_string(&path).expect("the file");
        assert_eq!(text, "HTTP/1.1 103 X\r\n\r\nHTTP/1.1 301 X\r\n\r\nHTTP/1.1 200 OK\r\n\r\nbody");
    }
}
