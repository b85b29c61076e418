//! The policy that a page requires of the frames in it: `<iframe csp>`.
//! Spec: CSP: Embedded Enforcement (what is sent, what an answer must say), CSP 3.

use ::url::Url;

use super::origin::same_origin;
use super::page::Page;
use super::policy::{Gate, Policy};
use super::tree::NodeId;
use crate::stages::response::Fields;

/// Directives that are compared, each with those that stand in for it.
const COMPARED: [&[&str]; 18] = [
    &["base-uri"],
    &["form-action"],
    &["frame-ancestors"],
    &["child-src", "default-src"],
    &["connect-src", "default-src"],
    &["font-src", "default-src"],
    &["frame-src", "child-src", "default-src"],
    &["img-src", "default-src"],
    &["manifest-src", "default-src"],
    &["media-src", "default-src"],
    &["object-src", "default-src"],
    &["script-src", "default-src"],
    &["script-src-attr", "script-src", "default-src"],
    &["script-src-elem", "script-src", "default-src"],
    &["style-src", "default-src"],
    &["style-src-attr", "style-src", "default-src"],
    &["style-src-elem", "style-src", "default-src"],
    &["worker-src", "child-src", "script-src", "default-src"],
];

impl Page {
    /// What must hold in a frame of `node`: its own `csp`, unless that is no policy or laxer than what this page is held to.
    pub(super) fn required_of(&self, node: NodeId) -> Option<String> {
        let own =
            if self.tree.is_html(node, "iframe") { self.tree.attr(node, "csp").filter(|c| is_requirement(c)) } else { None };
        match (own, &self.required) {
            (Some(own), Some(required)) => {
                let mut alone = Gate::new(&self.url, &Fields::default());
                alone.add(own);
                Some(if alone.is_within(required) { own.to_owned() } else { required.clone() })
            }
            (own, required) => own.map(str::to_owned).or_else(|| required.clone()),
        }
    }

    /// For a document without an address of its own (`srcdoc`, `data:`): it has its parent's policies, and agrees to what is required.
    pub(super) fn inherited_gate(&self, node: NodeId) -> Gate {
        let mut gate = Gate::clone(&self.gate);
        if let Some(required) = self.required_of(node) {
            gate.add(&required);
        }
        gate
    }

    /// Does the answer of a frame agree to `required`, or is it as strict by itself? If it agrees, it is held to it.
    pub(super) fn enforce(&self, required: &str, gate: &mut Gate, fields: &Fields) -> bool {
        if self.from.as_ref().is_some_and(|from| agrees(fields, from)) {
            gate.add(required);
            return true;
        }
        gate.is_within(required)
    }
}

/// One policy, and nothing in it that tells others.
fn is_requirement(text: &str) -> bool {
    !text.contains(',') && Policy::parse(text).is_some_and(|p| !p.has("report-uri") && !p.has("report-to"))
}

/// `Allow-CSP-From`. Unlike CSP: Embedded Enforcement, in Chromium pages of the same origin have to say it too.
fn agrees(fields: &Fields, from: &Url) -> bool {
    let Some(value) = fields.get("allow-csp-from").map(String::from_utf8_lossy) else { return false };
    value.trim() == "*" || Url::parse(value.trim()).is_ok_and(|allowed| same_origin(&allowed, from))
}

impl Gate {
    /// Is everything that this lets through let through by `required` too?
    fn is_within(&self, required: &str) -> bool {
        let Some(required) = Policy::parse(required) else { return true };
        COMPARED.iter().all(|names| {
            let Some((_, allowed)) = required.directive(names) else { return true };
            // What several policies let through together is less than what one of them does.
            let mut own = self.policies.iter().filter_map(|p| p.directive(names));
            own.any(|(_, sources)| sources.iter().all(|s| self.is_covered(s, allowed)))
        })
    }

    /// Does one of `allowed` let through whatever `source` does?
    fn is_covered(&self, source: &str, allowed: &[String]) -> bool {
        if source.eq_ignore_ascii_case("'none'") || allowed.iter().any(|a| a.eq_ignore_ascii_case(source)) {
            return true;
        }
        let address = if source.eq_ignore_ascii_case("'self'") {
            self.page.origin().ascii_serialization()
        } else if source.contains("://") {
            source.to_owned()
        } else {
            format!("{}://{source}", self.page.scheme())
        };
        // Wildcards, keywords and schemes are no addresses.
        !source.contains('*')
            && (!source.starts_with('\'') || source.eq_ignore_ascii_case("'self'"))
            && Url::parse(&address).is_ok_and(|url| url.host().is_some() && self.matches(allowed, &url, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(own: &[&str], required: &str) -> bool {
        let fields: Fields = own.iter().map(|policy| ("content-security-policy", *policy)).collect();
        let page = Url::parse("http://b.example:8080/page").expect("a URL");
        Gate::new(&page, &fields).is_within(required)
    }

    #[test]
    fn a_page_that_is_as_strict_by_itself_need_not_agree() {
        for (own, required) in [
            ("img-src http://b.example:8080", "img-src http:"),
            ("img-src http://b.example:8080/c/d/", "img-src http://b.example:8080/c/"),
            ("img-src http://b.example:8080", "img-src *:*"),
            ("img-src 'self'", "img-src http://a.example http://b.example:8080"),
            ("img-src http://b.example:8080", "img-src 'self'"),
            ("default-src http://b.example:8080; style-src *", "img-src http://b.example:8080; style-src *"),
            ("style-src 'unsafe-inline'", "style-src 'unsafe-inline'"),
            ("img-src *", "foo x"),
            ("img-src 'none'", "img-src 'none'"),
        ] {
            assert!(within(&[own], required), "{own} / {required}");
        }
        assert!(within(&["img-src *", "img-src http://b.example:8080"], "img-src 'self'"));
    }

    #[test]
    fn a_laxer_one_has_to() {
        for (own, required) in [
            ("default-src 'none'; img-src *", "img-src 'none'"),
            ("img-src http:", "img-src http://b.example:8080"),
            ("img-src http://b.example:8080/c/", "img-src http://b.example:8080/c/d/"),
            ("script-src *", "img-src *"),
            ("img-src http://b.example:8080", "default-src http://b.example:8080"),
            ("style-src 'unsafe-inline' 'self'", "style-src 'self'"),
            ("img-src http://b.example:8080", "img-src https:"),
            ("img-src http://b.example:8080", "img-src http://b.example"),
        ] {
            assert!(!within(&[own], required), "{own} / {required}");
        }
        assert!(!within(&[], "img-src *"));
    }

    #[test]
    fn what_reports_or_is_several_requires_nothing() {
        assert!(is_requirement("img-src 'none'") && is_requirement("img-src"));
        for text in ["", " ; ", "img-src 'none', img-src *", "img-src *; report-uri /x", "report-to x; img-src *"] {
            assert!(!is_requirement(text), "{text}");
        }
    }
}
