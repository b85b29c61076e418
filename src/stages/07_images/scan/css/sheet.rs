//! One style sheet: its rules, those that never apply on this screen left out; its imports; its layers.
//! Spec: CSS Syntax 3, CSS Cascade 5 (layers, imports), CSS Nesting 1, CSS Conditional 4 and 5, CSS Cascade 6 §2.5 (scope).

use std::rc::Rc;

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, Delimiter, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser, Token,
};
use selectors::parser::{ParseRelative, SelectorList};

use super::super::media::Screen;
use super::declaration::declare;
use super::function::Function;
use super::property::{Declared, What};
use super::registered::Registered;
pub(super) use super::rule::{ContainerQuery, Frame, Import, Keyframes, Layer, Named, Rule, Scope, Sheet, Sides};
use super::selector::{Css, Grammar};
use super::value::{Values, url};
use super::{Parsed, wrong};
use super::{boxes, supports};

/// Reads a sheet. `anonymous` counts layers without a name in the whole page.
pub(super) fn read(text: &str, screen: &Screen, anonymous: &mut u32) -> Sheet {
    let mut reader = Reader::new(screen, anonymous);
    // Sheets without containers and frames are most of all: how wide what they style is, nobody asks.
    reader.layout = text.contains("container") || text.contains("frame");
    reader.grammar.within = text.contains("host-context");
    let mut input = Parser::new(text);
    for item in StyleSheetParser::new(&mut input, &mut reader) {
        // What cannot be read is left out, as the syntax says.
        let _ = item;
    }
    reader.sheet
}

/// Reads a `style` attribute.
pub(super) fn read_attribute(text: &str, screen: &Screen) -> Vec<Declared> {
    let mut anonymous = 0;
    let mut reader = Reader::new(screen, &mut anonymous);
    reader.attribute = true;
    reader.layout = true;
    let mut input = Parser::new(text);
    loop {
        while input.try_parse(|i| i.expect_semicolon()).is_ok() {}
        // CSS Syntax 3 §5.5.4: an end that nothing began spoils the declaration that it stands before.
        let state = input.state();
        if matches!(input.next(), Ok(Token::CloseCurlyBracket)) {
            let _ = input.parse_until_after(Delimiter::Semicolon, |_| wrong::<()>());
            continue;
        }
        input.reset(&state);
        if RuleBodyParser::new(&mut input, &mut reader).next().is_none() {
            return reader.block;
        }
    }
}

/// Most rules of one sheet that are looked at.
const RULES: usize = 200_000;

struct Reader<'s> {
    values: Values<'s>,
    grammar: Grammar,
    anonymous: &'s mut u32,
    sheet: Sheet,
    attribute: bool,
    /// Imports come first.
    imports_over: bool,
    /// And so do namespaces, behind them.
    namespaces_over: bool,
    layer: Option<Layer>,
    containers: Rc<[ContainerQuery]>,
    scopes: Rc<[Scope]>,
    starting: bool,
    /// Are margins and their like kept?
    layout: bool,
    /// What `&` stands for.
    parent: Option<SelectorList<Css>>,
    block: Vec<Declared>,
}

enum Prelude {
    Import(Import),
    Namespace,
    Layers(Vec<Layer>),
    Layer(Layer),
    /// A block that applies.
    Plain,
    /// A block that does not.
    Not,
    Container(ContainerQuery),
    Scope(Scope),
    Starting,
    Keyframes(Rc<str>),
    Property(Rc<str>),
    Function(Rc<str>, Function),
}

impl<'s> Reader<'s> {
    fn new(screen: &'s Screen, anonymous: &'s mut u32) -> Self {
        Self {
            values: Values { screen, dark: false, of: None },
            grammar: Grammar::default(),
            anonymous,
            sheet: Sheet::default(),
            attribute: false,
            imports_over: false,
            namespaces_over: false,
            layer: None,
            containers: Rc::new([]),
            scopes: Rc::new([]),
            starting: false,
            layout: false,
            parent: None,
            block: Vec::new(),
        }
    }

    /// What has a block ends the part of a sheet in which imports and namespaces stand.
    fn rules_begin(&mut self) {
        self.imports_over = true;
        self.namespaces_over = true;
    }

    /// The declarations so far become a rule.
    fn flush(&mut self) {
        if self.block.is_empty() {
            return;
        }
        let block: Rc<[Declared]> = std::mem::take(&mut self.block).into();
        let selectors = match &self.parent {
            Some(parent) => parent.clone(),
            // Declarations right in `@scope` are for its root.
            None if !self.scopes.is_empty() => SelectorList::implicit_scope(),
            None => return,
        };
        if self.sheet.rules.len() < RULES {
            let (layer, containers, scopes) = (self.layer.clone(), self.containers.clone(), self.scopes.clone());
            self.sheet.rules.push(Rule { selectors, block, layer, containers, scopes, starting: self.starting });
        }
    }

