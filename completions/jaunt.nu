module completions {

  def "nu-complete jaunt until" [] {
    [ "url" "message" "dns" "connect" "tls" "response" "images" ]
  }

  def "nu-complete jaunt color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jaunt lang" [] {
    [ "en" ]
  }

  def "nu-complete jaunt generate" [] {
    [ "complete-bash" "complete-zsh" "complete-fish" "complete-powershell" "complete-elvish" "complete-nushell" "man" ]
  }

  def "nu-complete jaunt resolver" [] {
    [ "stub" "system" "compare" "iterative" ]
  }

  # See a web fetch: every stage of it, as it really happens
  export extern jaunt [
    --until: string@"nu-complete jaunt until" # Stop after a stage: url, message, dns, connect, tls, response, images
    --verbose(-v)             # Tell more; -vv adds hex dumps
    --events: path            # Write all events as JSON, one a line (- is stdout)
    --write-out(-w): string   # Write this after each URL: text, %{variables}, @FILE
    --color: string@"nu-complete jaunt color" # Colours: auto, always, never
    --lang: string@"nu-complete jaunt lang" # Language of the narration: en
    --generate: string@"nu-complete jaunt generate" # Write completions or the manual page to stdout: complete-bash, complete-zsh, complete-fish, complete-powershell, complete-elvish, complete-nushell, man
    --url: string             # One more URL
    --request(-X): string     # The method
    --data(-d): string        # Send this as a form; @FILE, @- for stdin
    --data-binary: string     # Like -d, but @FILE is sent byte for byte
    --data-raw: string        # Like -d, but @ means nothing
    --data-urlencode: string  # Like -d, percent-encoded: text, name=text, name@FILE
    --json: string            # Send JSON: -d and the two headers for it
    --header(-H): string      # A header: 'Name: value', 'Name:' removes it, 'Name;' sends it empty, @FILE
    --user-agent(-A): string  # User-Agent; '' sends none
    --referer(-e): string     # Referer; ';auto' sends it after redirects
    --user(-u): string        # Credentials; without a password jaunt asks for it
    --cookie(-b): string      # Cookies: name=value, or a file of them
    --range(-r): string       # Ask for these bytes: 0-499, 500-, -200
    --continue-at(-C): string # Fetch what is missing: from this byte on, or after what the file holds (-)
    --output(-o): path        # The content goes to FILE (- is stdout, even binary to a terminal); once a URL
    --remote-name(-O)         # The content goes to a file named as in the URL; once a URL
    --output-dir: path        # Files of -o and -O go there
    --max-filesize: string    # More content than this is a failure (63); k, M, G
    --max-redirs: string      # Follow at most so many [default: 50]; -1 is no limit
    --resolver: string@"nu-complete jaunt resolver" # Who finds addresses: stub, system, compare, iterative
    --dns-servers: string     # Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…
    --dns-server: string      # Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…
    --root-hints: path        # Root servers for --resolver iterative
    --dns-type: string        # Ask for these records too: MX,TXT,NS,…
    --resolve: string         # For host H, port P that address: no DNS
    --connect-to: string      # Connect to host H2, port P2 instead of H1, P1; an empty one is any or the same
    --connect-timeout: string # Seconds until connected, TLS included
    --max-time(-m): string    # Seconds for each URL in all
    --cacert: path            # Trust these roots and no others (PEM)
    --cert(-E): path          # Client certificate (PEM)
    --key: path               # Its private key (PEM), unless it is in the same file
    --images                  # Fetch the page's images (the default when one URL is narrated)
    --no-images               # Do not
    --save-images: path       # Fetch them and keep them there, with an index.json
    --parallel-max: string    # Connections at once, in all [default: 32]
    --viewport: string        # The window that srcset and media queries see [default: 1280x720]
    --max-images: string      # Look at most at so many references [default: 100000]
    --silent(-s)              # No narration and no error messages
    --no-silent
    --show-error(-S)          # With -s, error messages all the same
    --no-show-error
    --plain                   # No drawing characters, nothing redrawn
    --no-plain
    --show-secrets            # Passwords, cookies and tokens are shown, not masked
    --no-show-secrets
    --get(-G)                 # What -d gives goes into the URL's query
    --no-get
    --head(-I)                # Ask for the head only
    --no-head
    --http1.0(-0)             # HTTP/1.0
    --no-http1.0
    --http1.1                 # HTTP/1.1 (the default)
    --no-http1.1
    --compressed              # Offer compression (the default; --no-compressed offers none)
    --no-compressed
    --remote-name-all         # -O for every URL
    --no-remote-name-all
    --create-dirs             # Folders that -o names are made
    --no-create-dirs
    --include(-i)             # The response's head goes before its content
    --no-include
    --fail(-f)                # A status of 400 or more is a failure (22)
    --no-fail
    --location(-L)            # Follow redirects
    --no-location
    --location-trusted        # Follow, and give credentials to other hosts too
    --no-location-trusted
    --post301                 # POST stays POST after 301
    --no-post301
    --post302                 # POST stays POST after 302
    --no-post302
    --post303                 # POST stays POST after 303
    --no-post303
    --ipv4(-4)                # IPv4 addresses only
    --no-ipv4
    --ipv6(-6)                # IPv6 addresses only
    --no-ipv6
    --insecure(-k)            # Certificates are shown, not checked
    --no-insecure
    --clobber                 # Files of the same name are replaced
    --no-clobber
    --sequential              # One request at a time, in the page's order
    --no-sequential
    --frames                  # Images of the pages in iframes too
    --no-frames
    --preview                 # Show the pictures themselves on a terminal that can: kitty, iTerm2, sixel
    --no-preview
    --help(-h)                # Print help (see more with '--help')
    --version(-V)             # Print version
    ...urls: string           # What to fetch; http:// may be left out
  ]

  def "nu-complete jaunt demo fault" [] {
    [ "dns-nxdomain" "dns-nodata" "dns-servfail" "dns-refused" "dns-lame" "dns-timeout" "dns-truncated" "dns-cname-loop" "dns-missing-glue" "dns-dead-first-server" "dns-spoofed-id" "connect-refused" "connect-timeout" "tls-expired" "tls-wrong-name" "tls-self-signed" "tls-unknown-root" "tls-plain" "response-short" "response-reset" "response-empty" "response-garbage" "response-stall" ]
  }

  def "nu-complete jaunt demo until" [] {
    [ "url" "message" "dns" "connect" "tls" "response" "images" ]
  }

  def "nu-complete jaunt demo color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jaunt demo lang" [] {
    [ "en" ]
  }

  def "nu-complete jaunt demo generate" [] {
    [ "complete-bash" "complete-zsh" "complete-fish" "complete-powershell" "complete-elvish" "complete-nushell" "man" ]
  }

  def "nu-complete jaunt demo resolver" [] {
    [ "stub" "system" "compare" "iterative" ]
  }

  # The same journey inside a little internet on loopback: no network needed
  export extern "jaunt demo" [
    --break: string@"nu-complete jaunt demo fault" # Something in that internet is broken: dns-nxdomain, dns-nodata, dns-servfail, dns-refused, dns-lame, dns-timeout, dns-truncated, dns-cname-loop, dns-missing-glue, dns-dead-first-server, dns-spoofed-id, connect-refused, connect-timeout, tls-expired, tls-wrong-name, tls-self-signed, tls-unknown-root, tls-plain, response-short, response-reset, response-empty, response-garbage, response-stall
    --until: string@"nu-complete jaunt demo until" # Stop after a stage: url, message, dns, connect, tls, response, images
    --verbose(-v)             # Tell more; -vv adds hex dumps
    --events: path            # Write all events as JSON, one a line (- is stdout)
    --write-out(-w): string   # Write this after each URL: text, %{variables}, @FILE
    --color: string@"nu-complete jaunt demo color" # Colours: auto, always, never
    --lang: string@"nu-complete jaunt demo lang" # Language of the narration: en
    --generate: string@"nu-complete jaunt demo generate" # Write completions or the manual page to stdout: complete-bash, complete-zsh, complete-fish, complete-powershell, complete-elvish, complete-nushell, man
    --url: string             # One more URL
    --request(-X): string     # The method
    --data(-d): string        # Send this as a form; @FILE, @- for stdin
    --data-binary: string     # Like -d, but @FILE is sent byte for byte
    --data-raw: string        # Like -d, but @ means nothing
    --data-urlencode: string  # Like -d, percent-encoded: text, name=text, name@FILE
    --json: string            # Send JSON: -d and the two headers for it
    --header(-H): string      # A header: 'Name: value', 'Name:' removes it, 'Name;' sends it empty, @FILE
    --user-agent(-A): string  # User-Agent; '' sends none
    --referer(-e): string     # Referer; ';auto' sends it after redirects
    --user(-u): string        # Credentials; without a password jaunt asks for it
    --cookie(-b): string      # Cookies: name=value, or a file of them
    --range(-r): string       # Ask for these bytes: 0-499, 500-, -200
    --continue-at(-C): string # Fetch what is missing: from this byte on, or after what the file holds (-)
    --output(-o): path        # The content goes to FILE (- is stdout, even binary to a terminal); once a URL
    --remote-name(-O)         # The content goes to a file named as in the URL; once a URL
    --output-dir: path        # Files of -o and -O go there
    --max-filesize: string    # More content than this is a failure (63); k, M, G
    --max-redirs: string      # Follow at most so many [default: 50]; -1 is no limit
    --resolver: string@"nu-complete jaunt demo resolver" # Who finds addresses: stub, system, compare, iterative
    --dns-servers: string     # Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…
    --dns-server: string      # Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…
    --root-hints: path        # Root servers for --resolver iterative
    --dns-type: string        # Ask for these records too: MX,TXT,NS,…
    --resolve: string         # For host H, port P that address: no DNS
    --connect-to: string      # Connect to host H2, port P2 instead of H1, P1; an empty one is any or the same
    --connect-timeout: string # Seconds until connected, TLS included
    --max-time(-m): string    # Seconds for each URL in all
    --cacert: path            # Trust these roots and no others (PEM)
    --cert(-E): path          # Client certificate (PEM)
    --key: path               # Its private key (PEM), unless it is in the same file
    --images                  # Fetch the page's images (the default when one URL is narrated)
    --no-images               # Do not
    --save-images: path       # Fetch them and keep them there, with an index.json
    --parallel-max: string    # Connections at once, in all [default: 32]
    --viewport: string        # The window that srcset and media queries see [default: 1280x720]
    --max-images: string      # Look at most at so many references [default: 100000]
    --silent(-s)              # No narration and no error messages
    --no-silent
    --show-error(-S)          # With -s, error messages all the same
    --no-show-error
    --plain                   # No drawing characters, nothing redrawn
    --no-plain
    --show-secrets            # Passwords, cookies and tokens are shown, not masked
    --no-show-secrets
    --get(-G)                 # What -d gives goes into the URL's query
    --no-get
    --head(-I)                # Ask for the head only
    --no-head
    --http1.0(-0)             # HTTP/1.0
    --no-http1.0
    --http1.1                 # HTTP/1.1 (the default)
    --no-http1.1
    --compressed              # Offer compression (the default; --no-compressed offers none)
    --no-compressed
    --remote-name-all         # -O for every URL
    --no-remote-name-all
    --create-dirs             # Folders that -o names are made
    --no-create-dirs
    --include(-i)             # The response's head goes before its content
    --no-include
    --fail(-f)                # A status of 400 or more is a failure (22)
    --no-fail
    --location(-L)            # Follow redirects
    --no-location
    --location-trusted        # Follow, and give credentials to other hosts too
    --no-location-trusted
    --post301                 # POST stays POST after 301
    --no-post301
    --post302                 # POST stays POST after 302
    --no-post302
    --post303                 # POST stays POST after 303
    --no-post303
    --ipv4(-4)                # IPv4 addresses only
    --no-ipv4
    --ipv6(-6)                # IPv6 addresses only
    --no-ipv6
    --insecure(-k)            # Certificates are shown, not checked
    --no-insecure
    --clobber                 # Files of the same name are replaced
    --no-clobber
    --sequential              # One request at a time, in the page's order
    --no-sequential
    --frames                  # Images of the pages in iframes too
    --no-frames
    --preview                 # Show the pictures themselves on a terminal that can: kitty, iTerm2, sixel
    --no-preview
    --help(-h)                # Print help
    ...urls: string           # What to fetch there [default: http://www.lab.example/]
  ]

}

export use completions *
