//! The message catalogue: every sentence that a person reads comes from `locales/<language>/*.ftl` (Project Fluent).
//!
//! A [`Phrase`] names a message and its operands; [`Words`] says it in a language. `build.rs` makes a table of the files; a message
//! is parsed when it is first said, and those that are not said cost nothing.

use std::borrow::Cow;
use std::cell::RefCell;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde::{Serialize, Serializer};

/// A sentence before it is said: message id and operands.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// Id in the catalogue.
    pub id: &'static str,
    /// Its operands by name.
    pub args: Vec<(&'static str, Arg)>,
}

/// An operand.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Arg {
    /// Text, said as it is.
    Text(String),
    /// A count: chooses plural forms and is grouped by thousands.
    Count(u64),
    /// Another sentence.
    Phrase(Phrase),
}

impl Serialize for Phrase {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = to.serialize_map(Some(1 + self.args.len()))?;
        map.serialize_entry("id", self.id)?;
        for (name, arg) in &self.args {
            map.serialize_entry(name, arg)?;
        }
        map.end()
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}
impl From<Phrase> for Arg {
    fn from(phrase: Phrase) -> Self {
        Self::Phrase(phrase)
    }
}
macro_rules! count_arg {
    ($($t:ty),*) => { $( impl From<$t> for Arg { fn from(n: $t) -> Self { Self::Count(n as u64) } } )* };
}
count_arg!(u8, u16, u32, u64, usize);

/// `phrase!("dns-not-found", name = host, tried = 3)`
#[macro_export]
macro_rules! phrase {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::words::Phrase { id: $id, args: vec![$( (stringify!($name), $crate::words::Arg::from($value)) ),*] }
    };
}

/// A language of the catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Every message of a language: its id, and its text in Fluent's syntax; ascending by id.
pub fn catalogue(lang: Lang) -> &'static [(&'static str, &'static str)] {
    match lang {
        Lang::En => EN,
    }
}

/// Says phrases in one language.
pub struct Words {
    lang: Lang,
    /// The messages that were said so far.
    said: RefCell<FluentBundle<FluentResource>>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({:?})", self.lang)
    }
}

impl Words {
    /// Nothing is parsed yet.
    pub fn new(lang: Lang) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![match lang {
            Lang::En => unic_langid::LanguageIdentifier::default(),
        }]);
        // Isolation marks are invisible characters; jaunt shows what a peer sends and adds none of its own.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(n) => Some(grouped(n.value as u64)),
            _ => None,
        }));
        Self { lang, said: RefCell::new(bundle) }
    }

    /// The sentence. An id that the catalogue lacks is said as itself: a test makes sure that there is none.
    pub fn say(&self, phrase: &Phrase) -> String {
        let mut args = FluentArgs::with_capacity(phrase.args.len());
        for (name, arg) in &phrase.args {
            args.set(
                *name,
                match arg {
                    Arg::Text(text) => FluentValue::String(Cow::Borrowed(text)),
                    // Fluent's numbers are floating point: beyond 2^53 they would not be the one that was counted.
                    Arg::Count(n) if *n > 1 << 53 => FluentValue::String(Cow::Owned(grouped(*n))),
                    Arg::Count(n) => FluentValue::from(*n),
                    Arg::Phrase(inner) => FluentValue::String(Cow::Owned(self.say(inner))),
                },
            );
        }
        let mut said = self.said.borrow_mut();
        if !said.has_message(phrase.id) {
            let all = catalogue(self.lang);
            let Ok(at) = all.binary_search_by_key(&phrase.id, |(id, _)| id) else { return phrase.id.to_owned() };
            // A test parses every message without errors; here whatever could be read is used.
            said.add_resource_overriding(FluentResource::try_new(all[at].1.to_owned()).unwrap_or_else(|(whole, _)| whole));
        }
        let Some(pattern) = said.get_message(phrase.id).and_then(|m| m.value()) else { return phrase.id.to_owned() };
        said.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }
}

/// `phrase` in English: what `Display` of errors uses.
pub fn english(phrase: &Phrase) -> String {
    thread_local!(static ENGLISH: Words = Words::new(Lang::En));
    ENGLISH.with(|words| words.say(phrase))
}

/// 1234567 as `1,234,567`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(d);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_of_the_catalogue_parses_alone_and_speaks_of_no_other() {
        for (id, text) in catalogue(Lang::En) {
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(_, e)| panic!("{id}: {e:?}"));
            assert_eq!(resource.entries().count(), 1, "{id}: {text}");
            let mut bundle: FluentBundle<FluentResource> = FluentBundle::new_concurrent(vec![]);
            bundle.add_resource(resource).unwrap_or_else(|e| panic!("{id}: {e:?}"));
            let message = bundle.get_message(id).unwrap_or_else(|| panic!("{id} is the id of {text}"));
            let mut errors = Vec::new();
            bundle.format_pattern(message.value().expect("a sentence"), None, &mut errors);
            // Operands are missing here; a message or a term must not be.
            assert!(!format!("{errors:?}").contains("Message") && !format!("{errors:?}").contains("Term"), "{id}: {errors:?}");
        }
    }

    #[test]
    fn ids_begin_with_the_name_of_their_file() {
        for entry in std::fs::read_dir("locales/en").expect("it is there") {
            let path = entry.expect("it can be listed").path();
            let domain = path.file_stem().expect("a name").to_string_lossy().into_owned();
            for line in
                std::fs::read_to_string(&path).expect("text").lines().filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                assert!(line.starts_with(&format!("{domain}-")), "{domain}.ftl: {line}");
            }
        }
    }

    #[test]
    fn no_count_is_rounded() {
        let phrase = phrase!("response-head-too-long", limit = u64::MAX - 1);
        assert_eq!(english(&phrase), "the server's head is longer than 18,446,744,073,709,551,614 bytes");
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
