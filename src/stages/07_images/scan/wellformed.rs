//! Is it still XML? Browsers show an XML page up to its first error and nothing behind it; the parser reads over most errors.
//! What passes here goes on to it, without the internal subset, whose entities are replaced.
//! Spec: XML 1.0 §2 (the productions), §4.1 and §4.4 (entities).

use std::collections::HashMap;

/// Most characters of an entity's name, of what it stands for, and of all that entities put into a page.
const NAME: usize = 64;
const VALUE: usize = 64 * 1024;
const EXPANDED: usize = 4 * 1024 * 1024;
/// Most characters of a document type declaration.
const DOCTYPE: usize = 256 * 1024;

/// What stands for the quote in which a comment of the internal subset lies.
const COMMENT: char = '\0';

/// Where in the text it is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum At {
    Text,
    /// Behind `<`
    Open,
    /// Behind `<!`, with what came since.
    Bang(String),
    Comment,
    Cdata,
    /// Behind `<?`, with the target as long as it comes.
    Instruction(Option<String>),
    /// Behind `<!DOCTYPE`, with all of it: the quote that is open, and whether brackets are.
    Doctype {
        text: String,
        quote: Option<char>,
        subset: bool,
    },
    EndTag,
    TagName,
    /// Inside a tag, between attributes: was there white space since the last?
    Tag {
        spaced: bool,
    },
    /// Behind `/` in a tag.
    Closing,
    AttributeName,
    Equals,
    Quote,
    Value(char),
    /// Behind `&`: in a value with this quote, or in text.
    Reference {
        name: String,
        quote: Option<char>,
    },
}

/// Reads the text of an XML page, in pieces cut anywhere.
#[derive(Debug)]
pub(super) struct Wellformed {
    at: At,
    /// The last two characters.
    last: [char; 2],
    /// Characters so far, as far as that matters.
    begun: bool,
    entities: HashMap<String, String>,
    expanded: usize,
    /// The document type names another file, which is not read: what it may declare is no error.
    outside: bool,
    /// It is XHTML's, whose entities browsers know.
    xhtml: bool,
}

/// It is none from here on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken;

impl Default for Wellformed {
    fn default() -> Self {
        let (at, last, entities) = (At::Text, ['\0'; 2], HashMap::new());
        Self { at, last, begun: false, entities, expanded: 0, outside: false, xhtml: false }
    }
}

impl Wellformed {
    /// Appends to `out` what the parser may read of `text`.
    pub(super) fn read(&mut self, text: &str, out: &mut String) -> Result<(), Broken> {
        text.chars().try_for_each(|c| self.step(c, out))
    }