    fn relative(&self) -> ParseRelative {
        if self.parent.is_some() {
            ParseRelative::ForNesting
        } else if !self.scopes.is_empty() {
            ParseRelative::ForScope
        } else {
            ParseRelative::No
        }
    }

    fn below(&self, names: &[Rc<str>]) -> Layer {
        self.layer.iter().flat_map(|l| l.iter()).chain(names).cloned().collect()
    }

    fn nameless(&mut self) -> Layer {
        *self.anonymous += 1;
        // No name can be spelled so.
        let name: Rc<str> = format!("\u{0}{}", self.anonymous).into();
        self.below(&[name])
    }

    fn layer_name(&self, input: &mut Parser<'_>) -> Parsed<Layer> {
        let mut names: Vec<Rc<str>> = vec![input.expect_ident()?.as_ref().into()];
        while input.try_parse(|i| i.expect_delim('.')).is_ok() {
            names.push(input.expect_ident()?.as_ref().into());
        }
        Ok(self.below(&names))
    }

    fn import(&mut self, input: &mut Parser<'_>) -> Parsed<Prelude> {
        let target = match input.try_parse(|i| i.expect_string_cloned()) {
            Ok(s) => s.as_ref().to_owned(),
            Err(_) => url(input)?,
        };
        let mut layer = None;
        if input.try_parse(|i| i.expect_ident_matching("layer")).is_ok() {
            layer = Some(self.nameless());
        } else if let Ok(named) = input.try_parse(|i| {
            i.expect_function_matching("layer")?;
            i.parse_nested_block(|i| {
                let name = self.layer_name(i)?;
                i.expect_exhausted()?;
                Ok::<_, ParseError<()>>(name)
            })
        }) {
            layer = Some(named);
        }
        let mut unsupported = false;
        if input.try_parse(|i| i.expect_function_matching("supports")).is_ok() {
            let values = self.values;
            unsupported = !input.parse_nested_block(|i| {
                if let Ok(t) = i.try_parse(|i| supports::declaration(i, values)) {
                    return Ok::<_, ParseError<()>>(t);
                }
                let t = supports::condition(i, values).unwrap_or(false);
                while i.next().is_ok() {}
                Ok(t)
            })?;
        }
        let start = input.position();
        let state = input.state();
        let applies = self.values.screen.matches_list(input);
        input.reset(&state);
        while input.next().is_ok() {}
        let refused = (!applies).then(|| input.slice_from(start).trim().to_owned());
        Ok(Prelude::Import(Import { url: target, layer, refused, unsupported }))
    }

    fn scope(&self, input: &mut Parser<'_>) -> Parsed<Prelude> {
        let list = |input: &mut Parser<'_>, relative| {
            input.expect_parenthesis_block()?;
            input.parse_nested_block(|i| self.grammar.list(i, relative).map_err(|_| ParseError::<()>::unexpected_token()))
        };
        let root = input.try_parse(|i| list(i, ParseRelative::No)).ok();
        // CSS Nesting 1 §3.2: `&` is what the rule around it selects.
        let root = root.map(|r| self.parent.as_ref().map_or_else(|| r.clone(), |parent| r.replace_parent_selector(parent)));
        let limit = match input.try_parse(|i| i.expect_ident_matching("to")) {
            Ok(()) => Some(list(input, ParseRelative::ForScope)?),
            Err(_) => None,
        };
        input.expect_exhausted()?;
        Ok(Prelude::Scope(Scope { root, limit }))
    }

    fn container(input: &mut Parser<'_>) -> Parsed<Prelude> {
        let name = input
            .try_parse(|i| {
                let name = i.expect_ident_cloned()?;
                if name.eq_ignore_ascii_case("not") { wrong() } else { Ok(name.as_ref().to_owned()) }
            })
            .ok();
        let start = input.position();
        let asked = Self::asked(input, 0);
        let condition = input.slice_from(start).trim().to_owned();
        Ok(Prelude::Container(ContainerQuery { name, condition, asked }))
    }

    /// The sides that a condition asks about; tests of style and of scrolling ask about none.
    fn asked(input: &mut Parser<'_>, depth: u32) -> Sides {
        let mut asked = Sides::None;
        while let Ok(token) = input.next() {
            match token.clone() {
                Token::Ident(name) => {
                    let name = name.to_ascii_lowercase();
                    asked = asked.max(match name.trim_start_matches("min-").trim_start_matches("max-") {
                        "width" | "inline-size" => Sides::Width,
                        "height" | "block-size" | "aspect-ratio" | "orientation" => Sides::Both,
                        _ => Sides::None,
                    });
                }
                Token::ParenthesisBlock if depth < 32 => {
                    let inner = input.parse_nested_block(|i| Ok::<_, ParseError<()>>(Self::asked(i, depth + 1)));
                    asked = asked.max(inner.unwrap_or(Sides::None));
                }
                _ => {}
            }
        }
        asked
    }

    /// The rules of a block.
    fn body<'i>(&mut self, input: &mut Parser<'i>) {
        for item in RuleBodyParser::new(input, self) {
            let _ = item;
        }
        self.flush();
    }
}

