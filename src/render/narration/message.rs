//! Stage 2 in words: the message line by line.

use crate::event::{Detail, Octets};
use crate::phrase;
use crate::render::narration::StageStory;
use crate::render::page::Page;
use crate::render::visible::visible_bytes;
use crate::stages::message::{BuiltField, FieldGroup, FieldSource, MessageEvent, MessageWarning};
use crate::words::{Phrase, Words, grouped};

/// Longer lines are cut; `-vv` shows every byte.
const MOST: usize = 400;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, MessageEvent>) {
    let name = words.say(&phrase!("message-stage"));
    if story.events.is_empty() {
        page.stage(Some(2), &name, "", None);
    }
    let verbose = story.detail >= Detail::Verbose;
    for (_, event) in &story.events {
        let MessageEvent::Built { method, target, version, fields, removed, head_bytes, body_bytes, chunked, warnings, octets } =
            event;
        let body = match body_bytes {
            0 => phrase!("message-no-body"),
            n => phrase!("message-body", bytes = *n),
        };
        let count = phrase!("message-fields", count = fields.len());
        let summary = phrase!("message-summary", method = method, fields = count, body = body, bytes = head_bytes + body_bytes);
        page.stage(Some(2), &name, &words.say(&summary), None);
        // With -v the line ends that really follow are made visible too.
        let end = if verbose { "\r\n" } else { "" };
        let remark = |phrase: Phrase| if verbose { words.say(&phrase) } else { String::new() };
        let version = version.token();
        let line = method.len() + target.len() + version.len() + 4;
        let request = format!("{method} {} {version}{end}", clip(target));
        page.sent(&request, &remark(phrase!("message-line-request", bytes = line)));
        for field in fields {
            let BuiltField { line, bytes, group, source, .. } = field;
            let what = phrase!("message-line-field", group = group_name(*group), source = source_name(*source), bytes = *bytes);
            page.sent(&format!("{}{end}", clip(&text(line))), &remark(what));
        }
        page.sent(end, &remark(phrase!("message-line-end")));
        match body_bytes {
            0 => {}
            n if *chunked => page.sent(&words.say(&phrase!("message-body-line-chunked", bytes = *n)), ""),
            n => page.sent(&words.say(&phrase!("message-body-line", bytes = *n)), ""),
        }
        for warning in warnings {
            page.warning(&words.say(&warning_phrase(warning)));
        }
        if verbose {
            page.text(&words.say(&method_phrase(method)));
            if !removed.is_empty() {
                page.text(&words.say(&phrase!("message-removed", fields = removed.join(", "))));
            }
        }
        if let Some(octets) = octets.as_ref().filter(|_| story.detail >= Detail::Hex) {
            page.hex(&octets.0);
        }
    }
}

fn text(octets: &Octets) -> String {
    visible_bytes(&octets.0)
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… ({})", &text[..end], grouped(text.len() as u64)),
        None => text.to_owned(),
    }
}

fn group_name(group: FieldGroup) -> Phrase {
    match group {
        FieldGroup::General => phrase!("message-group-general"),
        FieldGroup::Request => phrase!("message-group-request"),
        FieldGroup::Response => phrase!("message-group-response"),
        FieldGroup::Representation => phrase!("message-group-representation"),
        FieldGroup::Extension => phrase!("message-group-extension"),
    }
}

fn source_name(source: FieldSource) -> Phrase {
    match source {
        FieldSource::Default => phrase!("message-source-default"),
        FieldSource::Option => phrase!("message-source-option"),
        FieldSource::Typed => phrase!("message-source-typed"),
    }
}

/// What the method is for (RFC 9110 §9.3).
fn method_phrase(method: &str) -> Phrase {
    match method {
        "GET" => phrase!("message-method-get"),
        "HEAD" => phrase!("message-method-head"),
        "POST" => phrase!("message-method-post"),
        "PUT" => phrase!("message-method-put"),
        "DELETE" => phrase!("message-method-delete"),
        "OPTIONS" => phrase!("message-method-options"),
        "TRACE" => phrase!("message-method-trace"),
        "CONNECT" => phrase!("message-method-connect"),
        "PATCH" => phrase!("message-method-patch"),
        other => phrase!("message-method-other", method = other),
    }
}

fn warning_phrase(warning: &MessageWarning) -> Phrase {
    match warning {
        MessageWarning::FieldIgnored { number } => phrase!("message-warning-field-ignored", number = *number),
        MessageWarning::OptionOverridden { field } => phrase!("message-warning-option-overridden", field = *field),
        MessageWarning::HostRepeated => phrase!("message-warning-host-repeated"),
        MessageWarning::HostMissing => phrase!("message-warning-host-missing"),
        MessageWarning::BodyUnusual { method } => phrase!("message-warning-body-unusual", method = method),
        MessageWarning::LengthDiffers { typed, actual } => {
            phrase!("message-warning-length-differs", typed = typed, actual = *actual)
        }
        MessageWarning::LengthMissing => phrase!("message-warning-length-missing"),
        MessageWarning::LengthAndChunked => phrase!("message-warning-length-and-chunked"),
        MessageWarning::ChunkedWithoutBody => phrase!("message-warning-chunked-without-body"),
        MessageWarning::ChunkedInHttp10 => phrase!("message-warning-chunked-in-http10"),
        MessageWarning::CodingNotApplied => phrase!("message-warning-coding-not-applied"),
        MessageWarning::MethodNotInHttp10 { method } => phrase!("message-warning-method-not-in-http10", method = method),
        MessageWarning::CredentialsInClear => phrase!("message-warning-credentials-in-clear"),
        MessageWarning::ColonInUser => phrase!("message-warning-colon-in-user"),
    }
}

#[cfg(test)]
mod tests;
