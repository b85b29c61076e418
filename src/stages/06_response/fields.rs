//! The fields of a head or of a trailer section.

use std::fmt;

use super::Field;
use crate::event::Octets;
use crate::secret::Secrets;

/// Fields in their order, as received (RFC 9110 §5). A head has a dozen, which are held in three pieces and not in two dozen.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// All names, one behind the other.
    names: String,
    /// All values.
    values: Vec<u8>,
    /// Where each field's name and value end.
    ends: Vec<(usize, usize)>,
}

impl Fields {
    /// None yet, with room for so many, of so many bytes together.
    pub fn with_capacity(count: usize, bytes: usize) -> Self {
        Self { names: String::with_capacity(bytes), values: Vec::with_capacity(bytes), ends: Vec::with_capacity(count) }
    }

    /// Adds one behind the others.
    pub fn push(&mut self, name: &str, value: &[u8]) {
        self.names.push_str(name);
        self.values.extend_from_slice(value);
        self.ends.push((self.names.len(), self.values.len()));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Names, as the peer spells them, and values, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &[u8])> + Clone {
        (0..self.len()).map(|n| (self.name(n), self.value(n)))
    }

    /// The values of all fields of that name (compared without case), in order.
    pub fn all<'f>(&'f self, name: &'f str) -> impl DoubleEndedIterator<Item = &'f [u8]> + Clone {
        (0..self.len()).filter(move |n| self.is(*n, name)).map(|n| self.value(n))
    }

    /// The value of the first field of that name.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        // Not `all`, which would borrow the name for as long as the value.
        (0..self.len()).find(|n| self.is(*n, name)).map(|n| self.value(n))
    }

    /// Where the name and the value of field `n` begin.
    fn start(&self, n: usize) -> (usize, usize) {
        n.checked_sub(1).map_or((0, 0), |before| self.ends[before])
    }

    fn name(&self, n: usize) -> &str {
        &self.names[self.start(n).0..self.ends[n].0]
    }

    fn value(&self, n: usize) -> &[u8] {
        &self.values[self.start(n).1..self.ends[n].1]
    }

    /// Is `name` that of field `n`? Most differ in length, and are not looked at.
    #[inline]
    fn is(&self, n: usize, name: &str) -> bool {
        self.ends[n].0 - self.start(n).0 == name.len() && self.is_spelled(n, name)
    }

    /// Not part of the loops that ask for each field.
    #[inline(never)]
    fn is_spelled(&self, n: usize, name: &str) -> bool {
        self.name(n).eq_ignore_ascii_case(name)
    }

    /// As events show them.
    pub(crate) fn told(&self, secrets: Secrets) -> Vec<Field> {
        self.iter().map(|(name, value)| Field { name: name.to_owned(), value: Octets(secrets.field(name, value)) }).collect()
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> FromIterator<(N, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let mut all = Self::default();
        for (name, value) in fields {
            all.push(name.as_ref(), value.as_ref());
        }
        all
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (name, value.escape_ascii().to_string()))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back_as_they_went_in() {
        let fields: Fields = [("A", "1"), ("b", ""), ("a", "2\u{e9}"), ("", "x")].into_iter().collect();
        let back: Vec<_> = fields.iter().collect();
        assert_eq!(back, [("A", &b"1"[..]), ("b", b""), ("a", "2\u{e9}".as_bytes()), ("", b"x")]);
        assert_eq!((fields.len(), fields.is_empty(), Fields::default().is_empty()), (4, false, true));
        assert!(fields.all("a").eq([&b"1"[..], "2\u{e9}".as_bytes()]));
        assert_eq!(fields.all("A").next_back(), Some("2\u{e9}".as_bytes()));
        assert_eq!((fields.get("B"), fields.get("c")), (Some(&b""[..]), None));
    }

    #[test]
    fn the_same_bytes_cut_elsewhere_are_other_fields() {
        let fields = |pairs: [(&str, &str); 2]| pairs.into_iter().collect::<Fields>();
        assert_ne!(fields([("ab", ""), ("c", "x")]), fields([("a", ""), ("bc", "x")]));
        assert_ne!(fields([("a", "xy"), ("b", "")]), fields([("a", "x"), ("b", "y")]));
    }
}
