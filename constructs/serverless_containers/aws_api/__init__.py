"""AWS's service APIs: the clients of a run, how they are called, and AWS's errors in words."""
