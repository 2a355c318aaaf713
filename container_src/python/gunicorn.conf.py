"""Gunicorn reads this file from its working directory by itself."""

from logs import CONFIG

# Two processes, so that one that crashes leaves another; threads, because a quarter of
# a CPU gains nothing from more processes.
workers = 2
threads = 4
# Workers prove that they live by touching a file. On the image's own file system that can
# block for seconds, and a worker is killed as dead; /dev/shm is memory, and is writable
# even when the root file system is not.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# As long as the express container waits for its own requests, and below stop_grace_period.
graceful_timeout = 30
# A Unix socket in the home directory for gunicorn's own tools, which nobody uses here.
control_socket_disable = True

logconfig_dict = CONFIG
# logs.py writes the line of each request.
accesslog = None
