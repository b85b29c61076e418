//! Animations: which frames of them are seen while a page has just been loaded.
//! Spec: CSS Animations 1 §3–§4, Web Animations 1 §4.4 (timing), CSS Images 4 §6 (which pictures fade into one another).

use std::collections::HashMap;
use std::rc::Rc;

use cssparser::{ParseError, Parser, Token};

use super::super::budget::Budget;
use super::super::tree::NodeId;
use super::cascade::{Cascade, Origin, Variables};
use super::property::{Property as P, Setting, What, read};
use super::rule::Keyframes;
use super::substitute::{Context, substitute};
use super::value::Values;
use super::winners::{Display, Winners, Won};
use super::{Parsed, wrong};

/// The longhands, in the order in which `Item` has them.
pub(super) const LONGHANDS: [P; 7] = [
    P::Animation,
    P::AnimationDuration,
    P::AnimationDelay,
    P::AnimationCount,
    P::AnimationDirection,
    P::AnimationFill,
    P::AnimationTiming,
];

/// How long an animation is watched, in seconds: a page counts as loaded then.
const WATCHED: f64 = 0.4;
/// The time between two pictures on the screen.
const TICK: f64 = 1.0 / 60.0;

/// One animation of `animation`: words for each of the longhands.
type Item = [Option<String>; LONGHANDS.len()];

/// Which longhand a word or a time is for, of those that are not said yet. Names come last.
fn slot(input: &mut Parser<'_>, said: &Item, name: bool) -> Parsed<(usize, String)> {
    let free = |n: usize| said[n].is_none();
    if let Ok(time) = input.try_parse(seconds) {
        // The second time of an animation is its delay.
        return match (free(1), free(2)) {
            (true, _) if time >= 0.0 => Ok((1, time.to_string())),
            (false, true) => Ok((2, time.to_string())),
            _ => wrong(),
        };
    }
    match input.next()?.clone() {
        Token::Number { value, .. } if value >= 0.0 && free(3) => Ok((3, value.to_string())),
        Token::QuotedString(word) if name && free(0) => Ok((0, word.as_ref().to_owned())),
        Token::Function(f) if free(6) => {
            input.parse_nested_block(|i| {
                while i.next().is_ok() {}
                Ok::<_, ParseError<()>>(())
            })?;
            match &*f.to_ascii_lowercase() {
                "steps" => Ok((6, "steps".to_owned())),
                "cubic-bezier" | "linear" => Ok((6, "smooth".to_owned())),
                _ => wrong(),
            }
        }
        Token::Ident(word) => {
            let lower = word.to_ascii_lowercase();
            match &*lower {
                "infinite" if free(3) => Ok((3, "inf".to_owned())),
                "normal" | "reverse" | "alternate" | "alternate-reverse" if free(4) => Ok((4, lower)),
                "none" | "forwards" | "backwards" | "both" if free(5) => Ok((5, lower)),
                "step-start" | "step-end" if free(6) => Ok((6, "steps".to_owned())),
                "ease" | "linear" | "ease-in" | "ease-out" | "ease-in-out" if free(6) => Ok((6, "smooth".to_owned())),
                // Whether it runs or stands still now, it shows the same.
                "running" | "paused" if name => Ok((usize::MAX, lower)),
                _ if name && free(0) => Ok((0, word.as_ref().to_owned())),
                _ => wrong(),
            }
        }
        _ => wrong(),
    }
}

/// `animation` and its longhands, to the end.
pub(super) fn declare(name: &str, input: &mut Parser<'_>, out: &mut Vec<What>) -> Parsed<()> {
    const INITIAL: [&str; LONGHANDS.len()] = ["none", "0", "0", "1", "normal", "none", "smooth"];
    let own = super::property::longhands(name);
    let mut lists: [Vec<String>; LONGHANDS.len()] = Default::default();
    input.parse_comma_separated(|i| {
        let mut item = Item::default();
        if let [one] = own {
            let n = LONGHANDS.iter().position(|p| p == one).unwrap_or(0);
            item[n] = Some(match n {
                0 => i.expect_ident_or_string()?.as_ref().to_owned(),
                2 => seconds(i)?.to_string(),
                _ => Some(slot(i, &item, false)?).filter(|(of, _)| *of == n).map_or_else(wrong, |(_, word)| Ok(word))?,
            });
            i.expect_exhausted()?;
        }
        while !i.is_exhausted() {
            let (n, word) = slot(i, &item, true)?;
            if let Some(place) = item.get_mut(n) {
                *place = Some(word);
            }
        }
        for ((list, word), initial) in lists.iter_mut().zip(item).zip(INITIAL) {
            list.push(word.unwrap_or_else(|| initial.to_owned()));
        }
        Ok::<_, ParseError<()>>(())
    })?;
    for (property, list) in LONGHANDS.into_iter().zip(lists).filter(|(p, _)| own.contains(p)) {
        out.push(What::Set(property, Setting::Word(list.join(" ").into())));
    }
    Ok(())
}

