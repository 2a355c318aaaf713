"""The resources of containers besides their image: kernel, volumes, files and logs."""