    fn step(&mut self, c: char, out: &mut String) -> Result<(), Broken> {
        // A replacement character is what the decoder found no character for; browsers stop there too.
        if (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || c == '\u{FFFD}' {
            return Err(Broken);
        }
        let first = !std::mem::replace(&mut self.begun, true);
        let before = self.last;
        self.last = [before[1], c];
        let blank = matches!(c, ' ' | '\t' | '\n' | '\r');
        let mut kept = true;
        let next = match &mut self.at {
            At::Text => match c {
                '<' => {
                    // Only an XML declaration at the very beginning is one.
                    if !first {
                        self.last[0] = ' ';
                    }
                    At::Open
                }
                '&' => {
                    kept = false;
                    At::Reference { name: String::new(), quote: None }
                }
                '>' if before == [']', ']'] => return Err(Broken),
                _ => return self.keep(c, out),
            },
            At::Open => match c {
                '!' => At::Bang(String::new()),
                '?' => At::Instruction((before[0] == ' ').then(String::new)),
                '/' => At::EndTag,
                c if is_name_start(c) => At::TagName,
                _ => return Err(Broken),
            },
            At::Bang(so_far) => {
                so_far.push(c);
                match so_far.as_str() {
                    "--" => {
                        self.last = ['\0'; 2];
                        At::Comment
                    }
                    "[CDATA[" => {
                        self.last = ['\0'; 2];
                        At::Cdata
                    }
                    "DOCTYPE" => At::Doctype { text: String::new(), quote: None, subset: false },
                    s if "--".starts_with(s) || "[CDATA[".starts_with(s) || "DOCTYPE".starts_with(s) => return self.keep(c, out),
                    _ => return Err(Broken),
                }
            }
            At::Comment => match (before, c) {
                (['-', '-'], '>') => At::Text,
                (['-', '-'], _) => return Err(Broken),
                _ => return self.keep(c, out),
            },
            At::Cdata if before == [']', ']'] && c == '>' => {
                self.last = ['\0'; 2];
                At::Text
            }
            At::Instruction(None) if before[1] == '?' && c == '>' => At::Text,
            At::Instruction(Some(target)) => {
                if blank || c == '?' {
                    if target.eq_ignore_ascii_case("xml") || target.is_empty() {
                        return Err(Broken);
                    }
                    At::Instruction(None)
                } else {
                    if target.len() < NAME {
                        target.push(c);
                    }
                    return self.keep(c, out);
                }
            }
            At::Doctype { text, quote, subset } => {
                match (c, &quote) {
                    // Quotes in a comment are none.
                    ('-', None) if *subset && text.ends_with("<!-") => *quote = Some(COMMENT),
                    ('>', Some(COMMENT)) if text.ends_with("--") => {
                        *quote = None;
                        text.push(c);
                        return Ok(());
                    }
                    (c, Some(q)) if c == *q => *quote = None,
                    (_, Some(_)) => {}
                    ('"' | '\'', None) => *quote = Some(c),
                    ('[', None) => *subset = true,
                    (']', None) => *subset = false,
                    _ => {}
                }
                if c == '>' && quote.is_none() && !*subset {
                    let text = std::mem::take(text);
                    self.doctype(&text, out);
                    At::Text
                } else {
                    if text.len() >= DOCTYPE {
                        return Err(Broken);
                    }
                    text.push(c);
                    return Ok(());
                }
            }
            At::EndTag => match c {
                '>' => At::Text,
                '<' | '/' | '&' | '"' | '\'' | '=' => return Err(Broken),
                _ => return self.keep(c, out),
            },
            At::TagName => match c {
                '>' => At::Text,
                '/' => At::Closing,
                _ if blank => At::Tag { spaced: true },
                '<' | '&' | '"' | '\'' | '=' => return Err(Broken),
                _ => return self.keep(c, out),
            },
            At::Tag { spaced } => match c {
                '>' => At::Text,
                '/' => At::Closing,
                _ if blank => At::Tag { spaced: true },
                c if *spaced && is_name_start(c) => At::AttributeName,
                _ => return Err(Broken),
            },
            At::Closing if c == '>' => At::Text,
            At::Closing => return Err(Broken),
            At::AttributeName => match c {
                '=' => At::Quote,
                _ if blank => At::Equals,
                '<' | '>' | '/' | '&' | '"' | '\'' => return Err(Broken),
                _ => return self.keep(c, out),
            },
            At::Equals => match c {
                '=' => At::Quote,
                _ if blank => At::Equals,
                _ => return Err(Broken),
            },
            At::Quote => match c {
                '"' | '\'' => At::Value(c),
                _ if blank => At::Quote,
                _ => return Err(Broken),
            },
            At::Value(quote) => match c {
                c if c == *quote => At::Tag { spaced: false },
                '<' => return Err(Broken),
                '&' => {
                    kept = false;
                    At::Reference { name: String::new(), quote: Some(*quote) }
                }
                _ => return self.keep(c, out),
            },
            At::Reference { name, quote } => {
                if c != ';' {
                    if name.len() >= NAME || !(is_name(c) || (c == '#' && name.is_empty())) {
                        return Err(Broken);
                    }
                    name.push(c);
                    return Ok(());
                }
                let (name, quote) = (std::mem::take(name), *quote);
                self.at = quote.map_or(At::Text, At::Value);
                return self.reference(&name, quote.is_some(), out);
            }
            At::Cdata | At::Instruction(None) => return self.keep(c, out),
        };
        self.at = next;
        if kept {
            out.push(c);
        }
        Ok(())
    }

    fn keep(&mut self, c: char, out: &mut String) -> Result<(), Broken> {
        out.push(c);
        Ok(())
    }

    /// `&name;`
    fn reference(&mut self, name: &str, in_value: bool, out: &mut String) -> Result<(), Broken> {
        let number = name.strip_prefix('#');
        let known = match number {
            Some(n) => character(n).is_some(),
            None => matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") || (self.xhtml && !self.entities.contains_key(name)),
        };
        if known {
            out.extend(["&", name, ";"]);
            return Ok(());
        }
        let Some(value) = self.entities.get(name).filter(|_| number.is_none()) else {
            return if self.outside && number.is_none() { Ok(()) } else { Err(Broken) };
        };
        self.expanded += value.len();
        if self.expanded > EXPANDED {
            return Err(Broken);
        }
        if in_value {
            if value.contains('<') {
                return Err(Broken);
            }
            out.push_str(&value.replace('"', "&quot;").replace('\'', "&apos;"));
            return Ok(());
        }
        // What it stands for is markup of its own: whole elements, and no entities but what was known when it was declared.
        let value = value.clone();
        let entities = std::mem::take(&mut self.entities);
        let read = self.read(&value, out);
        self.entities = entities;
        if self.at == At::Text { read } else { Err(Broken) }
    }

    /// `text` stands between `<!DOCTYPE` and `>`; its beginning is passed on, without the subset.
    fn doctype(&mut self, text: &str, out: &mut String) {
        let (head, subset) = text.split_once('[').unwrap_or((text, ""));
        out.push_str(head);
        let public = head.split(['"', '\'']).nth(1).unwrap_or_default();
        self.outside = head.contains(['"', '\'']);
        self.xhtml = public.starts_with("-//W3C//DTD XHTML") || public.starts_with("-//WAPFORUM//DTD XHTML");
        let mut total = 0;
        for declared in subset.split("<!ENTITY").skip(1) {
            let declared = declared.trim_start();
            let Some((name, rest)) = declared.split_once(|c: char| c.is_ascii_whitespace()) else { continue };
            let rest = rest.trim_start();
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            let Some((value, _)) = rest[1..].split_once(quote) else { continue };
            let value = self.flat(value);
            total += value.len();
            if total > VALUE {
                return;
            }
            // The first declaration of a name counts.
            self.entities.entry(name.to_owned()).or_insert(value);
        }
    }

    /// What an entity stands for, with numeric references and entities that are known replaced.
    fn flat(&self, value: &str) -> String {
        let mut flat = String::new();
        let mut rest = value;
        while let Some((before, after)) = rest.split_once('&').filter(|_| flat.len() <= VALUE) {
            flat.push_str(before);
            let (name, behind) = after.split_once(';').unwrap_or((after, ""));
            if let Some(c) = name.strip_prefix('#').and_then(character).filter(|c| !matches!(c, '&' | '<')) {
                flat.push(c);
            } else if let Some(known) = self.entities.get(name) {
                flat.push_str(known);
            } else {
                flat.extend(["&", name, ";"]);
            }
            rest = behind;
        }
        flat.push_str(rest);
        flat
    }
}

fn character(number: &str) -> Option<char> {
    let code = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?).filter(|c| *c >= ' ' || matches!(c, '\t' | '\n' | '\r'))
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | ':') || !c.is_ascii()
}

