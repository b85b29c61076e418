//! From what was typed to what will be done: `Args` in, [`Decision`] out, and no packet yet.

use std::ffi::OsString;
use std::path::PathBuf;

use super::args::{Command, LangName, Options, ResolverName, Typed};
use super::data::{self, Datum, Kind};
use super::parse::Parsed;
use super::terminal::Around;
use super::usage::UsageError;
use super::write_out::Template;
use crate::event::Detail;
use crate::phrase;
use crate::plan::{Job, Output, Plan, Redirects, StdoutMode};
use crate::render::palette::Palette;
use crate::secret::Secrets;
use crate::stages::Stage;
use crate::stages::connect::ConnectPlan;
use crate::stages::dns::{DnsPlan, Family, ResolverKind};
use crate::stages::images::ImagesPlan;
use crate::stages::message::{Body, RequestSpec, Version};
use crate::stages::response::Limits;
use crate::stages::tls::TlsPlan;
use crate::words::{Lang, Phrase};

/// Lines of a long text that a terminal is shown (DESIGN: the first 20, then how much more).
const PREVIEW_LINES: usize = 20;

/// Where `jaunt demo` goes when nothing else is asked for.
const DEMO_URL: &str = "http://www.lab.example/";

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
}

/// `jaunt demo`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DemoAsked {
    /// `--break KIND`
    pub broken: Option<String>,
}

