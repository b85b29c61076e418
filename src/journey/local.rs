//! `file:` and `data:`: what a URL names without any network.
//!
//! A file is read as it comes, 64 KiB at a time, so that its size never counts in memory; a FIFO or a device is waited for with
//! poll() and bounded by the deadline and `--max-filesize` like a peer. A `data:` URL is in memory already.
//! Spec: RFC 8089 (file), Fetch standard §6 (data). Like curl: a file that cannot be read is exit 37.
//! Unlike curl: so is a directory, which curl answers with nothing.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::time::Duration;

use data_url::DataUrl;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::deadline::{Bound, Deadline, Expired, IDLE};
use crate::event::Emitter;
use crate::exit::{Advice, Error, Exit, os_words};
use crate::journey::{JourneyError, JourneyEvent};
use crate::phrase;
use crate::stages::message::Version;
use crate::stages::response::{BodySink, Fields, Head, Limits, ResponseError, SinkError};
use crate::stages::url::{Access, Target};
use crate::words::Phrase;

const CHUNK: usize = 64 * 1024;

/// How often Ctrl-C is looked for while nothing comes.
const TICK: Duration = Duration::from_millis(100);

/// Why nothing, or not everything, could be read.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum LocalError {
    /// It cannot be opened: missing, not allowed, …
    Open {
        /// Which.
        path: String,
        /// Why not.
        error: io::Error,
    },
    /// A directory has no content to fetch.
    Directory {
        /// Which.
        path: String,
    },
    /// read() failed midway.
    Read {
        /// Which.
        path: String,
        /// Bytes before it.
        after: u64,
        /// Why.
        error: io::Error,
    },
    /// The time was over before the end of it.
    TimedOut {
        /// Which.
        path: String,
        /// Bytes until then.
        after: u64,
        /// Which limit.
        bound: Bound,
    },
    /// More than `--max-filesize` allows.
    TooLarge {
        /// The limit, bytes.
        limit: u64,
    },
    /// `-C`, and there is less than that.
    Beyond {
        /// The first byte asked for.
        offset: u64,
        /// How many there are.
        size: u64,
    },
    /// `-C`, and a FIFO or a device, which has no middle.
    NoMiddle {
        /// Which.
        path: String,
        /// The first byte asked for.
        offset: u64,
    },
    /// A `data:` URL without the comma before its data.
    NoComma,
    /// Its data is not base64, as it says.
    Base64,
}

impl LocalError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Open { .. } | Self::Directory { .. } => Exit::FileCouldntReadFile,
            Self::Read { .. } => Exit::ReadError,
            Self::TimedOut { .. } => Exit::OperationTimedOut,
            Self::TooLarge { .. } => Exit::FilesizeExceeded,
            Self::Beyond { .. } | Self::NoMiddle { .. } => Exit::BadDownloadResume,
            Self::NoComma | Self::Base64 => Exit::UrlMalformat,
        }
    }

    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Open { path, error } => phrase!("journey-local-open", path = path, error = os_words(error)),
            Self::Directory { path } => phrase!("journey-local-directory", path = path),
            Self::Read { path, after, error } => {
                phrase!("journey-local-read-failed", path = path, after = *after, error = os_words(error))
            }
            Self::TimedOut { path, after, .. } => phrase!("journey-local-timed-out", path = path, after = *after),
            Self::TooLarge { limit } => phrase!("journey-local-too-large", limit = *limit),
            Self::Beyond { offset, size } => phrase!("journey-local-beyond", offset = *offset, size = *size),
            Self::NoMiddle { path, offset } => phrase!("journey-local-no-middle", path = path, offset = *offset),
            Self::NoComma => phrase!("journey-local-no-comma"),
            Self::Base64 => phrase!("journey-local-base64"),
        }
    }

    pub(crate) fn advice(&self) -> Advice {
        match self {
            Self::Open { error, .. } => match error.kind() {
                io::ErrorKind::NotFound => Advice::hint(phrase!("journey-local-hint-missing")),
                io::ErrorKind::PermissionDenied => Advice::hint(phrase!("journey-local-hint-permission")),
                _ => Advice::default(),
            },
            Self::Directory { .. } => Advice::hint(phrase!("journey-local-hint-directory")),
            Self::TimedOut { bound, .. } => match bound {
                Bound::MaxTime => Advice::hint(phrase!("journey-local-hint-max-time")),
                Bound::ConnectTimeout | Bound::Idle | Bound::Resolver => Advice::hint(phrase!("journey-local-hint-silent")),
            },
            Self::TooLarge { .. } => Advice::hint(phrase!("journey-local-hint-too-large")),
            Self::Beyond { .. } | Self::NoMiddle { .. } => Advice::hint(phrase!("journey-local-hint-beyond")),
            Self::NoComma | Self::Base64 => Advice::hint(phrase!("journey-local-hint-data")),
            Self::Read { .. } => Advice::default(),
        }
    }
}

