//! From what was typed to what will be done: [`Typed`] in, [`Decision`] out, and no packet yet.

use std::ffi::OsString;
use std::path::PathBuf;

use super::args::{ColorWhen, LangName, ResolverName, Typed};
use super::data::{self, Kind};
use super::terminal::Around;
use super::usage::UsageError;
use super::write_out::Template;
use crate::demo::Break;
use crate::event::Detail;
use crate::phrase;
use crate::plan::{Job, Output, Plan, Redirects, StdoutMode};
use crate::render::narration::{Look, Preview};
use crate::render::palette::Palette;
use crate::secret::Secrets;
use crate::stages::Stage;
use crate::stages::connect::ConnectPlan;
use crate::stages::dns::{DnsPlan, Family, ResolverKind};
use crate::stages::images::ImagesPlan;
use crate::stages::images::shelf::Shelf;
use crate::stages::message::{Body, RequestSpec, Version};
use crate::stages::response::Limits;
use crate::stages::tls::TlsPlan;
use crate::words::{Lang, Phrase};

/// Lines of a long text that a terminal is shown (DESIGN: the first 20, then how much more).
const PREVIEW_LINES: usize = 20;

/// Everything that the command line decides.
#[derive(Debug)]
pub struct Decision {
    /// The journey.
    pub plan: Plan,
    /// What is shown of it.
    pub show: Show,
    /// `jaunt demo`.
    pub demo: Option<DemoAsked>,
}

/// What is shown, and where.
#[derive(Debug)]
pub struct Show {
    /// The narration, and how much of it.
    pub narration: Option<Detail>,
    /// Error messages at the end.
    pub errors: bool,
    /// Of standard error.
    pub palette: Palette,
    /// Columns of standard error.
    pub width: Option<usize>,
    /// Is standard error a terminal, where progress may be redrawn?
    pub live: bool,
    /// `--plain`
    pub plain: bool,
    /// `--show-secrets`
    pub secrets: Secrets,
    /// `--lang`
    pub lang: Lang,
    /// `--events`
    pub events: Option<PathBuf>,
    /// `-w`
    pub write_out: Option<Template>,
    /// What is odd about the command line, yet no error.
    pub warnings: Vec<Phrase>,
    /// `--preview`, once it is known what the terminal can show.
    pub preview: Option<Preview>,
}

impl Show {
    /// How the narration looks.
    pub fn look(&self, detail: Detail) -> Look {
        Look {
            width: self.width,
            palette: self.palette,
            plain: self.plain,
            live: self.live,
            detail,
            lang: self.lang,
            preview: self.preview.clone(),
        }
    }
}

/// `jaunt demo`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DemoAsked {
    /// `--break KIND`
    pub fault: Option<Break>,
}

