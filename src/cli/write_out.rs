//! `-w FORMAT`: text with curl's `%{variables}`.
//!
//! ```text
//! FORMAT = *( text / "%%" / "%{" variable "}" / "%header{" name "}" / "\n" / "\r" / "\t" )
//! ```

/// A format, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Vec<u8>),
    Variable(Variable),
    Header(String),
    To(Stream),
    OnError,
    Unknown(String),
}

/// Where the text goes: `%{stderr}` and `%{stdout}` switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// The default.
    Stdout,
    /// After `%{stderr}`.
    Stderr,
}

macro_rules! variables {
    ($($name:ident $text:literal),* $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Variable { $($name),*, Json, HeaderJson }
        /// Those that `%{json}` holds, in its order, which is curl's.
        const VARIABLES: &[(&str, Variable)] = &[$(($text, Variable::$name)),*];
    };
}
variables! {
    ContentType "content_type",
    ErrorMessage "errormsg",
    ExitCode "exitcode",
    FilenameEffective "filename_effective",
    FtpEntryPath "ftp_entry_path",
    HttpCode "http_code",
    HttpConnect "http_connect",
    HttpVersion "http_version",
    LocalIp "local_ip",
    LocalPort "local_port",
    Method "method",
    NumConnects "num_connects",
    NumHeaders "num_headers",
    NumRedirects "num_redirects",
    ProxySslVerifyResult "proxy_ssl_verify_result",
    RedirectUrl "redirect_url",
    Referer "referer",
    RemoteIp "remote_ip",
    RemotePort "remote_port",
    ResponseCode "response_code",
    Scheme "scheme",
    SizeDownload "size_download",
    SizeHeader "size_header",
    SizeRequest "size_request",
    SizeUpload "size_upload",
    SpeedDownload "speed_download",
    SpeedUpload "speed_upload",
    SslVerifyResult "ssl_verify_result",
    TimeAppconnect "time_appconnect",
    TimeConnect "time_connect",
    TimeNamelookup "time_namelookup",
    TimePretransfer "time_pretransfer",
    TimeRedirect "time_redirect",
    TimeStarttransfer "time_starttransfer",
    TimeTotal "time_total",
    Url "url",
    UrlEffective "url_effective",
    UrlNumber "urlnum",
}

impl Template {
    /// Reads a format. As in curl an unknown variable is told of and stands for nothing.
    pub fn parse(format: &[u8]) -> Self {
        let mut pieces = Vec::new();
        let mut text = Vec::new();
        let mut rest = format;
        while let Some((&first, after)) = rest.split_first() {
            let (taken, piece) = match first {
                b'%' => percent(after),
                b'\\' => backslash(after),
                _ => (0, Err(first)),
            };
            rest = &after[taken..];
            match piece {
                Ok(piece) => {
                    if !text.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut text)));
                    }
                    pieces.push(piece);
                }
                Err(byte) => text.push(byte),
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Self { pieces }
    }

    /// Names that are no variables.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|p| if let Piece::Unknown(name) = p { Some(name.as_str()) } else { None })
    }
}

/// After a `%`: how many bytes belong to it, and what they are (a byte of text, or something else).
fn percent(after: &[u8]) -> (usize, Result<Piece, u8>) {
    let braced = |from: usize| {
        let inner = after.get(from..)?;
        let end = inner.iter().position(|&b| b == b'}')?;
        Some((from + end + 1, String::from_utf8_lossy(&inner[..end]).into_owned()))
    };
    if after.first() == Some(&b'%') {
        return (1, Err(b'%'));
    }
    if after.starts_with(b"header{")
        && let Some((taken, name)) = braced(7)
    {
        return (taken, Ok(Piece::Header(name)));
    }
    if after.first() == Some(&b'{')
        && let Some((taken, name)) = braced(1)
    {
        let piece = match name.as_str() {
            "json" => Piece::Variable(Variable::Json),
            "header_json" => Piece::Variable(Variable::HeaderJson),
            "onerror" => Piece::OnError,
            "stderr" => Piece::To(Stream::Stderr),
            "stdout" => Piece::To(Stream::Stdout),
            _ => match VARIABLES.iter().find(|(text, _)| *text == name) {
                Some((_, variable)) => Piece::Variable(*variable),
                None => Piece::Unknown(name),
            },
        };
        return (taken, Ok(piece));
    }
    (0, Err(b'%'))
}

/// After a backslash; what is no escape is text, the backslash too.
fn backslash(after: &[u8]) -> (usize, Result<Piece, u8>) {
    match after.first() {
        Some(b'n') => (1, Err(b'\n')),
        Some(b'r') => (1, Err(b'\r')),
        Some(b't') => (1, Err(b'\t')),
        _ => (0, Err(b'\\')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_variable_is_named() {
        let template = Template::parse(b"%{http_code} %{nonsense}\\n");
        assert_eq!(template.unknown().collect::<Vec<_>>(), ["nonsense"]);
    }
}
