"""Whether the exported model answers as the trained one did, however it is asked."""