/// Decides. Reads the files that options name (`-d @FILE`) and may ask for a password; sends nothing.
pub fn decide(mut typed: Typed, around: &Around) -> Result<Decision, UsageError> {
    let demo = typed.demo.then_some(DemoAsked { fault: typed.fault });
    let mut urls = std::mem::take(&mut typed.urls);
    if demo.is_some() && urls.is_empty() {
        urls.push(typed.fault.map_or(crate::demo::URL, Break::url).into());
    }
    if urls.is_empty() {
        return Err(UsageError::NoUrl);
    }
    let mut urls = urls.into_iter().map(utf8_url).collect::<Result<Vec<_>, _>>()?;

    if typed.request.continue_at.is_some()
        && !typed.request.get
        && let Some(first) = typed.request.data.first()
    {
        return Err(UsageError::ContinuesData { option: first.kind.option() });
    }
    let mut warnings = Vec::new();
    let mut request = request(&typed)?;
    if typed.request.get
        && let Some(body) = request.body.take()
    {
        let query = String::from_utf8(body.bytes.to_vec()).map_err(|_| UsageError::NotUtf8 { option: "-G" })?;
        urls = urls.into_iter().map(|url| with_query(&url, &query)).collect();
    }
    let outputs = std::mem::take(&mut typed.output.outputs);
    if outputs.len() > urls.len() {
        warnings.push(phrase!("cli-more-outputs"));
    }
    let write_out = match &typed.see.write_out {
        None => None,
        Some(format) => Some(template(format, &mut warnings)?),
    };

    let narrated = !typed.see.silent || typed.see.verbose > 0;
    let to_stdout = outputs.iter().any(|o| matches!(o, Output::Stdout));
    let images = images(&typed, urls.len(), outputs.iter().any(|o| matches!(o, Output::RemoteName(_))));
    let plan = Plan {
        jobs: jobs(urls, outputs, &typed),
        request,
        dns: dns(&typed),
        connect: ConnectPlan {
            timeout: typed.connection.connect_timeout.filter(|t| !t.is_zero()),
            connect_to: typed.connection.connect_to.clone(),
            ..ConnectPlan::default()
        },
        tls: TlsPlan {
            cacert: typed.tls.cacert.clone(),
            insecure: typed.tls.insecure,
            cert: typed.tls.cert.clone(),
            key: typed.tls.key.clone(),
            ..TlsPlan::default()
        },
        limits: Limits { content_bytes: typed.output.max_filesize.filter(|&n| n > 0), ..Limits::default() },
        redirects: redirects(&typed),
        images,
        until: typed.see.until,
        max_time: typed.connection.max_time.filter(|t| !t.is_zero()),
        cookie_files: cookie_files(&typed),
        fail: typed.output.fail,
        // Unlike a GET's, the head is all that -I asks for: it is what goes to the output.
        include: typed.output.include || typed.request.head,
        create_dirs: typed.output.create_dirs,
        continue_at: typed.request.continue_at,
        stdout: match around.stdout_terminal && !to_stdout {
            true => StdoutMode::Preview { lines: narrated.then_some(PREVIEW_LINES) },
            false => StdoutMode::Exact,
        },
    };
    let detail = match typed.see.verbose {
        0 => Detail::Normal,
        1 => Detail::Verbose,
        2.. => Detail::Hex,
    };
    let colours = around.colours(typed.see.color.unwrap_or(ColorWhen::Auto), around.stderr_terminal);
    let show = Show {
        narration: narrated.then_some(detail),
        errors: !typed.see.silent || typed.see.show_error,
        palette: if colours { Palette::colour() } else { Palette::plain() },
        width: around.width(),
        live: around.stderr_terminal && !typed.see.plain,
        plain: typed.see.plain,
        secrets: if typed.see.show_secrets { Secrets::Shown } else { Secrets::Masked },
        lang: match typed.see.lang.unwrap_or(LangName::En) {
            LangName::En => Lang::En,
        },
        events: typed.see.events,
        write_out,
        warnings,
        preview: None,
    };
    Ok(Decision { plan, show, demo })
}

fn utf8_url(typed: OsString) -> Result<String, UsageError> {
    typed
        .into_string()
        .map_err(|typed| UsageError::UrlNotUtf8 { typed: crate::render::visible::visible_bytes(typed.as_encoded_bytes()) })
}

/// `-G`: the data stands in the query, before a fragment.
fn with_query(url: &str, query: &str) -> String {
    let (url, fragment) = match url.find('#') {
        Some(at) => url.split_at(at),
        None => (url, ""),
    };
    let mark = match url.find('?') {
        None => "?",
        Some(at) if at + 1 == url.len() => "",
        Some(_) => "&",
    };
    format!("{url}{mark}{query}{fragment}")
}

/// Each URL's output: as in curl the first -o or -O belongs to the first URL, and what is left over goes to standard output.
fn jobs(urls: Vec<String>, outputs: Vec<Output>, typed: &Typed) -> Vec<Job> {
    let dir = typed.output.output_dir.clone().unwrap_or_default();
    let mut outputs = outputs.into_iter();
    let rest = || if typed.output.remote_name_all { Output::RemoteName(dir.clone()) } else { Output::Stdout };
    urls.into_iter()
        .map(|url| {
            let output = match outputs.next() {
                Some(Output::File(path)) => Output::File(dir.join(path)),
                Some(Output::RemoteName(_)) => Output::RemoteName(dir.clone()),
                Some(Output::Stdout) => Output::Stdout,
                None => rest(),
            };
            Job { url, output }
        })
        .collect()
}

