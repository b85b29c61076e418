//! File names for saved images: from the URL's path, made safe for any file system, told apart, the same on every run.
//!
//! Names are taken in document order, before any answer has come, so they do not depend on which image arrives first.
//! A name whose URL lacks a picture's extension gets one from the answer's type later; its stem is kept free for that.

use std::collections::{HashMap, HashSet};

/// What is kept in the folder beside the pictures.
pub(crate) const INDEX: &str = "index.json";

/// The longest name, in bytes, extension included. File systems allow 255; the rest is room for numbers and for copies.
const LONGEST: usize = 200;

/// Room that stays for a number, a dot and an extension after a stem.
const RESERVE: usize = 24;

/// Extensions that say what a picture is; with any other the type's own is appended, so `chart.php` becomes `chart.php.png`.
const EXTENSIONS: [&str; 21] = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "gif", "webp", "avif", "svg", "svgz", "bmp", "ico", "cur", "tif", "tiff", "jxl",
    "heic", "heif", "jp2", "xbm",
];

/// A name that is nobody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    stem: String,
    extension: Option<String>,
}

impl Name {
    /// The file's name; `by_type` is used where the URL gave no picture's extension.
    pub(crate) fn file(&self, by_type: Option<&str>) -> String {
        match self.extension.as_deref().or(by_type) {
            Some(extension) => format!("{}.{extension}", self.stem),
            None => self.stem.clone(),
        }
    }
}

/// The names given out for one folder.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Whole names, folded.
    whole: HashSet<String>,
    /// Stems of all names, folded.
    stems: HashSet<String>,
    /// Stems of names whose extension is not known yet, folded.
    bare: HashSet<String>,
    /// The next number to try after a stem and extension.
    next: HashMap<String, u32>,
}

impl Names {
    /// `index.json` is taken.
    pub(crate) fn new() -> Self {
        let mut names = Self::default();
        names.occupy(INDEX);
        names
    }

    /// Marks a name that the folder already holds.
    pub(crate) fn occupy(&mut self, file: &str) {
        let folded = fold(file);
        let (stem, _) = split(&folded);
        self.stems.insert(stem.to_owned());
        // A folder's own file may lack an extension; then no picture may be called so either.
        self.stems.insert(folded.clone());
        self.whole.insert(folded);
    }

    /// The name for the image at `path`, a URL's path as it stands in the URL (percent-encoded).
    pub(crate) fn take(&mut self, path: &str) -> Name {
        let clean = clean(path);
        let (stem, extension) = split(&clean);
        let extension = extension.map(str::to_owned);
        let stem = shorten(stem, LONGEST - RESERVE);
        self.give(stem, extension)
    }

    /// Another name, when `name` turned out to be taken by somebody else meanwhile.
    pub(crate) fn instead_of(&mut self, name: &Name) -> Name {
        self.give(&name.stem, name.extension.clone())
    }

    fn give(&mut self, stem: &str, extension: Option<String>) -> Name {
        let key = fold(&Name { stem: stem.to_owned(), extension: extension.clone() }.file(None));
        let mut number = self.next.get(&key).copied().unwrap_or(1);
        loop {
            let stem = if number == 1 { stem.to_owned() } else { format!("{stem}-{number}") };
            number += 1;
            let folded = fold(&stem);
            let name = Name { stem, extension: extension.clone() };
            let whole = fold(&name.file(None));
            let free = match name.extension {
                Some(_) => !self.whole.contains(&whole) && !self.bare.contains(&folded),
                None => !self.stems.contains(&folded),
            };
            if free {
                self.next.insert(key, number);
                if name.extension.is_none() {
                    self.bare.insert(folded.clone());
                }
                self.stems.insert(folded);
                self.whole.insert(whole);
                return name;
            }
        }
    }
}

/// The last part of a URL's path as a name that every file system can hold, and that means nothing but itself.
fn clean(path: &str) -> String {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    // Decoded once, as a server would; what is decoded is never a separator again.
    let decoded = percent_encoding::percent_decode_str(last).decode_utf8_lossy();
    let mut name = String::with_capacity(decoded.len());
    for c in decoded.chars() {
        name.push(if is_unfit(c) { '_' } else { c });
    }
    // Windows drops dots and spaces at the end; a dot in front hides a file; a dash in front is an option to many a command.
    let name = name.trim_end_matches(['.', ' ']).trim_start_matches(['.', ' ', '-', '~']);
    let name = if name.is_empty() { "image" } else { name };
    // Windows knows the devices with any extension, and with spaces before it.
    let device = name.split('.').next().unwrap_or_default().trim_end();
    if is_device(device) { format!("_{name}") } else { name.to_owned() }
}

/// A character that a name cannot hold somewhere, or that makes it look like another.
fn is_unfit(c: char) -> bool {
    matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | char::REPLACEMENT_CHARACTER)
        || c.is_control()
        || (c.is_whitespace() && c != ' ')
        || crate::render::visible::is_unsafe(c)
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e000}'..='\u{f8ff}' | '\u{e0100}'..='\u{e01ef}' | '\u{fdd0}'..='\u{fdef}')
}

/// Names that mean a device on Windows.
fn is_device(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    if matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$" | "clock$") {
        return true;
    }
    let Some(number) = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")) else { return false };
    let mut digits = number.chars();
    matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
}

/// Stem and picture's extension.
fn split(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && EXTENSIONS.iter().any(|e| e.eq_ignore_ascii_case(extension)) => {
            // `a .png` and `a..png` would lose their end if the extension were ever taken away.
            match stem.trim_end_matches(['.', ' ']) {
                "" => (name, None),
                stem => (stem, Some(extension)),
            }
        }
        _ => (name, None),
    }
}

