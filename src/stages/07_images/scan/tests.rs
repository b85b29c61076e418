//! The scanner as a whole: early, the same at every split, bounded.

use proptest::prelude::*;

use super::*;

fn scanner(content_type: &str) -> Scanner {
    let url = Url::parse("http://a.example/dir/page.html").unwrap();
    Scanner::new(PageContext { content_type: Some(content_type.as_bytes().to_vec()), ..PageContext::of(url) })
}

fn html() -> Scanner {
    scanner("text/html; charset=utf-8")
}

/// All references of a page in document order, style sheets answered with `css`.
fn all(bytes: &[u8], step: usize, css: &str) -> Vec<Reference> {
    let mut s = html();
    let mut found = Vec::new();
    for piece in bytes.chunks(step.max(1)) {
        found.extend(s.feed(piece));
    }
    found.extend(s.end());
    let mut at = 0;
    while at < found.len() && at < 1000 {
        if let (true, Kind::Sheet(id), Some(url)) = (found[at].fetched(), found[at].kind, found[at].url.clone()) {
            let answer = SheetAnswer { url, status: 200, fields: Fields::default(), body: css.as_bytes().into() };
            let more = s.sheet(id, Some(answer));
            found.extend(more);
        }
        at += 1;
    }
    found.sort_by_key(|r| r.order);
    found
}

fn urls(bytes: &[u8]) -> Vec<String> {
    let found = all(bytes, usize::MAX, "");
    found
        .into_iter()
        .filter(|r| r.fetched() && r.kind == Kind::Image)
        .filter_map(|r| r.url)
        .map(|u| u.path().to_owned())
        .collect()
}

#[test]
fn a_picture_is_told_as_soon_as_its_tag_is_complete() {
    let mut s = html();
    assert!(s.feed(b"<p><img src=a.png").is_empty());
    let found = s.feed(b">");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].url.as_ref().unwrap().as_str(), "http://a.example/dir/a.png");
    let Verdict::Fetch { referer, .. } = &found[0].verdict else { panic!("skipped") };
    assert_eq!(referer.as_deref(), Some("http://a.example/dir/page.html"));
    assert!(s.feed(b"and text").is_empty());
}

#[test]
fn nesting_without_end_is_linear() {
    let page = format!("{}<img src=deep.png>{}<img src=after.png>", "<div>".repeat(200_000), "</div>".repeat(200_000));
    assert_eq!(urls(page.as_bytes()), ["/dir/deep.png", "/dir/after.png"]);
    let page = format!("{}<img src=deep.png>", "<b><font><table><tr><td>".repeat(2_000));
    assert_eq!(urls(page.as_bytes()), ["/dir/deep.png"]);
    let page = format!("{}<p>x<p>y<img src=deep.png>", (0..20_000).map(|n| format!("<b id={n}>")).collect::<String>());
    assert_eq!(urls(page.as_bytes()), ["/dir/deep.png"]);
}

#[test]
fn what_never_ends_swallows_the_rest_and_no_memory() {
    for open in ["<!-- ", "<script>", "<style>", "<img alt='", "<textarea>", "<title>", "<![CDATA[", "<!doctype "] {
        let mut s = html();
        let mut found = s.feed(b"<img src=a.png>");
        found.extend(s.feed(open.as_bytes()));
        for _ in 0..320 {
            found.extend(s.feed(&[b'x'; 64 * 1024]));
        }
        found.extend(s.end());
        assert_eq!(found.iter().filter(|r| r.fetched()).count(), 1, "{open}");
        let page = s.page.borrow();
        assert!(page.tree.style_bytes <= 17 * 1024 * 1024);
    }
}

#[test]
fn a_tag_of_endless_attributes_ends_the_search() {
    let mut s = html();
    let mut found = s.feed(b"<img src=a.png><img ");
    let attributes: String = (0..4_000).map(|n| format!("a{n} ")).collect();
    for _ in 0..100 {
        found.extend(s.feed(attributes.as_bytes()));
    }
    found.extend(s.feed(b" src=b.png><img src=c.png>"));
    found.extend(s.end());
    assert_eq!(found.iter().filter(|r| r.fetched()).count(), 1);
}