fn request(typed: &Typed) -> Result<RequestSpec, UsageError> {
    let asked = &typed.request;
    if asked.head
        && !asked.get
        && let Some(first) = asked.data.first()
    {
        return Err(UsageError::TwoMethods { option: first.kind.option() });
    }
    let body = match asked.data.as_slice() {
        [] => None,
        data => {
            let json = data.iter().any(|d| d.kind == Kind::Json);
            Some(Body {
                bytes: data::joined(data)?.into(),
                content_type: Some(if json { "application/json" } else { "application/x-www-form-urlencoded" }),
                accept: json.then_some("application/json"),
            })
        }
    };
    let (referer, _) = referer(typed);
    let pairs: Vec<&[u8]> = asked.cookie.iter().map(|c| c.as_encoded_bytes()).filter(|c| c.contains(&b'=')).collect();
    Ok(RequestSpec {
        method: asked.method.clone(),
        version: if asked.http10 { Version::Http10 } else { Version::Http11 },
        fields: fields(&asked.fields)?,
        user_agent: asked.user_agent.as_ref().map(|a| a.as_encoded_bytes().to_vec()),
        referer,
        credentials: asked.user.as_ref().map(credentials).transpose()?,
        cookie: (!pairs.is_empty()).then(|| pairs.join(&b"; "[..])),
        body,
        head: asked.head,
        compressed: !asked.no_compressed && asked.range.is_none() && asked.continue_at.is_none(),
        range: asked.range.clone(),
        // Never depends on what is shown, nor on whether images follow: the same options make the same bytes.
        keep_alive: true,
    })
}

/// `-H` as typed; those of `-H @FILE` line by line.
fn fields(typed: &[OsString]) -> Result<Vec<Vec<u8>>, UsageError> {
    let mut fields = Vec::new();
    for field in typed {
        match field.as_encoded_bytes().strip_prefix(b"@") {
            None => fields.push(field.as_encoded_bytes().to_vec()),
            Some(file) => fields.extend(
                data::read("-H", file)?
                    .split(|&b| b == b'\n')
                    .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
                    .filter(|line| !line.is_empty())
                    .map(<[u8]>::to_vec),
            ),
        }
    }
    Ok(fields)
}

/// The Referer, and whether `;auto` was typed after it.
fn referer(typed: &Typed) -> (Option<Vec<u8>>, bool) {
    let Some(typed) = typed.request.referer.as_ref() else { return (None, false) };
    let typed = typed.as_encoded_bytes();
    match typed.strip_suffix(b";auto") {
        Some(b"") => (None, true),
        Some(url) => (Some(url.to_vec()), true),
        None => (Some(typed.to_vec()), false),
    }
}

fn credentials(typed: &OsString) -> Result<(Vec<u8>, Vec<u8>), UsageError> {
    let bytes = typed.as_encoded_bytes();
    if let Some(colon) = bytes.iter().position(|&b| b == b':') {
        return Ok((bytes[..colon].to_vec(), bytes[colon + 1..].to_vec()));
    }
    let user = crate::render::visible::visible_bytes(bytes);
    let prompt = crate::words::english(&phrase!("cli-password-of", user = &user));
    let password = rpassword::prompt_password(prompt).map_err(|error| UsageError::NobodyToAsk { user, error })?;
    Ok((bytes.to_vec(), password.into_bytes()))
}