impl<'i> DeclarationParser<'i> for Reader<'_> {
    type Declaration = ();
    type Error = ();

    fn parse_value(&mut self, name: CowRcStr<'i>, input: &mut Parser<'i>, _: &ParserState) -> Parsed<()> {
        // A declaration that does not matter here is still one, and not the start of a nested rule.
        let longhands = super::property::longhands(&name.to_ascii_lowercase());
        let known = longhands.iter().all(|p| !self.layout && boxes::LAYOUT.contains(p)) && !name.starts_with("--");
        if known && !self.attribute {
            let block = input.parse_until_before(Delimiter::Semicolon, |i| {
                let mut block = false;
                while let Ok(token) = i.next() {
                    block |= matches!(token, Token::CurlyBracketBlock);
                }
                Ok::<_, ParseError<()>>(block)
            })?;
            return if block { wrong() } else { Ok(()) };
        }
        let before = self.block.len();
        declare(&name, input, self.values, &mut self.block)?;
        if !self.layout {
            let new = self.block.split_off(before);
            self.block.extend(new.into_iter().filter(|d| !matches!(d.what, What::Set(p, _) if boxes::LAYOUT.contains(&p))));
        }
        Ok(())
    }
}

impl<'i> QualifiedRuleParser<'i> for Reader<'_> {
    type Prelude = SelectorList<Css>;
    type QualifiedRule = ();
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Parsed<SelectorList<Css>> {
        let list = self.grammar.list(input, self.relative()).map_err(|_| ParseError::unexpected_token())?;
        Ok(match &self.parent {
            Some(parent) => list.replace_parent_selector(parent),
            None => list,
        })
    }

    fn parse_block(&mut self, selectors: SelectorList<Css>, _: &ParserState, input: &mut Parser<'i>) -> Parsed<()> {
        self.rules_begin();
        self.flush();
        let outer = self.parent.replace(selectors);
        self.body(input);
        self.parent = outer;
        Ok(())
    }
}

