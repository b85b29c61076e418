# What spans stages: interruption, redirects, output, the timeline.
journey-os-error = { $words } ({ $name })
journey-os-error-unnamed = { $words }
journey-interrupted = interrupted
journey-timed-out-max-time = the time given with -m has run out