/// Decides. Reads the files that options name (`-d @FILE`) and may ask for a password; sends nothing.
pub fn decide(parsed: Parsed, around: &Around) -> Result<Decision, UsageError> {
    let Parsed { typed, data, outputs } = parsed;
    let Typed { mut urls, options, command } = typed;
    let demo = command.map(|Command::Demo(demo)| {
        urls.extend(demo.urls);
        if urls.is_empty() && options.request.more_urls.is_empty() {
            urls.push(DEMO_URL.into());
        }
        DemoAsked { broken: demo.broken }
    });
    urls.extend(options.request.more_urls.iter().cloned());
    if urls.is_empty() {
        return Err(UsageError::NoUrl);
    }
    let mut urls = urls.into_iter().map(utf8_url).collect::<Result<Vec<_>, _>>()?;

    let mut warnings = Vec::new();
    let mut request = request(&options, &data)?;
    if options.request.get
        && let Some(body) = request.body.take()
    {
        let query = String::from_utf8(body.bytes.to_vec()).map_err(|_| UsageError::NotUtf8 { option: "-G" })?;
        urls = urls.into_iter().map(|url| with_query(&url, &query)).collect();
    }
    if outputs.len() > urls.len() {
        warnings.push(phrase!("cli-more-outputs"));
    }
    let write_out = match &options.see.write_out {
        None => None,
        Some(format) => Some(template(format, &mut warnings)?),
    };

    let narrated = !options.see.silent || options.see.verbose > 0;
    let to_stdout = outputs.iter().any(|o| matches!(o, Output::Stdout));
    let images = images(&options, urls.len(), !outputs.is_empty() && outputs.iter().any(|o| matches!(o, Output::RemoteName(_))));
    let plan = Plan {
        jobs: jobs(urls, outputs, &options),
        request,
        dns: dns(&options),
        connect: ConnectPlan {
            timeout: options.connection.connect_timeout.filter(|t| !t.is_zero()),
            connect_to: options.connection.connect_to.clone(),
            ..ConnectPlan::default()
        },
        tls: TlsPlan {
            cacert: options.tls.cacert.clone(),
            insecure: options.tls.insecure,
            cert: options.tls.cert.clone(),
            key: options.tls.key.clone(),
            ..TlsPlan::default()
        },
        limits: Limits { content_bytes: options.output.max_filesize.filter(|&n| n > 0), ..Limits::default() },
        redirects: redirects(&options),
        images,
        until: options.see.until,
        max_time: options.connection.max_time.filter(|t| !t.is_zero()),
        cookie_files: cookie_files(&options),
        fail: options.output.fail,
        // Unlike a GET's, the head is all that -I asks for: it is what goes to the output.
        include: options.output.include || options.request.head,
        create_dirs: options.output.create_dirs,
        stdout: match around.stdout_terminal && !to_stdout {
            true => StdoutMode::Preview { lines: narrated.then_some(PREVIEW_LINES) },
            false => StdoutMode::Exact,
        },
    };
    let detail = match options.see.verbose {
        0 => Detail::Normal,
        1 => Detail::Verbose,
        2.. => Detail::Hex,
    };
    let colours = around.colours(options.see.color, around.stderr_terminal);
    let show = Show {
        narration: narrated.then_some(detail),
        errors: !options.see.silent || options.see.show_error,
        palette: if colours { Palette::colour() } else { Palette::plain() },
        width: around.width(),
        live: around.stderr_terminal && !options.see.plain,
        plain: options.see.plain,
        secrets: if options.see.show_secrets { Secrets::Shown } else { Secrets::Masked },
        lang: match options.see.lang {
            LangName::En => Lang::En,
        },
        events: options.see.events,
        write_out,
        warnings,
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
fn jobs(urls: Vec<String>, outputs: Vec<Output>, options: &Options) -> Vec<Job> {
    let dir = options.output.output_dir.clone().unwrap_or_default();
    let mut outputs = outputs.into_iter();
    let rest = || if options.output.remote_name_all { Output::RemoteName(dir.clone()) } else { Output::Stdout };
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

fn request(options: &Options, data: &[Datum]) -> Result<RequestSpec, UsageError> {
    let asked = &options.request;
    if asked.head
        && !asked.get
        && let Some(first) = data.first()
    {
        return Err(UsageError::TwoMethods { option: first.kind.option() });
    }
    let body = match data {
        [] => None,
        _ => {
            let json = data.iter().any(|d| d.kind == Kind::Json);
            Some(Body {
                bytes: data::joined(data)?.into(),
                content_type: Some(if json { "application/json" } else { "application/x-www-form-urlencoded" }),
                accept: json.then_some("application/json"),
            })
        }
    };
    let (referer, _) = referer(options);
    let pairs: Vec<&[u8]> = asked.cookie.iter().map(|c| c.as_encoded_bytes()).filter(|c| c.contains(&b'=')).collect();
    Ok(RequestSpec {
        method: asked.request.clone(),
        version: if asked.http10 { Version::Http10 } else { Version::Http11 },
        fields: fields(&asked.header)?,
        user_agent: asked.user_agent.as_ref().map(|a| a.as_encoded_bytes().to_vec()),
        referer,
        credentials: asked.user.as_ref().map(credentials).transpose()?,
        cookie: (!pairs.is_empty()).then(|| pairs.join(&b"; "[..])),
        body,
        head: asked.head,
        compressed: !asked.no_compressed && asked.range.is_none(),
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
fn referer(options: &Options) -> (Option<Vec<u8>>, bool) {
    let Some(typed) = options.request.referer.as_ref() else { return (None, false) };
    let typed = typed.as_encoded_bytes();
    match typed.strip_suffix(b";auto") {
        Some(b"") => (None, true),
        Some(url) => (Some(url.to_vec()), true),
        None => (Some(typed.to_vec()), false),
    }
}

fn credentials(typed: &OsString) -> Result<(String, String), UsageError> {
    let typed = typed.to_str().ok_or(UsageError::NotUtf8 { option: "-u" })?;
    match typed.split_once(':') {
        Some((user, password)) => Ok((user.to_owned(), password.to_owned())),
        None => {
            let prompt =
                crate::words::english(&phrase!("cli-password-of", user = crate::render::visible::visible(typed).as_ref()));
            let password =
                rpassword::prompt_password(prompt).map_err(|error| UsageError::NobodyToAsk { user: typed.to_owned(), error })?;
            Ok((typed.to_owned(), password))
        }
    }
}

/// Of `-b`: without `=` it names a file. `-b ''` reads nothing and yet turns the engine on, as in curl.
fn cookie_files(options: &Options) -> Option<Vec<PathBuf>> {
    let files: Vec<_> = options.request.cookie.iter().filter(|c| !c.as_encoded_bytes().contains(&b'=')).collect();
    (!files.is_empty()).then(|| files.into_iter().filter(|f| !f.is_empty()).map(PathBuf::from).collect())
}

fn dns(options: &Options) -> DnsPlan {
    let names = &options.names;
    DnsPlan {
        resolver: match names.resolver {
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

fn redirects(options: &Options) -> Redirects {
    let asked = &options.redirects;
    Redirects {
        follow: asked.location || asked.location_trusted,
        max: asked.max_redirs.map_or(Redirects::default().max, |m| m.0),
        trusted: asked.location_trusted,
        keep_post: [asked.post301, asked.post302, asked.post303],
        auto_referer: referer(options).1,
    }
}

/// Images belong to the narrated journey of one page; a plain fetch leaves them out unless they are asked for.
fn images(options: &Options, urls: usize, remote_name: bool) -> Option<ImagesPlan> {
    let asked = &options.images;
    let wanted = asked.images || asked.save_images.is_some();
    let plain = options.see.silent
        || options.request.head
        || remote_name
        || options.output.remote_name_all
        || urls > 1
        || options.request.range.is_some();
    let before = options.see.until.is_some_and(|stage| stage < Stage::Images);
    if asked.no_images || before || (plain && !wanted) {
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
        most: asked.max_images.map_or(default.most, |n| n as usize),
        ..default
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