impl From<LocalError> for Error {
    fn from(error: LocalError) -> Self {
        JourneyError::Local(error).into()
    }
}

/// Hands the content of `target`, from byte `offset` on, to `body`; gives its size in bytes. For http and https there is nothing here: 0.
///
/// `body` is begun with a head that nobody sent (200, or what a server would answer to a range; the media type of a `data:` URL, no raw bytes), so `-i` writes nothing.
pub fn fetch(
    target: &Target,
    offset: u64,
    body: &mut dyn BodySink,
    limits: &Limits,
    by: &Deadline<'_>,
    out: Emitter<'_>,
) -> Result<u64, Error> {
    let result = match target.access() {
        Access::File => file(target, offset, body, limits, by, out),
        Access::Data => data(target, offset, body, limits, out),
        Access::Http | Access::Https => Ok(0),
    };
    if result.is_err() {
        body.abandon();
    }
    result
}

fn data(target: &Target, offset: u64, body: &mut dyn BodySink, limits: &Limits, out: Emitter<'_>) -> Result<u64, Error> {
    let url = DataUrl::process(target.url().as_str()).map_err(|_| LocalError::NoComma)?;
    let (content, _) = url.decode_to_vec().map_err(|_| LocalError::Base64)?;
    let size = content.len() as u64;
    let start = usize::try_from(offset).ok().filter(|start| *start <= content.len());
    let content = &content[start.ok_or(LocalError::Beyond { offset, size })?..];
    let bytes = content.len() as u64;
    within(bytes, limits)?;
    let content_type = url.mime_type().to_string();
    body.begin(&head(Some(&content_type), offset, size), b"").map_err(sink)?;
    body.write(content).map_err(sink)?;
    body.end().map_err(sink)?;
    out.emit(|| JourneyEvent::LocalRead { path: None, bytes, content_type: Some(content_type) });
    Ok(bytes)
}

fn file(
    target: &Target,
    offset: u64,
    body: &mut dyn BodySink,
    limits: &Limits,
    by: &Deadline<'_>,
    out: Emitter<'_>,
) -> Result<u64, Error> {
    let path: Vec<u8> = percent_encoding::percent_decode_str(target.url().path()).collect();
    let path = PathBuf::from(OsStr::from_bytes(&path));
    let shown = path.to_string_lossy().into_owned();
    let refused = |e: Errno| LocalError::Open { path: shown.clone(), error: e.into() };
    // Without NONBLOCK the open of a FIFO would wait for its other end, deadline or not; it changes nothing for a file.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let fd = rustix::fs::open(&path, flags, Mode::empty()).map_err(refused)?;
    let about = rustix::fs::fstat(&fd).map_err(refused)?;
    let kind = FileType::from_raw_mode(about.st_mode);
    if kind == FileType::Directory {
        return Err(LocalError::Directory { path: shown }.into());
    }
    let size = (kind == FileType::RegularFile).then(|| u64::try_from(about.st_size).unwrap_or_default());
    out.emit(|| JourneyEvent::LocalOpened { path: shown.clone(), fd: fd.as_raw_fd(), size });
    if offset > 0 {
        let Some(size) = size else { return Err(LocalError::NoMiddle { path: shown, offset }.into()) };
        if offset > size {
            return Err(LocalError::Beyond { offset, size }.into());
        }
        rustix::fs::seek(&fd, rustix::fs::SeekFrom::Start(offset)).map_err(refused)?;
    }
    if let Some(size) = size {
        within(size - offset, limits)?;
    }
    body.begin(&head(None, offset, size.unwrap_or_default()), b"").map_err(sink)?;
    let mut reader = Reader { fd: File::from(fd), waits: size.is_none(), path: &shown, by, total: 0 };
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        within(reader.total, limits)?;
        body.write(&buffer[..read]).map_err(sink)?;
    }
    body.end().map_err(sink)?;
    let bytes = reader.total;
    out.emit(|| JourneyEvent::LocalRead { path: Some(shown.clone()), bytes, content_type: None });
    Ok(bytes)
}

