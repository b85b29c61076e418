# Stage 7
images-none = no references to pictures
images-found = { $total ->
    [one] { $total } reference: { $parts }
   *[other] { $total } references: { $parts }
}
images-part-fetch = { $n } to fetch
images-part-sheets = { $n ->
    [one] { $n } style sheet to read
   *[other] { $n } style sheets to read
}
images-part-frames = { $n ->
    [one] { $n } frame to enter
   *[other] { $n } frames to enter
}
images-part-inline = { $n } inline
images-part-repeated = { $n } repeated
images-part-next = { $n ->
    [one] { $n } page to go on to
   *[other] { $n } pages to go on to
}
images-part-frames-skipped = { $n ->
    [one] { $n } frame not entered
   *[other] { $n } frames not entered
}
images-part-skipped = { $n } not fetched
images-part-cut = { $n } beyond the limit

images-bytes = { $n } B
images-no-type = no type
images-connection-new = new connection, fd { $fd }
images-connection-new-brief = new fd { $fd }
images-connection-same-brief = same fd { $fd }
images-connection-same = same connection, fd { $fd }
images-saved-as = saved as { $file }
images-not-saved = not saved: { $why }
images-not-saved-status = status { $status } is no image
images-not-saved-no-picture = what came is { $type }, no picture
images-not-saved-unknown = what came is no picture
images-not-saved-empty = the answer has no content
images-bytes-say = its bytes are { $format }, whatever Content-Type says
images-redirected = { $redirects ->
    [one] after { $redirects } redirect, from { $url }
   *[other] after { $redirects } redirects, from { $url }
}
images-failed = ({ $exit }) { $what }
images-never = not fetched
images-purpose-sheet = style sheet
images-purpose-frame = frame
images-purpose-next-page = the page leads on to this one
images-skipped = not fetched
images-more = { $rest ->
    [one] … and { $rest } more: { $parts }; -v lists it
   *[other] … and { $rest } more: { $parts }; -v lists them all
}
images-more-status = { $n } with status { $status }
images-more-failed = { $n } failed
images-more-never = { $n } not fetched
images-sum = { $fetched ->
    [one] { $fetched } answer
   *[other] { $fetched } answers
}, { $bytes ->
    [one] { $bytes } byte
   *[other] { $bytes } bytes
}, { $connections ->
    [one] { $connections } connection
   *[other] { $connections } connections
}
images-postponed = { $n ->
    [one] { $n } fetch had to wait for a free descriptor; ulimit -n shows the limit
   *[other] { $n } fetches had to wait for a free descriptor; ulimit -n shows the limit
}
images-styles-given-up = the page's style sheets are too much work: pictures that they show on some elements were not looked for
images-indexed = { $files ->
    [one] { $files } file saved; { $path } says which is which
   *[other] { $files } files saved; { $path } says which is which
}
images-not-indexed = { $path } could not be written: { $error }
images-live = 7 Images  { $ended } of { $found }, { $failed } failed, { $bytes ->
    [one] { $bytes } byte
   *[other] { $bytes } bytes
}

images-source = { $source ->
    [img-src] img src
    [img-srcset] img srcset
    [picture-source] source srcset in picture
    [input-image] input type=image src
    [video-poster] video poster
    [icon] link rel=icon
    [apple-touch-icon] link rel=apple-touch-icon
    [preload] link rel=preload as=image
    [svg-image] image in SVG
    [object] object data
    [embed] embed src
    [background-attribute] background attribute
    [style-attribute] style attribute
    [style-element] style element
    [linked-sheet] url() in a linked style sheet
    [stylesheet] link rel=stylesheet
    [import] @import
    [link-header] Link field of the response
    [frame] frame
    [refresh] refresh
   *[other] { $source }
}
images-from = from { $source }
images-candidate = candidate { $descriptor } of { $of }: { $why }
images-candidate-sizes = candidate { $descriptor } of { $of } for a width of { $px } CSS pixels: { $why }
images-candidate-bare = without descriptor
images-why-only = there is no other
images-why-dense-enough = the smallest that is dense enough for this screen
images-why-densest = none is dense enough for this screen, this is the densest
images-why-inline = it is inline and costs no request
images-fetch = fetch { $fetch }
images-referer = Referer { $referer }
images-no-referer = no Referer

images-skip-repeated = asked for already
images-skip-inline = { $bytes ->
    [one] inline, { $bytes } byte of URL
   *[other] inline, { $bytes } bytes of URL
}
images-skip-empty = empty
images-skip-bad-url = not a URL
images-skip-scheme = { $scheme }: is no scheme for pictures
images-skip-blocked-port = browsers never connect to port { $port }
images-skip-credentials = browsers refuse a user name in the URL of a page's part
images-skip-csp = forbidden by Content-Security-Policy: { $directive }
images-skip-mixed = insecure, in a secure page
images-skip-media = its media do not apply: { $query }
images-skip-type = { $type } cannot be shown
images-skip-template = in a template
images-skip-not-rendered = its element is not rendered
images-skip-alternate = an alternative style sheet: { $title }
images-skip-other-icon = another icon is better
images-skip-cycle = it contains itself
images-skip-frame = frames are not entered; --frames does
images-skip-not-followed = the page leads on to it; -L follows
images-skip-later = the page leads on to it after { $seconds } s, not at once
images-skip-too-many = the page holds more references than are looked at

images-error-status = status { $status } for the image { $url }
images-error-status-hint = without -f and --save-images an image's status does not count
images-error-no-picture = { $url } is no image: { $why }
images-error-no-picture-hint = without --save-images it does not count what an image's answer holds
images-error-save = saving { $path }: { $error }
images-error-save-hint = look at the folder's permissions and the space that is left; the other images were not affected

images-preview-not = not shown: { $why }
images-preview-format = there is no decoder for { $format } here
images-preview-pixels = it has more pixels than are decoded
images-preview-broken = its bytes cannot be decoded: { $error }
images-preview-large = it has more than { $most } bytes
images-preview-room = more than { $most } bytes of pictures came at a time
images-preview-beyond = { $n ->
    [one] { $n } more picture is not shown: the first { $most } are
   *[other] { $n } more pictures are not shown: the first { $most } are
}
images-preview-others = { $n ->
    [one] { $n } picture is not shown: there is no decoder here for { $formats }
   *[other] { $n } pictures are not shown: there is no decoder here for { $formats }
}