impl<'i> AtRuleParser<'i> for Reader<'_> {
    type Prelude = Prelude;
    type AtRule = ();
    type Error = ();

    fn parse_prelude(&mut self, name: CowRcStr<'i>, input: &mut Parser<'i>) -> Parsed<Prelude> {
        if self.attribute {
            return wrong();
        }
        match name.to_ascii_lowercase().as_str() {
            "import" if !self.imports_over => self.import(input),
            "namespace" if !self.namespaces_over => {
                let prefix = input.try_parse(|i| i.expect_ident_cloned()).ok();
                let target = match input.try_parse(|i| i.expect_string_cloned()) {
                    Ok(s) => s.as_ref().to_owned(),
                    Err(_) => url(input)?,
                };
                self.grammar.declare(prefix, &target);
                Ok(Prelude::Namespace)
            }
            "layer" => {
                let names = input.try_parse(|i| i.parse_comma_separated(|i| self.layer_name(i))).unwrap_or_default();
                match <[Layer; 1]>::try_from(names) {
                    Ok([one]) => Ok(Prelude::Layer(one)),
                    Err(none) if none.is_empty() => Ok(Prelude::Layer(self.nameless())),
                    Err(several) => Ok(Prelude::Layers(several)),
                }
            }
            "media" => Ok(if self.values.screen.matches_list(input) { Prelude::Plain } else { Prelude::Not }),
            "supports" => Ok(if supports::condition(input, self.values)? { Prelude::Plain } else { Prelude::Not }),
            "container" => Self::container(input),
            "scope" => self.scope(input),
            "keyframes" | "-webkit-keyframes" => Ok(Prelude::Keyframes(input.expect_ident_or_string()?.as_ref().into())),
            "property" => {
                let name = input.expect_ident_cloned()?;
                input.expect_exhausted()?;
                Ok(name.strip_prefix("--").map_or(Prelude::Not, |name| Prelude::Property(name.into())))
            }
            "function" => {
                let (name, function) = Function::prelude(input)?;
                Ok(Prelude::Function(name, function))
            }
            "starting-style" => Ok(Prelude::Starting),
            "font-face"
            | "page"
            | "counter-style"
            | "font-feature-values"
            | "font-palette-values"
            | "position-try"
            | "view-transition" => {
                while input.next().is_ok() {}
                Ok(Prelude::Not)
            }
            _ => wrong(),
        }
    }

    fn rule_without_block(&mut self, prelude: Prelude, _: &ParserState) -> Result<(), ()> {
        match prelude {
            Prelude::Import(import) => {
                self.sheet.named.push(Named::Import(self.sheet.imports.len()));
                self.sheet.imports.push(import);
            }
            Prelude::Layers(layers) => {
                // CSS Cascade 5 §2: layers may be named before imports, not between them.
                self.imports_over |= !self.sheet.imports.is_empty();
                self.sheet.named.extend(layers.into_iter().map(Named::Layer));
            }
            Prelude::Layer(layer) => {
                self.imports_over |= !self.sheet.imports.is_empty();
                self.sheet.named.push(Named::Layer(layer));
            }
            Prelude::Namespace => self.imports_over = true,
            _ => return Err(()),
        }
        Ok(())
    }

    fn parse_block(&mut self, prelude: Prelude, _: &ParserState, input: &mut Parser<'i>) -> Parsed<()> {
        self.rules_begin();
        self.flush();
        match prelude {
            Prelude::Plain => self.body(input),
            Prelude::Starting => {
                let outer = std::mem::replace(&mut self.starting, true);
                self.body(input);
                self.starting = outer;
            }
            Prelude::Layer(layer) => {
                self.sheet.named.push(Named::Layer(layer.clone()));
                let outer = self.layer.replace(layer);
                self.body(input);
                self.layer = outer;
            }
            Prelude::Container(query) => {
                let all: Rc<[ContainerQuery]> = self.containers.iter().cloned().chain([query]).collect();
                let outer = std::mem::replace(&mut self.containers, all);
                self.body(input);
                self.containers = outer;
            }
            Prelude::Scope(scope) => {
                let all: Rc<[Scope]> = self.scopes.iter().cloned().chain([scope]).collect();
                let outer = std::mem::replace(&mut self.scopes, all);
                let parent = self.parent.take();
                self.body(input);
                self.scopes = outer;
                self.parent = parent;
            }
            Prelude::Keyframes(name) => {
                // Its rules are read like others, for what they declare.
                let (parent, attribute) = (self.parent.take(), self.attribute);
                let before = std::mem::take(&mut self.sheet.rules);
                let (mut frames, mut at) = (Vec::new(), Vec::new());
                while let Ok(token) = input.next() {
                    match token.clone() {
                        Token::Ident(word) if word.eq_ignore_ascii_case("from") => at.push(0.0),
                        Token::Ident(word) if word.eq_ignore_ascii_case("to") => at.push(1.0),
                        Token::Percentage { unit_value, .. } if (0.0..=1.0).contains(&unit_value) => at.push(unit_value.into()),
                        Token::CurlyBracketBlock => {
                            self.attribute = true;
                            let block = input.parse_nested_block(|i| {
                                for item in RuleBodyParser::new(i, self) {
                                    let _ = item;
                                }
                                Ok::<_, ParseError<()>>(std::mem::take(&mut self.block))
                            });
                            self.attribute = attribute;
                            let mut block = block.unwrap_or_default();
                            // CSS Animations 1 §3: nothing in it is important.
                            block.retain(|d| !d.important && (d.shown() || matches!(d.what, What::Custom(..))));
                            let at = std::mem::take(&mut at);
                            if !block.is_empty() && !at.is_empty() {
                                frames.push(Frame { at, block });
                            }
                        }
                        _ => {}
                    }
                }
                self.sheet.rules = before;
                self.parent = parent;
                if !frames.is_empty() {
                    let layer = self.layer.clone();
                    self.sheet.keyframes.push(Keyframes { name, layer, frames });
                }
            }
            Prelude::Property(name) => {
                let registered = Registered::read(input, self.values)?;
                self.sheet.registered.push((name, registered));
            }
            Prelude::Function(name, mut function) => {
                function.body(input, self.values, 0);
                self.sheet.functions.push((name, self.layer.clone(), function));
            }
            Prelude::Not => while input.next().is_ok() {},
            Prelude::Import(_) | Prelude::Namespace | Prelude::Layers(_) => return wrong(),
        }
        Ok(())
    }
}

impl<'i> RuleBodyItemParser<'i, (), ()> for Reader<'_> {
    fn parse_declarations(&self) -> bool {
        self.attribute || self.parent.is_some() || !self.scopes.is_empty()
    }
    fn parse_qualified(&self) -> bool {
        !self.attribute
    }
}
