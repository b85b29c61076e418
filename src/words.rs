//! The message catalogue: every sentence that a person reads comes from `locales/<language>/*.ftl` (Project Fluent).
//!
//! A [`Phrase`] names a message and its operands; [`Words`] says it in a language. Messages are found by the first word of
//! their id: `dns-…` is in `dns.ftl`, which is parsed when its first message is said and not before.

use std::borrow::Cow;
use std::cell::OnceCell;

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

macro_rules! catalogue {
    ($($domain:literal),* $(,)?) => {
        /// The files of the catalogue, by the first word of the ids in them.
        pub const DOMAINS: &[&str] = &[$($domain),*];

        fn source(lang: Lang, domain: &str) -> Option<&'static str> {
            match (lang, domain) {
                $( (Lang::En, $domain) => Some(include_str!(concat!("../locales/en/", $domain, ".ftl"))), )*
                _ => None,
            }
        }
    };
}
catalogue!("url", "message", "dns", "connect", "tls", "response", "images", "journey", "cli", "demo");

/// Says phrases in one language.
pub struct Words {
    lang: Lang,
    bundles: Vec<OnceCell<FluentBundle<FluentResource>>>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({:?})", self.lang)
    }
}

impl Words {
    /// Nothing is parsed yet.
    pub fn new(lang: Lang) -> Self {
        Self { lang, bundles: DOMAINS.iter().map(|_| OnceCell::new()).collect() }
    }

    /// The sentence. An id that the catalogue lacks is said as itself: a test makes sure that there is none.
    pub fn say(&self, phrase: &Phrase) -> String {
        let Some(bundle) = self.bundle(phrase.id) else { return phrase.id.to_owned() };
        let Some(pattern) = bundle.get_message(phrase.id).and_then(|m| m.value()) else { return phrase.id.to_owned() };
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
        bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }

    fn bundle(&self, id: &str) -> Option<&FluentBundle<FluentResource>> {
        let domain = id.split('-').next()?;
        let at = DOMAINS.iter().position(|d| *d == domain)?;
        Some(self.bundles[at].get_or_init(|| {
            let text = source(self.lang, domain).unwrap_or_default();
            // A test parses every file without errors; here whatever could be read is used.
            let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(whole, _)| whole);
            let mut bundle = FluentBundle::new_concurrent(vec![match self.lang {
                Lang::En => unic_langid::LanguageIdentifier::default(),
            }]);
            // Isolation marks are invisible characters; jaunt shows what a peer sends and adds none of its own.
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(|value, _| match value {
                FluentValue::Number(n) => Some(grouped(n.value as u64)),
                _ => None,
            }));
            bundle.add_resource_overriding(resource);
            bundle
        }))
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
    fn every_file_of_the_catalogue_parses_and_its_ids_begin_with_its_name() {
        for domain in DOMAINS {
            let text = source(Lang::En, domain).expect("every domain has English");
            let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(_, e)| panic!("{domain}.ftl: {e:?}"));
            let mut bundle: FluentBundle<FluentResource> = FluentBundle::new_concurrent(vec![]);
            bundle.add_resource(resource).unwrap_or_else(|e| panic!("{domain}.ftl: {e:?}"));
            for line in text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase())) {
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
