//! Icons: a browser asks for the one that seems to fit a tab best, and for the next as long as that promises to fit better.
//! HTML §4.6.7.8 leaves the choice open; this is Chromium's (`favicon_handler.cc`, `select_favicon_frames.cc`).

use super::page::Page;
use super::policy::Destination;
use super::refer::resolve;
use super::reference::{IconId, Kind, Reference, SkipReason, Source, Verdict};
use super::tree::NodeId;

/// Sides of the icons that a tab wants, in pixels.
const WANTED: [u32; 2] = [16, 32];

/// `link rel=icon`, as it stands in the page.
struct Icon {
    node: NodeId,
    typed: String,
    /// How well it fits, if it is what it says.
    promise: f64,
}

/// The icons of a page.
#[derive(Default)]
pub(super) struct Icons {
    /// First in the order of the document, then the best first.
    candidates: Vec<Icon>,
    /// How many were asked for or left out.
    tried: usize,
    waiting: Option<IconId>,
    /// How well the best fits that has come.
    best: f64,
}

impl Page {
    pub(super) fn icon_link(&mut self, node: NodeId, href: String, sizes: &str) {
        if let Some(url) = resolve(&href, &self.base, self.encoding) {
            let mut url = self.gate.upgraded(url, Destination::Image);
            url.set_fragment(None);
            let mut shared = self.shared.borrow_mut();
            let hash = shared.hash(&url);
            shared.icons_named.entry(hash).or_default();
        }
        self.icons.candidates.push(Icon { node, typed: href, promise: promise(sizes) });
    }

    /// All icons are known, and the base.
    pub(super) fn choose_icons(&mut self) {
        // Of those that seem equal the last counts.
        self.icons.candidates.reverse();
        self.icons.candidates.sort_by(|a, b| b.promise.total_cmp(&a.promise));
        self.next_icon();
    }

    /// Asks for the next one, or leaves the rest.
    fn next_icon(&mut self) {
        while let Some(icon) = self.icons.candidates.get(self.icons.tried) {
            let (node, typed, promise) = (icon.node, icon.typed.clone(), icon.promise);
            let order = self.order(node, 1);
            self.icons.tried += 1;
            if promise <= self.icons.best {
                self.skip(order, &typed, Source::Icon, Kind::Image, SkipReason::OtherIcon);
                continue;
            }
            let mut r: Reference = self.refer(order, &typed, self.manner(Source::Icon));
            let more = self.icons.tried < self.icons.candidates.len();
            match &r.verdict {
                Verdict::Fetch { .. } if more => {
                    let mut shared = self.shared.borrow_mut();
                    let hash = r.url.as_ref().map_or(0, |url| shared.hash(url));
                    let id = shared.icon_asked(hash);
                    drop(shared);
                    r.kind = Kind::Icon(id);
                    self.icons.waiting = Some(id);
                    return self.push(r);
                }
                Verdict::Skip { reason: SkipReason::Repeated } if more => {
                    let fit = match self.asked_before(&r) {
                        Some((_, Some(fit))) => fit,
                        Some((id, None)) => {
                            self.icons.waiting = Some(id);
                            return self.push(r);
                        }
                        // What was asked for before the link was met is taken to be what it says.
                        None => promise.min(fit(&[(32, 32)])),
                    };
                    self.icons.best = self.icons.best.max(fit);
                }
                Verdict::Skip { reason: SkipReason::Inline(_) } => self.icons.best = promise.min(fit(&[(32, 32)])),
                _ => {}
            }
            self.push(r);
        }
    }

    /// An icon that was asked for already, and how well it fits, if it has come.
    fn asked_before(&self, icon: &Reference) -> Option<(IconId, Option<f64>)> {
        let shared = self.shared.borrow();
        let id = (*shared.icons_named.get(&shared.hash(icon.url.as_ref()?))?)?;
        Some((id, *shared.icons_seen.get(&id)?))
    }

    /// The sizes of the pictures that an icon's answer holds; none: it is no picture. False: not one of this page.
    pub(super) fn icon_answer(&mut self, id: IconId, sizes: &[(u32, u32)]) -> bool {
        if let Some(seen) = self.shared.borrow_mut().icons_seen.get_mut(&id) {
            *seen = Some(fit(sizes));
        }
        if self.icons.waiting != Some(id) {
            return false;
        }
        self.icons.waiting = None;
        self.icons.best = self.icons.best.max(fit(sizes));
        self.next_icon();
        true
    }
}

/// How well `sizes` promises to fit: what says nothing, or `any`, as well as can be.
fn promise(sizes: &str) -> f64 {
    let mut found = Vec::new();
    for word in sizes.split_ascii_whitespace() {
        let side = |text: &str| text.parse::<u32>().ok().filter(|n| *n > 0);
        let Some((w, h)) = word.split_once(['x', 'X']).and_then(|(w, h)| side(w).zip(side(h))) else {
            if word.eq_ignore_ascii_case("any") {
                return 1.0;
            }
            continue;
        };
        found.push((w, h));
    }
    if found.is_empty() { 1.0 } else { fit(&found) }
}

/// The best of `sizes` for each wanted side: exact, else rather too big than too small, but not huge.
fn fit(sizes: &[(u32, u32)]) -> f64 {
    let score = |wanted: u32| {
        let of = |(w, h): &(u32, u32)| {
            let (edge, side) = ((f64::from(*w) + f64::from(*h)) / 2.0, f64::from(wanted));
            if (*w, *h) == (wanted, wanted) {
                1.0
            } else if *w >= wanted * 8 || *h >= wanted * 8 {
                (side / edge).min(1.0) * 0.01
            } else if *w >= wanted && *h >= wanted {
                side / edge * 0.01 + 0.15
            } else {
                (edge / side).min(1.0) * 0.01 + 0.1
            }
        };
        sizes.iter().map(of).fold(0.0, f64::max)
    };
    WANTED.iter().map(|w| score(*w)).sum::<f64>() / WANTED.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_promises_most_and_what_is_huge_least() {
        let order = ["", "32x32", "16x16", "96x96", "127x127", "8x8", "128X128", "192x192", "512x512"];
        for pair in order.windows(2) {
            assert!(promise(pair[0]) > promise(pair[1]), "{pair:?}");
        }
        assert_eq!(promise("any"), promise("bogus"));
        assert_eq!(promise("16x16 32x32"), 1.0);
    }
}
