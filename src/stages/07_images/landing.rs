//! Where the content of one answer lands: looked at, kept, copied.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::stages::response::{BodySink, Head, SinkError};

use super::ImagesError;
use super::event::NotSaved;
use super::lanes::{Others, PATIENCE, STANDSTILL};
use super::names::Name;
use super::one::{essence, shown};
use super::pixels::{Picture, Probe};
use super::save::Saver;
use super::scan::{Kind, may_be_page};
use super::shelf::Copying;
use super::visit::ImageJob;

/// The longest style sheet or frame that is looked at; what comes after is received and left out.
const TEXT: usize = 4 * 1024 * 1024;

/// Nobody else waits while more than this comes.
const MUCH: usize = 256 * 1024;

/// First bytes after which it must be clear whether they are a picture's.
const TELLING: usize = 1024;

/// What a landed answer came to.
pub(super) struct Landed {
    pub(super) picture: Option<Picture>,
    /// Of an icon: the sizes in it.
    pub(super) icons: Vec<(u32, u32)>,
    pub(super) file: Option<String>,
    pub(super) not_saved: Option<NotSaved>,
    pub(super) text: Vec<u8>,
    pub(super) copying: Option<Copying>,
}

/// Takes the content of one answer.
pub(super) struct Landing<'s> {
    kind: Kind,
    saver: Option<(&'s Saver, &'s Name)>,
    status: u16,
    /// The Content-Type is a picture's.
    declared: Option<String>,
    /// What an object asked for may be a page.
    page: bool,
    probe: Option<Probe>,
    saving: Saving,
    text: Vec<u8>,
    /// `--preview`
    pub(super) copying: Option<Copying>,
    /// Content bytes so far.
    bytes: usize,
    others: Others<'s>,
}

enum Saving {
    /// The first bytes, until they tell whether to keep them.
    Deciding(Vec<u8>),
    Into(NamedTempFile),
    Not(NotSaved),
}

impl<'s> Landing<'s> {
    pub(super) fn new(job: &'s ImageJob, saver: Option<&'s Saver>, heard: bool, others: Others<'s>) -> Self {
        let saver = saver.zip(job.name.as_deref());
        Self {
            kind: job.kind,
            saver,
            status: 0,
            declared: None,
            page: false,
            probe: (heard || saver.is_some() || matches!(job.kind, Kind::Icon(_) | Kind::Object(_))).then(Probe::default),
            saving: Saving::Deciding(Vec::new()),
            text: Vec::new(),
            copying: None,
            bytes: 0,
            others,
        }
    }

    /// Did they wait for this one?
    fn let_others_go_on(&mut self) -> bool {
        self.others.wait.take().inspect(|hurry| hurry()).is_some()
    }

    fn keep_text(&mut self, content: &[u8]) {
        let room = TEXT.saturating_sub(self.text.len());
        self.text.extend_from_slice(&content[..content.len().min(room)]);
    }

    fn keep(&mut self, content: &[u8]) -> Result<(), SinkError> {
        let Some((saver, name)) = self.saver else { return Ok(()) };
        if let Saving::Deciding(first) = &mut self.saving {
            if !(200..300).contains(&self.status) {
                self.saving = Saving::Not(NotSaved::Status);
                return Ok(());
            }
            first.extend_from_slice(content);
            if self.declared.is_none() && self.probe.as_mut().is_none_or(|p| p.format().is_none()) {
                if first.len() >= TELLING {
                    self.saving = Saving::Not(NotSaved::NoPicture);
                }
                return Ok(());
            }
            let first = std::mem::take(first);
            let mut file = saver.create().map_err(|error| sink_error(saver.path(""), error))?;
            file.write_all(&first).map_err(|error| sink_error(saver.path(&name.file(None)), error))?;
            self.saving = Saving::Into(file);
            return Ok(());
        }
        if let Saving::Into(file) = &mut self.saving {
            file.write_all(content).map_err(|error| sink_error(saver.path(&name.file(None)), error))?;
        }
        Ok(())
    }

