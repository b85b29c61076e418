# The command line: what is wrong with it, and what its answers say.
cli-syntax = { $words }
cli-no-url = no URL given
cli-url-not-utf8 = the URL is not UTF-8: { $typed }
cli-not-utf8 = the value of { $option } is not UTF-8
cli-two-methods = -I asks for the head only, { $option } sends content: one request cannot do both
cli-continues-data = -C fetches the rest of something, { $option } sends something: one request cannot do both
cli-cannot-read = { $option } reads { $path }: { $error }
cli-cannot-write = { $option } writes { $path }: { $error }
cli-nobody-to-ask = the password of { $user } must be typed, and there is no terminal: { $error }
cli-no-demo = the demo's servers cannot be started: { $error }

cli-hint-help = jaunt --help lists every option
cli-hint-url = jaunt http://example.org/, or jaunt demo, which needs no network
cli-hint-percent = write bytes that are not UTF-8 as %XX
cli-hint-utf8 = check the terminal's encoding
cli-hint-two-methods = leave out one of them; -G with -I puts the data into the query
cli-hint-continues-data = leave out one of them; -G puts the data into the query
cli-hint-read = check the name; nothing was sent
cli-hint-write = choose a file in a folder that you may write to; nothing was sent
cli-hint-password = -u '{ $user }:PASSWORD' gives it on the command line; -u '{ $user }:' is an empty one
cli-hint-demo = the demo needs sockets on 127.0.0.1 and a folder for temporary files

cli-failed = jaunt: ({ $exit }) { $words }
cli-hint = hint: { $words }
cli-warning = jaunt: warning: { $words }
cli-password-of = password of { $user }:{" "}
cli-more-outputs = -o or -O was given more often than URLs
cli-unknown-variable = -w: { $name } is not a variable
cli-preview-no-terminal = the pictures are not shown: standard error is no terminal
cli-preview-plain = the pictures are not shown: --plain draws nothing
cli-preview-cannot = the pictures are not shown: this terminal has none of the graphics of kitty, iTerm2 and sixel
cli-preview-background = the pictures are not shown: the terminal cannot be asked what it can show, jaunt runs in its background