/// A time; what is calculated is taken to be one second.
fn seconds(input: &mut Parser<'_>) -> Parsed<f64> {
    let state = input.state();
    if let Ok(Token::Dimension { value, unit, .. }) = input.next() {
        match &*unit.to_ascii_lowercase() {
            "s" => return Ok(f64::from(*value)),
            "ms" => return Ok(f64::from(*value) / 1000.0),
            _ => {}
        }
    }
    input.reset(&state);
    if super::math::measure(input)? == super::math::Kind::Time { Ok(1.0) } else { wrong() }
}

/// An animation of an element.
pub(super) struct Animation {
    name: String,
    duration: f64,
    delay: f64,
    count: f64,
    direction: String,
    fill: String,
    /// It goes in steps.
    stepped: bool,
}

/// A part of an animation, from its beginning (0) to its end (1), over which it goes; the same twice where it stands still.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Span(f64, f64);

impl Animation {
    /// Those that an element's style names.
    pub(super) fn all(won: &Winners) -> Vec<Self> {
        let words = |p: P| match won.word(p) {
            Some(Display::Word(w)) => w,
            _ => Rc::from(""),
        };
        let texts = LONGHANDS.map(words);
        let lists = texts.each_ref().map(|t| t.split(' ').filter(|w| !w.is_empty()).collect::<Vec<&str>>());
        // CSS Animations 1 §3: the other lists are repeated.
        let word = |n: usize, at: usize| lists[n].get(at % lists[n].len().max(1)).map_or("", |w| *w).to_owned();
        let number = |n: usize, at: usize, initial: f64| word(n, at).parse().unwrap_or(initial);
        let one = |(at, name): (usize, &&str)| Self {
            name: (*name).to_owned(),
            duration: number(1, at, 0.0),
            delay: number(2, at, 0.0),
            count: number(3, at, 1.0),
            direction: word(4, at),
            fill: word(5, at),
            stepped: word(6, at) == "steps",
        };
        lists[0].iter().enumerate().filter(|(_, name)| **name != "none").map(one).collect()
    }

    /// What of it is seen while the page is loaded.
    fn spans(&self) -> Vec<Span> {
        let active = if self.duration > 0.0 { self.duration * self.count } else { 0.0 };
        let (start, end) = (-self.delay, WATCHED - self.delay);
        let mut spans = Vec::new();
        if start < 0.0 && matches!(&*self.fill, "backwards" | "both") {
            spans.push(self.still(0.0));
        }
        if end >= 0.0 && start < active {
            // What is over before the next picture is seen at its beginning only.
            if active - start.max(0.0) < TICK {
                spans.push(self.still(start.max(0.0)));
            } else {
                self.go(start.max(0.0), end.min(active), &mut spans);
            }
        }
        if end >= active && matches!(&*self.fill, "forwards" | "both") {
            spans.push(self.still(active));
        }
        spans
    }

    /// How far it is, as its direction says, after so many seconds.
    fn still(&self, after: f64) -> Span {
        let rounds = if self.duration > 0.0 { after / self.duration } else { self.count.min(1e9) };
        let mut round = rounds.floor();
        // The end of a round is not the beginning of the next when it is the last.
        if rounds > 0.0 && (rounds - round) == 0.0 && rounds >= self.count {
            round -= 1.0;
        }
        let at = self.directed(rounds - round, round);
        Span(at, at)
    }