    /// Everything has come.
    pub(super) fn landed(self) -> Result<Landed, ImagesError> {
        let Self { kind, saver, status, declared, mut probe, bytes, saving, text, copying, .. } = self;
        let picture = probe.as_mut().and_then(Probe::end);
        let icons = probe.filter(|_| matches!(kind, Kind::Icon(_))).map_or_else(Vec::new, |p| p.icons());
        let mut landed = Landed { picture, icons, file: None, not_saved: None, text, copying };
        let Some((saver, name)) = saver else { return Ok(landed) };
        match saving {
            Saving::Into(file) => {
                let extension =
                    picture.map_or_else(|| declared_extension(declared.as_deref()), |p| p.format.extension().to_owned());
                let kept = saver.keep(file, name, &extension);
                landed.file = Some(
                    kept.map_err(|error| ImagesError::Save { path: shown(&saver.path(&name.file(Some(&extension)))), error })?,
                );
            }
            Saving::Not(why) => landed.not_saved = Some(why),
            Saving::Deciding(_) if !(200..300).contains(&status) => landed.not_saved = Some(NotSaved::Status),
            Saving::Deciding(_) if bytes == 0 => landed.not_saved = Some(NotSaved::Empty),
            Saving::Deciding(_) => landed.not_saved = Some(NotSaved::NoPicture),
        }
        Ok(landed)
    }
}

impl BodySink for Landing<'_> {
    fn begin(&mut self, head: &Head, _: &[u8]) -> Result<(), SinkError> {
        // An exchange may be made again; nothing of an earlier one counts.
        let declared = self.saver.and_then(|_| head.field("content-type")).map(|v| essence(&String::from_utf8_lossy(v)));
        self.status = head.status;
        self.declared = declared.filter(|t| t.starts_with("image/"));
        self.probe = self.probe.is_some().then(Probe::default);
        self.page = matches!(self.kind, Kind::Object(_)) && may_be_page(&head.fields);
        self.bytes = 0;
        self.saving = Saving::Deciding(Vec::new());
        self.text = Vec::new();
        if let Some(copying) = &mut self.copying {
            copying.begin();
        }
        Ok(())
    }

    fn pass_over(&mut self, _: &Head, _: &[u8]) -> Result<(), SinkError> {
        // Wherever that leads.
        self.let_others_go_on();
        Ok(())
    }

    fn patience(&self) -> Option<Duration> {
        Some(if self.others.wait.is_some() { PATIENCE } else { STANDSTILL })
    }

    fn stalled(&mut self) {
        if !self.let_others_go_on() {
            (self.others.step_aside)();
        }
    }

    fn write(&mut self, content: &[u8]) -> Result<(), SinkError> {
        self.bytes = self.bytes.saturating_add(content.len());
        if self.bytes > MUCH {
            self.let_others_go_on();
        }
        match self.kind {
            Kind::Sheet(_) | Kind::Frame(_) | Kind::Page(_) => {
                self.keep_text(content);
                Ok(())
            }
            Kind::Image | Kind::Icon(_) | Kind::Object(_) => {
                if self.page {
                    self.keep_text(content);
                }
                if let Some(probe) = &mut self.probe {
                    probe.feed(content);
                }
                if let Some(copying) = &mut self.copying {
                    copying.extend(content);
                }
                self.keep(content)
            }
        }
    }

    fn end(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

fn sink_error(path: PathBuf, error: io::Error) -> SinkError {
    SinkError { path: shown(&path), error }
}

/// The extension for a Content-Type when the bytes tell nothing.
fn declared_extension(essence: Option<&str>) -> String {
    let subtype = essence.and_then(|t| t.strip_prefix("image/")).unwrap_or_default();
    let plain = subtype.trim_start_matches("x-").split('+').next().unwrap_or_default();
    match plain {
        "jpeg" | "pjpeg" => "jpg".to_owned(),
        "icon" | "vnd.microsoft.icon" => "ico".to_owned(),
        plain if (1..=8).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_alphanumeric()) => plain.to_owned(),
        _ => "img".to_owned(),
    }
}
