//! The options that give a request its body, and those that read bytes from a file: `-d`, `--json`, `-H @FILE`, `-w @FILE`.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::Path;

use super::usage::UsageError;

/// One use of an option that sends data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datum {
    /// Which option.
    pub kind: Kind,
    /// What was typed after it.
    pub value: Vec<u8>,
}

/// Which option sends data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `-d`
    Text,
    /// `--data-binary`
    Binary,
    /// `--data-raw`
    Raw,
    /// `--data-urlencode`
    Encoded,
    /// `--json`
    Json,
}

impl Kind {
    /// As typed.
    pub fn option(self) -> &'static str {
        match self {
            Self::Text => "-d",
            Self::Binary => "--data-binary",
            Self::Raw => "--data-raw",
            Self::Encoded => "--data-urlencode",
            Self::Json => "--json",
        }
    }
}

/// The body that they make together, joined as curl joins them: `&` before every piece but the first, nothing before `--json`.
pub fn joined(data: &[Datum]) -> Result<Vec<u8>, UsageError> {
    let mut body = Vec::new();
    for (n, datum) in data.iter().enumerate() {
        if n > 0 && datum.kind != Kind::Json {
            body.push(b'&');
        }
        body.extend(piece(datum)?);
    }
    Ok(body)
}

fn piece(datum: &Datum) -> Result<Vec<u8>, UsageError> {
    let option = datum.kind.option();
    let file = datum.value.strip_prefix(b"@");
    match (datum.kind, file) {
        (Kind::Encoded, _) => encoded(&datum.value),
        (Kind::Raw, _) | (_, None) => Ok(datum.value.clone()),
        (Kind::Binary | Kind::Json, Some(name)) => read(option, name),
        (Kind::Text, Some(name)) => {
            let mut bytes = read(option, name)?;
            // curl's -d is for forms: a file's line ends are no part of what is sent.
            bytes.retain(|b| !matches!(b, b'\r' | b'\n' | 0));
            Ok(bytes)
        }
    }
}

/// `content`, `=content`, `name=content`, `@file`, `name@file`; the name is sent as typed.
fn encoded(value: &[u8]) -> Result<Vec<u8>, UsageError> {
    let mark = value.iter().position(|&b| b == b'=').or_else(|| value.iter().position(|&b| b == b'@'));
    let (name, content) = match mark {
        None => (&value[..0], value.to_vec()),
        Some(at) if value[at] == b'=' => (&value[..at], value[at + 1..].to_vec()),
        Some(at) => (&value[..at], read("--data-urlencode", &value[at + 1..])?),
    };
    let mut out = name.to_vec();
    if !name.is_empty() {
        out.push(b'=');
    }
    // RFC 3986 §2.3: only unreserved characters stay.
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    // As curl does, and as forms have it: a space is a plus.
    out.extend(percent_encoding::percent_encode(&content, KEPT).flat_map(|part| if part == "%20" { "+" } else { part }.bytes()));
    Ok(out)
}

/// The whole of a file; `-` is standard input.
pub fn read(option: &'static str, name: &[u8]) -> Result<Vec<u8>, UsageError> {
    let result = if name == b"-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path(name))
    };
    result.map_err(|error| UsageError::CannotRead { option, path: String::from_utf8_lossy(name).into_owned(), error })
}

fn path(name: &[u8]) -> &Path {
    use std::os::unix::ffi::OsStrExt as _;
    Path::new(OsStr::from_bytes(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datum(kind: Kind, value: &str) -> Datum {
        Datum { kind, value: value.as_bytes().to_vec() }
    }

    fn file(content: &[u8]) -> (tempfile::TempDir, String) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("data");
        std::fs::write(&path, content).expect("a file in it");
        let name = path.to_str().expect("a UTF-8 path").to_owned();
        (dir, name)
    }

    #[test]
    fn pieces_are_joined_as_curl_joins_them() {
        let body = joined(&[datum(Kind::Text, "a=1"), datum(Kind::Raw, "@b"), datum(Kind::Json, "{}"), datum(Kind::Json, "[]")]);
        assert_eq!(body.expect("no file is read"), b"a=1&@b{}[]");
    }

    #[test]
    fn a_file_of_d_loses_line_ends_and_one_of_data_binary_does_not() {
        let (_dir, name) = file(b"a=1\r\nb\0=2\n");
        assert_eq!(joined(&[datum(Kind::Text, &format!("@{name}"))]).expect("it exists"), b"a=1b=2");
        assert_eq!(joined(&[datum(Kind::Binary, &format!("@{name}"))]).expect("it exists"), b"a=1\r\nb\0=2\n");
        assert_eq!(joined(&[datum(Kind::Json, &format!("@{name}"))]).expect("it exists"), b"a=1\r\nb\0=2\n");
    }

    #[test]
    fn data_urlencode_has_five_forms() {
        let (_dir, name) = file(b"x y\n");
        for (typed, sent) in [
            ("a b&c", "a+b%26c"),
            ("=a=b", "a%3Db"),
            ("name=a/b", "name=a%2Fb"),
            (&format!("@{name}"), "x+y%0A"),
            (&format!("n@{name}"), "n=x+y%0A"),
        ] {
            assert_eq!(joined(&[datum(Kind::Encoded, typed)]).expect("it exists"), sent.as_bytes(), "{typed}");
        }
    }

    #[test]
    fn a_missing_file_is_an_error_that_names_it() {
        for kind in [Kind::Text, Kind::Binary, Kind::Json, Kind::Encoded] {
            let error = joined(&[datum(kind, "@/no/such/file")]).expect_err("it does not exist");
            assert_eq!(error.exit().code(), 26);
            assert!(error.to_string().contains("/no/such/file"), "{error}");
        }
    }
}