    fn go(&self, from: f64, to: f64, spans: &mut Vec<Span>) {
        let (first, last) = ((from / self.duration).floor(), (to / self.duration).floor());
        let (a, b) = (from / self.duration - first, to / self.duration - last);
        match last - first {
            0.0 => spans.push(self.turned(a, b, first)),
            1.0 => spans.extend([self.turned(a, 1.0, first), self.turned(0.0, b, last)]),
            _ => spans.push(Span(0.0, 1.0)),
        }
    }

    fn turned(&self, from: f64, to: f64, round: f64) -> Span {
        let (from, to) = (self.directed(from, round), self.directed(to, round));
        Span(from.min(to), from.max(to))
    }

    /// CSS Animations 1 §4.6
    fn directed(&self, at: f64, round: f64) -> f64 {
        let odd = round % 2.0 != 0.0;
        let back = match &*self.direction {
            "reverse" => true,
            "alternate" => odd,
            "alternate-reverse" => !odd,
            _ => false,
        };
        if back { 1.0 - at } else { at }
    }
}

/// Two frames between which an animation is: is the first of them seen over the span, and is the second?
fn seen((a, b): (f64, f64), fading: bool, stepped: bool, span: Span) -> (bool, bool) {
    let Span(from, to) = span;
    let still = from == to;
    let within = if still { a <= from && (from < b || (b == 1.0 && from == 1.0)) } else { from.max(a) < to.min(b) };
    if !within {
        return (false, false);
    }
    let part = |at: f64| if b > a { ((at - a) / (b - a)).clamp(0.0, 1.0) } else { 0.0 };
    let (low, high) = (part(from), part(to));
    match (fading && !stepped, still) {
        // At a frame itself it is that frame alone.
        (true, true) => (low < 1.0, low > 0.0),
        (true, false) => (true, true),
        // What does not fade changes half way.
        (false, _) => (low < 0.5, high >= 0.5),
    }
}

/// May pictures of that property fade into one another?
fn fades(property: usize) -> bool {
    [P::BackgroundImage, P::ListStyleImage, P::BorderImage, P::Mask, P::MaskBox].iter().any(|p| *p as usize == property)
}

/// What a frame shows of a property: when, and which pictures.
type Shown = (f64, Rc<[String]>);

