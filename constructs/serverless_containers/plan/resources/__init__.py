"""What containers use besides their image: the kernel, volumes, files and logs."""