#[test]
fn a_long_comment_full_of_blanks_is_only_a_comment() {
    let mut s = html();
    let mut found = s.feed(b"<img src=a.png><!-- ");
    for _ in 0..100 {
        found.extend(s.feed(" x".repeat(1_000).as_bytes()));
    }
    found.extend(s.feed(b"--><img src=b.png>"));
    found.extend(s.end());
    assert_eq!(found.iter().filter(|r| r.fetched()).count(), 2);
}

#[test]
fn a_hundred_thousand_references_and_then_no_more() {
    let page: String = (0..100_500).map(|n| format!("<img src={n}>")).collect();
    let mut s = html();
    let mut found = s.feed(page.as_bytes());
    found.extend(s.end());
    assert_eq!(found.iter().filter(|r| r.fetched()).count(), 100_000);
    assert_eq!(s.cut(), 500);
}

#[test]
fn a_big_page_keeps_little() {
    let mut s = html();
    let text = "lorem ipsum dolor sit amet ".repeat(75);
    let mut fetched = 0;
    for n in 0..2_000 {
        let piece =
            format!("<div class='card c{n}'><p>{text}</p><a href=/p/{n}><img src=/i/{n}.png alt='picture {n}'></a></div>");
        fetched += s.feed(piece.as_bytes()).len();
    }
    fetched += s.end().len();
    assert_eq!(fetched, 2_000);
    let page = s.page.borrow();
    assert!(page.tree.len() < 2_000 * 4 + 10, "{}", page.tree.len());
    assert!(page.tree.bytes() < 1_500_000, "{}", page.tree.bytes());
}

#[test]
fn a_page_made_to_be_slow_for_selectors_ends() {
    let css: String =
        (0..3_000).map(|n| format!("* * * > :nth-child({}n+1) :not(.x{n}) *{{background:url({n}.png)}}", n % 7 + 1)).collect();
    let page = format!("<link rel=stylesheet href=s.css>{}", "<div><p><i>x</i></p></div>".repeat(300));
    let found = all(page.as_bytes(), usize::MAX, &css);
    assert!(!found.is_empty());
}

#[test]
fn variables_that_explode_are_nothing() {
    let mut css = String::from(":root{--v0:url(a.png)");
    for n in 1..60 {
        css.push_str(&format!(";--v{n}:var(--v{}) var(--v{})", n - 1, n - 1));
    }
    css.push_str(";--l1:var(--l2);--l2:var(--l1)}p{background:var(--v59)}i{background:var(--l1)}b{background:var(--v0)}");
    let page = format!("<style>{css}</style><p>x<i>y</i><b>z</b>");
    assert_eq!(urls(page.as_bytes()), ["/dir/a.png"]);
}

#[test]
fn references_are_told_in_the_order_of_the_document() {
    let found = all(b"<p style='background:url(1)'>x</p><img src=2><object data=3.png></object><img srcset='4 1x'><p style='background:url(5)'>", 9, "");
    let paths: Vec<_> = found.iter().filter_map(|r| r.url.as_ref()).map(|u| u.path().to_owned()).collect();
    assert_eq!(paths, ["/dir/1", "/dir/2", "/dir/3.png", "/dir/4", "/dir/5"]);
}

#[test]
fn a_reference_is_written_with_its_reason() {
    let found = all(b"<img src='data:,x'><img src=ftp://x/y><img srcset='a 1x, b 2x' src=c>", 5, "");
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json[0]["verdict"], serde_json::json!({"verdict": "skip", "reason": "inline", "what": 7}));
    assert_eq!(json[1]["verdict"]["what"], "ftp");
    assert_eq!(json[2]["candidate"]["why"], "dense_enough");
    assert_eq!(json[2]["source"], "img-srcset");
}