impl<'p> Cascade<'p> {
    /// What is seen of an element's animations; `base` is its style without them, and `restyle` with other variables.
    pub(super) fn animate(
        &mut self,
        node: NodeId,
        base: &Winners,
        (variables, values): (&Variables, Values<'p>),
        part: u64,
        restyle: &dyn Fn(&Variables) -> Winners,
    ) {
        let (at, budget) = (self.found.len(), self.view.budget);
        if let Some(Display::Word(names)) = base.word(P::Animation) {
            budget.pay_text(names.len() * LONGHANDS.len());
        }
        for animation in Animation::all(base) {
            let Some((_, sheet, keyframes)) = self.keyframes.get(&*animation.name).copied() else { continue };
            let spans = animation.spans();
            let Some(start) = spans.first().copied() else { continue };
            if !budget.pay(1) {
                break;
            }
            let own = animated_variables(keyframes, start, variables, values, budget);
            if let Some(own) = &own {
                budget.pay(8 * (own.len() + P::COUNT) as u64);
                self.tell(node, &mut restyle(own), part);
            }
            let shown = self.frames(keyframes, own.as_ref().unwrap_or(variables), values);
            for (property, mut frames) in shown.into_iter().enumerate().filter(|(_, f)| !f.is_empty()) {
                let under = match &base.slots[property] {
                    Won::Set(Setting::Urls(urls), _) => urls.clone(),
                    _ => Rc::new([]),
                };
                // Where no frame says what it is at its ends, it is what it is without the animation.
                for end in [0.0, 1.0] {
                    if frames.iter().all(|(at, _)| *at != end) {
                        frames.push((end, under.clone()));
                    }
                }
                // Of several frames at one moment the last counts.
                frames.reverse();
                frames.sort_by(|a, b| a.0.total_cmp(&b.0));
                frames.dedup_by(|later, earlier| later.0 == earlier.0);
                for pair in frames.windows(2) {
                    let fading = fades(property) && !pair[0].1.is_empty() && !pair[1].1.is_empty();
                    for span in &spans {
                        let (first, second) = seen((pair[0].0, pair[1].0), fading, animation.stepped, *span);
                        for (_, urls) in [first.then_some(&pair[0]), second.then_some(&pair[1])].into_iter().flatten() {
                            self.found_all(node, urls, Origin::Sheet(sheet), part + 63);
                        }
                    }
                }
            }
        }
        self.found_once(at);
    }

    /// What the frames show, by property.
    fn frames(&self, keyframes: &Keyframes, variables: &Variables, values: Values<'p>) -> Vec<Vec<Shown>> {
        let budget = self.view.budget;
        let mut shown: Vec<Vec<Shown>> = vec![Vec::new(); P::PICTURES];
        for frame in &keyframes.frames {
            // It is read, sorted and looked at.
            if !budget.pay(32 * (frame.block.len() * frame.at.len()) as u64) {
                break;
            }
            let mut sets = Vec::new();
            for declared in &frame.block {
                match &declared.what {
                    What::Pending { name, text } => {
                        let lookup = |n: &str| variables.get(n).cloned();
                        let Some(text) = substitute(text, &Context::new(&lookup, values, budget)) else { continue };
                        // What cannot be read is left out.
                        let _ = read(name, &mut Parser::new(&text), values, &mut sets);
                    }
                    other => sets.push(other.clone()),
                }
            }
            for what in sets {
                if let What::Set(property, Setting::Urls(urls)) = what
                    && let Some(list) = shown.get_mut(property as usize)
                {
                    list.extend(frame.at.iter().map(|at| (*at, urls.clone())));
                }
            }
        }
        shown
    }
}

/// The variables with what the frame says that an animation begins with. None: it says nothing of them.
fn animated_variables(
    keyframes: &Keyframes,
    start: Span,
    variables: &Variables,
    values: Values<'_>,
    budget: &Budget,
) -> Option<Variables> {
    budget.pay(keyframes.frames.len() as u64);
    let mut changed: Option<HashMap<Rc<str>, Rc<str>>> = None;
    // A variable changes at once, half way: what it is later is not seen when the page has been loaded.
    let mut frames: Vec<_> =
        keyframes.frames.iter().flat_map(|f| f.at.iter().map(move |at| (*at, f))).filter(|(at, _)| *at <= start.0).collect();
    frames.sort_by(|a, b| a.0.total_cmp(&b.0));
    for declared in frames.into_iter().flat_map(|(_, frame)| &frame.block) {
        if let What::Custom(name, Ok(text)) = &declared.what
            && let Some(text) = substitute(text, &Context::new(&|n| variables.get(n).cloned(), values, budget))
        {
            changed.get_or_insert_with(|| (**variables).clone()).insert(name.clone(), text.into());
        }
    }
    changed.map(Rc::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn animation(text: &str) -> Animation {
        let mut out = Vec::new();
        declare("animation", &mut Parser::new(text), &mut out).expect("an animation");
        let mut slots = std::array::from_fn(|_| Won::None);
        for what in out {
            if let What::Set(p, setting) = what {
                slots[p as usize] = Won::Set(setting, Origin::Attribute);
            }
        }
        Animation::all(&Winners { slots }).remove(0)
    }

    #[test]
    fn what_is_seen_is_what_comes_at_once() {
        for (text, expected) in [
            ("k 1000s", vec![Span(0.0, 0.0004)]),
            ("k 1000s -500s paused", vec![Span(0.5, 0.5004)]),
            ("k 1000s reverse", vec![Span(0.9996, 1.0)]),
            ("k 1000s 10s", vec![]),
            ("k 1000s 10s both", vec![Span(0.0, 0.0)]),
            ("k 1ms", vec![Span(0.0, 0.0)]),
            ("1ms forwards k", vec![Span(0.0, 0.0), Span(1.0, 1.0)]),
            ("k 0s", vec![]),
            ("k 0s forwards", vec![Span(1.0, 1.0)]),
            ("k 10s 0", vec![]),
            ("k .1s infinite", vec![Span(0.0, 1.0)]),
        ] {
            let spans = animation(text).spans();
            let near = |(a, b): (&Span, &Span)| (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9;
            assert!(spans.len() == expected.len() && spans.iter().zip(&expected).all(near), "{text}: {spans:?}");
        }
    }
}