/// At most `most` bytes, cut between characters.
fn shorten(stem: &str, most: usize) -> &str {
    if stem.len() <= most {
        return stem;
    }
    let mut end = most;
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    stem[..end].trim_end_matches(['.', ' '])
}

/// Names that a case-insensitive file system takes for the same are the same here.
fn fold(name: &str) -> String {
    // Upper case first: `ß`, `ſ` and final sigma meet their like only on that way.
    name.to_uppercase().to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    fn one(path: &str) -> String {
        Names::new().take(path).file(Some("png"))
    }

    #[test]
    fn hostile_paths_become_plain_names() {
        for (path, name) in [
            ("/logo.png", "logo.png"),
            ("/a/b/photo.JPEG", "photo.JPEG"),
            ("/", "image.png"),
            ("", "image.png"),
            ("/gallery/", "gallery.png"),
            ("/chart.php", "chart.php.png"),
            ("/..", "image.png"),
            ("/%2e%2e", "image.png"),
            ("/%2e%2e%2fetc%2fpasswd", "_etc_passwd.png"),
            ("/..%5c..%5cboot.ini", "_.._boot.ini.png"),
            ("/C:%5Cautoexec.bat", "C__autoexec.bat.png"),
            ("/C:evil.png", "C_evil.png"),
            ("/%2fetc%2fshadow.png", "_etc_shadow.png"),
            ("/.htaccess", "htaccess.png"),
            ("/.png", "png.png"),
            ("/-rf.png", "rf.png"),
            ("/a%00b.png", "a_b.png"),
            ("/a%0Ab%0D.png", "a_b_.png"),
            ("/a%1b%5d0;x%07.png", "a_]0;x_.png"),
            ("/gpj%E2%80%AEgnp.png", "gpj_gnp.png"),
            ("/zero%E2%80%8Bwidth.png", "zero_width.png"),
            ("/%ff%fe.png", "__.png"),
            ("/con.png", "_con.png"),
            ("/NUL", "_NUL.png"),
            ("/com1.gif", "_com1.gif"),
            ("/lpt%C2%B2.gif", "_lpt².gif"),
            ("/aux%20.png", "_aux.png"),
            ("/console.png", "console.png"),
            ("/trailing.png.", "trailing.png"),
            ("/trailing.png%20%20", "trailing.png"),
            ("/a%20b.png", "a b.png"),
            ("/%ED%95%9C%EA%B5%AD.png", "한국.png"),
            ("/index.json", "index.json-2.png"),
            ("/stream:ads.png", "stream_ads.png"),
            ("/%252e%252e%252f.png", "%2e%2e%2f.png"),
        ] {
            assert_eq!(one(path), name, "{path}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension_and_fits() {
        let name = one(&format!("/{}.jpeg", "가".repeat(300)));
        assert!(name.len() <= LONGEST && name.ends_with(".jpeg"), "{} bytes", name.len());
        assert!(one(&format!("/{}", "x".repeat(5_000))).len() <= LONGEST);
    }

    #[test]
    fn collisions_are_numbered_in_the_order_of_the_document() {
        let mut names = Names::new();
        let paths = ["/a/x.png", "/b/x.png", "/X.PNG", "/x-2.png", "/x", "/x", "/c/x.png"];
        let taken: Vec<String> = paths.iter().map(|p| names.take(p).file(Some("png"))).collect();
        assert_eq!(taken, ["x.png", "x-2.png", "X-3.PNG", "x-2-2.png", "x-4.png", "x-5.png", "x-6.png"]);
    }

    #[test]
    fn what_the_folder_holds_already_is_not_given_out() {
        let mut names = Names::new();
        names.occupy("Logo.PNG");
        names.occupy("plain");
        assert_eq!(names.take("/logo.png").file(None), "logo-2.png");
        assert_eq!(names.take("/plain").file(Some("gif")), "plain-2.gif");
        let again = names.take("/q.png");
        assert_eq!(names.instead_of(&again).file(None), "q-2.png");
    }

    #[test]
    fn a_hundred_thousand_equal_names_take_no_quadratic_time() {
        let mut names = Names::new();
        let all: HashSet<String> = (0..100_000).map(|_| names.take("/same.gif").file(None)).collect();
        assert_eq!(all.len(), 100_000);
    }

    proptest! {
        #[test]
        fn a_name_is_always_one_normal_component(path in "\\PC*", encoded in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut encoded: String = encoded.iter().map(|b| format!("%{b:02x}")).collect();
            encoded.push_str(&path);
            for path in [path, encoded] {
                let name = one(&path);
                let parts: Vec<_> = Path::new(&name).components().collect();
                prop_assert!(matches!(parts.as_slice(), [Component::Normal(n)] if n.to_str() == Some(&name)), "{name:?}");
                prop_assert!(name.len() <= LONGEST && !name.starts_with('.') && !name.contains('\\') && !name.contains(':'));
                prop_assert!(!name.chars().any(crate::render::visible::is_unsafe));
            }
        }

        #[test]
        fn no_two_names_are_the_same_file_whatever_the_types(paths in proptest::collection::vec("/[aAbB]{1,2}(\\.(png|PNG|gif|php))?", 1..40)) {
            let mut names = Names::new();
            let taken: Vec<Name> = paths.iter().map(|p| names.take(p)).collect();
            for by_type in ["png", "gif", "php"] {
                let mut seen = HashSet::new();
                for name in &taken {
                    prop_assert!(seen.insert(fold(&name.file(Some(by_type)))), "{:?}", name);
                }
            }
        }
    }
}
