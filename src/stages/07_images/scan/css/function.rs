//! `@function`: functions that a sheet defines, and what a call of one comes to.
//! Spec: CSS Functions and Mixins 1 §2–§3.

use std::collections::HashMap;
use std::rc::Rc;

use cssparser::{Delimiter, ParseError, Parser, Token};

use super::property::wide;
use super::registered::Syntax;
use super::substitute::{Context, substitute_into};
use super::supports;
use super::value::Values;
use super::{Parsed, wrong};

/// A function as its rule says it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Function {
    parameters: Vec<Parameter>,
    returns: Option<Syntax>,
    /// Custom properties of its own, in their order.
    locals: Vec<(Rc<str>, Rc<str>)>,
    result: Option<Rc<str>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Parameter {
    name: Rc<str>,
    kind: Option<Syntax>,
    default: Option<Rc<str>>,
}

/// The functions of a page, without the dashes, with the ranks of their layers.
#[derive(Default)]
pub(super) struct Functions<'p> {
    pub(super) known: HashMap<&'p str, (u32, &'p Function)>,
}

/// The functions that are being called, the innermost first.
pub(super) struct Calling<'a> {
    name: &'a str,
    outer: Option<&'a Calling<'a>>,
}

/// A name with its dashes, without them.
fn dashed(input: &mut Parser<'_>) -> Parsed<Rc<str>> {
    let name = input.expect_ident_cloned()?;
    name.strip_prefix("--").filter(|n| !n.is_empty()).map_or_else(wrong, |n| Ok(n.into()))
}

/// The rest of `input`, as it is written.
fn rest(input: &mut Parser<'_>) -> Rc<str> {
    let start = input.position();
    while input.next().is_ok() {}
    input.slice_from(start).trim().into()
}

impl Function {
    /// What stands before its block: `--name(--a <length>: 1px, --b) returns <length>`.
    pub(super) fn prelude(input: &mut Parser<'_>) -> Parsed<(Rc<str>, Self)> {
        let name = input.expect_function()?.clone();
        let name = name.strip_prefix("--").filter(|n| !n.is_empty()).map_or_else(wrong, |n| Ok(Rc::from(n)))?;
        let parameters = input
            .parse_nested_block(|i| if i.is_exhausted() { Ok(Vec::new()) } else { i.parse_comma_separated(Parameter::read) })?;
        let mut returns = None;
        if input.try_parse(|i| i.expect_ident_matching("returns")).is_ok() {
            returns = Some(Syntax::of_type(&rest(input)).map_or_else(wrong, Ok)?);
        }
        input.expect_exhausted()?;
        Ok((name, Self { parameters, returns, locals: Vec::new(), result: None }))
    }

    /// Its block, and those of conditions in it.
    pub(super) fn body(&mut self, input: &mut Parser<'_>, values: Values<'_>, depth: u32) {
        const DEEP: u32 = 32;
        while let Ok(token) = input.next() {
            match token.clone() {
                Token::Semicolon => {}
                Token::AtKeyword(rule) => {
                    let holds = input.parse_until_before(Delimiter::CurlyBracketBlock | Delimiter::Semicolon, |i| {
                        let holds = match &*rule.to_ascii_lowercase() {
                            "media" => values.screen.matches_list(i),
                            "supports" => supports::condition(i, values).unwrap_or(false),
                            _ => false,
                        };
                        while i.next().is_ok() {}
                        Ok::<_, ParseError<()>>(holds)
                    });
                    if matches!(input.next(), Ok(Token::CurlyBracketBlock)) && depth < DEEP {
                        let _ = input.parse_nested_block(|i| {
                            if holds == Ok(true) {
                                self.body(i, values, depth + 1);
                            }
                            while i.next().is_ok() {}
                            Ok::<_, ParseError<()>>(())
                        });
                    }
                }
                Token::Ident(name) => {
                    // What cannot be read is left out.
                    let _ = input.parse_until_after(Delimiter::Semicolon, |i| {
                        i.expect_colon()?;
                        let text = rest(i);
                        match name.strip_prefix("--") {
                            Some(local) if !local.is_empty() => self.locals.push((local.into(), text)),
                            _ if name.eq_ignore_ascii_case("result") => self.result = Some(text),
                            _ => {}
                        }
                        Ok::<_, ParseError<()>>(())
                    });
                }
                _ => {
                    let _ = input.parse_until_after(Delimiter::Semicolon, |_| wrong::<()>());
                }
            }
        }
    }