/// Of `-b`: without `=` it names a file. `-b ''` reads nothing and yet turns the engine on, as in curl.
fn cookie_files(typed: &Typed) -> Option<Vec<PathBuf>> {
    let files: Vec<_> = typed.request.cookie.iter().filter(|c| !c.as_encoded_bytes().contains(&b'=')).collect();
    (!files.is_empty()).then(|| files.into_iter().filter(|f| !f.is_empty()).map(PathBuf::from).collect())
}

fn dns(typed: &Typed) -> DnsPlan {
    let names = &typed.names;
    DnsPlan {
        resolver: match names.resolver.unwrap_or(ResolverName::Stub) {
            ResolverName::Stub => ResolverKind::Stub,
            ResolverName::System => ResolverKind::System,
            ResolverName::Compare => ResolverKind::Compare,
            ResolverName::Iterative => ResolverKind::Iterative,
        },
        servers: names.dns_servers.iter().filter(|s| !s.is_empty()).cloned().collect(),
        family: match (names.ipv4, names.ipv6) {
            (true, false) => Family::V4,
            (false, true) => Family::V6,
            _ => Family::Any,
        },
        pinned: names.resolve.clone(),
        root_hints: names.root_hints.clone(),
        types: names.dns_type.iter().filter(|t| !t.is_empty()).map(|t| t.trim().to_ascii_uppercase()).collect(),
        ..DnsPlan::default()
    }
}

fn redirects(typed: &Typed) -> Redirects {
    let asked = &typed.redirects;
    Redirects {
        follow: asked.location || asked.location_trusted,
        max: asked.max_redirs.map_or(Redirects::default().max, |m| m.0),
        trusted: asked.location_trusted,
        keep_post: [asked.post301, asked.post302, asked.post303],
        auto_referer: referer(typed).1,
    }
}

/// Images belong to the narrated journey of one page; a plain fetch leaves them out unless they are asked for.
fn images(typed: &Typed, urls: usize, remote_name: bool) -> Option<ImagesPlan> {
    let asked = &typed.images;
    // Only the narration shows pictures.
    let preview = asked.preview && (!typed.see.silent || typed.see.verbose > 0);
    let wanted = asked.wanted == Some(true) || asked.save_images.is_some() || preview;
    let plain = typed.see.silent
        || typed.request.head
        || remote_name
        || typed.output.remote_name_all
        || urls > 1
        || typed.request.range.is_some()
        || typed.request.continue_at.is_some();
    let before = typed.see.until.is_some_and(|stage| stage < Stage::Images);
    if asked.wanted == Some(false) || before || (plain && !wanted) {
        return None;
    }
    let default = ImagesPlan::default();
    Some(ImagesPlan {
        save: asked.save_images.clone(),
        clobber: asked.clobber,
        lanes: asked.parallel_max.map_or(default.lanes, usize::from),
        sequential: asked.sequential,
        viewport: asked.viewport.map_or(default.viewport, |v| v.0),
        frames: asked.frames,
        follow: typed.redirects.location || typed.redirects.location_trusted,
        most: asked.max_images.map_or(default.most, |n| n as usize),
        preview: preview.then(Shelf::default),
    })
}