struct Reader<'r> {
    fd: File,
    /// A FIFO, a device: nothing may come for a while.
    waits: bool,
    path: &'r str,
    by: &'r Deadline<'r>,
    total: u64,
}

impl Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        loop {
            if let Err(expired) = self.by.left(IDLE) {
                return Err(self.expired(expired));
            }
            if self.waits && !self.wait()? {
                continue;
            }
            match io::Read::read(&mut self.fd, buffer) {
                Ok(n) => {
                    self.total += n as u64;
                    return Ok(n);
                }
                Err(e) if matches!(e.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
                Err(error) => {
                    return Err(LocalError::Read { path: self.path.to_owned(), after: self.total, error }.into());
                }
            }
        }
    }

    /// Until something can be read, or it is time to look at the deadline again.
    fn wait(&self) -> Result<bool, Error> {
        let mut waited = Duration::ZERO;
        loop {
            let (left, bound) = self.by.left(IDLE.saturating_sub(waited)).map_err(|e| self.expired(e))?;
            if left.is_zero() {
                return Err(self.expired(Expired::Reached(bound)));
            }
            let pause = left.min(TICK);
            let tick = Timespec { tv_sec: 0, tv_nsec: i64::from(pause.subsec_nanos().max(1)) };
            match rustix::event::poll(&mut [PollFd::new(&self.fd, PollFlags::IN)], Some(&tick)) {
                Ok(0) | Err(Errno::INTR) => waited += pause,
                Ok(_) => return Ok(true),
                Err(error) => {
                    return Err(LocalError::Read { path: self.path.to_owned(), after: self.total, error: error.into() }.into());
                }
            }
        }
    }

    fn expired(&self, expired: Expired) -> Error {
        match expired {
            Expired::Interrupted => JourneyError::Interrupted.into(),
            Expired::Reached(bound) => LocalError::TimedOut { path: self.path.to_owned(), after: self.total, bound }.into(),
        }
    }
}

fn within(bytes: u64, limits: &Limits) -> Result<(), LocalError> {
    match limits.content_bytes {
        Some(limit) if bytes > limit => Err(LocalError::TooLarge { limit }),
        Some(_) | None => Ok(()),
    }
}

fn sink(error: SinkError) -> Error {
    ResponseError::from(error).into()
}