    /// A call, whose arguments are `input`: what it comes to, behind what is there already.
    pub(super) fn call(
        &self,
        name: &str,
        input: &mut Parser<'_>,
        out: &mut String,
        context: &Context<'_>,
        depth: u32,
    ) -> Parsed<()> {
        let mut around = context.calling;
        while let Some(call) = around {
            // A function that needs itself has no outcome.
            if call.name == name {
                return wrong();
            }
            around = call.outer;
        }
        // Each may call others, and those again.
        if !context.budget.pay(64 * (1 + self.parameters.len() + self.locals.len()) as u64) {
            return wrong();
        }
        let arguments = if input.is_exhausted() { Vec::new() } else { arguments(input, context, depth)? };
        if arguments.len() > self.parameters.len() {
            return wrong();
        }
        let calling = Calling { name, outer: context.calling };
        let mut own: HashMap<&str, Option<Rc<str>>> = HashMap::new();
        let value = |text: &str, own: &HashMap<&str, Option<Rc<str>>>| {
            let lookup = |n: &str| own.get(n).cloned().unwrap_or_else(|| (context.lookup)(n));
            let mut out = String::new();
            let context = Context { lookup: &lookup, calling: Some(&calling), ..*context };
            substitute_into(&mut Parser::new(text), &mut out, &context, depth + 1).ok()?;
            Some(out).filter(|out| context.budget.pay_text(out.len()))
        };
        for (n, parameter) in self.parameters.iter().enumerate() {
            let fits = |text: &str| parameter.kind.as_ref().is_none_or(|k| k.accepts(text, context.values));
            let given = arguments.get(n).map(|a| Rc::from(&**a)).filter(|a| fits(a));
            let found = given.or_else(|| {
                let default = value(parameter.default.as_ref()?, &own)?;
                Some(Rc::from(default)).filter(|d| fits(d))
            });
            own.insert(&parameter.name, found);
        }
        for (local, text) in &self.locals {
            let found = if wide(text).is_some() { None } else { value(text, &own).map(Rc::from) };
            own.insert(local, found);
        }
        let result = self.result.as_ref().and_then(|text| value(text, &own));
        let fits = |text: &String| self.returns.as_ref().is_none_or(|k| k.accepts(text.trim(), context.values));
        match result.filter(fits) {
            Some(text) => out.push_str(&text),
            None => return wrong(),
        }
        Ok(())
    }
}

/// The arguments of a call, with variables put in. In braces one may have commas.
fn arguments(input: &mut Parser<'_>, context: &Context<'_>, depth: u32) -> Parsed<Vec<String>> {
    input.parse_comma_separated(|i| {
        let mut out = String::new();
        let braced = i.try_parse(|i| {
            i.expect_curly_bracket_block()?;
            i.parse_nested_block(|i| substitute_into(i, &mut out, context, depth + 1))?;
            Ok::<_, ParseError<()>>(i.expect_exhausted()?)
        });
        if braced.is_err() {
            out.clear();
            substitute_into(i, &mut out, context, depth + 1)?;
        }
        Ok(out.trim().to_owned())
    })
}

impl Parameter {
    fn read(input: &mut Parser<'_>) -> Parsed<Self> {
        let name = dashed(input)?;
        let start = input.position();
        let colon = input.parse_until_before(Delimiter::Comma, |i| {
            let mut at = None;
            loop {
                let before = i.position();
                match i.next() {
                    Ok(Token::Colon) => {
                        at.get_or_insert((before, i.position()));
                    }
                    Ok(_) => {}
                    Err(_) => return Ok::<_, ParseError<()>>(at),
                }
            }
        })?;
        let end = input.position();
        let text = |from, to| input.slice(from..to).trim().to_owned();
        let (kind, default) = match colon {
            Some((before, behind)) => (text(start, before), Some(text(behind, end))),
            None => (text(start, end), None),
        };
        let kind = if kind.is_empty() { None } else { Some(Syntax::of_type(&kind).map_or_else(wrong, Ok)?) };
        Ok(Self { name, kind, default: default.map(Rc::from) })
    }
}