/// Pieces that pages are made of, whole and broken.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<img src=a.png>",
        "<img srcset='b 1x, c 2x'>",
        "<picture>",
        "<source srcset=d media=print>",
        "<source srcset=e type=image/webp>",
        "</picture>",
        "<base href=sub/>",
        "<style>p{background:url(f)}i::before{content:url(g)}",
        "</style>",
        "<p style='background:url(h)'>",
        "<table background=i>",
        "<tr><td>",
        "</table>",
        "<svg>",
        "<image href=j />",
        "</svg>",
        "<template>",
        "</template>",
        "<div><template shadowrootmode=open>",
        "<b>",
        "</b>",
        "<p>",
        "</p>",
        "<object data=k.png>",
        "</object>",
        "<select><option>",
        "<link rel=stylesheet href=s.css>",
        "<link rel=icon href=l>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<",
        "&amp;",
        "'",
        "\"",
        "text",
        "<iframe srcdoc='<img src=m>'>",
        "</iframe>",
        "<math><mtext>",
        "<noscript>",
        "</noscript>",
        "<frameset>",
        "<plaintext>",
        "<a href=x>",
        "<i>",
        "<meta name=referrer content=never>",
        "\u{0}",
        "한글",
        "<li>",
        "<video poster=n>",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_references_are_the_same_however_the_bytes_arrive(page in pieces(), step in 1_usize..50, frames: bool) {
        let css = "b{background:url(x)} li{list-style-image:url(y)} @media print{p{background:url(z)}}";
        let _ = frames;
        let key = |found: Vec<Reference>| found.into_iter().map(|r| (r.order, r.typed, r.url, r.source)).collect::<Vec<_>>();
        prop_assert_eq!(key(all(page.as_bytes(), step, css)), key(all(page.as_bytes(), usize::MAX, css)));
    }

    #[test]
    fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in prop::sample::select(vec!["text/html", "application/xhtml+xml", "", "image/svg+xml; charset=euc-kr"])) {
        let mut s = scanner(kind);
        s.feed(&bytes);
        s.end();
    }

    #[test]
    fn no_sheet_makes_it_panic(css in "[-a-z0-9:;{}()@#.,*>&!'\"\\\\ /\n]{0,200}") {
        all(format!("<link rel=stylesheet href=s><p style=\"{}\" id=a class=b>x", css.replace('"', "")).as_bytes(), 64, &css);
    }
}

#[test]
fn the_page_that_leads_on_at_once_is_left_for_the_last_of_those_it_names() {
    let page = b"<meta http-equiv=refresh content='0;url=a.html'><meta http-equiv=Refresh content='0; url=b.html'>\
        <meta http-equiv=refresh content='5;url=c.html'><img src=here.png>";
    let next = |follow: bool| {
        let mut s = html();
        s.page.borrow_mut().follow = follow;
        let mut found = s.feed(page);
        found.extend(s.end());
        let next = found.into_iter().find(|r| r.source == Source::Refresh).expect("it is told");
        (s, next)
    };
    assert_eq!(next(false).1.verdict, Verdict::Skip { reason: SkipReason::NotFollowed });
    let (mut s, next) = next(true);
    let (Kind::Page(id), Some(url), true) = (next.kind, next.url.clone(), next.fetched()) else { panic!("{next:?}") };
    assert_eq!(url.path(), "/dir/b.html");
    // The policies that keep a page out of frames do not keep it from being the next one.
    let fields = [("Content-Type", "text/html"), ("X-Frame-Options", "DENY")].into_iter().collect();
    let body = b"<meta http-equiv=refresh content='0;url=/dir/page.html'><img src=there.png>"[..].into();
    let found = s.frame(id, Some(FrameAnswer { url, status: 200, fields, body }));
    let told: Vec<_> = found.iter().map(|r| (r.typed.as_str(), r.fetched())).collect();
    assert_eq!(told, [("there.png", true), ("/dir/page.html", false)]);
}

#[test]
fn styles_of_a_page_that_nobody_waits_for_are_given_up() {
    let page = format!(
        "<img src=a.png><style>{}</style>{}",
        ".a :is(.b, .c) p:not(.d) { background: url(b.png) }".repeat(400),
        "<div class=a><p>".repeat(400)
    );
    let scan = |given_up: fn() -> bool| {
        let url = Url::parse("http://127.0.0.1/").unwrap();
        let mut scanner =
            Scanner::new(PageContext { content_type: Some(b"text/html".to_vec()), given_up, ..PageContext::of(url) });
        let mut found = scanner.feed(page.as_bytes());
        found.extend(scanner.end());
        (found.len(), scanner.styles_given_up())
    };
    assert_eq!(scan(|| true), (1, Some(budget::STEPS)), "its image was found before");
    assert_eq!(scan(|| false), (1, None));
}