fn is_name(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit() || matches!(c, '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What passes, and whether all did; however it is cut.
    fn passed(text: &str) -> (String, bool) {
        let whole = {
            let (mut reader, mut out) = (Wellformed::default(), String::new());
            let result = reader.read(text, &mut out);
            (out, result.is_ok())
        };
        let (mut reader, mut out) = (Wellformed::default(), String::new());
        let result = text.chars().try_for_each(|c| reader.read(c.encode_utf8(&mut [0; 4]), &mut out));
        assert_eq!((out, result.is_ok()), whole, "{text}");
        whole
    }

    #[test]
    fn xml_passes_as_it_is() {
        for text in [
            "<?xml version=\"1.0\"?>\n<!-- a - b --><?x y?><a b='1' c = \"x>y\" d:e='\"'><f/>t]]t &amp; &#x41;<![CDATA[a<b>&]]]]></a >",
            "<!DOCTYPE html><a/>\n<!---->",
            "<!DOCTYPE a PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" 'b>c'><a>&nbsp;</a>",
        ] {
            assert_eq!(passed(text), (text.to_owned(), true));
        }
    }

    #[test]
    fn it_ends_at_the_first_error() {
        for (good, bad) in [
            ("<a>", "&nbsp;</a>"),
            ("<a><b c=", "d/></a>"),
            ("<a><b hidden", "/></a>"),
            ("<a b=\"1", "<2\"/>"),
            ("<a b=\"1", "& 2\"/>"),
            ("<a>", "& b</a>"),
            ("<a>]]", "></a>"),
            ("<a><!-- b --", " c --></a>"),
            ("<a b='1'", "c='2'/>"),
            ("<a><", " b/></a>"),
            ("<a><!", "x></a>"),
            ("\n<?xml", " version='1.0'?><a/>"),
            ("<a>", "\u{FFFD}</a>"),
            ("<a>", "&#0;</a>"),
        ] {
            assert_eq!(passed(&format!("{good}{bad}")), (good.to_owned(), false));
        }
    }

    #[test]
    fn entities_are_replaced_within_bounds() {
        let subset = "<!DOCTYPE a [<!ENTITY p \"a.png\"><!ENTITY q 'x&p;&#38;'><!ENTITY e '<b c=\"&p;\"/>'><!-- don't > -->]>";
        assert_eq!(passed(&format!("{subset}<a b=\"&p;\">&e;</a>")).0, "<!DOCTYPE a ><a b=\"a.png\"><b c=\"a.png\"/></a>");
        assert!(!passed(&format!("{subset}<a b='&e;'/>")).1);
        assert!(!passed(&format!("{subset}<a>&none;</a>")).1);
        assert_eq!(passed("<!DOCTYPE a SYSTEM 'x'><a>&none;</a>"), ("<!DOCTYPE a SYSTEM 'x'><a></a>".to_owned(), true));
        let mut laughs = "<!DOCTYPE a [<!ENTITY l0 'lol'>".to_owned();
        for n in 1..40 {
            laughs.push_str(&format!("<!ENTITY l{n} '&l{0};&l{0};&l{0};&l{0};'>", n - 1));
        }
        laughs.push_str("]><a>");
        laughs.push_str(&"&l6;".repeat(1000));
        let (out, whole) = passed(&laughs);
        assert!(out.len() <= EXPANDED + 100 && !whole, "{}", out.len());
    }
}