/// What a sink is begun with: nobody sent it.
fn head(content_type: Option<&str>, offset: u64, size: u64) -> Head {
    let mut fields: Fields = content_type.map(|v| ("Content-Type", v)).into_iter().collect();
    let (status, reason) = match offset {
        0 => (200, "OK"),
        _ if offset < size => {
            fields.push("Content-Range", format!("bytes {offset}-{}/{size}", size - 1).as_bytes());
            (206, "Partial Content")
        }
        _ => {
            fields.push("Content-Range", format!("bytes */{size}").as_bytes());
            (416, "Range Not Satisfiable")
        }
    };
    Head { version: Version::Http11, status, reason: reason.into(), fields }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, Monotonic, Still};
    use crate::event::{Detail, Event, FetchId, Hub, Kept};
    use crate::secret::Secrets;
    use crate::stages::url;

    #[derive(Default)]
    struct Taken {
        head: Option<Head>,
        raw: Vec<u8>,
        content: Vec<u8>,
        largest: usize,
        ended: bool,
        abandoned: bool,
    }

    impl BodySink for Taken {
        fn begin(&mut self, head: &Head, raw: &[u8]) -> Result<(), SinkError> {
            self.head = Some(head.clone());
            self.raw = raw.to_vec();
            Ok(())
        }
        fn write(&mut self, content: &[u8]) -> Result<(), SinkError> {
            self.largest = self.largest.max(content.len());
            self.content.extend_from_slice(content);
            Ok(())
        }
        fn end(&mut self) -> Result<(), SinkError> {
            self.ended = true;
            Ok(())
        }
        fn abandon(&mut self) {
            self.abandoned = true;
        }
    }

    fn get(url: &str, limit: Option<u64>, time: Option<Duration>) -> (Result<u64, Error>, Taken, Vec<JourneyEvent>) {
        let kept = Kept::default();
        let real = Monotonic::start();
        let clock: &dyn Clock = if time.is_some() { &real } else { &Still };
        let hub = Hub::new(clock, Secrets::Masked, Detail::Normal, vec![Box::new(kept.clone())]);
        let out = hub.emitter(FetchId(0));
        let target = url::decode(url, out).unwrap_or_else(|e| panic!("{url}: {e}"));
        let mut taken = Taken::default();
        let by = Deadline::never(clock).within(time, Bound::MaxTime);
        let limits = Limits { content_bytes: limit, ..Limits::default() };
        let result = fetch(&target, 0, &mut taken, &limits, &by, out);
        let events = kept.entries().into_iter().filter_map(|e| match e.event {
            Event::Journey(event) => Some(event),
            _ => None,
        });
        (result, taken, events.collect())
    }

    fn url_of(path: &std::path::Path) -> String {
        ::url::Url::from_file_path(path).expect("absolute").to_string()
    }

    #[test]
    fn a_file_is_handed_over_whole_and_in_pieces() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("with space%25 and \u{ac00}");
        let content: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
        std::fs::write(&path, &content).expect("written");
        let (result, taken, events) = get(&url_of(&path), None, None);
        assert_eq!(result.expect("read"), 200_000);
        assert!(taken.content == content && taken.ended && taken.raw.is_empty() && taken.largest <= CHUNK);
        let shown = path.to_string_lossy().into_owned();
        assert!(matches!(&events[0], JourneyEvent::LocalOpened { path, size: Some(200_000), .. } if *path == shown));
        assert_eq!(events[1], JourneyEvent::LocalRead { path: Some(shown), bytes: 200_000, content_type: None });
    }

    #[test]
    fn data_holds_its_own_content() {
        let (result, taken, events) = get("data:text/html;base64,aGk=", None, None);
        assert_eq!((result.expect("read"), taken.content.as_slice()), (2, &b"hi"[..]));
        assert_eq!(taken.head.expect("begun").field("content-type"), Some(&b"text/html"[..]));
        assert_eq!(events, [JourneyEvent::LocalRead { path: None, bytes: 2, content_type: Some("text/html".into()) }]);
        assert_eq!(get("data:,a%20b#frag", None, None).1.content, b"a b");
        for (url, exit) in [("data:nothing", 3), ("data:;base64,%%%", 3)] {
            let (result, taken, _) = get(url, None, None);
            assert_eq!(result.expect_err(url).exit().code(), exit);
            assert!(taken.head.is_none() && taken.abandoned);
        }
    }

    #[test]
    fn what_cannot_be_read_is_exit_37_and_nothing_is_begun() {
        let dir = tempfile::tempdir().expect("a folder");
        for (url, words) in [
            (url_of(&dir.path().join("missing")), "no such file"),
            (url_of(dir.path()), "is a directory"),
            (url_of(&dir.path().join("missing/below")), "no such file"),
        ] {
            let (result, taken, _) = get(&url, None, None);
            let error = result.expect_err(&url);
            assert_eq!(error.exit().code(), 37);
            assert!(error.to_string().contains(words), "{error}");
            assert!(taken.head.is_none());
        }
    }

    #[test]
    fn the_size_limit_holds_for_files_devices_and_data() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("f");
        std::fs::write(&path, b"0123456789").expect("written");
        assert_eq!(get(&url_of(&path), Some(10), None).0.expect("just"), 10);
        for url in [url_of(&path), "data:,0123456789".to_owned(), "file:///dev/zero".to_owned()] {
            let (result, taken, _) = get(&url, Some(9), None);
            assert_eq!(result.expect_err(&url).exit().code(), 63);
            assert!(taken.content.is_empty() && !taken.ended && taken.abandoned, "{url}");
        }
    }

    #[test]
    fn a_fifo_that_nobody_writes_to_ends_at_the_deadline() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a fifo");
        let (result, _, _) = get(&url_of(&path), None, Some(Duration::from_millis(30)));
        assert_eq!(result.expect_err("nobody writes").exit().code(), 28);
    }

    #[test]
    fn a_device_without_end_ends_at_the_deadline() {
        let (result, taken, _) = get("file:///dev/zero", None, Some(Duration::from_millis(20)));
        assert_eq!(result.expect_err("endless").exit().code(), 28);
        assert!(taken.abandoned && taken.largest <= CHUNK);
    }
}
