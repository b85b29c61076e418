message-control = { $option } holds a control character at position { $position }
