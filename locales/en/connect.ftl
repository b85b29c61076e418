connect-interrupted = interrupted while connecting to { $host }
