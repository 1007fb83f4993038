"""Is this token what it claims, and was it ever issued."""