fn template(format: &OsString, warnings: &mut Vec<Phrase>) -> Result<Template, UsageError> {
    let format = match format.as_encoded_bytes().strip_prefix(b"@") {
        Some(file) => data::read("-w", file)?,
        None => format.as_encoded_bytes().to_vec(),
    };
    let template = Template::parse(&format);
    warnings.extend(template.unknown().map(|name| phrase!("cli-unknown-variable", name = name)));
    Ok(template)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cli::parse::{Asked, parse};

    fn decided_at(around: &Around, arguments: &[&str]) -> Decision {
        let arguments = std::iter::once("jaunt").chain(arguments.iter().copied()).map(OsString::from);
        match parse(arguments).expect("it parses") {
            Asked::Journey(typed) => decide(*typed, around).expect("it can be decided"),
            Asked::Help { .. } | Asked::Version => panic!("a journey is asked for"),
        }
    }

    fn decided(arguments: &[&str]) -> Decision {
        decided_at(&Around::default(), arguments)
    }

    fn refused(arguments: &[&str]) -> UsageError {
        let arguments = std::iter::once("jaunt").chain(arguments.iter().copied()).map(OsString::from);
        match parse(arguments) {
            Err(error) => error,
            Ok(Asked::Journey(parsed)) => decide(*parsed, &Around::default()).expect_err("it is refused"),
            Ok(Asked::Help { .. } | Asked::Version) => panic!("a journey is asked for"),
        }
    }

    fn body(arguments: &[&str]) -> String {
        let body = decided(arguments).plan.request.body.expect("there is a body");
        String::from_utf8_lossy(&body.bytes).into_owned()
    }

    #[test]
    fn the_default_is_one_narrated_page_with_its_images() {
        let Decision { plan, show, demo } = decided(&["h.example"]);
        assert_eq!(plan.jobs, [Job { url: "h.example".to_owned(), output: Output::Stdout }]);
        assert!(plan.images.is_some() && plan.request.compressed && plan.request.keep_alive);
        assert_eq!((plan.until, plan.max_time, plan.cookie_files), (None, None, None));
        assert_eq!(plan.redirects, Redirects::default());
        assert_eq!((show.narration, show.errors, show.events), (Some(Detail::Normal), true, None));
        assert_eq!(demo, None);
    }

    #[test]
    fn what_is_shown_never_changes_the_request() {
        let request = decided(&["h.example"]).plan.request;
        for how in [&["-s"][..], &["-v"], &["-vv", "--plain"], &["--no-images"], &["--events", "x"], &["-o", "x"]] {
            assert_eq!(decided(&[how, &["h.example"]].concat()).plan.request, request, "{how:?}");
        }
    }

    #[test]
    fn bundles_and_values_are_written_as_in_curl() {
        let plan = decided(&["-fsSLo", "file", "-m2.5", "--max-redirs=-1", "--connect-timeout", ".5", "-XPUT", "u"]).plan;
        assert!(plan.fail && plan.redirects.follow);
        assert_eq!(plan.jobs[0].output, Output::File("file".into()));
        assert_eq!((plan.max_time, plan.connect.timeout), (Some(Duration::from_millis(2500)), Some(Duration::from_millis(500))));
        assert_eq!((plan.redirects.max, plan.request.method.as_deref()), (None, Some("PUT")));
        assert_eq!(decided(&["--", "-odd"]).plan.jobs[0].url, "-odd");
        assert_eq!(body(&["-d", "-x", "u"]), "-x");
    }

    #[test]
    fn the_last_word_on_a_switch_counts() {
        assert!(!decided(&["-L", "--no-location", "u"]).plan.redirects.follow);
        assert!(decided(&["--no-location", "-L", "u"]).plan.redirects.follow);
        assert!(!decided(&["--compressed", "--no-compressed", "u"]).plan.request.compressed);
        assert!(decided(&["--no-compressed", "--compressed", "u"]).plan.request.compressed);
        assert_eq!(decided(&["-4", "-6", "u"]).plan.dns.family, Family::V6);
        assert_eq!(decided(&["-6", "-4", "u"]).plan.dns.family, Family::V4);
        assert_eq!(decided(&["-0", "--http1.1", "u"]).plan.request.version, Version::Http11);
        assert_eq!(decided(&["-X", "A", "-X", "B", "-f", "-f", "u"]).plan.request.method.as_deref(), Some("B"));
        assert!(decided(&["--images", "--no-images", "u"]).plan.images.is_none());
        assert!(decided(&["--no-images", "--images", "u"]).plan.images.is_some());
    }

    #[test]
    fn a_plain_fetch_leaves_images_out_unless_they_are_asked_for() {
        for plain in
            [&["-s", "u"][..], &["-sv", "u"], &["-I", "u"], &["-O", "u"], &["u", "v"], &["-r", "0-1", "u"], &["-C", "-", "u"]]
        {
            assert!(decided(plain).plan.images.is_none(), "{plain:?}");
            assert!(decided(&[plain, &["--images"]].concat()).plan.images.is_some(), "{plain:?}");
            assert!(decided(&[plain, &["--save-images", "d"]].concat()).plan.images.is_some(), "{plain:?}");
        }
        assert!(decided(&["--until", "response", "u"]).plan.images.is_none());
        assert!(decided(&["--until", "images", "u"]).plan.images.is_some());
    }

    #[test]
    fn pictures_are_kept_only_for_a_narration_that_shows_them() {
        let kept = |arguments: &[&str]| decided(arguments).plan.images.and_then(|images| images.preview).is_some();
        for arguments in
            [&["--preview", "u"][..], &["--preview", "u", "v"], &["-sv", "--preview", "u"], &["-O", "--preview", "u"]]
        {
            assert!(kept(arguments), "{arguments:?}");
        }
        for arguments in [&["u"][..], &["--preview", "--no-preview", "u"], &["-s", "--preview", "--images", "u"]] {
            assert!(!kept(arguments), "{arguments:?}");
        }
        assert!(decided(&["-s", "--preview", "u"]).plan.images.is_none());
    }

    #[test]
    fn what_is_continued_is_asked_for_without_codings() {
        use crate::plan::ContinueAt;
        let plan = decided(&["-C", "-", "-o", "f", "u"]).plan;
        assert_eq!((plan.continue_at, plan.request.compressed, plan.request.range), (Some(ContinueAt::End), false, None));
        assert_eq!(decided(&["-C5", "--compressed", "u"]).plan.continue_at, Some(ContinueAt::Byte(5)));
        assert_eq!(decided(&["--continue-at", "5", "-C", "-", "u"]).plan.continue_at, Some(ContinueAt::End));
        assert!(decided(&["-G", "-d", "a", "-C", "5", "u"]).plan.request.body.is_none());
    }

    #[test]
    fn outputs_belong_to_urls_in_order() {
        let plan = decided(&["-o", "a", "u", "-O", "v", "w", "--output-dir", "d"]).plan;
        let outputs: Vec<_> = plan.jobs.into_iter().map(|j| j.output).collect();
        assert_eq!(outputs, [Output::File("d/a".into()), Output::RemoteName("d".into()), Output::Stdout]);
        let plan = decided(&["--remote-name-all", "-o", "a", "u", "v"]).plan;
        let outputs: Vec<_> = plan.jobs.into_iter().map(|j| j.output).collect();
        assert_eq!(outputs, [Output::File("a".into()), Output::RemoteName(PathBuf::new())]);
        assert_eq!(decided(&["-o", "a", "-o", "b", "u"]).show.warnings, [phrase!("cli-more-outputs")]);
    }

    #[test]
    fn data_keeps_the_order_in_which_it_was_typed() {
        assert_eq!(body(&["--data-raw", "@a", "-d", "b", "--data-urlencode", "c=&", "--data-binary", "d", "u"]), "@a&b&c=%26&d");
        let request = decided(&["--json", "{}", "u"]).plan.request.body.expect("there is a body");
        assert_eq!((request.content_type, request.accept), (Some("application/json"), Some("application/json")));
    }

    #[test]
    fn with_g_data_stands_in_the_query() {
        for (url, expected) in [("h", "h?a=1&b"), ("h?x#f", "h?x&a=1&b#f"), ("h?", "h?a=1&b"), ("h#f?", "h?a=1&b#f?")] {
            let plan = decided(&["-G", "-d", "a=1", "-d", "b", url]).plan;
            assert_eq!((plan.jobs[0].url.as_str(), &plan.request.body), (expected, &None));
        }
        assert!(decided(&["-G", "-I", "-d", "a", "u"]).plan.request.head);
    }

    #[test]
    fn credentials_cookies_and_the_referer_are_read_as_curl_reads_them() {
        let plan = decided(&["-u", "me:a:b", "-b", "a=1", "-b", "jar", "-b", "b=2", "-e", "http://r/;auto", "-A", "", "u"]).plan;
        assert_eq!(plan.request.credentials, Some((b"me".to_vec(), b"a:b".to_vec())));
        assert_eq!(plan.request.cookie.as_deref(), Some(&b"a=1; b=2"[..]));
        assert_eq!(plan.cookie_files, Some(vec!["jar".into()]));
        assert_eq!((plan.request.referer.as_deref(), plan.redirects.auto_referer), (Some(&b"http://r/"[..]), true));
        assert_eq!(plan.request.user_agent.as_deref(), Some(&b""[..]));
        assert_eq!(decided(&["-b", "", "u"]).plan.cookie_files, Some(vec![]));
        assert_eq!(decided(&["-b", "a=1", "u"]).plan.cookie_files, None);
    }

    #[test]
    fn a_terminal_gets_a_preview_unless_o_insists() {
        let terminal = Around { stdout_terminal: true, ..Around::default() };
        assert_eq!(decided_at(&terminal, &["u"]).plan.stdout, StdoutMode::Preview { lines: Some(PREVIEW_LINES) });
        assert_eq!(decided_at(&terminal, &["-s", "u"]).plan.stdout, StdoutMode::Preview { lines: None });
        assert_eq!(decided_at(&terminal, &["-o", "-", "u"]).plan.stdout, StdoutMode::Exact);
        assert_eq!(decided(&["u"]).plan.stdout, StdoutMode::Exact);
    }

    #[test]
    fn silence_is_as_in_curl() {
        let shown = |arguments: &[&str]| {
            let show = decided(arguments).show;
            (show.narration, show.errors)
        };
        assert_eq!(shown(&["-s", "u"]), (None, false));
        assert_eq!(shown(&["-sS", "u"]), (None, true));
        assert_eq!(shown(&["-sv", "u"]), (Some(Detail::Verbose), false));
        assert_eq!(shown(&["-vvv", "u"]), (Some(Detail::Hex), true));
    }

    #[test]
    fn the_demo_takes_the_same_options_on_either_side() {
        let first = decided(&["-sf", "demo"]);
        assert_eq!(first.plan.jobs[0].url, crate::demo::URL);
        assert_eq!(first.demo, Some(DemoAsked::default()));
        let second = decided(&["demo", "-f", "--break", "dns-lame", "http://other.lab.example/", "-d", "x"]);
        assert_eq!(second.plan.jobs[0].url, "http://other.lab.example/");
        assert!(second.plan.fail && second.plan.request.body.is_some());
        assert_eq!(second.demo, Some(DemoAsked { fault: Some(Break::DnsLame) }));
    }

    #[test]
    fn what_cannot_be_is_refused_with_curls_number() {
        for (arguments, exit) in [
            (&[][..], 2),
            (&["--nonsense", "u"], 2),
            (&["-m", "x", "u"], 2),
            (&["-m", "nan", "u"], 2),
            (&["--connect-timeout", "-1", "u"], 2),
            (&["--max-redirs", "99999999999", "u"], 2),
            (&["--until", "soup", "u"], 2),
            (&["-I", "-d", "x", "u"], 2),
            (&["-C", "-", "-d", "x", "u"], 2),
            (&["-C", "-", "-r", "1-2", "u"], 2),
            (&["-C", "x", "u"], 2),
            (&["-C", "-5", "u"], 2),
            (&["-C", "99999999999999999999", "u"], 2),
            (&["--parallel-max", "0", "u"], 2),
            (&["--save-images", "d", "--no-images", "u"], 2),
            (&["--preview", "--no-images", "u"], 2),
            (&["demo", "--break", "everything"], 2),
            (&["-d", "@/no/such/file", "u"], 26),
            (&["-H", "@/no/such/file", "u"], 26),
            (&["-w", "@/no/such/file", "u"], 26),
        ] {
            let error = refused(arguments);
            assert_eq!(error.exit().code(), exit, "{arguments:?}: {error}");
        }
    }
}
